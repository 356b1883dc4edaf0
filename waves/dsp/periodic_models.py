"""The waveforms with a period: their parameters, and the functions that make their values."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, model_validator

from waves.dsp import shapes
from waves.dsp.chirp import Method, carrier, cosine
from waves.dsp.parameters import (
    HIGHEST_FREQUENCY,
    PeriodicWaveform,
    parameter,
)
from waves.dsp.prbs import prbs, sequence
from waves.dsp.shapes import Floats

PERIOD = "of a period"
EDGE_WHY = "it is a fraction of the period"
TAU_WHY = "a decay takes time, and one of 100 periods is a straight line"


def _numbers(value: Any) -> Any:
    """Numbers that a person typed into one field: "1, 0, 0.33"."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Numbers = Annotated[tuple[float, ...], BeforeValidator(_numbers)]


def _tau() -> Any:
    return parameter(
        0.2,
        "Time constant",
        "In this time the curve falls to 37 % of what is left.",
        unit=PERIOD,
        why=TAU_WHY,
        gt=0.0,
        le=100.0,
    )


class Dc(PeriodicWaveform):
    """A constant: offset plus amplitude."""

    label = "DC"
    unused: ClassVar[frozenset[str]] = frozenset({"frequency", "phase"})

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.dc(cycles)

    def highest_frequency(self, frequency: float) -> float:
        return 0.0


class Sine(PeriodicWaveform):
    """A sine."""

    label = "Sine"

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.sine(cycles)


