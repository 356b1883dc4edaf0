"""A bell: the envelope of ``scipy.signal.gausspulse`` where its ``a`` is 1 / (2 sigma^2)."""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import PERIOD, PeriodicWaveform, parameter
from waves.dsp.phase import Floats


class GaussianPulse(PeriodicWaveform):
    """A bell, its peak in mid-period."""

    label = "Gaussian pulse"
    formula = "y = exp(−(p − 1/2)² / (2 sigma²))"

    sigma: float = parameter(
        0.05,
        "Width (sigma)",
        "Standard deviation of the bell.",
        unit=PERIOD,
        why="a bell has a width, and beyond one period it is flat",
        ge=1e-6,
        le=1.0,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        x = cycles - 0.5
        x *= x
        x *= -0.5 / self.sigma**2
        np.exp(x, out=x)
        return x
