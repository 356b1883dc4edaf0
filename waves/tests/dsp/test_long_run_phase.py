"""After 10^12 samples the phase is what exact arithmetic says."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from waves.dsp.phase import CHUNK, CYCLE, Phase
from waves.dsp.synthesis import Synthesizer

FAR = 10**12
BOUND = 1e-6


def error(actual, expected):
    """Distance on the circle, in cycles."""
    distance = abs(float(actual - expected)) % 1.0
    return min(distance, 1.0 - distance)


@pytest.mark.parametrize("frequency", [1000.0, 0.1, 1 / 3, 440.000001, 1e-7, 499_999.9])
@pytest.mark.parametrize("rate", [1e6, 44_100.0, 1000 / 3])
def test_the_phase_is_exact_after_a_million_million_samples(frequency, rate):
    phase = Phase(rate)
    phase.set_frequency(Fraction(frequency), 0)
    expected = FAR * Fraction(frequency) / Fraction(rate) % 1
    assert error(Fraction(phase.at(FAR), CYCLE), expected) < 1e-20
    chunk, start = divmod(FAR, CHUNK)
    assert error(Fraction(phase.cycles(chunk, start, start + 1)[0]), expected) < BOUND / 1000


def test_samples_far_out_are_those_of_exact_arithmetic():
    frequency, rate = 440.1, 44_100.0
    synthesizer = Synthesizer(rate, "sine", {"frequency": frequency}, np.float64)
    synthesizer.skip(FAR)
    exact = [(FAR + i) * Fraction(frequency) / Fraction(rate) % 1 for i in range(1000)]
    expected = np.sin(2 * np.pi * np.array([float(x) for x in exact]))
    assert_allclose(synthesizer.samples(1000), expected, atol=2 * np.pi * BOUND / 1000)


def test_many_large_jumps_are_as_exact_as_one():
    frequency, rate = 1234.567, 1e6
    jumping = Synthesizer(rate, "sine", {"frequency": frequency}, np.float64)
    once = Synthesizer(rate, "sine", {"frequency": frequency}, np.float64)
    for _ in range(1000):
        jumping.skip(FAR // 1000 - 50)
        jumping.samples(50)
    once.skip(FAR)
    assert_array_equal(jumping.samples(1000), once.samples(1000))


def test_a_thousand_changes_of_frequency_lose_nothing():
    rate, step = Fraction(48_000), 987_654_321
    phase = Phase(48_000.0)
    expected = Fraction(0)
    for i in range(1000):
        frequency = Fraction(100.0 + 0.1 * i)
        phase.set_frequency(frequency, i * step)
        expected += step * frequency / rate
    assert error(Fraction(phase.at(1000 * step), CYCLE), expected % 1) < 1e-20


@pytest.mark.parametrize("rate", [8_000.0, 10_000.0, 44_000.0])
def test_the_edges_of_a_square_never_jitter(rate):
    synthesizer = Synthesizer(rate, "square", {"frequency": 1000.0})
    synthesizer.skip(FAR // 1000 * int(rate))
    periods = synthesizer.samples(200 * int(rate) // 1000).reshape(200, -1)
    half = periods.shape[1] // 2
    assert_array_equal(periods[:, :half], 1.0)
    assert_array_equal(periods[:, half:], -1.0)


def test_an_impulse_train_has_one_sample_each_period():
    synthesizer = Synthesizer(1000.0, "impulse_train", {"frequency": 100.0})
    values = synthesizer.samples(100_000)
    assert_array_equal(np.flatnonzero(values), np.arange(0, 100_000, 10))
