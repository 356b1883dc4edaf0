"""Up along a straight line and down along another: ``scipy.signal.sawtooth``, its ``width``."""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import PeriodicWaveform, fraction_parameter
from waves.dsp.phase import Floats


class Sawtooth(PeriodicWaveform):
    """Up along a straight line, and down along another."""

    label = "Sawtooth"
    formula = "y = 2p / width − 1 while p < width, then (1 + width − 2p) / (1 − width)"

    width: float = fraction_parameter(
        1.0,
        "Width",
        "Fraction of the period that rises: 1 rises only, 0 falls only, 0.5 is a triangle.",
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        return sawtooth(cycles, self.width)


def sawtooth(cycles: Floats, width: float) -> Floats:
    """Rise from -1 to 1 in the first ``width`` (0 to 1) of the period, then fall."""
    if width == 0.0:
        return 1.0 - 2.0 * cycles
    rising = cycles * (2.0 / width)
    rising -= 1.0
    if width == 1.0:
        return rising
    # Both lines meet at `width`; on each side of it the right one is the lower one.
    falling = cycles * (-2.0 / (1.0 - width))
    falling += 1.0 + 2.0 * width / (1.0 - width)
    np.minimum(rising, falling, out=rising)
    return rising
