"""What runners publish is recorded, whatever becomes of the database, and never more than once."""

from __future__ import annotations

import asyncio
import itertools
import logging
import uuid
from dataclasses import replace

import numpy as np
import pytest
from django.db import IntegrityError, OperationalError

from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.recorded import RecordedRow, RecordedStretch, RecordedTail
from waves.recording import store, trimming
from waves.recording.past import Past
from waves.worker import recorder as module
from waves.worker.recorder import Recorder

pytestmark = pytest.mark.django_db

IDENTITY = "here"
T0 = 1_800_000_000.0
RATE = 1000.0


@pytest.fixture(autouse=True)
def in_this_thread(monkeypatch):
    """The database of a test is seen by its own thread only."""

    def in_thread(function, *, pool=None):
        async def call(*arguments):
            return function(*arguments)

        return call

    monkeypatch.setattr(module, "in_thread", in_thread)


def flush(recorder: Recorder) -> None:
    """In this thread it never waits."""
    with pytest.raises(StopIteration):
        recorder.flush().send(None)


class Recorded:
    """A stream that is recorded, and what was published of it."""

    def __init__(self, recorder: Recorder, slug: str = "s", **changes: object) -> None:
        spec = StreamSpec(1, slug, slug.upper(), "generator", RATE, (SignalSpec("a", "A"),))
        self.spec = replace(spec, record=True, uuid=uuid.uuid4().hex, **changes)
        self.track = recorder.track(self.spec)
        self.epoch = self.sample = 0

    def begin(self, epoch: int | None = None) -> None:
        self.epoch, self.sample = self.epoch + 1 if epoch is None else epoch, 0
        self.describe(new=True)

    def describe(self, *, new: bool = False, **changes: object) -> None:
        self.spec = replace(self.spec, **changes)
        told = describe(self.spec, self.epoch, self.spec.signals)
        self.track.describe(self.spec, told, "", new=new)

    def publish(self, n: int) -> None:
        """The next samples: each value is the index of its sample."""
        t0 = T0 + self.epoch * 1e4 + self.sample / RATE
        values = np.arange(self.sample, self.sample + n, dtype="f4")[np.newaxis]
        self.track.add(SampleBlock(self.epoch, self.sample, t0, 1 / RATE, values))
        self.sample += n

    @property
    def past(self) -> Past:
        return Past(IDENTITY, uuid.UUID(self.spec.uuid))

    def ranges(self, epoch: int | None = None) -> list[tuple[int, int]]:
        """What is recorded of an epoch, as unbroken ranges; each value is its sample's index."""
        found: list[tuple[int, int]] = []
        for span in self.past.spans_of(self.epoch if epoch is None else epoch):
            for block in self.past.blocks(span, span.first, span.next):
                assert block.values[0].tolist() == list(range(block.sample, block.next))
                if found and found[-1][1] == block.sample:
                    found[-1] = found[-1][0], block.next
                else:
                    found.append((block.sample, block.next))
        return found


@pytest.fixture
def recorder() -> Recorder:
    return Recorder(lambda: IDENTITY)


@pytest.fixture
def stream(recorder) -> Recorded:
    stream = Recorded(recorder)
    stream.begin()
    return stream


class Database:
    """Fails for as long as a test wants it to, before it writes or after."""

    def __init__(self, monkeypatch) -> None:
        self.error: Exception | None = None
        self.is_late = False
        self._take = store.take
        monkeypatch.setattr(store, "take", self.take)

    def take(self, steps) -> None:
        if self.error is not None and not self.is_late:
            raise self.error
        self._take(steps)
        if self.error is not None:
            raise self.error


@pytest.fixture
def database(monkeypatch) -> Database:
    return Database(monkeypatch)


def rows(stream: Recorded) -> list[tuple[int, int]]:
    """Every row of samples there is, as ranges."""
    found = []
    for table in (RecordedRow, RecordedTail):
        mine = table.objects.filter(stretch__recording__stream=stream.spec.uuid)
        mine = mine.filter(level=0) if table is RecordedRow else mine
        found += [(row.first, row.first + row.n) for row in mine]
    return sorted(found)


