"""A clock that was set back within an epoch: a time is several samples, and each is found."""

from __future__ import annotations

import numpy as np
import pytest

from waves.database.threads import in_thread
from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.frames import Frame, encode
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.recording import store
from waves.tests.web.recorded_stream import T0, RecordedStream

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "recordings"])

EPOCH = 103
#: The clock was set back by 5 s at this sample, of those that are recorded, and those there are.
SET, RECORDED, NEXT = 8000, 12_000, 14_000
BACK = 5.0


def regular(first: int, last: int) -> np.ndarray:
    """Labels of samples of 1 kHz, in seconds after T0."""
    index = np.arange(first, last)
    return index / 1000 - BACK * (index >= SET)


def bursts(first: int, last: int) -> np.ndarray:
    """Labels of a timed clock: ten samples a millisecond apart, and then a pause of 90 ms."""
    index = np.arange(first, last)
    return index // 10 * 0.1 + index % 10 * 1e-3 - BACK * 10 * (index >= SET)


def far(first: int, last: int) -> np.ndarray:
    """As ``regular``, set back to before the epoch began."""
    index = np.arange(first, last)
    return index / 1000 - 4 * BACK * (index >= SET)


CLOCKS = {"regular": regular, "timed": bursts, "far": far}


class SetBack(RecordedStream):
    """A stream whose clock was set back while it was recorded; its values are its indices."""

    def __init__(self, clock: str, recorded: int = RECORDED) -> None:
        super().__init__()
        self.clock, self.labels = clock, CLOCKS[clock]
        store.take(self.writer.begin(self.described(EPOCH), "started"))
        for first in range(0, recorded, 500):
            store.take(self.writer.add([self.block(EPOCH, first, first + 500)]))
        store.take(self.writer.flush())

    def described(self, epoch: int, **fields) -> dict:
        spec = StreamSpec(
            self.row.pk,
            "past",
            "Past",
            "generator",
            100.0 if self.clock == "timed" else 1000.0,
            history=1.0,
            record=True,
        )
        told = describe(spec, epoch, [SignalSpec("a", "A", "V")])
        clock = "timed" if self.clock == "timed" else "regular"
        return {**told, "clock": clock, "recorded_since": T0, **fields}

    def block(self, epoch: int, first: int, last: int) -> SampleBlock:
        labels = self.labels(first, last)
        values = np.arange(first, last, dtype=np.float64).astype(np.float32)[None, :]
        t0 = T0 + float(labels[0])
        if self.clock == "timed":
            return SampleBlock(epoch, first, t0, 0.0, values, labels - labels[0])
        return SampleBlock(epoch, first, t0, 1e-3, values)


@pytest.fixture(params=["regular", "timed"])
async def stretched(request, transactional_db, running) -> SetBack:
    made = await in_thread(SetBack)(request.param)
    made.hub = running.hub
    return made


async def stretches_of(stream: SetBack, **query) -> list[dict]:
    (row,) = (await stream.json("epochs", **query))["epochs"]
    assert row["epoch"] == EPOCH
    return row["stretches"]


def label(stream: SetBack, sample: int) -> float:
    return T0 + float(stream.labels(sample, sample + 1)[0])


async def test_an_epoch_has_a_stretch_more_where_its_clock_was_set_back(stretched):
    told = await stretched.json("epochs")
    (row,) = told["epochs"]
    first, second = row["stretches"]
    assert (first["first"], first["last"]) == (0, SET - 1)
    assert (second["first"], second["last"]) == (SET, RECORDED - 1)
    for stretch in row["stretches"]:
        assert stretch["from"] == pytest.approx(label(stretched, stretch["first"]), abs=1e-6)
        assert stretch["to"] == pytest.approx(label(stretched, stretch["last"]), abs=1e-6)
    assert second["from"] < first["to"]
    assert (row["first"], row["last"], row["why"]) == (0, RECORDED - 1, "started")
    assert (row["from"], row["to"]) == (first["from"], max(first["to"], second["to"]))


