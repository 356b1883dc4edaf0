"""A capacitor that charges from 0 towards 1."""

from __future__ import annotations

from waves.dsp.parameters import PeriodicWaveform
from waves.dsp.phase import Floats
from waves.dsp.waveforms.exponential_decay import decay, time_constant


class ExponentialRise(PeriodicWaveform):
    """A capacitor that charges anew each period."""

    label = "Exponential rise"
    formula = "y = 1 − exp(−p / tau)"

    tau: float = time_constant()

    def values(self, cycles: Floats, step: float) -> Floats:
        return 1.0 - decay(cycles, self.tau)