def test_what_is_published_is_recorded(recorder, stream):
    stream.publish(100)
    flush(recorder)
    stream.publish(5000)
    flush(recorder)
    assert stream.ranges() == [(0, 5100)]
    assert stream.track.told == ""
    assert stream.track.since == T0 + 1e4


def test_the_arrays_of_a_source_may_be_used_again(recorder, stream):
    values = np.arange(10, dtype="f4")[np.newaxis]
    stream.track.add(SampleBlock(1, 0, T0, 1 / RATE, values))
    values[:] = -1
    flush(recorder)
    assert stream.ranges() == [(0, 10)]


def test_what_waits_is_bounded_and_what_is_left_out_is_a_gap(
    recorder, stream, database, monkeypatch, caplog
):
    monkeypatch.setattr(module, "MOST_BYTES", 4000)
    stream.publish(500)
    flush(recorder)
    database.error = OperationalError("database or disk is full")
    for _ in range(5):  # 2000 bytes each: two of them have room
        stream.publish(500)
        flush(recorder)
    assert stream.track.told.endswith(": the disk is full.")
    database.error = None
    flush(recorder)
    stream.publish(500)
    flush(recorder)
    assert stream.ranges() == [(0, 1500), (3000, 3500)]
    assert stream.track.told == ""
    assert caplog.text.count("Samples are not recorded: the disk is full.") == 1


def test_who_waits_for_a_slow_database_says_so(recorder, stream, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    stream.publish(300)
    assert stream.track.told == "Not recorded: its database is too slow."
    flush(recorder)
    assert stream.track.told == ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("database or disk is full", "the disk is full"),
        ('could not extend file "base/5/16388": No space left on device', "the disk is full"),
        ("disk I/O error", "its disk has a fault"),
        ("database is locked", "its database is locked"),
        ("no such table: waves_recording", "run: python manage.py migrate"),
        ('relation "waves_recording" does not exist', "run: python manage.py migrate"),
        ("attempt to write a readonly database", "its database cannot be written"),
        ("database disk image is malformed", "its database is damaged"),
        ("unable to open database file", "its database cannot be opened"),
        ("connection refused", "its database does not answer"),
    ],
)
def test_a_database_that_fails_is_said_and_all_is_there_when_it_is_back(
    recorder, stream, database, caplog, error, words
):
    stream.publish(100)
    flush(recorder)
    database.error = OperationalError(error)
    for _ in range(3):
        stream.publish(100)
        flush(recorder)
    since, _, said = stream.track.told.partition(": ")
    assert since.startswith("Not recorded since ")
    assert said == f"{words}."
    assert caplog.text.count(words) == 1
    database.error = None
    stream.publish(100)
    flush(recorder)
    assert stream.ranges() == [(0, 500)]
    assert stream.track.told == ""
    assert "Streams are recorded again." in caplog.text


@pytest.mark.parametrize("n", [100, 5000])
def test_what_was_written_though_the_database_said_nothing_is_not_written_again(
    recorder, stream, database, n
):
    """PostgreSQL may be gone between the end of a transaction and the word of it."""
    other = Recorded(recorder, "other")
    other.begin()
    for publish in (True, False, True, True, False):
        database.error = OperationalError("the connection was lost")
        database.is_late = True
        if publish:
            stream.publish(n)
            other.publish(7)
        flush(recorder)
        stream.publish(n)
        database.error = None
        flush(recorder)
    assert stream.ranges() == [(0, 8 * n)]
    assert other.ranges() == [(0, 21)]
    for each in (stream, other):
        found = rows(each)
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))


def test_one_stream_that_cannot_be_written_holds_up_no_other(
    recorder, stream, database, monkeypatch, caplog
):
    other = Recorded(recorder, "other")
    other.begin()
    stream.publish(10)
    other.publish(10)
    flush(recorder)
    take = database._take

    def refuse(steps):
        steps = list(steps)
        if any(step.place.name == "OTHER" for step in steps):
            raise IntegrityError("UNIQUE constraint failed")
        take(steps)

    monkeypatch.setattr(store, "take", refuse)
    stream.publish(10)
    other.publish(10)
    flush(recorder)
    assert (stream.ranges(), stream.track.told) == ([(0, 20)], "")
    assert other.track.told.startswith("Not recorded: a fault")
    assert "UNIQUE" in caplog.text
    monkeypatch.setattr(store, "take", take)
    other.begin()
    other.publish(10)
    flush(recorder)
    assert (other.ranges(), other.track.told) == ([(0, 10)], "")
    assert other.ranges(epoch=1) == [(0, 10)]


