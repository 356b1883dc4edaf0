"""A sine."""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import PeriodicWaveform
from waves.dsp.phase import TAU, Floats


class Sine(PeriodicWaveform):
    """A sine."""

    label = "Sine"
    formula = "y = sin(2π p)"

    def values(self, cycles: Floats, step: float) -> Floats:
        angle = cycles * TAU
        np.sin(angle, out=angle)
        return angle
