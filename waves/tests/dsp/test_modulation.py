"""AM, FM, PM and bursts: the spectra of theory, exact for ever, and no jump at an edit."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

from waves.dsp.synthesis import Synthesizer
from waves.dsp.waveforms.modulation import SHAPES

RATE = 10_000.0
FAR = 10**12
SHAPE_NAMES = list(SHAPES)


def made(waveform, n, rate=RATE, skip=0, **parameters):
    synthesizer = Synthesizer(rate, waveform, parameters, np.float64)
    synthesizer.skip(skip)
    return synthesizer.samples(n)


def spectrum(waveform, **parameters):
    """Amplitudes by frequency in Hz, where the carrier is at 1,000 Hz and the modulation at 50."""
    given = {"frequency": 1000.0, "modulation_frequency": 50.0, **parameters}
    return np.abs(np.fft.rfft(made(waveform, int(RATE), **given))) * 2 / RATE


def sidebands(amplitudes, orders):
    return amplitudes[[1000 + 50 * order for order in orders]]


@pytest.mark.parametrize("depth", [0.0, 30.0, 100.0, 120.0])
def test_am_by_a_sine_has_two_sidebands_of_half_its_depth(depth):
    amplitudes = spectrum("am", depth=depth)
    half = depth / 200
    assert_allclose(sidebands(amplitudes, [-1, 0, 1]), [half, 1.0, half], atol=1e-6)
    amplitudes[[950, 1000, 1050]] = 0.0
    assert amplitudes.max() < 1e-6


@pytest.mark.parametrize("index", [0.0, 0.5, 2.405, 5.0])
def test_fm_and_pm_by_a_sine_have_the_sidebands_of_bessel(index):
    orders = np.arange(-12, 13)
    expected = np.abs(special.jv(orders, index))
    fm = spectrum("fm", frequency_deviation=50.0 * index)
    pm = spectrum("pm", phase_deviation=np.degrees(index))
    assert_allclose(sidebands(fm, orders), expected, atol=1e-6)
    assert_allclose(sidebands(pm, orders), expected, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPE_NAMES)
def test_the_frequency_of_fm_follows_the_shape(shape):
    """Against a sum of the frequencies in between, sample by sample."""
    given = {"frequency": 40.0, "modulation_frequency": 2.0, "modulation_shape": shape}
    signal = made("fm", 20_000, frequency_deviation=15.0, **given)
    modulating = made(shape, 200_000, rate=RATE * 10, frequency=2.0)
    phase = np.concatenate([[0.0], np.cumsum(40.0 + 15.0 * modulating)])[::10] / (RATE * 10)
    assert_allclose(signal, np.sin(2 * np.pi * phase[:-1]), atol=0.02)


@pytest.mark.parametrize("shape", SHAPE_NAMES)
@pytest.mark.parametrize("waveform", ["am", "pm"])
def test_am_and_pm_follow_the_waveform_of_the_same_name(waveform, shape):
    given = {"frequency": 40.0, "modulation_frequency": 3.0, "modulation_shape": shape}
    signal = made(waveform, 5000, **given)
    m, p = made(shape, 5000, frequency=3.0), np.arange(5000) * 40.0 / RATE
    if waveform == "am":
        expected = (1 + 0.8 * m) * np.sin(2 * np.pi * p)
    else:
        expected = np.sin(2 * np.pi * p + np.pi / 2 * m)
    assert_allclose(signal, expected, atol=1e-7)


@pytest.mark.parametrize("waveform", ["am", "fm", "pm"])
def test_after_days_at_a_megahertz_the_phase_is_that_of_exact_arithmetic(waveform):
    given = {"frequency": 12_345.6, "modulation_frequency": 77.7}
    own = {"am": "depth", "fm": "frequency_deviation", "pm": "phase_deviation"}[waveform]
    value = {"am": 80.0, "fm": 20_000.0, "pm": 200.0}[waveform]
    signal = made(waveform, 1000, rate=1e6, skip=FAR, **given, **{own: value})
    p, q = (
        2 * np.pi * np.array([float((FAR + i) * Fraction(f) / 1_000_000 % 1) for i in range(1000)])
        for f in (12_345.6, 77.7)
    )
    expected = {
        "am": (1 + 0.8 * np.sin(q)) * np.sin(p),
        "fm": np.sin(p + 20_000.0 / 77.7 * (1 - np.cos(q))),
        "pm": np.sin(p + np.radians(200.0) * np.sin(q)),
    }[waveform]
    assert_allclose(signal, expected, atol=1e-6)


EDITS = [
    {"frequency_deviation": 5.0},
    {"modulation_frequency": 31.0},
    {"modulation_shape": "square"},
    {"frequency": 90.0},
]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("before", [1, 777, 50_001])
def test_no_edit_of_fm_makes_a_phase_jump(edit, before):
    given = {"frequency": 80.0, "frequency_deviation": 60.0, "modulation_frequency": 3.0}
    synthesizer = Synthesizer(RATE, "fm", given, np.float64)
    first = synthesizer.samples(before)
    synthesizer.update("fm", {**given, **edit})
    second = synthesizer.samples(5000)
    synthesizer.update("sine", {"frequency": 80.0})
    joined = np.concatenate([first[-2:], second, synthesizer.samples(500)])
    steepest = 2 * np.pi * 150.0 / RATE
    assert np.abs(np.diff(joined)).max() <= steepest * 1.0001


def test_a_thousand_edits_of_fm_lose_nothing():
    """Back and forth: the phase is the integral of every frequency that there was."""
    given = [
        {"frequency": 80.0, "frequency_deviation": d, "modulation_frequency": 10.0}
        for d in (60.0, 20.0)
    ]
    synthesizer = Synthesizer(RATE, "fm", given[0], np.float64)
    for k in range(1000):
        synthesizer.update("fm", given[k % 2])
        synthesizer.skip(250)  # a quarter of a modulation
    # The sine is above 0 in quarters 0 and 1 and below it in 2 and 3, and each is half of one with
    # each deviation: 60 - 20 + 20 - 60. After whole periods only the carrier has moved.
    synthesizer.update("sine", {"frequency": 80.0})
    expected = made("sine", 100, frequency=80.0)
    assert_allclose(synthesizer.samples(100), expected, atol=1e-6)


def test_a_burst_is_whole_cycles_and_then_0_each_from_the_same_phase():
    signal = made("burst", 3000, frequency=1000.0, cycles=4, burst_period=0.1)
    expected = np.zeros((3, 1000))
    expected[:, :40] = np.sin(2 * np.pi * np.arange(40) / 10)
    assert_allclose(signal.reshape(3, 1000), expected, atol=1e-6)


def test_a_burst_of_another_shape_begins_at_the_phase():
    given = {"frequency": 500.0, "phase": 90.0, "burst_shape": "square", "cycles": 2}
    signal = made("burst", 1000, burst_period=0.1, skip=FAR, **given)
    assert_array_equal(signal[:40], [*[1] * 5, *[-1] * 10, *[1] * 10, *[-1] * 10, *[1] * 5])
    assert_array_equal(signal[40:], 0.0)


def test_the_next_burst_cuts_one_that_does_not_end_in_its_period():
    signal = made("burst", 500, frequency=100.0, cycles=9, burst_period=0.025)
    one = np.sin(2 * np.pi * np.arange(250) / 100)
    assert_allclose(signal, np.tile(one, 2), atol=1e-6)


def test_an_edit_of_the_frequency_leaves_the_beginnings_of_bursts_where_they_are():
    given = {"frequency": 1000.0, "cycles": 2, "burst_period": 0.1}
    synthesizer = Synthesizer(RATE, "burst", given, np.float64)
    synthesizer.samples(1500)
    synthesizer.update("burst", {**given, "frequency": 200.0})
    synthesizer.samples(500)
    expected = np.zeros(1000)
    expected[:100] = np.sin(2 * np.pi * np.arange(100) / 50)
    assert_allclose(synthesizer.samples(1000), expected, atol=1e-6)
