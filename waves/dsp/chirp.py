"""Sweeps of frequency, with the formulas and the names of ``scipy.signal.chirp``."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from waves.dsp.shapes import TAU, Floats

Method = Literal["linear", "quadratic", "logarithmic", "hyperbolic"]


def chirp(
    t: ArrayLike, f0: float, t1: float, f1: float, method: Method = "linear", phi: float = 0.0
) -> Floats:
    """Cosine whose frequency goes from ``f0`` at t = 0 to ``f1`` at ``t1`` (Hz and seconds).

    ``phi`` is the phase at t = 0 in degrees, as scipy has it. "logarithmic" and "hyperbolic" need
    two frequencies above 0. The result is float32 for float32, else float64.
    """
    seconds = np.asarray(t)
    position = carrier(seconds.astype(np.float64), f0, t1, f1, method) + phi / 360.0
    return cosine(position.astype(np.float32 if seconds.dtype == np.float32 else np.float64))


def carrier(
    t: NDArray[np.float64], f0: float, t1: float, f1: float, method: Method
) -> NDArray[np.float64]:
    """Position of the chirp in its present cycle, in [0, 1).

    Apart from ``cosine`` because it needs float64: float32 cannot hold the cycles of a long sweep.
    """
    cycles = _cycles(t, f0, t1, f1, method)
    whole = np.floor(cycles)
    return np.subtract(cycles, whole, out=whole)


def cosine(position: Floats) -> Floats:
    """Cosine of a position in a cycle."""
    values: Floats = np.cos(position * TAU)
    return values


def _cycles(
    t: NDArray[np.float64], f0: float, t1: float, f1: float, method: Method
) -> NDArray[np.float64]:
    """Cycles since t = 0: the integral of the frequency."""
    if f0 == f1:
        return t * f0
    if method == "linear":
        return t * (t * (0.5 * (f1 - f0) / t1) + f0)
    if method == "quadratic":
        return t * (t * t * ((f1 - f0) / (3.0 * t1**2)) + f0)
    cycles: NDArray[np.float64]
    if method == "logarithmic":
        scale = math.log(f1 / f0) / t1
        cycles = np.expm1(t * scale) * (f0 / scale)
    else:
        pole = f1 * t1 / (f1 - f0)
        cycles = np.log(np.abs(t * (-1.0 / pole) + 1.0)) * (-pole * f0)
    return cycles