async def test_a_time_and_a_stretch_are_a_place(stretched):
    for stretch in await stretches_of(stretched):
        sample = stretch["first"] + 1234
        at = label(stretched, sample)
        where = {"epoch": EPOCH, "first": stretch["first"], "last": stretch["last"]}
        (frame,) = await stretched.frames(**where, from_=at, to=at)
        assert (frame.sample, frame.n) == (sample, 1)
        assert frame.values[0, 0] == sample


async def test_columns_of_a_stretch_are_those_of_its_samples(stretched):
    first, _ = await stretches_of(stretched)
    begin, end = label(stretched, 4000), label(stretched, SET - 1)
    where = {"epoch": EPOCH, "first": first["first"], "last": first["last"]}
    frames = await stretched.frames(**where, from_=begin, to=end, columns=100)
    low = np.concatenate([frame.values for frame in frames], axis=1)[0]
    high = np.concatenate([frame.maxima for frame in frames], axis=1)[0]
    assert high.max() == SET - 1, "no sample of the later stretch, and all of this one"
    assert 4000 - frames[0].stride < low.min() <= 4000


async def test_only_stretches_of_the_range_are_told(stretched):
    first, second = await stretches_of(stretched)
    late = max(first["from"], second["from"]) + 1
    early = min(first["from"], second["from"])
    assert len(await stretches_of(stretched, from_=late, to=late)) == 2
    (one,) = await stretches_of(stretched, to=early)
    assert one["from"] == early


async def test_stretches_are_counted_where_there_are_more(stretched):
    told = await stretched.json("epochs", most=1)
    assert told["more"] is True
    assert sum(len(row["stretches"]) for row in told["epochs"]) == 1


async def test_a_stretch_goes_on_in_memory(stretched):
    keep(stretched, RECORDED - 1000, NEXT)
    first, second = await stretches_of(stretched)
    assert (first["last"], second["last"]) == (SET - 1, NEXT - 1)
    assert second["to"] == pytest.approx(label(stretched, NEXT - 1), abs=1e-6)


def keep(stream: SetBack, first: int, last: int) -> None:
    """Have the hub hear samples."""
    stream.hub.receive({"type": "waves.stream", "description": stream.described(EPOCH)})
    for at in range(first, last, 500):
        data = encode(Frame.of(stream.block(EPOCH, at, min(last, at + 500)), stream.row.pk))
        stream.hub.receive({"type": "waves.frame", "data": data})


@pytest.mark.parametrize("stretched", ["regular"], indirect=True)
async def test_what_memory_alone_has_has_stretches_too(stretched):
    keep(stretched, SET - 1000, SET + 2000)
    live = stretched.hub.streams[stretched.row.pk]
    live.kept.description = {**live.kept.description, "record": False, "recorded_since": None}
    first, second = await stretches_of(stretched)
    assert (first["first"], first["last"]) == (SET - 1000, SET - 1)
    assert (second["first"], second["last"]) == (SET, SET + 1999)
    assert second["from"] == pytest.approx(first["to"] - BACK + 1e-3, abs=1e-5)


async def test_a_step_that_is_not_recorded_yet_is_told_of_memory(transactional_db, running):
    stream = await in_thread(SetBack)("regular", SET - 1000)
    stream.hub = running.hub
    keep(stream, SET - 1500, NEXT)
    first, second = await stretches_of(stream)
    assert (first["first"], first["last"]) == (0, SET - 1)
    assert (second["first"], second["last"]) == (SET, NEXT - 1)


async def test_what_was_set_back_to_before_its_beginning_is_read_once(transactional_db, running):
    stream = await in_thread(SetBack)("far")
    stream.hub = running.hub
    keep(stream, RECORDED - 1000, NEXT)
    first, second = await stretches_of(stream)
    assert second["from"] < first["from"]
    frames = await stream.frames(epoch=EPOCH, from_=second["from"], to=first["to"])
    index = np.concatenate([frame.sample + np.arange(frame.n) for frame in frames])
    assert sorted(index) == list(range(NEXT))
    frames = await stream.frames(from_=second["from"], to=first["to"])
    index = np.concatenate([frame.sample + np.arange(frame.n) for frame in frames])
    assert sorted(index) == list(range(NEXT))
