"""Where in its period a signal is at a sample index: exact, however many samples have passed."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Samples, or positions, in float32 or float64.
Floats = NDArray[np.floating[Any]]

TAU = 2.0 * math.pi

#: Samples are made in chunks of this many, aligned to absolute sample indices, so that a sample has
#: the same value whatever blocks are asked for. 16,384 float64 values (128 KiB) stay in a core's
#: second-level cache.
CHUNK = 16_384

#: A phase is an integer in units of 2^-128 cycle. Rounding the step to it costs at most 2^-129
#: cycle a sample: 1.5e-27 of a cycle after 10^12 samples.
CYCLE = 1 << 128
_MASK = CYCLE - 1

#: Added to every position: a sample that falls on an edge (of a square, a stair) would otherwise
#: land before or after it by the rounding of float64, and the edge would jitter by one sample.
#: That rounding is below CHUNK x 2^-53 = 1.8e-12 cycle; the nudge is 1.5e-11.
_NUDGE = 2.0**-36

_INDICES = np.arange(CHUNK, dtype=np.float64)


class Phase:
    """An integer phase accumulator: the phase of sample i is ``origin + i * step``, modulo 1.

    The arithmetic is that of whole numbers, so going 10^12 samples ahead costs what going one
    ahead costs, and is as exact. ``rate`` in Hz is positive; any finite frequency will do.
    """

    def __init__(self, rate: float) -> None:
        self._rate = Fraction(rate)
        self._origin = 0
        self._step = 0
        self._shift = 0

    @property
    def step(self) -> float:
        """Cycles from one sample to the next, modulo 1."""
        return self._step / CYCLE

    def set_frequency(self, frequency: Fraction, sample: int) -> None:
        """Go on with ``frequency`` (Hz) from ``sample`` on, without a jump there."""
        step = round(frequency / self._rate * CYCLE) & _MASK
        self._origin = (self._origin + sample * (self._step - step)) & _MASK
        self._step = step

    def set_shift(self, degrees: float) -> None:
        """Run ahead of the accumulated phase by ``degrees``."""
        self._shift = round(Fraction(degrees) / 360 * CYCLE)

    def advance(self, cycles: float) -> None:
        """Go ``cycles`` ahead, at once and for good."""
        self._origin = (self._origin + round(Fraction(cycles) * CYCLE)) & _MASK

    def at(self, sample: int) -> int:
        """The position of ``sample`` in its period, in units of 1 / CYCLE."""
        return (self._origin + self._shift + sample * self._step) & _MASK

    def cycles(self, chunk: int, start: int, stop: int) -> NDArray[np.float64]:
        """Positions, in [0, 1), of the samples ``start`` to ``stop`` of a chunk."""
        first = self.at(chunk * CHUNK) / CYCLE
        cycles = _INDICES[start:stop] * self.step
        cycles += first + _NUDGE
        cycles -= np.floor(cycles)
        return cycles
