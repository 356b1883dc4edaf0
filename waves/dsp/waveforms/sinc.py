"""sin(x) / x, with its peak of 1 in mid-period."""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import PeriodicWaveform, parameter
from waves.dsp.phase import TAU, Floats


class Sinc(PeriodicWaveform):
    """sin(x) / x, its peak in mid-period."""

    label = "Sinc"
    formula = "y = sin(x) / x, where x = 2π lobes (p − 1/2)"

    lobes: int = parameter(
        8,
        "Zero crossings",
        "On each side of the peak.",
        why="without one it is no sinc, and the page cannot show more than 1,000",
        ge=1,
        le=1000,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        x = cycles - 0.5
        x *= TAU * self.lobes
        # At the peak itself 0 / 0; the limit is reached, to rounding, by any small x.
        x[x == 0.0] = 1e-6
        values: Floats = np.sin(x) / x
        return values
