"""Noise that wanders: white noise through one pole."""

from __future__ import annotations

import math

import numpy as np

from waves.dsp.noise import Noise, Stateful
from waves.dsp.parameters import NoiseWaveform
from waves.dsp.phase import CHUNK, Floats


class Brown(NoiseWaveform):
    """Noise that wanders, 6 dB less each octave; the amplitude is its standard deviation."""

    label = "Brown noise"
    formula = (
        "y[i] = a y[i − 1] + √(1 − a²) x[i], where a = exp(−1 / 16384) and x is normal,\n"
        "with mean 0 and standard deviation 1"
    )

    def start(self, rate: float) -> Noise:
        return BrownNoise(self.seed)


class BrownNoise(Stateful):
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
