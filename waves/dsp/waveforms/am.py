"""Amplitude modulation with full carrier and both sidebands.

The formula is that of J. G. Proakis, M. Salehi, Communication Systems Engineering, chapter 3.
"""

from __future__ import annotations

import numpy as np

from waves.dsp.parameters import Conditioning, parameter
from waves.dsp.phase import TAU, Floats
from waves.dsp.waveforms.modulation import Modulation


class Am(Modulation):
    """A sine whose amplitude is modulated: with a depth of 100 % from 0 to twice as much."""

    label = "Amplitude modulation (AM)"
    formula = (
        "y = (1 + depth / 100 · m(q)) sin(2π p), where q is the position in the period of the\n"
        "modulation frequency and m the modulation shape, between −1 and 1.\n"
        "Full carrier, both sidebands: each is depth / 200 of a carrier that a sine modulates"
    )

    depth: float = parameter(
        80.0,
        "Depth",
        "By how much the amplitude changes, either way; above 100 % it is overmodulated.",
        unit="%",
        why="0 is the carrier alone, and function generators end at 120 %, too",
        ge=0.0,
        le=120.0,
    )

    def values(self, cycles: Floats, modulation: Floats, carrier: Conditioning) -> Floats:
        values = self.shape.values(modulation)
        values *= self.depth / 100.0
        values += 1.0
        values *= np.sin(cycles * TAU)
        return values
