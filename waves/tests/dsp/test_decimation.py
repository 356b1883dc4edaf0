"""Envelopes: minimum and maximum of every column, NaN ignored."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_array_equal

from waves.dsp.decimation import envelope, fold_pairs
from waves.exceptions import BlockError

STRIDES = st.sampled_from([1, 2, 4, 8, 16])


@st.composite
def blocks(draw):
    """Values ``[signals, n]`` with NaN and infinities among them, and a stride that divides n."""
    stride = draw(STRIDES)
    shape = (draw(st.integers(1, 3)), stride * draw(st.integers(0, 6)))
    dtype, width = draw(st.sampled_from([(np.float32, 32), (np.float64, 64)]))
    elements = st.one_of(st.just(float("nan")), st.floats(width=width))
    return draw(hnp.arrays(dtype, shape, elements=elements)), stride


def extremes(values, stride):
    """The plain way: column by column, without NaN where there is anything else."""
    signals, n = values.shape
    low = np.full((signals, n // stride), np.nan, values.dtype)
    high = low.copy()
    for signal in range(signals):
        for column in range(n // stride):
            part = values[signal, column * stride : (column + 1) * stride]
            known = part[~np.isnan(part)]
            if known.size:
                low[signal, column], high[signal, column] = known.min(), known.max()
    return low, high


@given(blocks())
def test_an_envelope_is_the_minimum_and_maximum_of_each_column(block):
    values, stride = block
    minima, maxima = envelope(values, stride)
    low, high = extremes(values, stride)
    assert minima.dtype == maxima.dtype == values.dtype
    assert_array_equal(minima, low)
    assert_array_equal(maxima, high)


@given(blocks())
def test_folding_an_envelope_gives_the_envelope_of_twice_the_stride(block):
    values, stride = block
    values = np.concatenate([values, values[:, ::-1]], axis=1)
    minima, maxima = fold_pairs(*envelope(values, stride))
    expected = envelope(values, 2 * stride)
    assert_array_equal(minima, expected[0])
    assert_array_equal(maxima, expected[1])


def test_a_spike_of_one_sample_is_in_every_envelope():
    values = np.zeros((2, 8192), np.float32)
    values[1, 5000] = 1.0
    for stride in (2, 64, 8192):
        _, maxima = envelope(values, stride)
        assert maxima[1, 5000 // stride] == 1.0
        assert maxima[0].max() == 0.0


def test_a_column_is_unknown_only_where_all_of_it_is():
    values = np.array([[np.nan, 3.0, np.nan, np.nan]])
    minima, maxima = envelope(values, 2)
    assert_array_equal(minima, [[3.0, np.nan]])
    assert_array_equal(maxima, [[3.0, np.nan]])


@pytest.mark.parametrize("stride", [0, -2, 3, 12])
def test_a_stride_that_is_no_power_of_two_is_refused(stride):
    with pytest.raises(BlockError, match="power of two"):
        envelope(np.zeros((1, 24)), stride)


def test_samples_that_do_not_fill_their_columns_are_refused():
    with pytest.raises(BlockError, match="no multiple of the stride 8"):
        envelope(np.zeros((1, 20)), 8)
    with pytest.raises(BlockError, match="cannot be folded"):
        fold_pairs(np.zeros((1, 5)), np.zeros((1, 5)))
