"""Labels and samples: each names the other, on both clocks, and after a step of the wall clock."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.history.history import History
from waves.hub.kept import Kept
from waves.hub.ranges import kept_range, pieces
from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.frames import INCOMPLETE
from waves.protocol.spec import SignalSpec, StreamSpec

FLOAT64 = np.dtype("<f8")
T0 = 1_795_370_743.257


def block(first, n, t0, dt):
    return SampleBlock(1, first, t0, dt, np.arange(first, first + n, dtype=FLOAT64)[None])


def history(dt, steps, n=60, capacity=200_000):
    """Blocks of n samples; before each the wall clock steps by so many seconds."""
    kept, t0 = History(1, 1, FLOAT64, capacity), T0
    for k, step in enumerate(steps):
        t0 += step
        kept.append(block(k * n, n, t0 + k * n * dt, dt))
    return kept


def labels(kept):
    return [kept.t0(i) for i in range(kept.first, kept.next)]


@given(
    dt=st.sampled_from([10.0, 1.0, 0.1, 1 / 3, 0.001, 1 / 44_100, 1e-6, 5e-7]),
    step=st.sampled_from([0.0, -3600.0, 3600.0, -10.0, -0.5, 1e-4, -1e-5]),
    ends=st.tuples(st.integers(0, 179), st.integers(0, 179)).map(sorted),
    decimals=st.sampled_from([None, 9]),
)
def test_labels_that_were_copied_name_their_samples(dt, step, ends, decimals):
    kept = history(dt, [0.0, step, 0.0])
    i, j = ends
    named = [kept.t0(i), kept.t0(j)]
    if decimals is not None:
        needed = 3 + math.ceil(-math.log10(dt) - 1e-9)
        named = [float(f"{label:.{max(6, min(7, needed))}f}") for label in named]
    first, end = kept.labelled(*named)
    assert first <= i <= j < end
    if step >= 0:
        assert (first, end) == (i, j + 1)


@given(
    st.lists(st.sampled_from([0.0, -3600.0, 1e-4, 0.5]), min_size=1, max_size=9),
    st.lists(st.integers(-3, 600), max_size=20).map(sorted),
)
def test_many_labels_are_those_of_each(steps, samples):
    kept = history(0.1, steps)
    timed = History(1, 1, FLOAT64, 100, timed=True)
    times = np.cumsum(np.arange(300.0) % 7)
    timed.append(SampleBlock(1, 5, T0, 0.0, times[None], times))
    for each in kept, timed:
        found = each.labels(np.array(samples, np.int64))
        assert found.tolist() == [each.t0(sample) for sample in samples]


@given(st.integers(0, 179), st.sampled_from([-3600.0, -1.0, 5.0]))
def test_all_that_lies_between_two_labels_is_in_their_range(i, step):
    kept = history(0.1, [0.0, step, 0.0])
    named = kept.t0(i), kept.t0(i) + 2.0
    first, end = kept.labelled(*named)
    within = [k for k, label in enumerate(labels(kept)) if named[0] <= label <= named[1]]
    assert first <= min(within)
    assert max(within) < end


def test_one_end_alone_leaves_the_other_where_history_ends():
    kept = history(0.1, [0.0, -3600.0, 0.0])
    assert kept.labelled(None, None) == (0, 180)
    assert kept.labelled(kept.t0(30), None) == (30, 180)
    assert kept.labelled(None, kept.t0(100)) == (0, 101)


def test_times_that_nothing_has_name_nothing():
    kept = history(0.1, [0.0, 3600.0])
    assert kept.labelled(T0 + 100, T0 + 200) == (120, 120)
    assert kept.labelled(T0 + 5, T0 + 1)[0] >= kept.labelled(T0 + 5, T0 + 1)[1]
    assert history(0.1, []).labelled(0.0, 1.0) == (0, 0)
    for far in (1e308, -1e308, math.inf, -math.inf, 5e-324):
        first, end = kept.labelled(far, far)
        assert first >= end


def test_an_index_by_time_is_right_after_a_step_back():
    kept = history(0.1, [0.0, -3600.0])
    assert kept.index_at(kept.t0(30)) == 30
    assert kept.index_at(kept.t0(59) - 3600 + 0.1) == 0
    assert kept.index_at(T0 + 100) == 120


def test_timed_labels_name_their_samples_with_the_decimals_of_a_csv():
    kept = History(1, 1, FLOAT64, 5000, timed=True)
    times = np.cumsum(np.random.default_rng(3).exponential(0.01, 3000))
    values = np.zeros((1, 3000))
    kept.append(SampleBlock(1, 0, T0, 0.0, values, times))
    for i, j in ((0, 2999), (17, 17), (100, 2500)):
        first, end = kept.labelled(float(f"{kept.t0(i):.7f}"), float(f"{kept.t0(j):.7f}"))
        assert (first, end) == (i, j + 1)


def kept_of(dt, steps, n=60):
    kept = Kept(1)
    spec = StreamSpec(1, "s", "S", "generator", 1 / dt, (SignalSpec("a", "A"),), history=60.0)
    kept.begin_epoch(
        describe(StreamSpec(**{**_fields(spec), "sample_type": "float64"}), 1, spec.signals)
    )
    t0 = T0
    for k, step in enumerate(steps):
        t0 += step
        kept.append(block(k * n, n, t0 + k * n * dt, dt))
    return kept


def _fields(spec):
    return {name: getattr(spec, name) for name in spec.__slots__}


@pytest.mark.parametrize("step", [-3600.0, 7200.0, 0.01])
def test_a_step_of_the_wall_clock_begins_another_frame_and_relabels_nothing_before(step):
    kept = kept_of(0.1, [0.0, step, 0.0])
    before = [kept.history.t0(i) for i in range(60)]
    assert before == pytest.approx([T0 + 0.1 * i for i in range(60)], abs=1e-6)
    frames = [kept.frame(piece) for piece in pieces(kept, kept_range(kept, 0, 180), 8192)]
    assert [(frame.sample, frame.n) for frame in frames] == [(0, 60), (60, 120)]
    assert frames[1].t0 == pytest.approx(T0 + 6.0 + step, abs=1e-6)


@pytest.mark.parametrize(("columns", "n"), [(16, 1000), (100, 5001), (40, 10_007), (16, 40_000)])
def test_columns_cover_all_of_a_range_and_the_last_says_that_it_is_incomplete(columns, n):
    kept = kept_of(0.001, [0.0], n)
    wanted = kept_range(kept, 0, n, columns, partial=True)
    frames = [kept.frame(piece) for piece in pieces(kept, wanted, 8192)]
    assert frames[-1].next >= n
    assert max(frame.maxima.max() for frame in frames) == n - 1
    whole = n % wanted.stride == 0
    assert [bool(frame.flags & INCOMPLETE) for frame in frames] == [False] + [True] * (not whole)
    if not whole:
        last = n // wanted.stride * wanted.stride
        assert (frames[-1].sample, frames[-1].n, frames[-1].values[0, 0]) == (last, 1, last)


def test_columns_cover_what_is_left_of_the_oldest_one():
    kept = kept_of(0.001, [0.0], 65_536 + 5000)
    first = kept.history.first
    assert first % 1024
    wanted = kept_range(kept, 0, kept.history.next, 64, partial=True)
    frames = [kept.frame(piece) for piece in pieces(kept, wanted, 8192)]
    assert min(np.nanmin(frame.values) for frame in frames) == first
    assert frames[0].flags & INCOMPLETE


def test_a_history_answer_has_no_incomplete_columns():
    kept = kept_of(0.001, [0.0], 5001)
    frames = [kept.frame(piece) for piece in pieces(kept, kept_range(kept, 0, 5001, 100), 8192)]
    assert not any(frame.flags & INCOMPLETE for frame in frames)
