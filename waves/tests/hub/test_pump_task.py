"""The pump as a task on a real event loop: nobody is forgotten, and nothing spins."""

import asyncio
import contextlib

import pytest

from waves.hub.pump import RETRY, Pump
from waves.tests.hub.fakes import Server


@pytest.fixture
async def server():
    server = Server()
    loop = asyncio.get_running_loop()
    for part in (server.hub, server.pump):
        part._monotonic = loop.time
    task = asyncio.create_task(server.pump.run())
    yield server
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def visits(monkeypatch):
    """Counts the visits of sockets."""
    seen = []
    visit = Pump._visit

    def counted(pump, connection):
        seen.append(connection)
        return visit(pump, connection)

    monkeypatch.setattr(Pump, "_visit", counted)
    return seen


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (what a socket received is no event)
            await asyncio.sleep(0.001)


async def test_frames_arrive_without_being_asked_for(server):
    stream = server.stream()
    peers = [server.peer() for _ in range(200)]
    for peer in peers:
        peer.subscribe(stream)
    for _ in range(5):
        stream.produce(40)
        await asyncio.sleep(0.03)
    await until(lambda: all(peer.indices() == list(range(200)) for peer in peers))


async def test_a_socket_that_was_full_is_sent_to_when_it_has_room_again(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await until(lambda: peer.controls("stream"))
    peer.transport.full = True
    stream.produce(40)
    await asyncio.sleep(3 * RETRY)
    assert peer.indices() == []
    # Nothing wakes the pump: it has not forgotten.
    peer.transport.full = False
    await until(lambda: peer.indices() == list(range(40)))


async def test_control_messages_wait_for_a_full_socket_too(server):
    peer = server.peer()
    peer.transport.full = True
    await asyncio.sleep(3 * RETRY)
    assert peer.transport.sent == []
    peer.transport.full = False
    await until(lambda: peer.controls("hello"))


async def test_an_acknowledgement_lets_a_blocked_socket_go_on(server):
    stream = server.stream(rate=1e6, signals=4, history=1.0)
    stream.produce(400_000)
    peer = server.peer()
    peer.subscribe(stream, window=0.4)
    await until(lambda: peer.messages and not peer.connection.allowed)
    received = 0
    while received < 400_000:
        peer.acknowledge()
        await asyncio.sleep(0.002)
        received = len(peer.indices())
    assert peer.indices() == list(range(400_000))


async def test_a_second_stream_of_a_socket_is_sent_when_it_is_due(server):
    streams = [server.stream(1), server.stream(2)]
    peer = server.peer()
    for stream in streams:
        peer.subscribe(stream)
    streams[0].produce(40)
    await until(lambda: peer.indices(1))
    streams[1].produce(40)
    await until(lambda: peer.indices(2))


async def test_a_full_socket_is_looked_at_a_hundred_times_a_second_at_most(server, visits):
    stream = server.stream()
    full, blocked = server.peer(), server.peer()
    for peer in (full, blocked):
        peer.subscribe(stream)
    await asyncio.sleep(0.01)
    full.transport.full = True
    blocked.connection.unacked.extend([1] * 64)
    stream.produce(40)
    await asyncio.sleep(0.05)
    visits.clear()
    await asyncio.sleep(0.3)
    assert visits.count(blocked.connection) == 0
    assert 1 <= visits.count(full.connection) <= 0.3 / RETRY + 1


async def test_nothing_is_visited_when_nothing_is_to_be_sent(server, visits):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    stream.produce(40)
    await asyncio.sleep(0.05)
    visits.clear()
    await asyncio.sleep(0.1)
    assert visits == []


async def test_nobody_waits_for_a_full_socket(server):
    stream = server.stream()
    full, peer = server.peer(), server.peer()
    for each in (full, peer):
        each.subscribe(stream)
    await asyncio.sleep(0.01)
    full.transport.full = True
    stream.produce(40)
    await until(lambda: peer.indices())
    turns = []
    for _ in range(20):
        await asyncio.sleep(0.021)
        had = len(peer.messages)
        stream.produce(40)
        # Turns of the loop until it is there: not one of them is a pause.
        waited = 0
        while len(peer.messages) == had and waited < 50:
            await asyncio.sleep(0)
            waited += 1
        turns.append(waited)
    assert sorted(turns)[10] < 10
