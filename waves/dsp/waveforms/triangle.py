"""Up and down along straight lines: a sawtooth whose two slopes are equal."""

from __future__ import annotations

from waves.dsp.parameters import PeriodicWaveform
from waves.dsp.phase import Floats
from waves.dsp.waveforms.sawtooth import sawtooth


class Triangle(PeriodicWaveform):
    """Up for half a period and down for the other half, from its lowest point."""

    label = "Triangle"
    formula = "y = 4p − 1 while p < 1/2, then 3 − 4p"

    def values(self, cycles: Floats, step: float) -> Floats:
        return sawtooth(cycles, 0.5)
