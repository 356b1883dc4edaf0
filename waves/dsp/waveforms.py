"""Waveforms as functions of a phase in radians, with scipy.signal's names and parameters.

Each takes ``t``, a phase in radians of any shape, repeats every 2 pi, and returns values of the
same shape: float32 for float32, float64 for anything else. What each one looks like and what its
parameters mean is said in ``shapes.py``; ``chirp`` takes seconds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

import numpy as np
from numpy.typing import ArrayLike

from waves.dsp import shapes
from waves.dsp.chirp import chirp
from waves.dsp.prbs import prbs as prbs_of_cycles
from waves.dsp.shapes import TAU, Floats

__all__ = [
    "chirp",
    "cycles_of",
    "damped_sine",
    "dc",
    "ecg",
    "exponential_decay",
    "exponential_rise",
    "gaussian_pulse",
    "harmonics",
    "impulse_train",
    "prbs",
    "pulse",
    "sawtooth",
    "sinc",
    "sine",
    "square",
    "staircase",
    "trapezium",
    "triangle",
]

P = ParamSpec("P")


def cycles_of(t: ArrayLike) -> Floats:
    """The position in its period, 0 to 1, of a phase in radians."""
    phase = np.asarray(t)
    cycles = phase.astype(phase.dtype if phase.dtype == np.float32 else np.float64) * (1.0 / TAU)
    return cycles - np.floor(cycles)


def _of_radians(
    shape: Callable[Concatenate[Floats, P], Floats],
) -> Callable[Concatenate[ArrayLike, P], Floats]:
    def waveform(t: ArrayLike, /, *args: P.args, **kwargs: P.kwargs) -> Floats:
        return shape(cycles_of(t).ravel(), *args, **kwargs).reshape(np.shape(t))

    functools.update_wrapper(waveform, shape)
    return waveform


dc = _of_radians(shapes.dc)
sine = _of_radians(shapes.sine)
square = _of_radians(shapes.square)
triangle = _of_radians(shapes.triangle)
sawtooth = _of_radians(shapes.sawtooth)
pulse = _of_radians(shapes.pulse)
trapezium = _of_radians(shapes.trapezium)
sinc = _of_radians(shapes.sinc)
gaussian_pulse = _of_radians(shapes.gaussian_pulse)
impulse_train = _of_radians(shapes.impulse_train)
staircase = _of_radians(shapes.staircase)
exponential_rise = _of_radians(shapes.exponential_rise)
exponential_decay = _of_radians(shapes.exponential_decay)
damped_sine = _of_radians(shapes.damped_sine)
harmonics = _of_radians(shapes.harmonics)
ecg = _of_radians(shapes.ecg)
prbs = _of_radians(prbs_of_cycles)
