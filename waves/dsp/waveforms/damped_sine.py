"""A bell that is struck once a period."""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import PeriodicWaveform, parameter
from waves.dsp.phase import TAU, Floats
from waves.dsp.waveforms.exponential_decay import decay, time_constant


class DampedSine(PeriodicWaveform):
    """A sine that dies away and is struck again each period."""

    label = "Damped sine"
    formula = "y = sin(2π oscillations p) exp(−p / tau)"

    oscillations: float = parameter(
        10.0,
        "Oscillations",
        "Of the sine within a period.",
        why="without any there is no sine, and the page cannot show more than 1,000",
        gt=0.0,
        le=1000.0,
    )
    tau: float = time_constant()

    def values(self, cycles: Floats, step: float) -> Floats:
        values = cycles * (TAU * self.oscillations)
        np.sin(values, out=values)
        values *= decay(cycles, self.tau)
        return values
