"""Sweeps of frequency, with the formulas and the names of ``scipy.signal.chirp``."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from waves.dsp.parameters import PeriodicWaveform, frequency_parameter, parameter
from waves.dsp.phase import TAU, Floats

Method = Literal["linear", "quadratic", "logarithmic", "hyperbolic"]


class Chirp(PeriodicWaveform):
    """A sweep from one frequency to another, again and again."""

    label = "Chirp"
    formula = (
        "y = cos(2π ∫ f dt), where t = p t1 and f is\n"
        "linear: f0 + (f1 − f0) t / t1\n"
        "quadratic: f0 + (f1 − f0) t² / t1²\n"
        "logarithmic: f0 (f1 / f0)^(t / t1)\n"
        "hyperbolic: f0 f1 t1 / ((f0 − f1) t + f1 t1)"
    )
    unused: ClassVar[frozenset[str]] = frozenset({"frequency"})

    f0: float = frequency_parameter(1.0, "Start frequency", "At the beginning of the sweep.")
    t1: float = parameter(
        5.0,
        "Sweep time",
        "After this time the end frequency is reached and the sweep begins again.",
        unit="s",
        why="a sweep takes time, and one of over a day is not seen",
        ge=1e-6,
        le=86_400.0,
    )
    f1: float = frequency_parameter(20.0, "End frequency", "At the end of the sweep.")
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
        values: Floats = np.cos(cycles * TAU)
        return values

    def positions(self, cycles: NDArray[np.float64]) -> NDArray[np.float64]:
        """Positions in the cycles of the sweep, in [0, 1).

        Apart from ``values`` because float32 cannot hold the cycles of a long sweep.
        """
        swept = self._cycles(cycles * self.t1)
        whole = np.floor(swept)
        return np.subtract(swept, whole, out=whole)

    def periods_per_second(self, frequency: float) -> Fraction:
        return 1 / Fraction(self.t1)

    def _cycles(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cycles from the beginning of the sweep to ``t`` s: the integral of the frequency."""
        f0, t1, f1 = self.f0, self.t1, self.f1
        if f0 == f1:
            return t * f0
        if self.method == "linear":
            return t * (t * (0.5 * (f1 - f0) / t1) + f0)
        if self.method == "quadratic":
            return t * (t * t * ((f1 - f0) / (3.0 * t1**2)) + f0)
        cycles: NDArray[np.float64]
        if self.method == "logarithmic":
            scale = math.log(f1 / f0) / t1
            cycles = np.expm1(t * scale) * (f0 / scale)
        else:
            pole = f1 * t1 / (f1 - f0)
            cycles = np.log(np.abs(t * (-1.0 / pole) + 1.0)) * (-pole * f0)
        return cycles
