"""What memory lacks of a recorded stream is read, and nobody waits for that but who asked."""

import asyncio

import numpy as np
import pytest

from waves.exceptions import ServiceUnavailableError
from waves.history.past import Extent, Read
from waves.protocol.frames import ANSWER, Frame
from waves.tests.hub.fakes import T0, values_of

RATE = 1000.0
MADE = 40_000


class FakePast:
    """A recording of all samples below ``end``, of epochs 1 and 0, which answers when it may."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.gone = False
        self.asked = 0

    async def extent(self, handle, epoch, first, end):
        self.asked += 1
        await self.may_answer.wait()
        if self.gone:
            raise ServiceUnavailableError("What is recorded cannot be read.")
        return Extent(first, min(end, self.end), 2, "float32", False) if first < self.end else None

    async def frames(self, handle, epoch, first, end, stride, most):
        end = min(end, self.end) if stride == 1 else end
        first, end = first // stride * stride, -(-end // stride) * stride
        values = values_of(handle, epoch, first, end - first, 2).astype(np.float32)
        low = high = values
        if stride > 1:
            low, high = (f(values.reshape(2, -1, stride), axis=2) for f in (np.min, np.max))
        found = []
        for at in range(0, low.shape[1], 5000):
            some = slice(at, at + 5000)
            found.append(
                Frame(
                    handle,
                    epoch,
                    first + at * stride,
                    T0 + (first + at * stride) / RATE,
                    stride / RATE,
                    low[:, some],
                    high[:, some] if stride > 1 else None,
                    stride,
                    flags=ANSWER,
                )
            )
        return Read(found)


@pytest.fixture
def stream(server):
    stream = server.stream(rate=RATE, signals=2, history=5.0)
    stream.describe(record=True, recorded_since=T0)
    for _ in range(MADE // 500):
        stream.produce(500)
    return stream


@pytest.fixture
async def past(server):
    past = FakePast(MADE - 2000)
    server.hub.past = lambda account: past
    return past


@pytest.fixture
async def peer(server, stream, past):
    peer = server.peer()
    peer.subscribe(stream)
    await server.send()
    peer.clear()
    return peer


async def settled(server):
    """Let what is read come, and the pump send it."""
    for _ in range(10):
        await asyncio.sleep(0)
        server.clock.now += 0.05
        await server.send()


def ask(peer, first, last, **fields):
    peer.say("history", first=first, last=last, **{"id": 1, "handle": 1, "epoch": 1, **fields})


async def test_samples_over_the_seam_are_each_there_once(server, stream, peer):
    ask(peer, 10_000, MADE - 1)
    await settled(server)
    (answer,) = peer.controls()
    assert answer == {"type": "history", "id": 1, "frames": len(peer.frames())}
    assert peer.indices() == list(range(10_000, MADE))
    values = np.concatenate([frame.values for frame in peer.frames()], axis=1)
    np.testing.assert_array_equal(values, stream.values(10_000, MADE))


@pytest.mark.parametrize("columns", [16, 60, 500])
async def test_columns_over_the_seam_are_those_of_all_samples(server, stream, peer, columns):
    ask(peer, 0, MADE - 1, columns=columns)
    await settled(server)
    stride = peer.frames()[0].stride
    assert peer.indices() == list(range(0, MADE // stride * stride, stride))
    high = np.concatenate([frame.maxima for frame in peer.frames()], axis=1)
    truth = stream.values(0, MADE // stride * stride).reshape(2, -1, stride)
    np.testing.assert_array_equal(high, truth.max(axis=2))


async def test_memory_has_what_the_recorder_has_not_written_yet(server):
    stream = server.stream(rate=RATE, history=1.0)
    stream.describe(record=True)
    for _ in range(40):
        stream.produce(500)
    assert server.hub.streams[1].kept.history.first <= 20_000 - 8000


async def test_an_epoch_that_is_gone_from_memory_is_read(server, stream, peer):
    ask(peer, 100, 999, epoch=0)
    await settled(server)
    (frame,) = peer.frames()
    assert (frame.epoch, frame.sample, frame.n) == (0, 100, 900)


async def test_what_memory_has_is_not_asked_of_the_recording(server, stream, peer, past):
    ask(peer, MADE - 100, MADE - 1)
    await settled(server)
    assert peer.indices() == list(range(MADE - 100, MADE))
    assert past.asked == 0


async def test_a_stream_that_is_not_recorded_is_answered_as_before(server, stream, peer, past):
    stream.describe(record=False, recorded_since=None)
    ask(peer, 0, MADE - 1)
    await settled(server)
    assert past.asked == 0
    assert peer.indices()[-1] == MADE - 1
    assert peer.indices()[0] > 20_000


async def test_live_samples_go_on_while_a_recording_is_read_and_answers_keep_their_order(
    server, stream, peer, past
):
    past.may_answer.clear()
    ask(peer, 0, 9, id=1)
    ask(peer, MADE - 10, MADE - 1, id=2)
    await settled(server)
    await server.tick(stream)
    assert peer.indices() == list(range(MADE, MADE + 40))
    assert peer.controls("history") == []
    peer.say("ping", id=7)
    await settled(server)
    assert [told["id"] for told in peer.controls("pong")] == [7]
    past.may_answer.set()
    await settled(server)
    assert [told["id"] for told in peer.controls("history")] == [1, 2]
    assert peer.indices()[40:] == [*range(10), *range(MADE - 10, MADE)]


async def test_what_memory_gives_up_while_the_recording_is_read_is_not_missing(
    server, stream, peer, past
):
    frames_of = past.frames

    async def slow(*args):
        for _ in range(10):
            stream.produce(500)
        return await frames_of(*args)

    past.frames = slow
    ask(peer, 30_000, MADE - 1)
    await settled(server)
    answered = [frame for frame in peer.frames() if frame.flags & ANSWER]
    indices = [frame.sample + i for frame in answered for i in range(frame.n)]
    assert indices == list(range(30_000, MADE))


async def test_a_recording_that_does_not_answer_is_a_problem_beside_what_memory_has(
    server, stream, peer, past
):
    past.gone = True
    ask(peer, 0, MADE - 1)
    await settled(server)
    (answer,) = peer.controls("history")
    assert answer["problem"] == "What is recorded cannot be read."
    assert answer["frames"] == len(peer.frames()) > 0
    assert peer.indices()[-1] == MADE - 1


async def test_more_than_an_answer_holds_is_refused(server, stream, peer, past):
    past.end = 10**9
    ask(peer, 0, 10**8, epoch=0)
    await settled(server)
    (refused,) = peer.controls()
    assert refused["code"] == "too_much"
    assert "ask for a shorter range" in refused["message"]


async def test_who_leaves_leaves_nobody_reading(server, stream, peer, past):
    past.may_answer.clear()
    ask(peer, 0, 9)
    await settled(server)
    (answer,) = peer.connection.answers
    assert answer.waits
    peer.session.close()
    await asyncio.sleep(0)
    assert not answer.waits
