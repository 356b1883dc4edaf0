"""Phase modulation: the carrier runs ahead and stays behind.

Formula and sidebands are those of J. G. Proakis, M. Salehi, Communication Systems Engineering,
chapter 3.
"""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import Conditioning, parameter
from waves.dsp.phase import TAU, Floats
from waves.dsp.waveforms.modulation import Modulation


class Pm(Modulation):
    """A sine whose phase is modulated: by as much as the deviation ahead and behind."""

    label = "Phase modulation (PM)"
    formula = (
        "y = sin(2π p + phase deviation · m(q)), where q is the position in the period of the\n"
        "modulation frequency and m the modulation shape, between −1 and 1.\n"
        "Of a sine, its sidebands are the Bessel functions J[n](phase deviation in radians)"
    )

    phase_deviation: float = parameter(
        90.0,
        "Phase deviation",
        "How far the carrier goes ahead and behind; an edit moves it at once, as one of the phase.",
        unit="°",
        why="0 is the carrier alone, and one turn is what function generators have, too",
        ge=0.0,
        le=360.0,
    )

    def values(self, cycles: Floats, modulation: Floats, carrier: Conditioning) -> Floats:
        angle = self.shape.values(modulation)
        angle *= TAU * self.phase_deviation / 360.0
        angle += cycles * TAU
        np.sin(angle, out=angle)
        return angle
