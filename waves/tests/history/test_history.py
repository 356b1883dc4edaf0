"""The ring of one epoch: what is kept, what is missing, and the labels of samples."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.history.history import History
from waves.history.tiers import TOP_STRIDE
from waves.protocol.block import SampleBlock

FLOAT32 = np.dtype("<f4")


def block(first, n, t0=None, dt=0.001, signals=1):
    values = np.tile(np.arange(first, first + n, dtype=FLOAT32), (signals, 1))
    return SampleBlock(1, first, 100.0 + first * dt if t0 is None else t0, dt, values)


def timed(first, times, t0=0.0):
    times = np.array(times, float)
    values = np.arange(first, first + len(times), dtype=FLOAT32)[None]
    return SampleBlock(1, first, t0, 0.0, values, times)


def history(capacity=100, **fields):
    return History(1, 1, FLOAT32, capacity, **fields)


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.sampled_from([0, 0, 1, 700, 5000])), max_size=12),
    st.integers(0, 10_000),
)
def test_the_newest_samples_are_kept_whatever_the_blocks_and_gaps(blocks, begin):
    kept = history(5000)
    produced, at = set(), begin
    for n, skip in blocks:
        at += skip if produced else 0
        assert kept.append(block(at, n)) == (skip if produced else 0)
        produced.update(range(at, at + n))
        at += n
    if not produced:
        return
    assert kept.next == at
    assert kept.first == max(begin, at - 8192)
    expected = [i for i in sorted(produced) if i >= kept.first]
    runs = list(kept.runs(0, at + 1000))
    assert [i for a, b in runs for i in range(a, b)] == expected
    assert all(a[1] < b[0] for a, b in itertools.pairwise(runs))
    for a, b in runs:
        np.testing.assert_array_equal(kept.samples(a, b)[0], np.arange(a, b))
    for a, b in kept.gaps():
        assert kept.produced(a, b) == 0
    assert kept.produced(kept.first, at) == len(expected)


def test_a_block_larger_than_the_ring_leaves_its_end():
    kept = history()
    kept.append(block(0, 3 * TOP_STRIDE + 5))
    assert (kept.first, kept.next) == (2 * TOP_STRIDE + 5, 3 * TOP_STRIDE + 5)
    np.testing.assert_array_equal(
        kept.samples(kept.first, kept.next)[0], np.arange(kept.first, kept.next)
    )


def test_a_jump_larger_than_the_ring_is_one_gap():
    kept = history()
    kept.append(block(0, 10))
    assert kept.append(block(10**12, 10)) == 10**12 - 10
    assert list(kept.runs(0, kept.next)) == [(10**12, 10**12 + 10)]
    assert kept.gaps() == ((10, 10**12),)
    minima, _ = kept.envelope(16, kept.first_column(16), kept.next // 16)
    assert np.isnan(minima).all()


def test_what_was_seen_before_is_ignored():
    kept = history()
    kept.append(block(0, 10))
    assert kept.append(block(5, 5)) == 0
    assert kept.next == 10


def test_gaps_and_labels_older_than_the_ring_are_forgotten():
    kept, clock = history(), history(timed=True)
    for i in range(2000):
        # Every block has a gap before it and a label of its own.
        kept.append(block(20 * i, 10, t0=100.0 + 7 * i))
        clock.append(timed(20 * i, np.arange(10) * 0.1, t0=100.0 + 7 * i))
    for one in (kept, clock):
        assert len(one._gaps) <= TOP_STRIDE // 20 + 1
        assert len(one._anchors) <= TOP_STRIDE // 20 + 2


def test_labels_follow_the_anchors():
    kept = history()
    kept.append(block(0, 1000))
    kept.append(block(1000, 1000, t0=500.0))
    assert kept.t0(999) == pytest.approx(100.999)
    assert kept.t0(1500) == pytest.approx(500.5)
    assert kept.index_at(100.25) == 250
    assert kept.index_at(500.25) == 1250
    assert kept.index_at(0.0) == 0
    assert kept.index_at(1e9) == 2000


def test_a_label_that_says_nothing_new_makes_no_anchor():
    kept = history()
    for i in range(100):
        kept.append(block(7 * i, 7))
    assert len(kept._anchors) == 1


def test_an_empty_history_knows_no_index():
    assert history().index_at(5.0) == 0
    assert list(history().runs(0, 10)) == []


def test_a_timed_clock_keeps_a_time_for_each_sample():
    kept = history(timed=True)
    kept.append(timed(0, [0.0, 0.5, 2.0], t0=100.0))
    kept.append(timed(3, [0.0, 1.0], t0=110.0))
    np.testing.assert_allclose(kept.times(1, 5), [0.0, 1.5, 9.5, 10.5])
    assert [kept.t0(i) for i in range(5)] == [100.0, 100.5, 102.0, 110.0, 111.0]
    assert [kept.index_at(t) for t in (99, 100.4, 102, 105, 111, 112)] == [0, 1, 2, 3, 4, 5]


def test_times_stay_in_order_across_a_gap_and_around_the_ring():
    kept = history(timed=True)
    at = 0
    for i in range(60):
        kept.append(timed(at, np.linspace(0, 0.9, 100), t0=1000.0 + i))
        at += 100 + 37 * (i % 3 == 0)
    seconds = [kept.t0(i) for i in range(kept.first, kept.next)]
    assert seconds == sorted(seconds)
    assert kept.index_at(1059.0) == kept.next - 100
    begin, end = kept.gaps()[-1]
    assert kept.t0(begin) == kept.t0(end)


def test_columns_of_a_timed_clock_have_the_time_of_their_first_sample():
    kept = history(timed=True)
    kept.append(timed(5, np.arange(100) * 0.5, t0=50.0))
    np.testing.assert_allclose(kept.column_times(16, 0, 4), [0.0, 5.5, 13.5, 21.5])
    assert kept.t0(0) == 50.0


def test_memory_is_what_the_rings_take():
    kept = History(1, 4, FLOAT32, 10_000)
    samples = 3 * TOP_STRIDE * 4 * 4
    assert samples < kept.bytes < samples * 1.15


FAR = [1e308, -1e308, 1.7976931348623157e308, float("inf"), -float("inf"), 5e-324]


@pytest.mark.parametrize("unix", FAR)
@pytest.mark.parametrize("clock", ["regular", "timed"])
def test_a_time_however_far_away_has_an_index(unix, clock):
    kept = history(timed=clock == "timed")
    kept.append(timed(7, [0, 1, 2], t0=50.0) if clock == "timed" else block(7, 3))
    assert kept.index_at(unix) == (10 if unix > 1 else 7)


@given(st.integers(1, 5000), st.floats(-10, 600))
def test_the_index_of_a_time_is_the_first_sample_at_or_after_it(n, seconds):
    kept = history(4096, timed=True)
    times = np.cumsum(np.random.default_rng(n).exponential(0.1, n))
    kept.append(timed(3, times, t0=50.0))
    index = kept.index_at(50.0 + seconds)
    later = [i for i in range(kept.first, kept.next) if kept.t0(i) >= 50.0 + seconds]
    assert index == (later[0] if later else kept.next)
