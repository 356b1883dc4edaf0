"""Slow viewers: an allowance, joined frames, a loss that is counted, and close codes."""

import pytest

from waves.hub.connection import MAX_CONTROLS, MAX_UNACKED_BYTES, MAX_UNACKED_MESSAGES
from waves.hub.pump import STUCK_SECONDS
from waves.protocol.frames import MAX_MESSAGE


async def test_at_most_64_messages_are_sent_ahead_of_the_acknowledgements(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    for _ in range(70):
        await server.tick(stream)
    assert len(peer.messages) == MAX_UNACKED_MESSAGES == 64
    peer.acknowledge()
    await server.send()
    # What waited leaves joined.
    assert len(peer.messages) == 65
    assert peer.indices() == list(range(2800))


async def test_at_most_a_mebibyte_is_sent_ahead_of_the_acknowledgements(server):
    stream = server.stream(rate=1e6, signals=4, history=1.0)
    stream.produce(500_000)
    peer = server.peer()
    peer.subscribe(stream, window=0.4)
    await server.send()
    sent = sum(len(message.payload) for message in peer.messages)
    assert MAX_UNACKED_BYTES <= sent < MAX_UNACKED_BYTES + MAX_MESSAGE
    assert len(peer.messages) < 8


async def test_a_long_replay_is_paced_and_loses_nothing(server):
    stream = server.stream(rate=100_000.0, signals=2, history=20.0)
    stream.produce(1_500_000)
    peer = server.peer()
    peer.subscribe(stream, window=15)
    rounds = 0
    while not peer.indices() or peer.viewer().waiting:
        # A slow reader: one allowance a second, while the stream goes on.
        await server.tick(stream, 20_000, seconds=0.2)
        peer.acknowledge()
        await server.send()
        rounds += 1
    assert rounds > 8
    assert peer.controls("gap") == []
    assert peer.indices() == list(range(stream.next))
    assert max(len(message.payload) for message in peer.messages) <= MAX_MESSAGE


async def test_who_was_up_to_date_and_falls_behind_is_moved_forward_and_told(server):
    stream = server.stream(rate=100_000.0, history=20.0)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream, 4000)
    peer.transport.full = True
    while stream.next < 204_000:
        await server.tick(stream, 4000)
    peer.transport.full = False
    # Exactly 2 s behind, and more than 512 KiB: not yet too slow.
    await server.send()
    assert peer.controls("gap") == []
    assert peer.indices() == list(range(204_000))
    peer.acknowledge()
    peer.transport.full = True
    while stream.next < 408_000:
        await server.tick(stream, 4000)
    peer.transport.full = False
    await server.send()
    gap = {"first": 204_000, "last": 407_999, "reason": "too slow", "lost": 204_000}
    assert peer.controls("gap")[0].items() >= gap.items()
    await server.tick(stream, 4000)
    assert peer.indices()[204_000:] == list(range(408_000, 412_000))
    assert peer.viewer().lost == 204_000


async def test_two_seconds_of_a_slow_stream_are_not_too_far_behind(server):
    stream = server.stream(history=100.0)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    peer.transport.full = True
    for _ in range(400):
        await server.tick(stream, 200, seconds=0.2)
    peer.transport.full = False
    await server.send()
    # 80 s, but below 512 KiB.
    assert peer.indices() == list(range(80_040))


