"""What modulates a carrier: four shapes, with the integrals that FM needs, and their parameters."""

from __future__ import annotations

import abc
from collections.abc import Callable
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from waves.dsp.parameters import HIGHEST_FREQUENCY, ModulatedWaveform, parameter
from waves.dsp.phase import TAU, Floats
from waves.dsp.waveforms.sawtooth import sawtooth

ShapeName = Literal["sine", "square", "triangle", "sawtooth"]


class Shape(NamedTuple):
    """A shape between -1 and 1 that is 0 on average, by positions in [0, 1)."""

    values: Callable[[Floats], Floats]
    #: From 0 to the position; 0 again after a period, so that it never grows.
    integral: Callable[[Floats], Floats]


def _square(cycles: Floats) -> Floats:
    return np.where(cycles < 0.5, 1.0, -1.0).astype(cycles.dtype)


def _integral_of_triangle(q: Floats) -> Floats:
    # Each half is a parabola; the second is the first upside down.
    half = np.where(q < 0.5, q, q - 0.5)
    parabola = half * (2.0 * half - 1.0)
    return np.where(q < 0.5, parabola, -parabola)


#: The shapes of the waveforms of the same names.
SHAPES: dict[ShapeName, Shape] = {
    "sine": Shape(lambda q: np.sin(q * TAU), lambda q: (1.0 - np.cos(q * TAU)) * (1.0 / TAU)),
    "square": Shape(_square, lambda q: np.minimum(q, 1.0 - q)),
    "triangle": Shape(lambda q: sawtooth(q, 0.5), _integral_of_triangle),
    "sawtooth": Shape(lambda q: sawtooth(q, 1.0), lambda q: q * (q - 1.0)),
}


class Modulation(ModulatedWaveform, abc.ABC):
    """A sine that is modulated by one of the shapes, at a frequency of its own."""

    modulation_frequency: float = parameter(
        0.1,
        "Modulation frequency",
        "Periods of the modulating signal per second; the frequency is that of the carrier.",
        unit="Hz",
        why="slower than 1 mHz nobody sees it change, and no clock here is faster than 1 GHz",
        ge=0.001,
        le=HIGHEST_FREQUENCY,
    )
    modulation_shape: ShapeName = parameter(
        "sine", "Modulation shape", "Shape of the modulating signal, between -1 and 1."
    )

    @property
    def shape(self) -> Shape:
        """The modulating signal."""
        return SHAPES[self.modulation_shape]

    def modulations_per_second(self) -> Fraction:
        return Fraction(self.modulation_frequency)
