"""Frequency modulation: the phase is the integral of the frequency.

Formula and sidebands are those of J. G. Proakis, M. Salehi, Communication Systems Engineering,
chapter 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from waves.dsp.parameters import Conditioning, frequency_parameter
from waves.dsp.phase import TAU, Floats
from waves.dsp.waveforms.modulation import Modulation


class Fm(Modulation):
    """A sine whose frequency is modulated: by as much as the deviation up and down."""

    label = "Frequency modulation (FM)"
    formula = (
        "y = sin(2π (p + (frequency deviation / modulation frequency) M(q))), where q is the\n"
        "position in the period of the modulation frequency, and M the integral of the modulation\n"
        "shape from 0 to q: of a sine, (1 − cos(2π q)) / 2π.\n"
        "Its sidebands are the Bessel functions J[n](frequency deviation / modulation frequency)"
    )

    frequency_deviation: float = frequency_parameter(
        0.5,
        "Frequency deviation",
        "How far the frequency goes up and down from the carrier's.",
    )

    def ahead(self, modulation: NDArray[np.float64]) -> NDArray[np.float64]:
        """The integral of the deviation, in closed form, so that there is no sum that could drift.

        Rounded to (deviation / modulation frequency) x 2^-53 cycle: for 100 kHz at 1 mHz, 1e-8.
        """
        index = self.frequency_deviation / self.modulation_frequency
        return np.multiply(self.shape.integral(modulation), index, dtype=np.float64)

    def values(self, cycles: Floats, modulation: Floats, carrier: Conditioning) -> Floats:
        values: Floats = np.sin(cycles * TAU)
        return values
