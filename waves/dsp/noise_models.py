"""The waveforms that are noise: their parameters, and the runs that they start."""

from __future__ import annotations

from waves.dsp import noise
from waves.dsp.parameters import HIGHEST_FREQUENCY, NoiseWaveform, parameter


class Uniform(NoiseWaveform):
    """White noise, every value within the amplitude as likely."""

    label = "Uniform noise"

    def start(self, rate: float) -> noise.Noise:
        return noise.Uniform(self.seed)


class Gaussian(NoiseWaveform):
    """White noise, normally distributed; the amplitude is its standard deviation."""

    label = "Gaussian noise"

    def start(self, rate: float) -> noise.Noise:
        return noise.Gaussian(self.seed)


class Pink(NoiseWaveform):
    """Noise with as much power in each octave; the amplitude is its standard deviation."""

    label = "Pink noise"

    def start(self, rate: float) -> noise.Noise:
        return noise.Pink(self.seed)


class Brown(NoiseWaveform):
    """Noise that wanders, 6 dB less each octave; the amplitude is its standard deviation."""

    label = "Brown noise"

    def start(self, rate: float) -> noise.Noise:
        return noise.Brown(self.seed)


class RandomWalk(NoiseWaveform):
    """Random steps up and down, turning back at the amplitude."""

    label = "Random walk"

    step: float = parameter(
        0.01,
        "Step",
        "Standard deviation of a sample's step, where the walls are at -1 and 1.",
        why="a step of 0 goes nowhere, and one over 1 leaves the walls at once",
        gt=0.0,
        le=1.0,
    )

    def start(self, rate: float) -> noise.Noise:
        return noise.RandomWalk(self.seed, self.step)


class RandomTelegraph(NoiseWaveform):
    """Jumps between high and low at random moments."""

    label = "Random telegraph"

    switches: float = parameter(
        10.0,
        "Switches per second",
        "Mean number of jumps.",
        unit="Hz",
        why="without any it is a constant, and no clock here is faster than 1 GHz",
        gt=0.0,
        le=HIGHEST_FREQUENCY,
    )

    def start(self, rate: float) -> noise.Noise:
        return noise.RandomTelegraph(self.seed, self.switches / rate)
