"""What is counted for those who look after a site: once a frame, however many viewers it has."""

import pytest

from waves.hub.figures import Durations
from waves.tests.hub.fakes import T0


@pytest.fixture
def figures(server):
    """The figures of a stream, on a wall clock that stands where the stream's samples are."""
    server.hub._wall = server.pump._wall = lambda: T0 + server.clock.now - 1000.0
    return lambda stream: server.hub.stream(stream.spec.handle).kept.figures


async def test_a_frame_counts_once_for_all_viewers_and_its_age_is_that_of_its_newest_sample(
    server, figures
):
    stream = server.stream()
    peers = [server.peer() for _ in range(5)]
    for peer in peers:
        peer.subscribe(stream)
    await server.tick(stream)  # with the first frame comes the answer to the subscription
    for _ in range(10):
        await server.tick(stream)
    assert all(len(peer.indices()) == 440 for peer in peers)
    ages = figures(stream).ages
    # 40 samples at 1 kHz each 40 ms: the newest is 1 ms old when it is sent.
    assert ages.counts[0] == sum(ages.counts) == 10
    assert ages.seconds == pytest.approx(0.010, abs=1e-4)


async def test_a_frame_that_a_socket_gets_late_is_late(server, figures):
    stream, peer = server.stream(), server.peer()
    peer.subscribe(stream)
    for _ in range(5):
        await server.tick(stream)
    peer.transport.full = True
    await server.tick(stream)
    server.clock.now += 0.3
    peer.transport.full = False
    await server.send()
    buckets = dict(figures(stream).ages.buckets())
    assert buckets["0.5"] - buckets["0.2"] == 1


async def test_the_past_that_a_viewer_is_sent_is_not_late(server, figures):
    stream = server.stream()
    for _ in range(50):
        await server.tick(stream)
    peer = server.peer()
    peer.subscribe(stream, window=1.0)
    await server.send()
    assert len(peer.indices()) >= 1000
    assert sum(figures(stream).ages.counts) == 0


@pytest.mark.parametrize("as_json", [False, True])
async def test_frames_as_text_and_of_many_streams_count_too(server, figures, as_json):
    streams, peer = [server.stream(handle) for handle in (1, 2)], server.peer(as_json=as_json)
    for stream in streams:
        peer.subscribe(stream)
    for _ in range(6):
        server.clock.now += 0.04
        for stream in streams:
            stream.produce(40)
        await server.send()
    assert [sum(figures(stream).ages.counts) for stream in streams] == [5, 5]


async def test_what_came_and_what_was_lost_is_counted(server, figures):
    stream, peers = server.stream(), [server.peer() for _ in range(2)]
    for peer in peers:
        peer.subscribe(stream)
    await server.tick(stream)
    server.clock.now += 0.05
    stream.produce(40, skip=10)
    await server.send()
    found = figures(stream)
    assert (found.frames, found.samples, found.bytes) == (2, 80, 320)
    assert found.newest == pytest.approx(T0 + 0.089)
    assert found.lag == pytest.approx(0.001, abs=1e-4)
    assert found.lost == {"missing": 20}


def test_a_duration_is_counted_where_it_belongs():
    durations = Durations((0.1, 1.0))
    for seconds in (-5.0, 0.1, 0.2, 3.0):
        durations.add(seconds)
    assert durations.buckets() == [("0.1", 2), ("1.0", 3), ("+Inf", 4)]
    assert durations.seconds == pytest.approx(3.3)
