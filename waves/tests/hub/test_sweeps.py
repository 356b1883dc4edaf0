"""Sweeps: whole windows of full-rate samples, each with the trigger at its place."""

import gc
import weakref

import numpy as np
import pytest

from waves.protocol.frames import MAX_MESSAGE, SWEEP, Frame
from waves.tests.hub.fakes import Stream

RATE = 1_000_000.0
WINDOW = 0.001
TRIGGER = {"signal": "s0", "level": 0.0, "slope": "rising"}


class Sine(Stream):
    """A sine of 10.3 kHz, or nothing but 5 V where it is quiet."""

    quiet = False

    def values(self, first: int, last: int) -> np.ndarray:
        if self.quiet:
            return np.full((1, last - first), 5.0, np.float32)
        cycles = np.arange(first, last) * 10_300 / RATE
        return np.sin(2 * np.pi * cycles)[None].astype(np.float32)


@pytest.fixture
def sine(server) -> Sine:
    sine = Sine(server.hub, server.stream(rate=RATE, history=1.0).spec)
    sine.describe()
    return sine


def view(server, sine, **trigger):
    peer = server.peer()
    fields = {"window": WINDOW, "columns": 1200, "trigger": {**TRIGGER, **trigger}}
    peer.subscribe(sine, budget=100_000, **fields)
    return peer


def sweeps(peer) -> list[Frame]:
    frames = peer.frames()
    assert all(frame.flags == SWEEP for frame in frames)
    return frames


async def run(server, sine, ticks: int, peer=None) -> None:
    for _ in range(ticks):
        await server.tick(sine, 50_000, 0.05)
        if peer is not None:
            peer.acknowledge()


async def test_each_sweep_is_a_window_with_the_crossing_where_it_was_asked_for(server, sine):
    peer = view(server, sine, position=0.25)
    await run(server, sine, 20, peer)
    found = sweeps(peer)
    assert len(found) > 10
    for frame in found:
        # Two samples more on either side, and the one after the crossing.
        assert frame.n == 1000 + 5
        values = frame.values[0]
        assert values[252] < 0 <= values[253]
    assert [told["mode"] for told in peer.controls("view")][-1] == "sweeps"
    assert not peer.controls("gap")


async def test_sweeps_keep_to_twenty_a_second_and_to_the_budget(server, sine):
    peer = view(server, sine)
    await run(server, sine, 40, peer)
    assert 30 <= len(sweeps(peer)) <= 40
    small = server.peer()
    trigger = {**TRIGGER, "mode": "normal"}
    small.subscribe(sine, window=WINDOW, columns=1200, budget=8000, trigger=trigger)
    await run(server, sine, 40, small)
    # 4,000 bytes a window: two a second.
    assert 3 <= len(sweeps(small)) <= 5


async def test_another_window_around_the_same_trigger_goes_on_finding_it(server, sine):
    peer = view(server, sine, mode="normal")
    await run(server, sine, 5, peer)
    before = len(sweeps(peer))
    trigger = {**TRIGGER, "mode": "normal"}
    peer.say("view", handle=1, window=WINDOW / 2, columns=600, budget=100_000, trigger=trigger)
    await run(server, sine, 20, peer)
    assert len(sweeps(peer)) > before + 10


async def test_normal_waits_for_a_trigger_and_auto_runs_free(server, sine):
    normal, auto = view(server, sine, mode="normal"), view(server, sine)
    sine.quiet = True
    await run(server, sine, 10)
    assert not sweeps(normal)
    assert 2 <= len(sweeps(auto)) <= 6
    sine.quiet = False
    await run(server, sine, 3)
    assert sweeps(normal)


async def test_a_free_view_is_sent_the_newest_window_whatever_the_signal_does(server, sine):
    peer = view(server, sine, mode="free")
    sine.quiet = True
    await run(server, sine, 10, peer)
    found = sweeps(peer)
    assert len(found) >= 9
    assert all(frame.n == 1000 + 5 for frame in found)
    assert found[-1].next == server.hub.streams[1].kept.history.next
    assert not peer.controls("gap")
    assert server.pump.search.finders == 0


