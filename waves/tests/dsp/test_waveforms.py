"""Each waveform as a function of the position in its period: values, type, and scipy's opinion."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import signal

from waves.dsp.parameters import PeriodicWaveform
from waves.dsp.waveforms import WAVEFORMS
from waves.dsp.waveforms.prbs import sequence

PERIODIC = [key for key, kind in WAVEFORMS.items() if issubclass(kind, PeriodicWaveform)]

#: Irregular, so that none stands on an edge, where scipy's rounding and ours may differ.
RANDOM_CYCLES = np.random.default_rng(1).uniform(0.0, 1.0, 5000)
RANDOM_PHASES = RANDOM_CYCLES * 2 * np.pi


def call(key, cycles, step=0.01, **parameters):
    """The values of a waveform at positions in its period."""
    return WAVEFORMS[key](**parameters).values(np.asarray(cycles), step)


@pytest.mark.parametrize("key", WAVEFORMS)
def test_a_waveform_is_one_module_of_its_name(key):
    assert WAVEFORMS[key].__module__ == f"waves.dsp.waveforms.{key}"


@pytest.mark.parametrize("key", PERIODIC)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_waveform_keeps_the_type_and_the_shape_of_its_positions(key, dtype):
    cycles = np.linspace(0.0, 1.0, 12, dtype=dtype).reshape(3, 4)
    before = cycles.copy()
    values = call(key, cycles)
    assert values.shape == (3, 4)
    # A PRBS comes from a table of exact values, -1 and 1.
    assert values.dtype == (np.float32 if key == "prbs" else dtype)
    assert_array_equal(cycles, before)


@pytest.mark.parametrize("key", PERIODIC)
def test_float32_values_are_those_of_float64_to_float32_precision(key):
    cycles = (np.arange(1000) + 0.37) * 0.001
    assert_allclose(call(key, cycles.astype(np.float32)), call(key, cycles), atol=5e-5)


def test_sine_is_numpys_sine():
    assert_allclose(call("sine", RANDOM_CYCLES), np.sin(RANDOM_PHASES), atol=1e-13)


@pytest.mark.parametrize("width", [0.0, 0.1, 0.5, 0.8, 1.0])
def test_sawtooth_is_scipys(width):
    expected = signal.sawtooth(RANDOM_PHASES, width)
    assert_allclose(call("sawtooth", RANDOM_CYCLES, width=width), expected, atol=1e-12)


def test_triangle_is_scipys_sawtooth_of_half_width():
    expected = signal.sawtooth(RANDOM_PHASES, 0.5)
    assert_allclose(call("triangle", RANDOM_CYCLES), expected, atol=1e-12)


@pytest.mark.parametrize("duty", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_square_is_scipys(duty):
    expected = signal.square(RANDOM_PHASES, duty)
    assert_array_equal(call("square", RANDOM_CYCLES, duty=duty), expected)


def test_a_gaussian_pulse_is_the_envelope_of_scipys_gausspulse():
    cycles = np.linspace(0.0, 1.0, 501, endpoint=False)
    fc, bw, bwr = 20.0, 0.5, -6.0
    _, envelope = signal.gausspulse(cycles - 0.5, fc, bw, bwr, retenv=True)
    a = -((np.pi * fc * bw) ** 2) / (4.0 * np.log(10.0 ** (bwr / 20.0)))
    ours = call("gaussian_pulse", cycles, sigma=np.sqrt(1.0 / (2.0 * a)))
    assert_allclose(ours, envelope, atol=1e-12)


def test_an_impulse_train_is_scipys_unit_impulse_in_each_period():
    cycles = np.arange(100) / 100 + 1e-9
    assert_array_equal(call("impulse_train", cycles, step=0.01), signal.unit_impulse(100))


def test_sinc_is_numpys_with_its_peak_in_mid_period():
    cycles = np.linspace(0.0, 1.0, 400, endpoint=False)
    expected = np.sinc((cycles - 0.5) * 2 * 8)
    assert_allclose(call("sinc", cycles, lobes=8), expected, atol=1e-11)


@pytest.mark.parametrize(
    ("cycles", "value"),
    [(0.05, 0.5), (0.1, 1.0), (0.3, 1.0), (0.45, 0.5), (0.5, 0.0), (0.9, 0.0)],
)
def test_a_pulse_rises_stays_and_falls(cycles, value):
    edges = {"rise": 0.1, "width": 0.3, "fall": 0.1}
    assert_allclose(call("pulse", [cycles], **edges), [value], atol=1e-9)
    assert_allclose(call("trapezium", [cycles], **edges), [2 * value - 1], atol=1e-9)


def test_a_pulse_without_edges_is_a_square_from_0_to_1():
    expected = (signal.square(RANDOM_PHASES, 0.3) + 1) / 2
    made = call("pulse", RANDOM_CYCLES, rise=0.0, width=0.3, fall=0.0)
    assert_array_equal(made, expected)


def test_a_staircase_has_equal_treads_from_lowest_to_highest():
    cycles = (np.arange(8) + 0.5) / 8
    assert_allclose(call("staircase", cycles, steps=4), np.repeat([-1, -1 / 3, 1 / 3, 1], 2))


def test_exponentials_reach_63_percent_after_their_time_constant():
    cycles = [0.0, 0.25]
    rest = np.exp(-1)
    assert_allclose(call("exponential_decay", cycles, tau=0.25), [1.0, rest])
    assert_allclose(call("exponential_rise", cycles, tau=0.25), [0.0, 1 - rest])


def test_a_damped_sine_is_a_sine_times_a_decay():
    cycles = np.linspace(0.0, 1.0, 100)
    expected = np.sin(10 * np.pi * cycles) * np.exp(-cycles / 0.3)
    assert_allclose(call("damped_sine", cycles, oscillations=5, tau=0.3), expected, atol=1e-12)


def test_harmonics_add_up_with_their_phases():
    t = np.linspace(0.0, 6.0, 100)
    expected = np.sin(t + 0.5) + 0.25 * np.sin(3 * t)
    assert_allclose(
        call("harmonics", t / (2 * np.pi), amplitudes=[1.0, 0.0, 0.25], phases=[np.degrees(0.5)]),
        expected,
        atol=1e-12,
    )


def test_a_heartbeat_has_its_five_waves_in_order():
    cycles = np.linspace(0.0, 1.0, 1000, endpoint=False)
    beat = call("ecg", cycles)
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
    ends = call("ecg", [0.0, 1 - 1e-9])
    assert_allclose(ends, 0.0, atol=1e-4)


def test_the_end_of_a_period_is_still_on_its_last_step():
    # float32 rounds the last positions before the end of a period up to 1.
    end = np.array([1.0], np.float32)
    assert_array_equal(call("staircase", end, steps=5), [1.0])
    assert_array_equal(call("prbs", end, order=7), sequence(7)[-1:])
