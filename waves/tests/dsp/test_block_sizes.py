"""What a signal is does not depend on the blocks it is asked for in."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from waves.dsp.synthesis import WAVEFORMS, Synthesizer

PARAMETERS = {"noise": "pink", "noise_sigma": 0.2}
SIZES = [1, 7, 16_383, 1, 16_385, 40, 0, 30_000]
#: numpy may finish a vector with scalar code that rounds the last digit in another way.
ROUNDING = 1e-6


@pytest.mark.parametrize("waveform", WAVEFORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_of_any_size_add_up_to_one_big_block(waveform, dtype):
    parts = Synthesizer(8000.0, waveform, PARAMETERS, dtype)
    whole = Synthesizer(8000.0, waveform, PARAMETERS, dtype)
    made = np.concatenate([parts.samples(n) for n in SIZES])
    assert made.dtype == dtype
    assert_allclose(made, whole.samples(sum(SIZES)), atol=ROUNDING)


@settings(max_examples=25)
@given(sizes=st.lists(st.integers(0, 20_000), max_size=5))
def test_no_choice_of_blocks_matters(sizes):
    parts = Synthesizer(8000.0, "sawtooth", PARAMETERS)
    whole = Synthesizer(8000.0, "sawtooth", PARAMETERS)
    made = np.concatenate([np.empty(0, np.float32), *(parts.samples(n) for n in sizes)])
    assert_allclose(made, whole.samples(sum(sizes)), atol=ROUNDING)


#: What these are depends on every sample before, so a skip can only leave them plausible.
REMEMBERING = {"brown", "random_walk", "random_telegraph"}


@pytest.mark.parametrize("waveform", sorted(set(WAVEFORMS) - REMEMBERING))
@pytest.mark.parametrize("n", [100, 50_000])
def test_skipping_leads_to_the_samples_that_making_leads_to(waveform, n):
    skipping = Synthesizer(8000.0, waveform, PARAMETERS)
    making = Synthesizer(8000.0, waveform, PARAMETERS)
    skipping.samples(10)
    skipping.skip(n)
    making.samples(10 + n)
    assert_allclose(skipping.samples(100), making.samples(100), atol=ROUNDING)


@pytest.mark.parametrize("waveform", sorted(REMEMBERING))
def test_noise_that_remembers_skips_within_its_bounds_and_repeatably(waveform):
    def run():
        synthesizer = Synthesizer(8000.0, waveform, {"seed": 1})
        synthesizer.samples(10)
        synthesizer.skip(10**12)
        return synthesizer.samples(20_000)

    first = run()
    assert np.abs(first).max() < 6.0
    assert_array_equal(first, run())
