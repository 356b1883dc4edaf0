"""Equal treads from -1 up to 1, each of the same length."""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import PeriodicWaveform, parameter
from waves.dsp.phase import Floats


class Staircase(PeriodicWaveform):
    """Equal steps up, then back to the first."""

    label = "Staircase"
    line = "step"
    formula = "y = 2 floor(steps p) / (steps − 1) − 1"
    precise = True

    steps: int = parameter(
        8,
        "Steps",
        "Number of treads in a period.",
        why="one step is no stair, and 65,536 are those of a 16-bit converter",
        ge=2,
        le=65_536,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        tread = np.floor(cycles * self.steps)
        np.minimum(tread, self.steps - 1, out=tread)  # float32 rounds the last positions up to 1
        tread *= 2.0 / (self.steps - 1)
        tread -= 1.0
        return tread
