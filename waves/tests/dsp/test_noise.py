"""Noise: its distribution, its spectrum, its seed."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import signal, stats

from waves.dsp.phase import CHUNK
from waves.dsp.synthesis import ADDITIVE, Synthesizer

RATE = 1000.0
N = 64 * CHUNK
NOISES = ["uniform", "gaussian", "pink", "brown", "random_walk", "random_telegraph"]


def made(waveform, n=N, **parameters):
    return Synthesizer(RATE, waveform, parameters, np.float64).samples(n)


def octaves(values, low, high, weight=0.0):
    """Mean of power times frequency^weight in each octave from ``low`` to ``high`` Hz, in dB."""
    frequencies, power = signal.welch(values, RATE, nperseg=8192)
    power *= frequencies**weight
    edges = low * 2.0 ** np.arange(int(np.log2(high / low)))
    bands = [(frequencies >= edge) & (frequencies < 2 * edge) for edge in edges]
    return np.array([10 * np.log10(power[band].mean()) for band in bands])


def slope(values, low, high):
    """Exponent of the power spectrum between two frequencies."""
    levels = octaves(values, low, high)
    return np.polyfit(np.arange(len(levels)), levels, 1)[0] / (10 * np.log10(2.0))


@pytest.mark.parametrize("waveform", NOISES)
def test_the_same_seed_gives_the_same_samples_and_another_seed_others(waveform):
    first = made(waveform, 5000, seed=7)
    assert_array_equal(first, made(waveform, 5000, seed=7))
    assert not np.array_equal(first, made(waveform, 5000, seed=8))


@pytest.mark.parametrize("waveform", ["uniform", "gaussian", "pink", "brown"])
def test_chunks_are_not_repeated(waveform):
    chunks = made(waveform, 2 * CHUNK).reshape(2, CHUNK)
    assert abs(np.corrcoef(np.diff(chunks))[0, 1]) < 0.05


def test_uniform_noise_is_uniform():
    values = made("uniform")
    assert stats.kstest(values[::16], stats.uniform(-1.0, 2.0).cdf).pvalue > 1e-4
    assert slope(values, 1.0, 256.0) == pytest.approx(0.0, abs=0.03)


def test_gaussian_noise_is_normal_and_white():
    values = made("gaussian")
    assert stats.kstest(values[::16], stats.norm.cdf).pvalue > 1e-4
    assert slope(values, 1.0, 256.0) == pytest.approx(0.0, abs=0.03)


def test_pink_noise_falls_by_3_decibels_an_octave():
    assert slope(made("pink"), 0.5, 256.0) == pytest.approx(-1.0, abs=0.06)


def test_no_octave_of_pink_noise_is_off_by_more_than_a_decibel_and_a_half():
    levels = octaves(made("pink"), 0.5, 256.0, weight=1.0)
    assert np.abs(levels - levels.mean()).max() < 1.5


def test_pink_noise_remembers_beyond_a_chunk():
    means = made("pink").reshape(-1, CHUNK).mean(axis=1)
    assert np.corrcoef(means[:-1], means[1:])[0, 1] > 0.3


def test_brown_noise_falls_by_6_decibels_an_octave():
    assert slope(made("brown"), 1.0, 64.0) == pytest.approx(-2.0, abs=0.06)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pink_and_brown_noise_have_a_standard_deviation_near_1(seed):
    # Averages of noise with long memory settle slowly: hence the wide bounds.
    assert 0.5 < np.sqrt(np.mean(made("pink", seed=seed) ** 2)) < 1.6
    assert 0.5 < np.sqrt(np.mean(made("brown", seed=seed) ** 2)) < 1.6


def test_brown_noise_has_no_step_between_chunks():
    steps = np.abs(np.diff(made("brown", 8 * CHUNK)))
    joints = steps[CHUNK - 1 :: CHUNK]
    assert joints.max() < 6 * steps.std()


def test_a_random_walk_steps_by_its_step_and_stays_between_its_walls():
    values = made("random_walk", 8 * CHUNK, step=0.05)
    assert np.abs(values).max() <= 1.0
    inside = np.abs(values[:-1]) < 0.7
    steps = np.diff(values)
    assert steps[inside].std() == pytest.approx(0.05, rel=0.02)
    assert np.abs(steps).max() < 0.05 * 6
    assert stats.kstest(values[::4000], stats.uniform(-1.0, 2.0).cdf).pvalue > 1e-4


def test_a_random_telegraph_switches_as_often_as_asked():
    values = made("random_telegraph", switches=20.0)
    assert_array_equal(np.unique(values), [-1.0, 1.0])
    changes = np.count_nonzero(np.diff(values))
    # An odd number of switches in a sample shows as one change: (1 - exp(-2 x)) / 2 of them.
    expected = (1 - np.exp(-2 * 20.0 / RATE)) / 2 * N
    assert changes == pytest.approx(expected, abs=5 * np.sqrt(expected))


def test_a_random_telegraph_keeps_its_level_from_chunk_to_chunk():
    changes = np.flatnonzero(np.diff(made("random_telegraph", switches=0.05))) + 1
    assert len(changes) > 20
    assert np.all(changes % CHUNK)


@pytest.mark.parametrize("kind", ADDITIVE)
def test_added_noise_has_the_standard_deviation_that_was_asked_for(kind):
    values = made("dc", noise=kind, noise_sigma=0.25, offset=4.0)
    tolerance = 0.02 if kind in ("uniform", "gaussian") else 0.5
    assert np.sqrt(np.mean((values - 5.0) ** 2)) == pytest.approx(0.25, rel=tolerance)


def test_added_noise_is_not_the_noise_that_it_is_added_to():
    alone = made("gaussian", CHUNK, seed=5)
    both = made("gaussian", CHUNK, seed=5, noise="gaussian", noise_sigma=1.0, noise_seed=5)
    assert abs(np.corrcoef(alone, both - alone)[0, 1]) < 0.05
