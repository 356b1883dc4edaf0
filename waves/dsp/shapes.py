"""One period of each waveform, as a function of the position in it.

Every function takes ``cycles``: float32 or float64 positions in [0, 1], where 0 is the start of the
period and 1 its end, and returns a new array of the same shape and type. Positions instead of
radians keep edges exact: at 1,000 Hz and 8,000 samples/s a square is high for 4 samples and low for
4. ``waveforms.py`` offers the same functions of a phase in radians, as scipy.signal has them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

TAU = 2.0 * math.pi


def dc(cycles: Floats) -> Floats:
    """Constant 1."""
    return np.ones_like(cycles)


def sine(cycles: Floats) -> Floats:
    """Sine, from 0 upwards, -1 to 1."""
    angle = cycles * TAU
    np.sin(angle, out=angle)
    return angle


def square(cycles: Floats, duty: float = 0.5) -> Floats:
    """1 for the first ``duty`` (0 to 1) of the period, then -1: ``scipy.signal.square``."""
    high = (cycles < duty).astype(cycles.dtype)
    high *= 2.0
    high -= 1.0
    return high


def sawtooth(cycles: Floats, width: float = 1.0) -> Floats:
    """Rise from -1 to 1 in the first ``width`` (0 to 1), then fall: ``scipy.signal.sawtooth``."""
    if width == 0.0:
        return 1.0 - 2.0 * cycles
    rising = cycles * (2.0 / width)
    rising -= 1.0
    if width == 1.0:
        return rising
    # Both lines meet at `width`; on each side of it the right one is the lower one.
    falling = cycles * (-2.0 / (1.0 - width))
    falling += 1.0 + 2.0 * width / (1.0 - width)
    np.minimum(rising, falling, out=rising)
    return rising


def triangle(cycles: Floats) -> Floats:
    """Rise from -1 to 1 and fall again, half a period each: ``sawtooth`` of width 0.5."""
    return sawtooth(cycles, 0.5)


def pulse(cycles: Floats, rise: float = 0.05, width: float = 0.2, fall: float = 0.05) -> Floats:
    """A pulse from 0 to 1: ``rise``, flat for ``width``, ``fall``, then 0 (fractions of a period).

    An edge of length 0 is vertical. The three together are at most 1.
    """
    end = rise + width + fall
    down = (end - cycles) * (1.0 / fall) if fall else (cycles < end).astype(cycles.dtype)
    if rise:
        np.minimum(down, cycles * (1.0 / rise), out=down)
    np.clip(down, 0.0, 1.0, out=down)
    return down


def trapezium(
    cycles: Floats, rise: float = 0.125, width: float = 0.375, fall: float = 0.125
) -> Floats:
    """``pulse`` from -1 to 1."""
    values = pulse(cycles, rise, width, fall)
    values *= 2.0
    values -= 1.0
    return values


def sinc(cycles: Floats, lobes: int = 8) -> Floats:
    """sin(x) / x with its peak of 1 in mid-period and ``lobes`` zero crossings on each side."""
    x = cycles - 0.5
    x *= TAU * lobes
    # At the peak itself 0 / 0; the limit is reached, to rounding, by any small x.
    x[x == 0.0] = 1e-6
    values: Floats = np.sin(x) / x
    return values


def gaussian_pulse(cycles: Floats, sigma: float = 0.05) -> Floats:
    """A bell of height 1 in mid-period, with the standard deviation ``sigma`` in periods.

    It is the envelope of ``scipy.signal.gausspulse`` where its ``a`` is ``1 / (2 sigma^2)``.
    """
    x = cycles - 0.5
    x *= x
    x *= -0.5 / sigma**2
    np.exp(x, out=x)
    return x


def impulse_train(cycles: Floats, step: float) -> Floats:
    """1 for the first sample of each period, else 0; ``step`` is cycles from sample to sample."""
    return (cycles < step).astype(cycles.dtype)


def staircase(cycles: Floats, steps: int = 8) -> Floats:
    """``steps`` equal treads from -1 up to 1, each of the same length."""
    tread = np.floor(cycles * steps)
    np.minimum(tread, steps - 1, out=tread)
    tread *= 2.0 / (steps - 1)
    tread -= 1.0
    return tread


def exponential_rise(cycles: Floats, tau: float = 0.2) -> Floats:
    """A capacitor that charges from 0 towards 1, with the time constant ``tau`` in periods."""
    return 1.0 - exponential_decay(cycles, tau)


def exponential_decay(cycles: Floats, tau: float = 0.2) -> Floats:
    """A capacitor that discharges from 1 towards 0, with the time constant ``tau`` in periods."""
    x = cycles * (-1.0 / tau)
    np.exp(x, out=x)
    return x


def damped_sine(cycles: Floats, oscillations: float = 10.0, tau: float = 0.2) -> Floats:
    """A bell that is struck once a period: ``oscillations`` of a sine, decaying with ``tau``."""
    values = cycles * (TAU * oscillations)
    np.sin(values, out=values)
    values *= exponential_decay(cycles, tau)
    return values


def harmonics(cycles: Floats, amplitudes: Sequence[float], phases: Sequence[float] = ()) -> Floats:
    """The sum of ``amplitudes[k - 1] * sin(2 pi k cycles + phases[k - 1])`` over k = 1, 2, …

    ``phases`` are radians; those that are missing are 0.
    """
    total = np.zeros_like(cycles)
    for index, amplitude in enumerate(amplitudes):
        if amplitude:
            angle = cycles * (TAU * (index + 1))
            angle += phases[index] if index < len(phases) else 0.0
            np.sin(angle, out=angle)
            angle *= amplitude
            total += angle
    return total


#: The waves P, Q, R, S, T of a heartbeat: angle, size and width in radians as in table 1 of
#: P. E. McSharry et al., "A dynamical model for generating synthetic electrocardiogram signals",
#: IEEE Trans. Biomed. Eng. 50(3), 2003. Its equation (1) moves by -a x exp(-x^2 / 2 b^2), whose
#: integral is a bell of height a b^2.
_ECG_WAVES = (
    (-math.pi / 3, 1.2, 0.25),
    (-math.pi / 12, -5.0, 0.1),
    (0.0, 30.0, 0.1),
    (math.pi / 12, -7.5, 0.1),
    (math.pi / 2, 0.75, 0.4),
)
#: Height of the R wave before scaling: the beat is scaled so that it is about 1.
_ECG_R = 30.0 * 0.1**2
#: Where R stands in the period: all five waves are over before the period ends, so it joins up.
ECG_R_POSITION = 0.4


def ecg(cycles: Floats) -> Floats:
    """A heartbeat a period, as an electrocardiogram shows it: P, Q, R, S and T, R about 1."""
    angle = (cycles - ECG_R_POSITION) * TAU
    total = np.zeros_like(cycles)
    for position, size, width in _ECG_WAVES:
        bell = angle - position
        bell *= bell
        bell *= -0.5 / width**2
        np.exp(bell, out=bell)
        bell *= size * width**2 / _ECG_R
        total += bell
    return total