class Square(PeriodicWaveform):
    """High, then low."""

    label = "Square"

    duty: float = parameter(
        0.5,
        "Duty cycle",
        "Fraction of the period that is high.",
        unit=PERIOD,
        why=EDGE_WHY,
        ge=0.0,
        le=1.0,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.square(cycles, self.duty)


class Triangle(PeriodicWaveform):
    """Up for half a period and down for the other half, from its lowest point."""

    label = "Triangle"

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.triangle(cycles)


class Sawtooth(PeriodicWaveform):
    """Up along a straight line, and down along another."""

    label = "Sawtooth"

    width: float = parameter(
        1.0,
        "Width",
        "Fraction of the period that rises: 1 rises only, 0 falls only, 0.5 is a triangle.",
        unit=PERIOD,
        why=EDGE_WHY,
        ge=0.0,
        le=1.0,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.sawtooth(cycles, self.width)


def _edge(default: float, title: str, description: str) -> Any:
    return parameter(default, title, description, unit=PERIOD, why=EDGE_WHY, ge=0.0, le=1.0)


class _Edges(PeriodicWaveform):
    """What a pulse and a trapezium have in common: three lengths that fit into a period."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        rise, width, fall = (getattr(self, name) for name in ("rise", "width", "fall"))
        # A millionth more is the rounding of what a person added up.
        if rise + width + fall > 1.0 + 1e-6:
            raise ValueError(
                f"Rise, width and fall must be at most 1 together, not {rise + width + fall:g}: "
                "they are fractions of one period."
            )
        return self


class Pulse(_Edges):
    """A pulse from 0 to 1 with straight edges, then 0 for the rest of the period."""

    label = "Pulse"

    rise: float = _edge(0.05, "Rise", "Length of the rising edge; 0 is vertical.")
    width: float = _edge(0.2, "Width", "Length of the flat top, between the edges.")
    fall: float = _edge(0.05, "Fall", "Length of the falling edge; 0 is vertical.")

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.pulse(cycles, self.rise, self.width, self.fall)


class Trapezium(_Edges):
    """A square from -1 to 1 with straight edges."""

    label = "Trapezium"

    rise: float = _edge(0.125, "Rise", "Length of the rising edge; 0 is vertical.")
    width: float = _edge(0.375, "Width", "Length of the flat top, between the edges.")
    fall: float = _edge(0.125, "Fall", "Length of the falling edge; 0 is vertical.")

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.trapezium(cycles, self.rise, self.width, self.fall)


class Sinc(PeriodicWaveform):
    """sin(x) / x, its peak in mid-period."""

    label = "Sinc"

    lobes: int = parameter(
        8,
        "Zero crossings",
        "On each side of the peak.",
        why="without one it is no sinc, and the page cannot show more than 1,000",
        ge=1,
        le=1000,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.sinc(cycles, self.lobes)

    def highest_frequency(self, frequency: float) -> float:
        return frequency * self.lobes


class GaussianPulse(PeriodicWaveform):
    """A bell, its peak in mid-period."""

    label = "Gaussian pulse"

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
        return shapes.gaussian_pulse(cycles, self.sigma)


class ImpulseTrain(PeriodicWaveform):
    """One sample of 1 at the beginning of each period, 0 otherwise."""

    label = "Impulse train"

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.impulse_train(cycles, step)


class Staircase(PeriodicWaveform):
    """Equal steps up, then back to the first."""

    label = "Staircase"
    precise = True

    steps: int = parameter(
        8,
        "Steps",
        "Number of treads in a period.",
        why="one step is no stair, and 65,536 are those of a 16-bit converter",
        ge=2,
        le=65_536,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.staircase(cycles, self.steps)


class ExponentialRise(PeriodicWaveform):
    """A capacitor that charges anew each period."""

    label = "Exponential rise"

    tau: float = _tau()

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.exponential_rise(cycles, self.tau)


class ExponentialDecay(PeriodicWaveform):
    """A capacitor that discharges anew each period."""

    label = "Exponential decay"

    tau: float = _tau()

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.exponential_decay(cycles, self.tau)


class DampedSine(PeriodicWaveform):
    """A sine that dies away and is struck again each period."""

    label = "Damped sine"

    oscillations: float = parameter(
        10.0,
        "Oscillations",
        "Of the sine within a period.",
        why="without any there is no sine, and the page cannot show more than 1,000",
        gt=0.0,
        le=1000.0,
    )
    tau: float = _tau()

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.damped_sine(cycles, self.oscillations, self.tau)

    def highest_frequency(self, frequency: float) -> float:
        return frequency * self.oscillations


def _sweep_frequency(default: float, title: str, description: str) -> Any:
    return parameter(
        default,
        title,
        description,
        unit="Hz",
        why="a frequency is not negative, and no clock here is faster than 1 GHz",
        ge=0.0,
        le=HIGHEST_FREQUENCY,
    )


class Chirp(PeriodicWaveform):
    """A sweep from one frequency to another, again and again."""

    label = "Chirp"
    unused: ClassVar[frozenset[str]] = frozenset({"frequency"})

    f0: float = _sweep_frequency(1.0, "Start frequency", "At the beginning of the sweep.")
    t1: float = parameter(
        5.0,
        "Sweep time",
        "After this time the end frequency is reached and the sweep begins again.",
        unit="s",
        why="a sweep takes time, and one of over a day is not seen",
        ge=1e-6,
        le=86_400.0,
    )
    f1: float = _sweep_frequency(20.0, "End frequency", "At the end of the sweep.")
    method: Method = parameter("linear", "Method", "How the frequency moves between the two.")

    @model_validator(mode="after")
    def _has_a_curve(self) -> Self:
        if self.method in ("logarithmic", "hyperbolic") and min(self.f0, self.f1) == 0.0:
            raise ValueError(
                f"A {self.method} chirp needs a start and an end frequency above 0 Hz: "
                "its curve never reaches 0."
            )
        return self

    def values(self, cycles: Floats, step: float) -> Floats:
        return cosine(cycles)

    def positions(self, cycles: NDArray[np.float64]) -> NDArray[np.float64]:
        return carrier(cycles * self.t1, self.f0, self.t1, self.f1, self.method)

    def periods_per_second(self, frequency: float) -> Fraction:
        return 1 / Fraction(self.t1)

    def highest_frequency(self, frequency: float) -> float:
        return max(self.f0, self.f1)


class Harmonics(PeriodicWaveform):
    """A sum of sines at 1, 2, 3, … times the frequency."""

    label = "Harmonics"

    amplitudes: Numbers = parameter(
        (1.0, 0.0, 1 / 3, 0.0, 1 / 5),
        "Amplitudes",
        "Of the 1st, 2nd, 3rd, … harmonic, with commas between them.",
        why="each one costs a sine",
        min_length=1,
        max_length=64,
    )
    phases: Numbers = parameter(
        (),
        "Phases",
        "Of the same harmonics, with commas between them; those that are missing are 0.",
        unit="°",
        why="there are no more harmonics",
        max_length=64,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.harmonics(cycles, self.amplitudes, [math.radians(p) for p in self.phases])

    def highest_frequency(self, frequency: float) -> float:
        return frequency * max((k for k, a in enumerate(self.amplitudes, 1) if a), default=0)


class Ecg(PeriodicWaveform):
    """A heartbeat each period, as an electrocardiogram shows it: 1.2 Hz are 72 beats a minute."""

    label = "Heartbeat (ECG)"

    def values(self, cycles: Floats, step: float) -> Floats:
        return shapes.ecg(cycles)


class Prbs(PeriodicWaveform):
    """A pseudo-random sequence of bits that holds every pattern; the frequency is the bit rate."""

    label = "Pseudo-random bits (PRBS)"
    precise = True

    order: int = parameter(
        7,
        "Order",
        "Length of the shift register; the sequence repeats after 2^order - 1 bits.",
        why="a register of one bit makes no sequence, and 2^16 bits fill any window",
        ge=2,
        le=16,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        return prbs(cycles, self.order)

    def periods_per_second(self, frequency: float) -> Fraction:
        return Fraction(frequency) / len(sequence(self.order))
