"""Noise with as much power in each octave: 1/f noise, by Voss's algorithm."""

from __future__ import annotations

import math

import numpy as np

from waves.dsp.noise import Noise
from waves.dsp.parameters import NoiseWaveform
from waves.dsp.phase import CHUNK, Floats


class Pink(NoiseWaveform):
    """Noise with as much power in each octave; the amplitude is its standard deviation."""

    label = "Pink noise"
    formula = (
        "y = √(3/24) Σ u[k], k = 0 … 23,\n"
        "where each u[k] is uniform in [−1, 1) and held for 2^k samples"
    )

    def start(self, rate: float) -> Noise:
        return PinkNoise(self.seed)


class PinkNoise(Noise):
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
