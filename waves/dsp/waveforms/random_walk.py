"""Random steps between two walls."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from waves.dsp.noise import Noise, Stateful
from waves.dsp.parameters import NoiseWaveform, parameter
from waves.dsp.phase import CHUNK, Floats


class RandomWalk(NoiseWaveform):
    """Random steps up and down, turning back at the amplitude."""

    label = "Random walk"
    formula = (
        "y[i] = y[i − 1] + step x[i], reflected at −1 and at 1, where x is normal,\n"
        "with mean 0 and standard deviation 1"
    )

    step: float = parameter(
        0.01,
        "Step",
        "Standard deviation of a sample's step, where the walls are at -1 and 1.",
        why="a step of 0 goes nowhere, and one over 1 leaves the walls at once",
        gt=0.0,
        le=1.0,
    )

    def start(self, rate: float) -> Noise:
        return Walk(self.seed, self.step)


class Walk(Stateful):
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
