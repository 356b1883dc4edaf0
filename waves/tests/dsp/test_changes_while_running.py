"""An edit takes effect at the next sample, and does not break the curve."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from waves.dsp.synthesis import Synthesizer
from waves.exceptions import ConfigurationError

RATE = 10_000.0


def sine(**parameters):
    return Synthesizer(RATE, "sine", {"frequency": 10.0, **parameters}, np.float64)


@pytest.mark.parametrize("before", [1, 777, 16_384, 50_001])
def test_a_change_of_frequency_makes_no_phase_jump(before):
    synthesizer = sine()
    first = synthesizer.samples(before)
    synthesizer.update("sine", {"frequency": 35.0})
    second = synthesizer.samples(1000)
    # No two neighbours are further apart than the steepest slope of the faster sine.
    steepest = 2 * np.pi * 35.0 / RATE
    assert np.abs(np.diff(np.concatenate([first[-2:], second]))).max() <= steepest * 1.0001
    phase = before * 10.0 / RATE
    expected = np.sin(2 * np.pi * (phase + np.arange(1000) * 35.0 / RATE))
    assert_allclose(second, expected, atol=1e-6)


def test_a_change_of_amplitude_and_offset_keeps_the_phase():
    synthesizer, reference = sine(), sine()
    synthesizer.samples(1234)
    reference.skip(1234)
    synthesizer.update("sine", {"frequency": 10.0, "amplitude": 3.0, "offset": 5.0})
    assert_allclose(synthesizer.samples(500), reference.samples(500) * 3.0 + 5.0)


def test_a_change_of_waveform_keeps_the_phase():
    synthesizer = sine()
    synthesizer.samples(1234)
    synthesizer.update("sawtooth", {"frequency": 10.0})
    reference = Synthesizer(RATE, "sawtooth", {"frequency": 10.0}, np.float64)
    reference.skip(1234)
    assert_allclose(synthesizer.samples(500), reference.samples(500), atol=1e-9)


def test_a_change_of_phase_moves_the_curve_by_just_that():
    synthesizer, reference = sine(), sine()
    synthesizer.update("sine", {"frequency": 10.0, "phase": 90.0})
    reference.skip(250)
    assert_allclose(synthesizer.samples(500), reference.samples(500), atol=1e-9)
    synthesizer.update("sine", {"frequency": 10.0, "phase": 0.0})
    reference.skip(-250)
    assert_allclose(synthesizer.samples(500), reference.samples(500), atol=1e-9)


def test_a_frequency_of_0_holds_the_value_and_then_goes_on():
    synthesizer, reference = sine(), sine()
    synthesizer.samples(100)
    synthesizer.update("sine", {"frequency": 0.0})
    reference.skip(100)
    assert_allclose(synthesizer.samples(300), reference.samples(1)[0], atol=1e-9)
    synthesizer.update("sine", {"frequency": 10.0})
    reference.skip(-1)
    assert_allclose(synthesizer.samples(300), reference.samples(300), atol=1e-9)


@pytest.mark.parametrize("waveform", ["gaussian", "pink", "brown", "random_walk"])
def test_noise_goes_on_where_its_amplitude_changes(waveform):
    changed = Synthesizer(RATE, waveform, {"seed": 3})
    constant = Synthesizer(RATE, waveform, {"seed": 3})
    # Beyond the first chunk, where noise that starts anew would differ.
    changed.samples(20_000)
    changed.update(waveform, {"seed": 3, "amplitude": 2.0})
    constant.samples(20_000)
    assert_allclose(changed.samples(500), constant.samples(500) * 2.0)


def test_added_noise_goes_on_where_the_waveform_changes():
    changed = Synthesizer(RATE, "dc", {"noise": "brown"}, np.float64)
    constant = Synthesizer(RATE, "dc", {"noise": "brown"}, np.float64)
    changed.samples(20_000)
    constant.samples(20_000)
    changed.update("dc", {"noise": "brown", "offset": 7.0})
    assert_allclose(changed.samples(500), constant.samples(500) + 7.0)


def test_a_change_that_cannot_work_changes_nothing():
    synthesizer, reference = sine(), sine()
    with pytest.raises(ConfigurationError):
        synthesizer.update("sine", {"frequency": -1.0})
    assert_array_equal(synthesizer.samples(100), reference.samples(100))
