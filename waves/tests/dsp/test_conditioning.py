"""Amplitude, offset, clipping and rounding, in this order."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from waves.dsp.synthesis import Synthesizer


def made(waveform="sine", n=1000, **parameters):
    return Synthesizer(1000.0, waveform, parameters, np.float64).samples(n)


def test_the_waveform_is_scaled_and_then_moved():
    assert_allclose(made(amplitude=-2.5, offset=1.0), made() * -2.5 + 1.0)


def test_dc_is_offset_plus_amplitude():
    assert_array_equal(made("dc", amplitude=2.0, offset=0.5), 2.5)


def test_values_beyond_the_limits_become_the_limits():
    expected = np.clip(made(), -0.25, 0.5)
    assert_array_equal(made(clip_low=-0.25, clip_high=0.5), expected)
    assert_array_equal(made(clip_high=0.5), np.minimum(made(), 0.5))
    assert_array_equal(made(clip_low=0.0), np.maximum(made(), 0.0))


@pytest.mark.parametrize("bits", [1, 3, 8])
def test_rounding_leaves_equal_levels_from_lowest_to_highest(bits):
    values = made(amplitude=2.0, offset=10.0, bits=bits, n=5000)
    assert_allclose(np.unique(np.round(values, 9)), np.linspace(8.0, 12.0, 2**bits))


def test_rounding_moves_no_value_by_more_than_half_a_level():
    exact = made(clip_low=-0.9, clip_high=0.8)
    rounded = made(clip_low=-0.9, clip_high=0.8, bits=6)
    assert np.abs(rounded - exact).max() <= 0.5 * 1.7 / 63 * 1.0001
    assert rounded.min() == pytest.approx(-0.9)
    assert rounded.max() == pytest.approx(0.8)


def test_noise_is_limited_with_the_signal():
    values = made(noise="gaussian", noise_sigma=3.0, bits=2)
    assert_allclose(np.unique(np.round(values, 9)), [-1.0, -1 / 3, 1 / 3, 1.0], atol=1e-8)
