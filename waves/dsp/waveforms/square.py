"""High, then low: ``scipy.signal.square`` with its ``duty``."""

from __future__ import annotations

from waves.dsp.parameters import PeriodicWaveform, fraction_parameter
from waves.dsp.phase import Floats


class Square(PeriodicWaveform):
    """High, then low."""

    label = "Square"
    line = "step"
    formula = "y = 1 while p < duty, then −1"

    duty: float = fraction_parameter(0.5, "Duty cycle", "Fraction of the period that is high.")

    def values(self, cycles: Floats, step: float) -> Floats:
        high = (cycles < self.duty).astype(cycles.dtype)
        high *= 2.0
        high -= 1.0
        return high
