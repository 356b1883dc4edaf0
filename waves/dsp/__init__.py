"""Signals as numbers: waveforms, noise, synthesis and decimation, in plain numpy."""
