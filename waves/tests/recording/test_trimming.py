"""What is deleted is old, or too much; what is left stays true, and is counted right."""

import uuid

import numpy as np
import pytest
from django.db import connections

from waves.protocol.block import SampleBlock
from waves.recorded import (
    RecordedColumns,
    RecordedDescription,
    RecordedRow,
    RecordedStretch,
    RecordedTail,
    Recording,
)
from waves.recording import store, trimming
from waves.recording.levels import ROW_SAMPLES
from waves.recording.past import Past
from waves.recording.writing import StreamWriter
from waves.tests.recording.test_rows_and_levels import (
    IDENTITY,
    T0,
    Recorded,
    columns_of,
    described,
    read_back,
)

pytestmark = pytest.mark.django_db


def ns(seconds: float) -> int:
    return int(T0) * 10**9 + round(seconds * 1e9)


def trim(past: Past, before: int | None = None, most: int | None = None) -> int:
    """Until nothing more is to be deleted; returns how many pieces that took."""
    for pieces in range(1, 1000):
        if not trimming.trim(past, before, most):
            return pieces
    raise AssertionError("It never ends.")


def stored_bytes(past: Past) -> int:
    """What all rows have, counted one by one."""
    mine = past.recording()
    rows = [
        *RecordedRow.objects.filter(stretch__recording=mine),
        *RecordedTail.objects.filter(stretch__recording=mine),
    ]
    columns = RecordedColumns.objects.filter(recording=mine)
    return sum(len(row.payload) + len(row.times or b"") for row in rows) + sum(
        len(row.payload) for row in columns
    )


def counted_bytes(past: Past) -> int:
    recording = past.recording()
    assert recording is not None
    return recording.bytes


def recorded(seconds: int, epochs: int = 1, clock: str = "regular") -> Recorded:
    """Epochs of so many seconds, one after the other, at 1 kHz."""
    random = np.random.default_rng(5)
    made = Recorded(clock=clock)
    for epoch in range(epochs):
        made.begin()
        for second in range(0, seconds, 5):
            times = np.arange(5000) * 1e-3 if clock == "timed" else None
            made.add(random.normal(size=5000), second * 1000, T0 + epoch * seconds + second, times)
            made.flush()
        made.flush()
    return made


