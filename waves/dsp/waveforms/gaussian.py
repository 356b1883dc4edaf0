"""White noise, normally distributed."""

from __future__ import annotations

import numpy as np

from waves.dsp.noise import Noise
from waves.dsp.parameters import NoiseWaveform
from waves.dsp.phase import CHUNK, Floats


class Gaussian(NoiseWaveform):
    """White noise, normally distributed; the amplitude is its standard deviation."""

    label = "Gaussian noise"
    formula = "y = x, where x is normal, with mean 0 and standard deviation 1"

    def start(self, rate: float) -> Noise:
        return GaussianNoise(self.seed)


class GaussianNoise(Noise):
    """White, normally distributed, standard deviation 1."""

    def _make(self, index: int, random: np.random.Generator) -> Floats:
        return random.standard_normal(CHUNK, dtype=np.float32)
