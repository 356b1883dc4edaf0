"""White noise between two bounds."""

from __future__ import annotations

import numpy as np

from waves.dsp.noise import Noise
from waves.dsp.parameters import NoiseWaveform
from waves.dsp.phase import CHUNK, Floats


class Uniform(NoiseWaveform):
    """White noise, every value within the amplitude as likely."""

    label = "Uniform noise"
    formula = "y = 2u − 1, where u is uniform in [0, 1)"

    def start(self, rate: float) -> Noise:
        return UniformNoise(self.seed)


class UniformNoise(Noise):
    """White, every value between -1 and 1 as likely. Standard deviation 1 / sqrt(3)."""

    def _make(self, index: int, random: np.random.Generator) -> Floats:
        values = random.random(CHUNK, dtype=np.float32)
        values *= 2.0
        values -= 1.0
        return values
