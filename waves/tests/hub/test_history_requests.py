"""Looking back: exactly the frames that the answer names, in order, before any live one."""

import json
from collections import deque

import numpy as np
import pytest

from waves.hub.answers import MAX_HISTORY_BYTES
from waves.hub.connection import MAX_ANSWERS
from waves.protocol.frames import ANSWER, MAX_MESSAGE
from waves.tests.hub.fakes import values_of

#: Samples of the stream below that one answer holds.
MOST = MAX_HISTORY_BYTES // 8


@pytest.fixture
def stream(server):
    stream = server.stream(rate=10_000.0, signals=2, history=30.0)
    stream.produce(100_000)
    stream.produce(100_000, skip=50_000)
    return stream


@pytest.fixture
async def peer(server, stream):
    peer = server.peer()
    peer.subscribe(stream)
    await server.send()
    peer.clear()
    return peer


def ask(peer, first, last, **fields):
    fields = {"id": 1, "handle": 1, "epoch": 1, **fields}
    peer.say("history", first=first, last=last, **fields)


async def test_the_samples_of_a_range_are_sent(server, stream, peer):
    ask(peer, 1000, 2999)
    await server.send()
    assert peer.controls() == [{"type": "history", "id": 1, "frames": 1}]
    assert peer.indices() == list(range(1000, 3000))
    (frame,) = peer.frames()
    assert frame.flags == ANSWER
    np.testing.assert_array_equal(frame.values, stream.values(1000, 3000))


async def test_a_long_range_is_sent_in_frames_and_leaves_out_what_is_missing(server, stream, peer):
    ask(peer, 40_000, 160_000)
    await server.send()
    (answer,) = peer.controls("history")
    frames = peer.frames()
    assert answer["frames"] == len(frames) > 2
    assert peer.indices() == [*range(40_000, 100_000), *range(150_000, 160_001)]
    assert max(len(message.payload) for message in peer.messages) <= MAX_MESSAGE