def test_an_epoch_of_a_restored_database_is_not_recorded_over_what_it_was(recorder, stream, caplog):
    other = Recorded(recorder, "other")
    other.begin()
    stream.publish(100)
    flush(recorder)
    stream.begin(epoch=1)  # its number was used before
    stream.sample = 50
    for _ in range(2):
        stream.publish(200)
        other.publish(10)
        flush(recorder)
    assert stream.ranges() == [(0, 100)]
    assert "start the stream anew" in stream.track.told
    assert (other.ranges(), other.track.told) == ([(0, 20)], "")
    stream.begin()
    stream.publish(30)
    flush(recorder)
    assert (stream.ranges(), stream.track.told) == ([(0, 30)], "")


def test_switched_on_and_off_within_an_epoch(recorder):
    stream = Recorded(recorder)
    stream.describe(record=False)
    stream.begin()
    stream.publish(10)
    assert stream.track.told == ""
    stream.describe(record=True)
    stream.publish(10)
    flush(recorder)
    stream.publish(10)
    stream.describe(record=False)
    stream.publish(10)
    flush(recorder)
    stream.publish(10)
    stream.describe(record=True)
    stream.publish(10)
    flush(recorder)
    assert stream.ranges() == [(10, 30), (50, 60)]
    sealed = RecordedStretch.objects.filter(recording__stream=stream.spec.uuid)
    assert sorted(sealed.values_list("first", "is_sealed")) == [(10, True), (50, False)]


def test_who_has_lost_the_stream_to_another_worker_records_nothing_over_it(
    recorder, stream, caplog
):
    stream.publish(100)
    flush(recorder)
    another = Recorder(lambda: IDENTITY)
    taken = Recorded(another)
    taken.spec = stream.spec
    taken.track = another.track(stream.spec)
    taken.begin(epoch=2)
    taken.publish(50)
    flush(another)
    for _ in range(2):
        stream.publish(100)
        flush(recorder)
    assert stream.ranges() == [(0, 100)]
    assert taken.ranges() == [(0, 50)]
    assert stream.track.told == "Not recorded: another worker records it."
    assert caplog.text.count("another worker records it now") == 1
    stream.begin(epoch=3)
    stream.publish(5)
    flush(recorder)
    assert (stream.ranges(), stream.track.told) == ([(0, 5)], "")


def test_an_epoch_that_ends_is_finished_and_its_runner_forgotten(recorder, stream):
    stream.publish(100)
    stream.track.close()
    flush(recorder)
    (stretch,) = RecordedStretch.objects.filter(recording__stream=stream.spec.uuid)
    assert stretch.is_sealed
    assert recorder._tracks == []


def test_what_was_left_when_a_runner_ended_is_written_when_the_database_is_back(
    recorder, stream, database
):
    database.error = OperationalError("database is locked")
    stream.publish(100)
    stream.track.close()
    flush(recorder)
    database.error = None
    flush(recorder)
    assert stream.ranges() == [(0, 100)]
    assert recorder._tracks == []


def test_much_is_written_before_its_time(recorder, stream, monkeypatch):
    monkeypatch.setattr(module, "FLUSH_BYTES", 1000)
    stream.publish(250)
    assert not recorder.news.is_set()
    stream.publish(1)
    assert recorder.news.is_set()


def test_a_write_that_takes_long_is_followed_by_the_next_one_soon(recorder, stream, monkeypatch):
    """Of what comes meanwhile no more than 5 s may be lost."""
    took, now = [0.3, 1.7, 20.0], 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    begins = []
    for seconds in took:
        begins.append(now)
        flush(recorder)
        now += seconds
        now += recorder.pause()
    assert np.diff([*begins, now]) == pytest.approx([2.5, 2.5, 20.5])


