"""A pulse with edges, and what a trapezium has in common with it."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import model_validator

from waves.dsp.parameters import PeriodicWaveform, fraction_parameter
from waves.dsp.phase import Floats


class Edges(PeriodicWaveform):
    """Three lengths that fit into a period: a rising edge, a flat top and a falling edge."""

    rise: float = fraction_parameter(0.05, "Rise", "Length of the rising edge; 0 is vertical.")
    width: float = fraction_parameter(0.2, "Width", "Length of the flat top, between the edges.")
    fall: float = fraction_parameter(0.05, "Fall", "Length of the falling edge; 0 is vertical.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        # A millionth more is the rounding of what a person added up.
        if self.rise + self.width + self.fall > 1.0 + 1e-6:
            raise ValueError(
                "Rise, width and fall must be at most 1 together, not "
                f"{self.rise + self.width + self.fall:g}: they are fractions of one period."
            )
        return self

    def pulse(self, cycles: Floats) -> Floats:
        """From 0 to 1 along the edges, then 0. An edge of length 0 is vertical."""
        end = self.rise + self.width + self.fall
        if self.fall:
            down = (end - cycles) * (1.0 / self.fall)
        else:
            down = (cycles < end).astype(cycles.dtype)
        if self.rise:
            np.minimum(down, cycles * (1.0 / self.rise), out=down)
        np.clip(down, 0.0, 1.0, out=down)
        return down


class Pulse(Edges):
    """A pulse from 0 to 1 with straight edges, then 0 for the rest of the period."""

    label = "Pulse"
    formula = "y = min(p / rise, (rise + width + fall − p) / fall), kept between 0 and 1"

    def values(self, cycles: Floats, step: float) -> Floats:
        return self.pulse(cycles)