async def test_a_window_longer_than_a_frame_comes_in_pieces_that_follow_one_another(server, sine):
    peer = server.peer()
    peer.subscribe(sine, window=0.2, columns=1200, budget=1_000_000, trigger=TRIGGER)
    await run(server, sine, 12, peer)
    frames = sweeps(peer)
    ends = [frame.next for frame in frames]
    assert any(frame.sample == end for frame, end in zip(frames[1:], ends, strict=False))
    whole = [frame for frame in frames if frame.next - frames[0].sample <= 200_005]
    assert sum(frame.n for frame in whole) == 200_005
    assert all(len(message.payload) <= MAX_MESSAGE for message in peer.messages)


async def test_no_sweep_spans_a_gap(server, sine):
    peer = view(server, sine)
    for _ in range(10):
        server.clock.now += 0.05
        sine.produce(600, skip=49_400)
        await server.send()
    assert not sweeps(peer)


async def test_a_signal_that_does_not_exist_triggers_never(server, sine):
    peer = view(server, sine, signal="elsewhere", mode="normal")
    await run(server, sine, 5)
    assert not sweeps(peer)


async def test_a_new_epoch_is_told_and_sweeps_go_on(server, sine):
    peer = view(server, sine)
    await run(server, sine, 5, peer)
    sine.begin(2)
    await run(server, sine, 5, peer)
    assert {frame.epoch for frame in sweeps(peer)} == {1, 2}
    # A sweep leaves out what lies between: that is no loss.
    assert [told["lost"] for told in peer.controls("gap")] == [0]


async def test_a_slow_stream_with_a_trigger_is_sent_whole(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream, window=1.0, columns=1200, trigger=TRIGGER)
    await server.tick(stream)
    assert peer.controls("view")[-1]["mode"] == "samples"


async def test_viewers_with_the_same_trigger_share_one_search(server, sine):
    view(server, sine)
    view(server, sine, position=0.1, mode="normal")
    await run(server, sine, 3)
    assert server.pump.search.finders == 1


async def test_a_socket_that_is_gone_is_held_by_nobody_and_in_no_circle(server, sine):
    peer = view(server, sine, mode="normal")
    await run(server, sine, 5, peer)
    gone = weakref.ref(peer.connection)
    gc.disable()
    try:
        peer.session.close()
        del peer
        await server.send()
        assert gone() is None
    finally:
        gc.enable()


class NoisySine(Stream):
    """1 kHz with noise of a tenth of its amplitude."""

    def values(self, first: int, last: int) -> np.ndarray:
        cycles = np.arange(first, last) * 1000 / RATE
        noise = np.random.default_rng(first).standard_normal(cycles.size)
        return (np.sin(2 * np.pi * cycles) + 0.1 * noise)[None].astype(np.float32)


@pytest.mark.parametrize("slope", ["rising", "falling"])
async def test_without_a_hysteresis_no_sweep_stands_on_the_wrong_edge_of_a_noisy_sine(
    server, slope
):
    noisy = NoisySine(server.hub, server.stream(rate=RATE, history=1.0).spec)
    noisy.describe()
    peer = view(server, noisy, slope=slope, mode="normal")
    await run(server, noisy, 210, peer)
    found = sweeps(peer)
    assert len(found) >= 200
    # The crossing lies in the middle of the window.
    turns = np.array([(frame.sample + 2 + 500) / 1000 for frame in found])
    assert np.all((np.cos(2 * np.pi * turns) > 0) == (slope == "rising"))


async def test_a_hysteresis_of_zero_is_what_was_asked_for(server):
    noisy = NoisySine(server.hub, server.stream(rate=RATE, history=1.0).spec)
    noisy.describe()
    peer = view(server, noisy, hysteresis=0.0, mode="normal")
    await run(server, noisy, 60, peer)
    turns = np.array([(frame.sample + 2 + 500) / 1000 for frame in sweeps(peer)])
    assert np.any(np.cos(2 * np.pi * turns) < 0)
