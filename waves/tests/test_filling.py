"""A hub is handed what it lacks from the log, in order; whatever a message is, the rest comes."""

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from waves.filling import Filler
from waves.framelog import AT_ONCE, Entry
from waves.hub import viewer as viewers
from waves.hub.hub import Hub
from waves.hub.pump import Pump
from waves.hub.status import StatusBoard
from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.frames import Frame, encode
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.tests.hub.fakes import Clock, Peer

SPEC = StreamSpec(1, "boiler", "Boiler", "push", 10.0, signals=(SignalSpec("a", "A"),))


def description(epoch: int) -> dict:
    return dict(describe(SPEC, epoch, SPEC.signals))


def data(epoch: int, sample: int) -> bytes:
    """A frame of two samples, whose values are their indices."""
    values = np.array([[sample, sample + 1]], "<f4")
    return encode(Frame.of(SampleBlock(epoch, sample, 100.0 + sample / 10, 0.1, values), 1))


class Log:
    """Frames that somebody has written, and the event after which they can be read."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.open = asyncio.Event()
        self.open.set()
        self.read_times = 0
        self.before_read = lambda times: None

    def write(self, epoch: int, *samples: int) -> None:
        self.entries.append(Entry(epoch, -1, description(epoch), b"", ()))
        self.entries += [Entry(epoch, n, None, data(epoch, n), ("a",)) for n in samples]

    async def read(self, identity: str, handle: int, epoch: int, sample: int) -> list[Entry]:
        await self.open.wait()
        self.read_times += 1
        self.before_read(self.read_times)
        return [each for each in self.entries if each[:2] >= (epoch, sample)][:AT_ONCE]


class Filling:
    def __init__(self) -> None:
        self.log = Log()
        self.clock = Clock()
        self.pump = Pump(self.clock, self.clock)
        self.hub = Hub(self.pump, StatusBoard())
        self.unusable: list[Exception] = []
        self.filler = Filler(self.hub, self.log, self._use)

    def _use(self, message) -> None:
        try:
            self.hub.receive(message)
        except Exception as error:
            self.unusable.append(error)

    def hear(self, epoch: int, *samples: int) -> None:
        for sample in samples:
            frame = {"data": data(epoch, sample), "handle": 1, "place": (epoch, sample)}
            self.filler.take({"type": "waves.frame", **frame})

    def describe(self, epoch: int) -> None:
        self.filler.take({"type": "waves.stream", "description": description(epoch)})

    async def settled(self) -> list[float]:
        """What the hub has of the newest epoch, once nothing is read any more."""
        async with asyncio.timeout(10):
            while tasks := list(self.filler._tasks.values()):
                await asyncio.wait(tasks)
                await asyncio.sleep(0)
        history = self.hub.streams[1].kept.history
        return history.samples(history.first, history.next)[0].tolist()


@pytest.fixture
async def filling():
    return Filling()


async def test_a_hub_that_comes_late_has_the_past_and_what_came_meanwhile(filling):
    filling.log.write(5, 0, 2, 4)
    filling.log.open.clear()
    filling.describe(5)
    filling.hear(5, 4, 6)  # one that is in the log, and one that came after it was read
    filling.log.open.set()
    assert await filling.settled() == list(range(8))
    assert filling.hub.counts["gaps"] == 0


async def test_what_was_lost_is_filled_and_what_was_never_there_is_a_gap(filling):
    filling.log.write(5, 0, 2, 4)
    filling.describe(5)
    await filling.settled()
    filling.log.entries += [Entry(5, 6, None, data(5, 6), ("a",))]
    filling.hear(5, 8)
    assert await filling.settled() == list(range(10))
    filling.hear(5, 20)
    await filling.settled()
    assert filling.hub.streams[1].kept.history.next == 22
    assert filling.hub.counts["gaps"] == 1


async def test_the_end_of_an_epoch_comes_before_the_next_one_begins(filling):
    seen: list[tuple[int, int]] = []
    filling.log.write(5, 0)
    filling.describe(5)
    await filling.settled()
    append = filling.hub._append
    filling.hub._append = lambda frame: (seen.append((frame.epoch, frame.sample)), append(frame))
    filling.log.entries += [Entry(5, 2, None, data(5, 2), ("a",))]
    filling.log.write(6, 0)
    filling.describe(6)
    assert await filling.settled() == [0.0, 1.0]
    assert seen == [(5, 2), (6, 0)]


async def test_a_message_that_cannot_be_used_holds_up_none_behind_it(filling):
    filling.log.write(5, 0)
    filling.log.open.clear()
    filling.describe(5)
    filling.filler.take({"type": "waves.frame", "data": 3, "handle": 1, "place": (5, 2)})
    filling.hear(5, 2)
    filling.log.open.set()
    assert await filling.settled() == [0.0, 1.0, 2.0, 3.0]
    assert len(filling.unusable) == 1


async def shown(filling: Filling, peer: Peer) -> list[int]:
    """The samples that somebody was sent by the time when nothing is read any more."""
    await filling.settled()
    filling.clock.now += 0.04
    while await filling.pump.round():
        filling.clock.now += 0.0005
    return peer.indices()


@pytest.mark.parametrize("had", [3, AT_ONCE, AT_ONCE + 20, 4 * AT_ONCE])
async def test_who_comes_from_another_server_meanwhile_is_sent_no_sample_twice(filling, had):
    samples = range(0, 3 * AT_ONCE, 2)
    filling.log.write(5, *samples)
    peer = Peer(filling)
    boiler = SimpleNamespace(spec=SPEC, epoch=5)

    def come(times: int) -> None:
        if times == 2:  # a part of the past is here already
            peer.subscribe(boiler, since={"epoch": 5, "sample": had})

    filling.log.before_read = come
    filling.describe(5)
    await filling.settled()
    filling.hear(5, 3 * AT_ONCE)
    assert await shown(filling, peer) == list(range(had, 3 * AT_ONCE + 2))


@pytest.mark.parametrize(("known", "seen"), [(4, [0, 1, 2, 3, 4, 5]), (5, [])])
async def test_who_was_there_before_an_epoch_began_is_sent_its_first_sample(filling, known, seen):
    filling.log.write(5, 0, 2, 4)
    peer = Peer(filling)
    peer.subscribe(SimpleNamespace(spec=SPEC, epoch=known))
    filling.describe(5)
    assert await shown(filling, peer) == seen


async def test_who_is_shown_what_was_read_at_once_was_not_too_slow(filling, monkeypatch):
    filling.log.write(5, 0)
    filling.describe(5)
    peer = Peer(filling)
    await filling.settled()
    peer.subscribe(SimpleNamespace(spec=SPEC, epoch=5))
    filling.hear(5, 2)
    assert await shown(filling, peer) == [2, 3]
    monkeypatch.setattr(viewers, "BEHIND_BYTES", 8)  # and two seconds are twenty samples
    filling.log.entries += [Entry(5, n, None, data(5, n), ("a",)) for n in range(4, 100, 2)]
    filling.hear(5, 100)
    assert await shown(filling, peer) == list(range(2, 102))
    assert peer.controls("gap") == []


async def test_who_comes_while_later_samples_are_read_asked_for_no_past(filling):
    there = Peer(filling)
    there.subscribe(SimpleNamespace(spec=SPEC, epoch=4))
    filling.log.write(5, 0, 2)
    filling.describe(5)
    assert await shown(filling, there) == [0, 1, 2, 3]
    late = Peer(filling)
    filling.log.before_read = lambda times: late.subscribe(SimpleNamespace(spec=SPEC, epoch=5))
    filling.hear(5, 8)
    assert await shown(filling, late) == []
    filling.hear(5, 10)
    assert await shown(filling, late) == [10, 11]