async def test_a_viewer_of_columns_is_judged_by_the_bytes_of_columns(server):
    stream = server.stream(rate=100_000.0, history=20.0)
    peer = server.peer()
    peer.subscribe(stream, window=10, columns=1000, budget=1000)
    await server.tick(stream, 4000)
    peer.transport.full = True
    while stream.next < 1_000_000:
        await server.tick(stream, 20_000)
    peer.transport.full = False
    await server.send()
    assert peer.viewer().stride == 512
    assert peer.indices() == list(range(0, stream.next // 512 * 512, 512))


async def test_a_source_that_skips_makes_nobody_slow(server):
    stream = server.stream(rate=100_000.0, history=20.0)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    # Further than a viewer may be behind, and further than the history goes.
    for skip in (1_000_000, 10**9):
        await server.tick(stream)
        stream.next += skip
        await server.tick(stream)
    stream.produce(40)
    stream.next += 1_000_000
    await server.tick(stream)
    assert [gap["reason"] for gap in peer.controls("gap")] == ["missing"] * 3
    assert len(peer.indices()) == 40 * 7


async def test_what_the_ring_has_lost_meanwhile_is_told(server):
    stream = server.stream(history=4.0)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    peer.transport.full = True
    for _ in range(10):
        await server.tick(stream, 1000)
    peer.transport.full = False
    await server.send()
    oldest = 10_040 - 4096
    gap = {"first": 40, "last": oldest - 1, "reason": "too slow", "lost": oldest - 40}
    assert peer.controls("gap")[0].items() >= gap.items()
    assert peer.indices()[40:] == list(range(oldest, 10_040))


async def seconds_pass(server, stream, seconds, each=lambda: None):
    for _ in range(round(seconds * 5)):
        each()
        await server.tick(stream, 200, seconds=0.2)
        server.pump.check_stuck()


async def test_a_silent_reader_is_closed_after_ten_seconds_without_growth(server):
    stream = server.stream()
    peers = [server.peer(), server.peer()]
    for peer in peers:
        peer.subscribe(stream)
    await seconds_pass(server, stream, 64 / 5, peers[1].acknowledge)
    assert len(peers[0].messages) == 64
    await seconds_pass(server, stream, STUCK_SECONDS - 0.4, peers[1].acknowledge)
    assert peers[0].transport.code is None
    await seconds_pass(server, stream, 1, peers[1].acknowledge)
    assert peers[0].transport.code == 4500
    assert peers[1].transport.code is None
    assert server.pump.closed_slow == 1


async def test_an_acknowledgement_that_grows_keeps_the_socket_open(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    count = 0
    for _ in range(10):
        await seconds_pass(server, stream, 6)
        count += 1
        peer.say("ack", count=count)
    assert peer.transport.code is None
    # The same count again is no growth.
    await seconds_pass(server, stream, 11, lambda: peer.say("ack", count=count))
    assert peer.transport.code == 4500


async def test_a_full_socket_is_closed_after_ten_seconds(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.send()
    peer.transport.full = True
    await seconds_pass(server, stream, STUCK_SECONDS)
    assert peer.transport.code is None
    await seconds_pass(server, stream, 1)
    assert peer.transport.code == 4500


async def test_talking_without_reading_does_not_count_as_reading(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.send()
    peer.transport.full = True
    await seconds_pass(server, stream, 2, lambda: peer.say("ping", id=1))
    assert peer.transport.code is None
    for _ in range(MAX_CONTROLS + 1):
        peer.say("ping", id=1)
    await seconds_pass(server, stream, 1)
    assert peer.transport.code == 4500


async def test_a_pause_that_ends_in_time_is_forgiven(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    for _ in range(5):
        peer.transport.full = True
        await seconds_pass(server, stream, 8)
        peer.transport.full = False
        await seconds_pass(server, stream, 2, peer.acknowledge)
    assert peer.transport.code is None


async def test_a_socket_that_closed_by_itself_is_not_closed_again(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    peer.transport.full = True
    await server.tick(stream)
    peer.transport.code = 1006
    await seconds_pass(server, stream, 15)
    assert peer.transport.code == 1006
    assert server.pump.closed_slow == 0


@pytest.mark.parametrize("count", [2, 10**6])
async def test_more_acknowledged_than_sent_is_a_bad_message(server, count):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    peer.say("ack", count=1)
    assert peer.transport.code is None
    peer.say("ack", count=count)
    assert peer.transport.code == 4400
    assert peer.controls("error")[0]["code"] == "bad_message"
