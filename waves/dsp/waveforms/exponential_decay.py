"""A capacitor that discharges from 1 towards 0, and the decay that other waveforms have."""

from __future__ import annotations

from typing import Any

import numpy as np

from waves.dsp.parameters import PERIOD, PeriodicWaveform, parameter
from waves.dsp.phase import Floats


def time_constant() -> Any:
    """The parameter ``tau`` of whatever decays."""
    return parameter(
        0.2,
        "Time constant",
        "In this time the curve falls to 37 % of what is left.",
        unit=PERIOD,
        why="a decay takes time, and one of 100 periods is a straight line",
        gt=0.0,
        le=100.0,
    )


class ExponentialDecay(PeriodicWaveform):
    """A capacitor that discharges anew each period."""

    label = "Exponential decay"
    formula = "y = exp(−p / tau)"

    tau: float = time_constant()

    def values(self, cycles: Floats, step: float) -> Floats:
        return decay(cycles, self.tau)


def decay(cycles: Floats, tau: float) -> Floats:
    """From 1 towards 0, with the time constant ``tau`` in periods."""
    x = cycles * (-1.0 / tau)
    np.exp(x, out=x)
    return x
