"""Noise that can be had again: the same seed gives the same samples, whatever the blocks.

Each kind makes whole chunks of ``CHUNK`` samples. The random numbers of a chunk come from a
generator that is seeded by the seed and the number of the chunk, so that a chunk can be made
without those before it. Uniform, Gaussian and pink noise depend on nothing else; brown noise,
the random walk and the random telegraph go on from where the chunk before ended, and over chunks
that were skipped they move by a draw from the distribution that those chunks would have led to.
"""

from __future__ import annotations

import abc
import math

import numpy as np
from numpy.typing import NDArray

from waves.dsp.phase import CHUNK
from waves.dsp.shapes import Floats


class Noise(abc.ABC):
    """A run of noise. ``lane`` tells apart runs with the same seed, so that they differ."""

    def __init__(self, seed: int, lane: int = 0) -> None:
        self._key = (seed, lane)
        self._index = -1
        self._chunk: Floats = np.empty(0)

    def chunk(self, index: int) -> Floats:
        """The ``CHUNK`` samples of chunk ``index``; asked for in increasing order. Read only."""
        if index != self._index:
            self._chunk = self._make(index, self._generator(index))
            self._index = index
        return self._chunk

    @abc.abstractmethod
    def _make(self, index: int, random: np.random.Generator) -> Floats:
        """Make the samples of chunk ``index`` from the numbers of ``random``."""

    def _generator(self, *key: int) -> np.random.Generator:
        # SFC64 is the fastest of numpy's; to seed it takes 10 µs, 6 % of a chunk's normal numbers.
        return np.random.Generator(np.random.SFC64([*self._key, *key]))


class Uniform(Noise):
    """White, every value between -1 and 1 as likely. Standard deviation 1 / sqrt(3)."""

    def _make(self, index: int, random: np.random.Generator) -> Floats:
        values = random.random(CHUNK, dtype=np.float32)
        values *= 2.0
        values -= 1.0
        return values


class Gaussian(Noise):
    """White, normally distributed, standard deviation 1."""

    def _make(self, index: int, random: np.random.Generator) -> Floats:
        return random.standard_normal(CHUNK, dtype=np.float32)


class Pink(Noise):
    """Power falls with 1/f (3 dB an octave) over 24 octaves, standard deviation 1.

    Voss's algorithm (R. F. Voss and J. Clarke, "1/f noise in music", J. Acoust. Soc. Am. 63, 1978):
    the sum of random values of which each is held for 1, 2, 4, … samples. Built from the longest
    to the shortest, every octave doubles the values and adds fresh ones, two random numbers a
    sample in all. Sums of 24 uniform values are normal for every purpose here.
    """

    #: 14 octaves within a chunk, 10 over chunks: values are held for up to 2^23 samples.
    _FINE = CHUNK.bit_length() - 1
    _COARSE = 10
    _SCALE = math.sqrt(3.0 / (_FINE + _COARSE))

    def __init__(self, seed: int, lane: int = 0) -> None:
        super().__init__(seed, lane)
        self._group = -1
        self._levels: Floats = np.empty(0)

    def _make(self, index: int, random: np.random.Generator) -> Floats:
        group, position = divmod(index, 2**self._COARSE)
        if group != self._group:
            base = np.zeros(1, dtype=np.float32)
            self._levels = self._octaves(base, self._COARSE, self._generator(group, 1))
            self._group = group
        base = self._levels[position : position + 1]
        return self._octaves(base, self._FINE, random)

    def _octaves(self, values: Floats, octaves: int, random: np.random.Generator) -> Floats:
        for _ in range(octaves):
            values = np.repeat(values, 2)
            fresh = random.random(len(values), dtype=np.float32)
            fresh -= 0.5
            fresh *= 2.0 * self._SCALE
            values += fresh
        return values


class _Stateful(Noise):
    """Noise that goes on from where the chunk before ended."""

    def _make(self, index: int, random: np.random.Generator) -> Floats:
        skipped = (index - self._index - 1) * CHUNK
        if self._index < 0:
            self._begin(random)
        elif skipped:
            self._leap(skipped, random)
        return self._go_on(random)

    @abc.abstractmethod
    def _begin(self, random: np.random.Generator) -> None:
        """Choose the state before the first sample."""

    @abc.abstractmethod
    def _leap(self, n: int, random: np.random.Generator) -> None:
        """Draw the state after ``n`` samples that nobody asked for."""

    @abc.abstractmethod
    def _go_on(self, random: np.random.Generator) -> Floats:
        """The next chunk."""


