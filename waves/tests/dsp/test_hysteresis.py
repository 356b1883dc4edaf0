"""The hysteresis that nobody chose: as much as the noise asks for."""

import numpy as np
import pytest

from waves.dsp.hysteresis import hysteresis_of, noise_of
from waves.dsp.trigger import Trigger, TriggerSettings


def noisy(per_period: int, periods: int, sigma: float, sample_type: str = "float32") -> np.ndarray:
    turns = np.arange(per_period * periods) / per_period
    noise = np.random.default_rng(5).standard_normal(turns.size)
    return (np.sin(2 * np.pi * turns) + sigma * noise).astype(sample_type)


@pytest.mark.parametrize("slope", ["rising", "falling"])
@pytest.mark.parametrize("sigma", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("per_period", [30, 100, 400])
def test_of_sweeps_of_a_noisy_sine_none_stands_on_the_wrong_edge(slope, sigma, per_period):
    values = noisy(per_period, 210, sigma)
    settings = TriggerSettings(signal="a", slope=slope)
    trigger = Trigger(settings, 1000.0)
    trigger.arm_beyond(hysteresis_of(settings, values[: max(1000, 2 * per_period)]))
    found = trigger.feed(0, values)
    turns = np.array([point.sample + point.fraction for point in found]) / per_period
    assert len(found) >= 200
    assert np.all((np.cos(2 * np.pi * turns) > 0) == (slope == "rising"))


@pytest.mark.parametrize("sigma", [0.001, 0.02, 0.2])
@pytest.mark.parametrize("sample_type", ["float32", "float64"])
def test_noise_is_measured_beside_a_signal(sigma, sample_type):
    assert noise_of(noisy(50, 100, sigma, sample_type)) == pytest.approx(sigma, rel=0.2)


@pytest.mark.parametrize("level", [-0.7, 0.0, 0.7])
@pytest.mark.parametrize("slope", ["rising", "falling", "either"])
def test_the_signal_goes_as_far_beyond_the_level_as_it_has_to(level, slope):
    values = noisy(200, 100, 0.1)
    settings = TriggerSettings(signal="a", level=level, slope=slope)
    trigger = Trigger(settings, 1000.0)
    trigger.arm_beyond(hysteresis_of(settings, values))
    assert len(trigger.feed(0, values)) >= 90


def test_a_clean_signal_has_little_and_what_is_unknown_none():
    settings = TriggerSettings(signal="a")
    assert hysteresis_of(settings, noisy(200, 50, 0.0)) == pytest.approx(0.04, rel=0.01)
    assert hysteresis_of(settings, np.full(100, 5.0)) == 0
    assert hysteresis_of(settings, np.full(100, np.nan)) == 0
    assert hysteresis_of(settings, np.array([], np.float32)) == 0


def test_missing_samples_are_passed_over():
    values = noisy(200, 50, 0.1)
    values[::50] = np.nan
    settings = TriggerSettings(signal="a")
    assert hysteresis_of(settings, values) == pytest.approx(0.85, abs=0.15)


def test_the_hysteresis_of_a_window_leaves_it_room_to_arm():
    settings = TriggerSettings(signal="a", kind="window", low=-0.1, high=0.1)
    assert 0 < hysteresis_of(settings, noisy(200, 50, 0.1)) < 0.2


@pytest.mark.parametrize("values", [np.zeros(5), np.full(5000, np.nan)])
def test_of_few_samples_and_of_none_nothing_is_said(values):
    assert noise_of(values) == 0.0
    assert hysteresis_of(TriggerSettings(signal="a"), values) == 0.0


def test_leaving_a_window_needs_no_more_than_the_width_of_it():
    settings = TriggerSettings(signal="a", kind="window", direction="leaving", low=-0.01, high=0.01)
    assert 0 < hysteresis_of(settings, noisy(200, 100, 0.1)) <= 0.02
