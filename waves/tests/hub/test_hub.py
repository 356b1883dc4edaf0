"""The hub: what it refuses and counts, what it tells viewers, what it keeps and forgets."""

import dataclasses

import numpy as np
import pytest

from waves.protocol.description import describe
from waves.protocol.frames import Frame, encode
from waves.tests.hub.fakes import Stream, spec


def frame(server, **fields):
    given = {"handle": 1, "epoch": 1, "sample": 0, "t0": 0.0, "dt": 0.001}
    values = fields.pop("values", np.zeros((1, 4), "<f4"))
    data = encode(Frame(**{**given, **fields}, values=values))
    server.hub.receive({"type": "waves.frame", "data": data})


@pytest.mark.parametrize(
    "fields",
    [
        {"epoch": 2},
        {"epoch": 4},
        {"handle": 9},
        {"values": np.zeros((2, 4), "<f4")},
        {"values": np.zeros((1, 4), "<f8")},
        {"maxima": np.zeros((1, 4), "<f4"), "stride": 16},
        {"dt": 0.0, "times": np.arange(4.0)},
    ],
)
async def test_a_frame_that_does_not_fit_is_counted_and_dropped(server, fields):
    stream = server.stream(epoch=3)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    frame(server, **{"epoch": 3, **fields})
    await server.tick(stream)
    assert server.hub.counts["dropped frames"] == 1
    assert server.hub.counts["frames"] == 2
    assert peer.indices() == list(range(80))


