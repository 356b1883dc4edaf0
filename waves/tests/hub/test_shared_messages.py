"""A message is made once for all who wait for the same frames; many streams share a socket."""

import json

import numpy as np

from waves.hub.connection import SPACING
from waves.protocol.frames import MAX_MESSAGE


async def test_viewers_at_one_position_are_sent_the_same_message(server):
    stream = server.stream()
    peers = [server.peer() for _ in range(5)]
    for peer in peers:
        peer.subscribe(stream)
    for _ in range(3):
        await server.tick(stream)
    for other in peers[1:]:
        assert [id(m) for m in other.messages] == [id(m) for m in peers[0].messages]
        assert len(other.messages) == 3


async def test_who_joins_at_one_moment_is_sent_the_same_past(server):
    stream = server.stream()
    stream.produce(4000)
    peers = [server.peer() for _ in range(3)]
    for peer in peers:
        peer.subscribe(stream, window=2)
    await server.send()
    assert len({id(peer.messages[0]) for peer in peers}) == 1


async def test_the_same_indices_of_another_epoch_are_another_message(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    stream.begin(2)
    await server.tick(stream)
    first, second = peer.frames()
    np.testing.assert_allclose(first.values + 3, second.values, rtol=1e-6)
    assert (first.epoch, second.epoch) == (1, 2)


async def test_past_and_live_tiers_and_text_are_not_mixed_up(server):
    stream = server.stream(signals=2)
    stream.produce(5000)
    wishes = [
        {},
        {"window": 4},
        {"window": 4, "columns": 100, "budget": 1000},
        {"window": 4, "columns": 16, "budget": 1000},
        {"window": 1},
    ]
    peers = [server.peer(as_json=text) for text in (False, True) for _ in wishes]
    for peer, wish in zip(peers, wishes * 2, strict=True):
        peer.subscribe(stream, **wish)
    for _ in range(20):
        await server.tick(stream)
    for binary, text in zip(peers[:5], peers[5:], strict=True):
        told = [f for m in text.messages for f in json.loads(m.payload)["frames"]]
        assert all(message.is_text for message in text.messages)
        same = [(f.sample, f.stride, f.flags) for f in binary.frames()]
        assert same == [(f["sample"], f["stride"], f["flags"]) for f in told]
    assert [peer.frames()[0].stride for peer in peers[:5]] == [1, 1, 32, 128, 1]
    assert [peer.indices()[0] for peer in peers[:5]] == [5000, 1000, 992, 896, 4000]


async def test_a_viewer_who_is_behind_does_not_change_what_others_are_sent(server):
    stream = server.stream()
    peers = [server.peer() for _ in range(3)]
    for peer in peers:
        peer.subscribe(stream)
    for i in range(20):
        peers[1].transport.full = i % 3 != 0
        await server.tick(stream)
    peers[1].transport.full = False
    await server.send()
    assert all(peer.indices() == list(range(800)) for peer in peers)
    assert len(peers[1].messages) < len(peers[0].messages)


async def test_many_streams_on_one_socket_are_joined_into_one_message(server):
    streams = [server.stream(handle) for handle in range(1, 31)]
    peer = server.peer()
    for stream in streams:
        peer.subscribe(stream)
    for _ in range(5):
        server.clock.now += 0.04
        for stream in streams:
            stream.produce(40)
        await server.send()
    assert len(peer.messages) == 5
    for stream in streams:
        assert peer.indices(stream.spec.handle) == list(range(200))


async def test_messages_to_one_socket_are_spaced(server):
    streams = [server.stream(handle) for handle in (1, 2)]
    peer = server.peer()
    for stream in streams:
        peer.subscribe(stream)
    await server.tick(streams[0])
    await server.tick(streams[1], seconds=SPACING / 4)
    assert len(peer.messages) == 1
    # Nobody wakes it: the pump itself has not forgotten it.
    server.clock.now += SPACING
    await server.send()
    assert len(peer.messages) == 2
    assert peer.indices(2) == list(range(40))


async def test_a_long_past_of_many_streams_makes_messages_below_the_bound(server):
    streams = [
        server.stream(handle, signals=handle, rate=10_000.0, sample_type=sample_type)
        for handle, sample_type in ((1, "float32"), (2, "float64"), (3, "float32"), (7, "float64"))
    ]
    for stream in streams:
        stream.produce(40_000 + stream.spec.handle)
    for as_json in (False, True):
        peer = server.peer(as_json=as_json)
        for stream in streams:
            peer.subscribe(stream, window=4)
        for _ in range(20):
            await server.send()
            peer.acknowledge()
        assert not any(viewer.waiting for viewer in peer.connection.viewers.values())
        sizes = [len(message.payload) for message in peer.messages]
        assert max(sizes) <= MAX_MESSAGE
        if not as_json:
            assert np.mean(sizes[:-1]) > MAX_MESSAGE * 0.7
            for stream in streams:
                last = stream.next
                assert peer.indices(stream.spec.handle) == list(range(last - 40_000, last))
