"""Every waveform that a signal can have."""

from __future__ import annotations

from waves.dsp import noise_models as noise
from waves.dsp import periodic_models as periodic
from waves.dsp.parameters import Waveform

#: Every waveform by its key: what a stream's configuration, the API and the docs call it.
WAVEFORMS: dict[str, type[Waveform]] = {
    "dc": periodic.Dc,
    "sine": periodic.Sine,
    "square": periodic.Square,
    "triangle": periodic.Triangle,
    "sawtooth": periodic.Sawtooth,
    "pulse": periodic.Pulse,
    "trapezium": periodic.Trapezium,
    "sinc": periodic.Sinc,
    "gaussian_pulse": periodic.GaussianPulse,
    "impulse_train": periodic.ImpulseTrain,
    "staircase": periodic.Staircase,
    "exponential_rise": periodic.ExponentialRise,
    "exponential_decay": periodic.ExponentialDecay,
    "damped_sine": periodic.DampedSine,
    "chirp": periodic.Chirp,
    "harmonics": periodic.Harmonics,
    "ecg": periodic.Ecg,
    "prbs": periodic.Prbs,
    "uniform": noise.Uniform,
    "gaussian": noise.Gaussian,
    "pink": noise.Pink,
    "brown": noise.Brown,
    "random_walk": noise.RandomWalk,
    "random_telegraph": noise.RandomTelegraph,
}