async def test_columns_of_a_range_are_sent(server, stream, peer):
    ask(peer, 1000, 60_000, columns=100)
    await server.send()
    (answer,) = peer.controls("history")
    (frame,) = peer.frames()
    assert (answer["frames"], frame.stride) == (1, 512)
    assert peer.indices() == list(range(512, 60_001 // 512 * 512, 512))
    raw = stream.values(frame.sample, frame.next).reshape(2, -1, 512)
    np.testing.assert_array_equal(frame.maxima, raw.max(axis=2))


async def test_columns_of_a_very_long_range_are_sent(server):
    stream = server.stream(rate=2e6, history=6.0)
    for _ in range(11):
        stream.produce(1_000_000)
    peer = server.peer()
    peer.subscribe(stream)
    ask(peer, 0, 10_999_999, columns=100)
    await server.send()
    assert {frame.stride for frame in peer.frames()} == {65_536}


async def test_what_is_gone_is_answered_with_what_is_kept(server, stream, peer):
    ask(peer, 0, 10**9, epoch=7)
    ask(peer, 249_990, 10**9, id=2)
    ask(peer, 5000, 4000, id=3)
    ask(peer, 10**9, 10**9 + 1, id=4)
    await server.send()
    counts = [(answer["id"], answer["frames"]) for answer in peer.controls("history")]
    assert counts == [(1, 0), (2, 1), (3, 0), (4, 0)]
    assert peer.indices() == list(range(249_990, 250_000))


async def test_each_answer_stands_before_its_own_frames_and_before_live_ones(server, stream, peer):
    ask(peer, 0, 99, id=1)
    ask(peer, 200, 299, id=2)
    await server.tick(stream)
    told = [
        event["id"] if isinstance(event, dict) else [frame.sample for frame in event]
        for event in peer.events
    ]
    assert told == [1, [0], 2, [200], [250_000]]


async def test_an_answer_has_a_bound_and_a_request_for_more_closes_nothing(server, stream, peer):
    ask(peer, 0, MOST - 1)
    await server.send()
    assert not peer.controls("error")
    ask(peer, 0, MOST)
    await server.send()
    (refused,) = peer.controls("error")
    assert refused["code"] == "too_much"
    assert f"at most {MOST} of these" in refused["message"]
    assert peer.transport.code is None


async def test_two_columns_a_pixel_of_sixty_signals_fit_an_answer(server):
    stream = server.stream(signals=60, history=10.0)
    peer = server.peer()
    peer.subscribe(stream, window=1.0)
    stream.produce(9600)
    ask(peer, 0, 9599, columns=1201)
    await server.send()
    assert not peer.controls("error")


async def test_answers_that_wait_have_a_bound(server, stream, peer):
    peer.transport.full = True
    for i in range(30):
        ask(peer, 0, MOST - 1, id=i)
    await server.send()
    refused = [said for said in peer.connection.controls if "too_much" in said]
    assert len(refused) == 30 - MAX_ANSWERS
    peer.transport.full = False
    for _ in range(30):
        await server.send()
        peer.acknowledge()
    assert [answer["id"] for answer in peer.controls("history")] == list(range(MAX_ANSWERS))
    assert len(peer.frames()) == sum(answer["frames"] for answer in peer.controls("history"))


async def test_a_stream_that_is_not_viewed_has_no_history_to_ask_for(server, stream, peer):
    ask(peer, 0, 10, handle=9)
    await server.send()
    assert peer.controls("error")[0]["code"] == "unknown_stream"
    assert peer.transport.code is None


@pytest.mark.parametrize("sample_type", ["float32", "float64"])
async def test_answers_as_text_stay_below_the_bound_of_a_message(server, sample_type):
    stream = server.stream(rate=10_000.0, signals=2, sample_type=sample_type, history=20.0)
    stream.produce(98_304)
    peer = server.peer(as_json=True)
    peer.subscribe(stream)
    await server.send()
    peer.clear()
    ask(peer, 0, 98_303)
    for _ in range(10):
        await server.send()
        peer.acknowledge()
    assert max(len(message.payload) for message in peer.messages) <= MAX_MESSAGE
    frames = [f for message in peer.messages for f in json.loads(message.payload)["frames"]]
    assert len(frames) == peer.controls("history")[0]["frames"]
    first = np.array(frames[0]["values"], sample_type)
    expected = values_of(1, 1, 0, first.shape[1], 2).astype(sample_type)
    np.testing.assert_array_equal(first, expected)
    assert frames[0]["flags"] == ANSWER


async def test_of_a_stream_that_is_viewed_no_more_no_past_is_sent(server, stream, peer):
    """As where it may not be seen any more, while answers wait or are half sent."""
    other = server.stream(2, rate=1000.0, history=10.0)
    other.produce(2000)
    peer.subscribe(other)
    await server.send()
    peer.clear()
    for number in range(5):
        ask(peer, 40_000, 160_000, id=number)
    ask(peer, 100, 199, id=9, handle=2)
    while not peer.frames():  # a part of the first answer
        await server.pump.round()
    assert len(peer.connection.answers) == 6
    peer.clear()
    peer.say("unsubscribe", stream="stream1")
    stream.produce(10_000)
    for _ in range(20):
        peer.acknowledge()
        await server.send()
    assert peer.frames() == []
    assert peer.indices(handle=2) == list(range(100, 200))
    assert [said["id"] for said in peer.controls("history")] == [9]
    assert peer.connection.answers == deque()


async def test_what_is_refused_while_the_socket_goes_on_is_counted(server, stream, peer):
    for number in range(MAX_ANSWERS + 2):
        ask(peer, 40_000, 160_000, id=number)
    ask(peer, 0, 10, handle=7)
    assert server.hub.refused == {"too_much": 2, "unknown_stream": 1}
