"""High or low, changing at moments that nobody can foresee."""

from __future__ import annotations

import math

import numpy as np

from waves.dsp.noise import Noise, Stateful
from waves.dsp.parameters import HIGHEST_FREQUENCY, NoiseWaveform, parameter
from waves.dsp.phase import CHUNK, Floats


class RandomTelegraph(NoiseWaveform):
    """Jumps between high and low at random moments."""

    label = "Random telegraph"
    line = "step"
    formula = (
        "y[i] = −y[i − 1] with the probability (1 − exp(−2 switches / rate)) / 2, else y[i − 1]"
    )

    switches: float = parameter(
        10.0,
        "Switches per second",
        "Mean number of jumps.",
        unit="Hz",
        why="without any it is a constant, and no clock here is faster than 1 GHz",
        gt=0.0,
        le=HIGHEST_FREQUENCY,
    )

    def start(self, rate: float) -> Noise:
        return Telegraph(self.seed, self.switches / rate)


class Telegraph(Stateful):
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