@pytest.mark.parametrize("clock", ["regular", "timed"])
@pytest.mark.parametrize("is_ended", [False, True])
def test_what_is_newer_stays_and_its_columns_are_true(clock, is_ended):
    made = recorded(300, clock=clock)
    if is_ended:
        made.end()
    indices, values = made.truth(1)
    trim(made.past, before=ns(150))
    found, got, labels = read_back(made.past, 1)
    first = int(found[0])
    assert 150_000 - ROW_SAMPLES < first <= 150_000
    assert np.array_equal(found, indices[first:])
    assert np.array_equal(got, values[:, first:])
    assert labels[0] == pytest.approx(T0 + first / 1000)
    (span,) = made.past.spans_of(1)
    assert (span.first, span.next) == (first, 300_000)
    assert made.past.bounds() == (ns(first / 1000), span.end)
    for stride in (64, 256, 4096, 2**16):
        columns = columns_of(made.past, 1, stride, 1)
        due, starts = np.unique(found // stride, return_index=True)
        low = np.minimum.reduceat(got, starts, axis=1)
        high = np.maximum.reduceat(got, starts, axis=1)
        assert sorted(columns) == due.tolist()
        for place, column in enumerate(due.tolist()):
            least, most = columns[column][0, 0], -columns[column][1, 0]
            if column * stride >= first:
                assert (least, most) == (low[0, place], high[0, place])
            else:  # the one at the border may know of what is gone
                assert least <= low[0, place]
                assert most >= high[0, place]


@pytest.mark.parametrize("clock", ["regular", "timed"])
def test_bytes_are_counted_right_whatever_is_deleted(clock):
    made = recorded(100, epochs=5, clock=clock)
    assert counted_bytes(made.past) == stored_bytes(made.past)
    for second in (20, 99, 130, 250, 390, 460):
        trim(made.past, before=ns(second))
        assert counted_bytes(made.past) == stored_bytes(made.past)
    made.end()
    assert counted_bytes(made.past) == stored_bytes(made.past)
    trim(made.past, before=ns(1e6))
    assert counted_bytes(made.past) == stored_bytes(made.past)
    assert not RecordedStretch.objects.filter(recording=made.past.recording()).exists()


def test_epochs_that_are_gone_leave_nothing_behind():
    made = recorded(30, epochs=4)
    trim(made.past, before=ns(70))
    left = [span.epoch for span in made.past.spans(None, None)]
    assert left == [3, 4]
    told = RecordedDescription.objects.filter(recording=made.past.recording())
    assert sorted(told.values_list("epoch", flat=True)) == [3, 4]
    assert np.array_equal(read_back(made.past, 4)[1], made.truth(4)[1])


def test_what_takes_more_than_it_may_loses_its_oldest_and_no_more_than_that():
    made = recorded(300)
    made.end()
    size = counted_bytes(made.past)
    most = int(size * 0.6)
    trim(made.past, most=most)
    row = ROW_SAMPLES * 4 * 1.1
    assert most * (1 - trimming.SPARE) - 2 * row < counted_bytes(made.past) <= most
    found, got, _ = read_back(made.past, 1)
    assert np.array_equal(found, np.arange(found[0], 300_000))
    assert np.array_equal(got, made.truth(1)[1][:, found[0] :])


def test_a_bound_that_is_kept_to_deletes_nothing():
    made = recorded(60)
    assert trim(made.past, before=ns(-1), most=counted_bytes(made.past)) == 1
    assert len(read_back(made.past, 1)[0]) == 60_000


def test_it_is_deleted_in_pieces(monkeypatch):
    monkeypatch.setattr(trimming, "AT_ONCE", 4)
    made = recorded(100)
    made.end()
    past, firsts = made.past, [0]
    while trimming.trim(past, ns(95), None):
        firsts.append(int(read_back(past, 1)[0][0]))
        assert counted_bytes(past) == stored_bytes(past)
    assert set(np.diff(firsts)) <= {4 * ROW_SAMPLES, 3 * ROW_SAMPLES}
    assert len(firsts) > 4


def test_a_stretch_that_is_silent_is_not_looked_at_again_and_again():
    made = recorded(10)
    assert trim(made.past, before=ns(1e6)) <= 2
    # What stands in short rows is its writer's.
    assert read_back(made.past, 1)[0].tolist() == list(range(8192, 10_000))
    made.add(np.arange(500), 10_000)
    made.flush()
    found, _, _ = read_back(made.past, 1)
    assert found.tolist() == list(range(8192, 10_500))
    made.end()
    trim(made.past, before=ns(1e6))
    assert made.past.bounds() is None


def test_the_columns_by_time_of_what_is_left_are_true():
    made = recorded(200, epochs=3)
    made.end()
    trim(made.past, before=ns(250))
    begin, end = ns(330), ns(550)
    found = made.past.by_time(begin, end, 2, ["a"])
    truth = np.concatenate([made.truth(epoch)[1][0] for epoch in (1, 2, 3)])
    labels = int(T0) * 10**9 + np.arange(600_000) * 10**6
    for column in range(found.minima.shape[1]):
        at = found.begin + column * found.width
        inside = truth[(labels >= at) & (labels < at + found.width)]
        assert (found.minima[0, column], found.maxima[0, column]) == (inside.min(), inside.max())


def test_columns_by_time_that_are_over_are_deleted():
    made = Recorded()
    for epoch in range(6):  # a row of the finest level has five hours
        made.begin()
        made.add(np.arange(2000), 0, T0 + epoch * 6 * 3600)
        made.end()
    columns = RecordedColumns.objects.filter(recording=made.past.recording())
    before = columns.count()
    trim(made.past, before=ns(5 * 6 * 3600))
    assert 0 < columns.count() < before
    assert counted_bytes(made.past) == stored_bytes(made.past)
    trim(made.past, before=ns(1e6))
    assert columns.count() == 0


@pytest.mark.django_db(transaction=True)
def test_sqlite_gives_the_pages_back():
    def pages(name: str) -> int:
        with connections["recordings"].cursor() as cursor:
            cursor.execute(f"PRAGMA {name}")
            return int(cursor.fetchone()[0])

    assert pages("auto_vacuum") == 2  # INCREMENTAL
    made = recorded(100)
    made.end()
    before = pages("page_count")
    trim(made.past, before=ns(1e6))
    freed = before - pages("page_count")
    assert freed * pages("page_size") > 100_000 * 4
    assert pages("freelist_count") < 16


def test_a_recording_that_is_given_up_goes_whole_and_in_pieces(monkeypatch):
    monkeypatch.setattr(trimming, "AT_ONCE", 8)
    gone, stays = recorded(100, epochs=2), recorded(10)
    pieces = 1
    while trimming.forget(gone.past):
        pieces += 1
        assert pieces < 100
    assert pieces > 3
    assert gone.past.recording() is None
    assert {table.objects.count() for table in (Recording, RecordedStretch)} == {1}
    left = RecordedRow.objects.exclude(stretch__recording=stays.past.recording())
    assert not left.exists()
    assert len(read_back(stays.past, 1)[0]) == 10_000


def test_two_recordings_are_trimmed_by_themselves():
    mine, other = recorded(50), recorded(50)
    trim(mine.past, before=ns(40))
    assert read_back(mine.past, 1)[0][0] > 30_000
    assert len(read_back(other.past, 1)[0]) == 50_000
    assert counted_bytes(other.past) == stored_bytes(other.past)


def test_what_is_bigger_than_its_bound_though_it_is_being_written_ends():
    """A clock that was set back: the stretch that is written is the oldest by its labels."""
    writer = StreamWriter(IDENTITY, stream := uuid.uuid4(), "S")
    store.take(writer.begin(described(1)))
    for first, t0 in ((0, T0), (50_000, T0 - 1000)):
        values = np.ones((1, 50_000), "f4")
        block = SampleBlock(1, first, t0, 1e-3, values)
        store.take([*writer.add([block]), *writer.flush()])
    past = Past(IDENTITY, stream)
    trim(past, most=120_000)
    assert counted_bytes(past) == stored_bytes(past) <= 120_000
    trim(past, most=1)
    assert counted_bytes(past) == stored_bytes(past)
    assert not RecordedRow.objects.filter(stretch__recording=past.recording(), level=0).exists()
