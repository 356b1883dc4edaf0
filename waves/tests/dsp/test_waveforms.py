"""Each waveform as a function of a phase in radians: values, period, type, and scipy's opinion."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal

from waves.dsp import shapes, waveforms
from waves.dsp.prbs import prbs, sequence

#: Needed arguments; everything else has defaults.
ARGUMENTS = {"impulse_train": {"step": 0.01}, "harmonics": {"amplitudes": [1.0, 0.5, 0.25]}}
NAMES = sorted(set(waveforms.__all__) - {"chirp", "cycles_of"})

#: Irregular, so that none stands on an edge, where scipy's rounding and ours may differ.
RANDOM_PHASES = np.random.default_rng(1).uniform(-50.0, 50.0, 5000)


def call(name, t):
    return getattr(waveforms, name)(t, **ARGUMENTS.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_a_waveform_repeats_every_two_pi(name):
    # Multiples of 0.001 of a period, off the edges of all defaults.
    t = (np.arange(1000) + 0.37) * 0.002 * np.pi
    assert_allclose(call(name, t + 6 * np.pi), call(name, t), atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_waveform_keeps_the_type_and_the_shape_of_its_phase(name, dtype):
    t = np.linspace(0.0, 9.0, 12, dtype=dtype).reshape(3, 4)
    values = call(name, t)
    assert values.shape == (3, 4)
    # A PRBS comes from a table of exact values, -1 and 1.
    assert values.dtype == (np.float32 if name == "prbs" else dtype)


@pytest.mark.parametrize("name", NAMES)
def test_a_waveform_takes_a_list_and_a_single_number(name):
    assert_array_equal(call(name, [1, 2]), call(name, np.array([1.0, 2.0])))
    assert float(call(name, 1.5)) == call(name, np.array([1.5]))[0]


@pytest.mark.parametrize("name", NAMES)
def test_float32_values_are_those_of_float64_to_float32_precision(name):
    t = (np.arange(1000) + 0.37) * 0.002 * np.pi
    assert_allclose(call(name, t.astype(np.float32)), call(name, t), atol=5e-5)


def test_sine_is_numpys_sine():
    assert_allclose(waveforms.sine(RANDOM_PHASES), np.sin(RANDOM_PHASES), atol=1e-13)


@pytest.mark.parametrize("width", [0.0, 0.1, 0.5, 0.8, 1.0])
def test_sawtooth_is_scipys(width):
    expected = signal.sawtooth(RANDOM_PHASES, width)
    assert_allclose(waveforms.sawtooth(RANDOM_PHASES, width), expected, atol=1e-12)


def test_triangle_is_scipys_sawtooth_of_half_width():
    expected = signal.sawtooth(RANDOM_PHASES, 0.5)
    assert_allclose(waveforms.triangle(RANDOM_PHASES), expected, atol=1e-12)


@pytest.mark.parametrize("duty", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_square_is_scipys(duty):
    expected = signal.square(RANDOM_PHASES, duty)
    assert_array_equal(waveforms.square(RANDOM_PHASES, duty), expected)


def test_a_gaussian_pulse_is_the_envelope_of_scipys_gausspulse():
    cycles = np.linspace(0.0, 1.0, 501, endpoint=False)
    fc, bw, bwr = 20.0, 0.5, -6.0
    _, envelope = signal.gausspulse(cycles - 0.5, fc, bw, bwr, retenv=True)
    a = -((np.pi * fc * bw) ** 2) / (4.0 * np.log(10.0 ** (bwr / 20.0)))
    ours = waveforms.gaussian_pulse(cycles * 2 * np.pi, sigma=np.sqrt(1.0 / (2.0 * a)))
    assert_allclose(ours, envelope, atol=1e-12)


def test_an_impulse_train_is_scipys_unit_impulse_in_each_period():
    cycles = np.arange(300) / 100 + 1e-9
    ours = waveforms.impulse_train(cycles * 2 * np.pi, step=0.01)
    assert_array_equal(ours, np.tile(signal.unit_impulse(100), 3))


def test_sinc_is_numpys_with_its_peak_in_mid_period():
    cycles = np.linspace(0.0, 1.0, 400, endpoint=False)
    expected = np.sinc((cycles - 0.5) * 2 * 8)
    assert_allclose(waveforms.sinc(cycles * 2 * np.pi, lobes=8), expected, atol=1e-11)


@pytest.mark.parametrize(
    ("cycles", "value"),
    [(0.05, 0.5), (0.1, 1.0), (0.3, 1.0), (0.45, 0.5), (0.5, 0.0), (0.9, 0.0)],
)
def test_a_pulse_rises_stays_and_falls(cycles, value):
    t = np.array([cycles * 2 * np.pi])
    assert_allclose(waveforms.pulse(t, rise=0.1, width=0.3, fall=0.1), [value], atol=1e-9)
    assert_allclose(waveforms.trapezium(t, 0.1, 0.3, 0.1), [2 * value - 1], atol=1e-9)


def test_a_pulse_without_edges_is_a_square_from_0_to_1():
    expected = (signal.square(RANDOM_PHASES, 0.3) + 1) / 2
    assert_array_equal(waveforms.pulse(RANDOM_PHASES, 0.0, 0.3, 0.0), expected)


def test_a_staircase_has_equal_treads_from_lowest_to_highest():
    t = (np.arange(8) + 0.5) / 8 * 2 * np.pi
    assert_allclose(waveforms.staircase(t, steps=4), np.repeat([-1, -1 / 3, 1 / 3, 1], 2))


def test_exponentials_reach_63_percent_after_their_time_constant():
    t = np.array([0.0, 0.25 * 2 * np.pi])
    rest = np.exp(-1)
    assert_allclose(waveforms.exponential_decay(t, tau=0.25), [1.0, rest])
    assert_allclose(waveforms.exponential_rise(t, tau=0.25), [0.0, 1 - rest])


def test_a_damped_sine_is_a_sine_times_a_decay():
    t = np.linspace(0.0, 6.0, 100)
    cycles = t / (2 * np.pi)
    expected = np.sin(5 * t) * np.exp(-cycles / 0.3)
    assert_allclose(waveforms.damped_sine(t, oscillations=5, tau=0.3), expected, atol=1e-12)


def test_harmonics_add_up_with_their_phases():
    t = np.linspace(0.0, 6.0, 100)
    expected = np.sin(t + 0.5) + 0.25 * np.sin(3 * t)
    assert_allclose(waveforms.harmonics(t, [1.0, 0.0, 0.25], [0.5]), expected, atol=1e-12)


def test_a_heartbeat_has_its_five_waves_in_order():
    cycles = np.linspace(0.0, 1.0, 1000, endpoint=False)
    beat = waveforms.ecg(cycles * 2 * np.pi)
    r = int(np.argmax(beat))
    assert beat[r] == pytest.approx(1.0, abs=0.02)
    p = int(np.argmax(beat[: r - 60]))
    q = r - 60 + int(np.argmin(beat[r - 60 : r]))
    s = r + int(np.argmin(beat[r : r + 100]))
    t = s + int(np.argmax(beat[s:]))
    assert 0.2 < beat[p] < 0.3
    assert beat[q] < -0.1
    assert beat[s] < -0.2
    assert 0.35 < beat[t] < 0.45
    assert p < q < r < s < t


def test_a_heartbeat_joins_up_with_the_next():
    ends = waveforms.ecg(np.array([0.0, 2 * np.pi * (1 - 1e-9)]))
    assert_allclose(ends, 0.0, atol=1e-4)


def test_the_end_of_a_period_is_still_on_its_last_step():
    # float32 rounds the last positions before the end of a period up to 1.
    end = np.array([1.0], np.float32)
    assert_array_equal(shapes.staircase(end, 5), [1.0])
    assert_array_equal(prbs(end, 7), sequence(7)[-1:])