def test_a_database_without_tables_is_no_matter_where_nothing_is_recorded(
    recorder, monkeypatch, caplog
):
    stream = Recorded(recorder)
    stream.describe(record=False)
    stream.begin()

    def fail(*arguments):
        raise OperationalError("no such table: waves_recording")

    monkeypatch.setattr(recorder, "_look", fail)
    with caplog.at_level(logging.WARNING):
        flush(recorder)
        assert not caplog.records
        stream.describe(record=True)
        flush(recorder)
    assert stream.track.told.endswith(": run: python manage.py migrate.")


async def test_the_end_does_not_wait_for_ever(recorder, stream, monkeypatch, caplog):
    monkeypatch.setattr(module, "END_SECONDS", 0.01)
    monkeypatch.setattr(recorder, "flush", asyncio.Event().wait)
    await recorder.close()
    assert "The last seconds were not recorded" in caplog.text


@pytest.fixture
def always_looks(monkeypatch):
    for name in ("TRIM_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(module, name, 0.0)


def test_what_is_older_than_a_stream_keeps_is_deleted(recorder, always_looks, monkeypatch):
    stream = Recorded(recorder, keep_seconds=60.0)
    stream.begin()
    stream.publish(100_000)
    end = T0 + 1e4 + 100
    monkeypatch.setattr(module.time, "time_ns", lambda: int(end * 1e9))
    for _ in range(3):
        flush(recorder)
    ((first, last),) = stream.ranges()
    assert last == 100_000
    assert 40_000 - 4096 < first <= 40_000
    assert stream.track.since == T0 + 1e4 + first / RATE


def test_what_a_stream_at_rest_keeps_is_deleted_as_well(recorder, always_looks, monkeypatch):
    stream = Recorded(recorder)
    stream.begin()
    stream.publish(5000)
    stream.track.close()
    flush(recorder)
    monkeypatch.setattr(module.time, "time_ns", lambda: int((T0 + 1e6) * 1e9))
    flush(recorder)
    assert stream.ranges()
    recorder.resting = [replace(stream.spec, record=False, keep_seconds=60.0)]
    flush(recorder)
    assert not stream.ranges()


def test_a_recording_takes_no_more_than_it_may(recorder, always_looks):
    stream = Recorded(recorder, keep_bytes=200_000)
    stream.begin()
    for _ in range(20):
        stream.publish(10_000)
        flush(recorder)
    recording = stream.past.recording()
    assert recording is not None
    ((first, last),) = stream.ranges()
    assert last == 200_000
    assert 100_000 < 4 * (last - first) <= recording.bytes <= 220_000


def test_what_is_deleted_in_pieces_holds_up_no_write(recorder, always_looks, monkeypatch):
    monkeypatch.setattr(trimming, "AT_ONCE", 2)
    monkeypatch.setattr(module, "TRIM_PIECES", 1)
    stream = Recorded(recorder, keep_bytes=100_000)
    stream.begin()
    stream.publish(200_000)
    firsts = []
    for _ in range(100):
        flush(recorder)
        firsts.append(stream.ranges()[0][0])
    assert firsts[0] == 2 * 4096
    assert max(np.diff(firsts)) == 2 * 4096
    recording = stream.past.recording()
    assert recording is not None
    assert recording.bytes <= 100_000


def test_recordings_that_are_too_much_together_wait_until_some_are_deleted(
    recorder, stream, always_looks, settings, caplog
):
    settings.WAVES = {"max_recorded_bytes": 10_000}
    stream.publish(5000)
    flush(recorder)
    stream.publish(1000)
    flush(recorder)
    assert stream.ranges() == [(0, 5000)]
    assert "all recordings together take" in stream.track.told
    assert "WAVES_MAX_RECORDED_BYTES" in stream.track.told
    flush(recorder)
    assert caplog.text.count("Streams are not recorded") == 1
    settings.WAVES = {"max_recorded_bytes": 100_000}
    flush(recorder)
    flush(recorder)
    assert stream.ranges() == [(0, 6000)]
    assert not stream.track.told
