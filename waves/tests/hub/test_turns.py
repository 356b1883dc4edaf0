"""Streams on one socket are served in turn."""

from waves.protocol.frames import parse
from waves.tests.hub.fakes import Server


async def test_a_socket_that_is_too_slow_for_all_of_its_streams_starves_none_of_them(
    server: Server,
):
    streams = [server.stream(handle, rate=100_000.0, signals=4) for handle in (1, 2, 3)]
    peer = server.peer()
    for stream in streams:
        peer.subscribe(stream)
        stream.produce(1)
    await server.send()
    server.clock.now += 1
    for stream in streams:
        stream.produce(100_000)
    # Each message is full before it comes to the third stream.
    for _ in range(3):
        await server.pump.round()
        peer.acknowledge()
    first = {frame.handle for message in peer.messages[-3:] for frame in parse(message.payload)[:1]}
    assert first == {1, 2, 3}