async def test_a_malformed_frame_is_counted_and_nothing_else_stops(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    server.hub.receive({"type": "waves.frame", "data": b"rubbish"})
    server.hub.receive({"type": "waves.news"})
    await server.tick(stream)
    assert server.hub.counts["malformed frames"] == 1
    assert server.hub.counts["unknown messages"] == 1
    assert peer.indices() == list(range(40))


async def test_a_description_of_an_older_epoch_changes_nothing(server):
    stream = server.stream(epoch=5)
    peer = server.peer()
    peer.subscribe(stream)
    stream.epoch = 4
    stream.describe(name="Old")
    stream.epoch = 5
    await server.tick(stream)
    assert server.hub.counts["old descriptions"] == 1
    assert [said["name"] for said in peer.controls("stream")] == ["Stream 1"]
    assert peer.indices() == list(range(40))


async def test_an_edit_reaches_viewers_without_a_new_epoch(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    stream.describe(name="Renamed")
    await server.tick(stream)
    assert [said["name"] for said in peer.controls("stream")] == ["Stream 1", "Renamed"]
    assert peer.indices() == list(range(80))
    assert peer.controls("gap") == []


async def test_a_measured_rate_is_no_news_for_viewers(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    stream.describe(measured_rate=999.0, skipped=7)
    await server.send()
    assert len(peer.controls("stream")) == 1
    assert server.board.of(1).measured_rate == 999.0


async def test_a_timed_clock_tells_its_rate_in_two_digits(server):
    stream = server.stream(clock="timed")
    peer = server.peer()
    peer.subscribe(stream)
    stream.describe(rate=1004.0)
    await server.send()
    assert len(peer.controls("stream")) == 1
    stream.describe(rate=1100.0)
    await server.send()
    assert len(peer.controls("stream")) == 2


@pytest.mark.parametrize("clock", ["regular", "timed"])
@pytest.mark.parametrize(("history", "oldest"), [(40.0, 0), (4.0, 20_200 - 4096)])
async def test_another_length_of_history_keeps_the_samples(server, clock, history, oldest):
    stream = server.stream(history=20.0, signals=2, clock=clock)
    stream.produce(10_000)
    stream.produce(10_000, skip=200)
    peer = server.peer()
    peer.subscribe(stream)
    await server.send()
    stream.spec = dataclasses.replace(stream.spec, history=history)
    stream.describe()
    kept = server.hub.streams[1].kept.history
    assert kept.first == max(oldest, 0)
    assert list(kept.gaps()) == ([(10_000, 10_200)] if oldest == 0 else [])
    begin = max(oldest, 10_200)
    np.testing.assert_array_equal(kept.samples(begin, 20_200), stream.values(begin, 20_200))
    assert kept.t0(20_000) == pytest.approx(1_700_000_020.0)
    await server.tick(stream)
    assert peer.indices() == list(range(20_200, 20_240))
    assert peer.controls("gap") == []


async def test_three_seconds_without_a_description_are_stale(server):
    stream = server.stream()
    peer, late = server.peer(), server.peer()
    peer.subscribe(stream)
    server.clock.now += 2.9
    server.hub.check_stale()
    await server.send()
    assert [said["state"] for said in peer.controls("stream")] == ["live"]
    server.clock.now += 0.2
    server.hub.check_stale()
    server.hub.check_stale()
    late.subscribe(stream)
    await server.send()
    assert [said["state"] for said in peer.controls("stream")] == ["live", "stale"]
    assert [said["state"] for said in late.controls("stream")] == ["stale"]
    stream.describe()
    await server.send()
    assert [said["state"] for said in peer.controls("stream")] == ["live", "stale", "live"]
    assert server.board.of(1).state == "live"


async def test_a_stopped_stream_does_not_become_stale(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    stream.describe(state="stopped")
    server.clock.now += 60
    server.hub.check_stale()
    await server.send()
    assert [said["state"] for said in peer.controls("stream")] == ["live", "stopped"]


async def test_viewers_of_a_deleted_stream_are_told(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    server.hub.receive({"type": "waves.deleted", "handle": 1})
    server.hub.receive({"type": "waves.deleted", "handle": 1})
    await server.send()
    said = peer.controls("stream")[-1]
    assert (said["state"], said["message"]) == ("stopped", "This stream was deleted.")
    assert server.hub.streams == {}
    assert server.board.handles() == []
    server.hub.disconnect(peer.connection)


async def test_unsubscribing_ends_the_frames_of_that_stream_only(server):
    streams = [server.stream(1), server.stream(2)]
    peer = server.peer()
    for stream in streams:
        peer.subscribe(stream)
        await server.tick(stream)
    peer.say("unsubscribe", stream="stream1")
    for stream in streams:
        await server.tick(stream)
    assert peer.indices(1) == list(range(40))
    assert peer.indices(2) == list(range(80))
    assert server.hub.viewer_counts() == {2: 1}
    peer.say("unsubscribe", stream="stream1")
    await server.send()
    assert peer.controls("error")[0]["code"] == "unknown_stream"
    assert peer.transport.code is None


async def test_a_stream_that_nobody_describes_can_be_unsubscribed(server):
    stream = server.stream()
    server.hub.forget(1)
    peer = server.peer()
    peer.subscribe(stream)
    peer.say("unsubscribe", stream="stream1")
    await server.send()
    assert peer.controls("error") == []
    assert server.hub.viewer_counts() == {}


async def test_a_socket_that_is_gone_leaves_nothing_behind(server):
    stream = server.stream()
    peers = [server.peer(), server.peer()]
    for peer in peers:
        peer.subscribe(stream)
    peers[0].transport.full = True
    await server.tick(stream)
    for peer in peers:
        peer.session.close()
    assert server.hub.connections == set()
    assert server.hub.viewer_counts() == {}
    assert not server.pump._ready
    assert not server.pump._later
    assert not server.pump._stuck


async def test_the_first_viewer_of_a_stream_makes_interest(server):
    stream = server.stream()
    wanted = []
    server.hub.interests.append(wanted.append)
    server.peer().subscribe(stream)
    assert wanted == [1]


async def test_a_stream_with_viewers_is_not_forgotten(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    server.hub.forget(1)
    assert 1 in server.hub.streams
    peer.say("unsubscribe", stream="stream1")
    server.hub.forget(1)
    server.hub.forget(1)
    assert server.hub.streams == {}


async def test_a_ping_is_answered_with_the_time_of_the_server(server):
    peer = server.peer()
    peer.say("ping", id=7)
    await server.send()
    (pong,) = peer.controls("pong")
    assert pong["id"] == 7
    assert pong["time"] > 1_700_000_000


@pytest.mark.parametrize("text", [None, "{}", '{"type": "ack"}', '{"type": "ack", "count": "1"}'])
async def test_a_bad_message_is_named_and_closes_the_socket_even_if_it_is_full(server, text):
    peer = server.peer()
    await server.send()
    peer.transport.full = True
    peer.session.take(text)
    assert peer.controls("error")[0]["code"] == "bad_message"
    assert peer.transport.code == 4400


async def test_an_older_epoch_is_followed_once_the_newer_one_is_silent(server):
    """An older backup of the database: a stream that stops bears its older number."""
    stream = server.stream(epoch=5)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    stream.epoch = 4
    stream.describe(state="stopped")
    assert [said["state"] for said in peer.controls("stream")] == ["live"]
    server.clock.now += 3.5
    stream.describe(state="stopped")
    await server.send()
    assert peer.controls("stream")[-1]["state"] == "stopped"


async def test_why_nobody_reports_a_stream_is_said_to_its_viewers(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    server.board.problem = "The worker is elsewhere."
    server.clock.now += 3.5
    server.hub.check_stale()
    await server.send()
    assert "The worker is elsewhere." in peer.controls("stream")[-1]["message"]


async def test_a_stream_that_was_renamed_is_let_go_of_by_either_slug(server):
    stream = server.stream()
    for slug in ("stream1", "other"):
        peer = server.peer()
        peer.subscribe(stream)
        renamed = {**describe(stream.spec, stream.epoch, stream.spec.signals), "slug": "other"}
        server.hub.receive({"type": "waves.stream", "description": renamed})
        assert server.hub.viewer_counts() == {1: 1}
        peer.say("unsubscribe", stream=slug)
        await server.send()
        assert peer.controls("error") == []
        assert server.hub.viewer_counts() == {}


async def test_a_slug_that_another_stream_took_lets_go_of_that_stream(server):
    first, second = server.stream(1), server.stream(2)
    peer = server.peer()
    peer.subscribe(first)
    peer.subscribe(second)
    for stream, slug in ((first, "other"), (second, "stream1")):
        renamed = {**describe(stream.spec, stream.epoch, stream.spec.signals), "slug": slug}
        server.hub.receive({"type": "waves.stream", "description": renamed})
    peer.say("unsubscribe", stream="stream1")
    assert server.hub.viewer_counts() == {1: 1}


async def test_why_a_stream_was_never_described_is_told_as_soon_as_it_is_known(server):
    stream = Stream(server.hub, spec())
    peer = server.peer()
    peer.subscribe(stream)
    server.clock.now += 3.5
    server.hub.check_stale()
    server.board.problem = "The worker is elsewhere."
    for _ in range(3):
        server.hub.check_stale()
    await server.send()
    assert [said["message"] for said in peer.controls("stream")] == ["", "The worker is elsewhere."]
    # And then one takes it over, whose source fails before it ever ran.
    failed = {**peer.controls("stream")[-1], "state": "failed", "message": "No such function."}
    server.hub.receive({"type": "waves.status", "streams": [failed]})
    for _ in range(3):
        server.hub.check_stale()
    await server.send()
    assert [said["state"] for said in peer.controls("stream")] == ["stale", "stale", "failed"]
