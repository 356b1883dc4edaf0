"""A square with straight edges."""

from __future__ import annotations

from waves.dsp.parameters import fraction_parameter
from waves.dsp.phase import Floats
from waves.dsp.waveforms.pulse import Edges


class Trapezium(Edges):
    """A square from -1 to 1 with straight edges."""

    label = "Trapezium"
    formula = "y = 2 min(p / rise, (rise + width + fall − p) / fall) − 1, kept between −1 and 1"

    rise: float = fraction_parameter(0.125, "Rise", "Length of the rising edge; 0 is vertical.")
    width: float = fraction_parameter(0.375, "Width", "Length of the flat top, between the edges.")
    fall: float = fraction_parameter(0.125, "Fall", "Length of the falling edge; 0 is vertical.")

    def values(self, cycles: Floats, step: float) -> Floats:
        values = self.pulse(cycles)
        values *= 2.0
        values -= 1.0
        return values
