"""Envelopes of any stride equal the minimum and maximum of the raw samples of each column."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from waves.history.history import History
from waves.history.tiers import STRIDES, TOP_STRIDE
from waves.protocol.block import SampleBlock

SIGNALS = 2


def produce(seed, begin, blocks, dtype="<f4", capacity=5000):
    """A history, and every sample that it was given, NaN where there was none."""
    random = np.random.default_rng(seed)
    history = History(1, SIGNALS, np.dtype(dtype), capacity)
    end = begin + sum(n + skip for n, skip in blocks)
    raw = np.full((SIGNALS, -(-end // TOP_STRIDE) * TOP_STRIDE * 64), np.nan, dtype)
    at = begin
    for i, (n, skip) in enumerate(blocks):
        at += skip if i else 0
        values = random.normal(size=(SIGNALS, n)).astype(dtype)
        values[random.random(values.shape) < 0.2] = np.nan
        raw[:, at : at + n] = values
        history.append(SampleBlock(1, at, 0.0, 1.0, values))
        at += n
    return history, raw


def columns(raw, stride, first, last):
    cut = raw[:, first * stride : last * stride].reshape(SIGNALS, last - first, stride)
    return np.fmin.reduce(cut, axis=2), np.fmax.reduce(cut, axis=2)


SKIPS = st.sampled_from([0, 0, 0, 1, 15, 16, 300, 4096, 9000, 30_000])


@settings(max_examples=150)
@given(
    seed=st.integers(0, 1000),
    begin=st.integers(0, 20_000),
    blocks=st.lists(st.tuples(st.integers(1, 4000), SKIPS), min_size=1, max_size=10),
    power=st.integers(1, 15),
    dtype=st.sampled_from(["<f4", "<f8"]),
    joining=st.floats(0, 1),
)
@example(seed=0, begin=5000, blocks=[(8000, 0)], power=13, dtype="<f4", joining=0.0)
@example(seed=0, begin=9000, blocks=[(4000, 0)] * 6, power=14, dtype="<f4", joining=0.0)
def test_an_envelope_is_the_minimum_and_maximum_of_each_column(
    seed, begin, blocks, power, dtype, joining
):
    history, raw = produce(seed, begin, blocks, dtype)
    stride = 2**power
    first, last = history.first_column(stride), history.next // stride
    if first >= last:
        return
    # Someone joins in the middle.
    at = first + int(joining * (last - 1 - first))
    minima, maxima = history.envelope(stride, at, last)
    expected = columns(raw, stride, at, last)
    assert minima.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(minima, expected[0])
    np.testing.assert_array_equal(maxima, expected[1])


@settings(max_examples=60)
@given(
    seed=st.integers(0, 1000),
    begin=st.integers(0, 20_000),
    blocks=st.lists(st.tuples(st.integers(1, 4000), SKIPS), min_size=1, max_size=10),
    power=st.integers(1, 13),
)
def test_runs_of_columns_leave_out_exactly_those_without_a_sample(seed, begin, blocks, power):
    history, raw = produce(seed, begin, blocks)
    stride = 2**power
    first, last = history.first_column(stride), history.next // stride
    there = np.zeros(raw.shape[1], bool)
    for a, b in history.runs(0, history.next):
        there[a:b] = True
    expected = [k for k in range(first, last) if there[k * stride : (k + 1) * stride].any()]
    runs = history.column_runs(stride, 0, last + 5)
    assert [k for a, b in runs for k in range(a, b)] == expected


@settings(max_examples=40)
@given(begin=st.integers(0, 10_000), power=st.integers(0, 13))
def test_every_column_that_is_whole_or_begins_history_is_kept(begin, power):
    history, _ = produce(1, begin, [(3000, 0)] * 4)
    stride = 2**power
    first = history.first_column(stride)
    oldest = history.next - history.size
    assert first == (begin // stride if begin >= oldest else -(-oldest // stride))


@pytest.mark.parametrize("at", [0, 15, 16, 4095, 4096, 10_000])
def test_a_spike_of_one_sample_is_in_every_tier(at):
    values = np.zeros((1, 16_384), "<f4")
    values[0, at] = 7
    history = History(1, 1, values.dtype, values.shape[1])
    for first in range(0, values.shape[1], 1000):
        piece = values[:, first : first + 1000]
        history.append(SampleBlock(1, first, 0.0, 1.0, piece))
    for power in range(1, 15):
        _, maxima = history.envelope(2**power, 0, values.shape[1] >> power)
        assert np.flatnonzero(maxima[0] == 7).tolist() == [at >> power]


@pytest.mark.parametrize("stride", STRIDES)
def test_an_envelope_is_a_copy_that_goes_on_being_true(stride):
    history, raw = produce(2, 0, [(4096, 0)])
    minima, _ = history.envelope(stride, 0, 4096 // stride)
    history.append(SampleBlock(1, 4096, 0.0, 1.0, np.full((SIGNALS, 9000), -100, "<f4")))
    np.testing.assert_array_equal(minima, columns(raw, stride, 0, 4096 // stride)[0])
