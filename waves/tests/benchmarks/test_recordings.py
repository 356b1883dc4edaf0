"""What the benchmark of recordings makes is true, and a server answers with it."""

from http.client import HTTPConnection

import numpy as np
import pytest

from benchmarks.recordings import beside, counts, windows
from benchmarks.recordings.asking import ask, what_is_wrong
from benchmarks.recordings.plan import SECOND, Plan, days, restarts
from waves.protocol.frames import BY_TIME, parse

#: A little over five hours: the third level has more than one row.
SHORT = 0.22
#: More than the 200 of which columns are by time.
RESTARTS = 230


def test_extremes_are_those_of_the_samples():
    whole = counts.samples(0, 5 * counts.BLOCK)
    for first, end in ((0, 1), (3, 200), (250, 300), (1, 1279), (256, 768), (255, 769)):
        low, high = counts.extremes(first, end)
        assert np.array_equal(low, whole[:, first:end].min(axis=1))
        assert np.array_equal(high, whole[:, first:end].max(axis=1))
        assert np.array_equal(counts.samples(first, end), whole[:, first:end])
    columns = counts.columns(0, 5)
    assert np.array_equal(columns[:, 0], whole.reshape(4, 5, -1).min(axis=2))
    assert np.array_equal(columns[:, 1], whole.reshape(4, 5, -1).max(axis=2))


def test_questions_are_of_any_length_and_lie_within():
    plan = days(0, 30, 1000)
    asked = plan.windows()
    lengths = np.array([end - begin for begin, end in asked]) / SECOND
    assert all(plan.begin - 1000 <= begin < end <= plan.end + 1000 for begin, end in asked)
    assert lengths.min() < 0.01
    assert lengths.max() > 10 * 86_400


@pytest.mark.servers
def test_windows_of_a_long_recording_are_answered_with_what_is_true(tmp_path):
    told, came = windows.answers(windows.plan_of_days(SHORT, 30), tmp_path)
    assert (len(told.took), told.wrong) == (30, [])
    assert came > 0
    # A second run asks what was made by the first.
    again, _ = windows.answers(windows.plan_of_days(SHORT, 99), tmp_path)
    assert (again.lengths, again.wrong) == (told.lengths, [])


@pytest.mark.servers
def test_windows_across_epochs_are_true_by_index_and_by_time(tmp_path):
    plan = windows.plan_of_epochs(RESTARTS, RESTARTS * 315.36, 20)
    told, _ = windows.answers(plan, tmp_path)
    assert told.wrong == []
    with windows.serving(tmp_path, (windows.LIVE,)) as (port, _):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        body = ask(connection, plan.begin, plan.end)
        connection.close()
    frames = parse(body)
    assert all(frame.flags & BY_TIME for frame in frames)
    assert what_is_wrong(plan, frames, plan.begin, plan.end) == ""


def test_an_answer_that_is_not_true_is_told():
    plan = restarts(1_800_000_000 * SECOND, 3, 900.0, 1)
    frame = _frame(plan, 1)
    begin, end = plan.label(1, 0), plan.label(1, frame.next - 1)
    assert what_is_wrong(plan, [frame], begin, end) == ""
    assert "due are" in what_is_wrong(plan, [], begin, end)
    frame.values[2, 7] += 1
    assert "samples from 0" in what_is_wrong(plan, [frame], begin, end)
    late = _frame(plan, 1, label=plan.label(1, 1))
    assert "is labelled" in what_is_wrong(plan, [late], begin, end)


def _frame(plan: Plan, stretch: int, label: int | None = None):
    from waves.protocol.frames import Frame

    first = stretch * plan.samples
    t0 = (plan.label(stretch, 0) if label is None else label) / SECOND
    values = counts.samples(first, first + 100)
    return Frame(1, plan.epoch(stretch), 0, t0, plan.dt / SECOND, values)


def test_extremes_of_a_store_are_held_against_the_signals():
    low, high = counts.extremes(0, 10_000)
    found = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    assert beside.is_true(found, 0, 10_000)
    assert not beside.is_true([(a, b - 1) for a, b in found], 0, 10_000)
    assert not beside.is_true([(a - 5000, b) for a, b in found], 0, 10_000)


def test_an_answer_of_a_store_with_nothing_in_it_is_not_true():
    assert not beside.is_true([], 0, 10_000)