class Brown(_Stateful):
    """Power falls with 1/f^2 (6 dB an octave), standard deviation 1, and it never drifts away.

    White noise through one pole: y[i] = a y[i-1] + sqrt(1 - a^2) x[i], a = exp(-1 / CHUNK), flat
    below rate / (2 pi CHUNK), about 1e-5 of the rate. Written as a cumulative sum of x[i] a^-i,
    which numpy vectorises; within a chunk the weights reach e at most, so nothing is lost.
    """

    _DECAY = np.exp(-np.arange(1, CHUNK + 1) / CHUNK)
    _WEIGHT = math.sqrt(-math.expm1(-2.0 / CHUNK)) / _DECAY

    def _begin(self, random: np.random.Generator) -> None:
        self._state = float(random.standard_normal())

    def _leap(self, n: int, random: np.random.Generator) -> None:
        spread = math.sqrt(-math.expm1(-2.0 * n / CHUNK))
        self._state = self._state * math.exp(-n / CHUNK) + spread * float(random.standard_normal())

    def _go_on(self, random: np.random.Generator) -> Floats:
        values = random.standard_normal(CHUNK, dtype=np.float32) * self._WEIGHT
        np.cumsum(values, out=values)
        values += self._state
        values *= self._DECAY
        self._state = float(values[-1])
        return values


class RandomWalk(_Stateful):
    """Each sample is the one before plus a normal ``step``; it turns back at -1 and at 1.

    A free walk, folded at the two walls, is distributed as one that they reflect. The free walk is
    kept modulo 4, the period of the folding, so that it keeps its precision for ever.
    """

    def __init__(self, seed: int, step: float, lane: int = 0) -> None:
        super().__init__(seed, lane)
        self._step = step

    def _begin(self, random: np.random.Generator) -> None:
        self._state = 0.0

    def _leap(self, n: int, random: np.random.Generator) -> None:
        self._state += self._step * math.sqrt(n) * float(random.standard_normal())

    def _go_on(self, random: np.random.Generator) -> Floats:
        walk = np.cumsum(random.standard_normal(CHUNK, dtype=np.float32), dtype=np.float64)
        walk *= self._step
        walk += self._state
        self._state = math.fmod(float(walk[-1]), 4.0)
        return _fold(walk)


def _fold(walk: NDArray[np.float64]) -> NDArray[np.float64]:
    """Reflect at -1 and at 1: the identity between them, with a period of 4."""
    walk -= 1.0
    walk -= 4.0 * np.floor(walk * 0.25)
    walk -= 2.0
    np.abs(walk, out=walk)
    walk -= 1.0
    return walk


class RandomTelegraph(_Stateful):
    """-1 or 1, changing at moments that nobody can foresee: a Poisson process.

    ``switches`` is their mean number per sample. Two neighbours differ where an odd number of
    switches lies between them, which has the probability (1 - exp(-2 switches)) / 2.
    """

    def __init__(self, seed: int, switches: float, lane: int = 0) -> None:
        super().__init__(seed, lane)
        self._switches = switches

    def _begin(self, random: np.random.Generator) -> None:
        self._state = True

    def _leap(self, n: int, random: np.random.Generator) -> None:
        self._state ^= bool(random.random() < self._probability(n))

    def _go_on(self, random: np.random.Generator) -> Floats:
        flips = random.random(CHUNK) < self._probability(1)
        flips[0] ^= self._state
        high = np.logical_xor.accumulate(flips)
        self._state = bool(high[-1])
        values = high.astype(np.float32)
        values *= 2.0
        values -= 1.0
        return values

    def _probability(self, n: int) -> float:
        return -0.5 * math.expm1(-2.0 * self._switches * n)


#: Noise to add to a signal, by name: the class, and what brings its standard deviation to 1.
ADDITIVE: dict[str, tuple[type[Uniform | Gaussian | Pink | Brown], float]] = {
    "uniform": (Uniform, math.sqrt(3.0)),
    "gaussian": (Gaussian, 1.0),
    "pink": (Pink, 1.0),
    "brown": (Brown, 1.0),
}
