"""Joining: the past of the window, then live, with nothing missing and nothing doubled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waves.dsp.decimation import envelope
from waves.hub.plan import MAX_STRIDE, column_stride, plan_for
from waves.protocol.frames import ANSWER
from waves.protocol.messages import TriggerView, View
from waves.tests.hub.fakes import Server


def assert_true(peer, stream):
    """Every frame that was received holds what was produced."""
    for frame in peer.frames(stream.spec.handle):
        raw = stream.values(frame.sample, frame.next)
        low, high = envelope(raw, frame.stride)
        np.testing.assert_array_equal(frame.values, low)
        if frame.maxima is not None:
            np.testing.assert_array_equal(frame.maxima, high)


async def test_a_window_gives_its_past_and_then_live(server):
    stream = server.stream()
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream, window=0.5)
    await server.send()
    for _ in range(5):
        await server.tick(stream)
    assert peer.indices() == list(range(500, 1200))
    assert [bool(frame.flags & ANSWER) for frame in peer.frames()] == [True] + [False] * 5
    assert_true(peer, stream)


async def test_the_description_and_the_view_come_before_the_data(server):
    stream = server.stream()
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream, window=0.5)
    await server.send()
    kinds = [e["type"] if isinstance(e, dict) else "data" for e in peer.events]
    assert kinds == ["hello", "stream", "view", "data"]
    view = peer.controls("view")[0]
    assert (view["epoch"], view["stride"], view["mode"]) == (1, 1, "samples")
    assert (view["first"], view["next"]) == (500, 1000)


async def test_the_view_says_where_what_this_server_had_begins(server):
    stream = server.stream()
    stream.produce(1000, skip=700)
    peer = server.peer()
    peer.subscribe(stream, window=0.5)
    await server.send()
    assert peer.controls("view")[0].items() >= {"first": 1200, "begin": 700}.items()


async def test_without_a_window_there_is_no_past(server):
    stream = server.stream()
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    assert peer.indices() == list(range(1000, 1040))
    view = peer.controls("view")[0]
    assert view["first"] == view["next"] == 1000
    assert peer.frames()[0].flags == 0


async def test_a_window_longer_than_the_history_gives_what_is_kept(server):
    stream = server.stream(history=4.0)
    stream.produce(20_000)
    peer = server.peer()
    peer.subscribe(stream, window=1000)
    await server.send()
    assert peer.indices() == list(range(20_000 - 4096, 20_000))


async def test_who_waits_for_the_first_sample_is_sent_it(server):
    stream = server.stream()
    peers = [server.peer() for _ in range(3)]
    peers[0].subscribe(stream)
    peers[1].subscribe(stream, window=2)
    peers[2].subscribe(stream, window=10, columns=16, budget=1000)
    await server.send()
    assert peers[0].controls("view") == []
    for _ in range(8):
        await server.tick(stream, 100)
    for peer in peers[:2]:
        assert peer.indices() == list(range(800))
    assert peers[2].indices() == [0]
    assert all(len(peer.controls("view")) == 1 for peer in peers)


async def test_who_waits_for_a_stream_that_nobody_describes_is_told_what_is_known(server):
    described = server.stream(1)
    stream = type(described)(server.hub, described.spec)
    server.hub.forget(1)
    peer = server.peer()
    peer.subscribe(stream)
    await server.send()
    assert peer.controls("stream")[0]["state"] == "stale"
    stream.describe()
    await server.tick(stream)
    assert peer.controls("stream")[1]["state"] == "live"
    assert peer.indices() == list(range(40))


@settings(max_examples=60)
@given(
    begin=st.integers(0, 9000),
    ticks=st.lists(st.integers(1, 700), min_size=2, max_size=25),
    joining=st.integers(0, 24),
    window=st.floats(0.001, 30) | st.none(),
    columns=st.sampled_from([16, 100, 600]) | st.none(),
)
async def test_whoever_joins_whenever_is_sent_each_column_once(
    begin, ticks, joining, window, columns
):
    server = Server()
    stream = server.stream(rate=1000.0, signals=2)
    stream.next = begin
    peer = server.peer()
    for i, n in enumerate(ticks):
        await server.tick(stream, n)
        if i == min(joining, len(ticks) - 1):
            wishes = {"window": window, "columns": columns, "budget": 1000}
            peer.subscribe(stream, **wishes)
            await server.send()
    await server.send()
    view = peer.controls("view")[0]
    stride = view["stride"]
    assert view["first"] % stride == 0
    end = stream.next // stride * stride
    assert peer.indices() == list(range(view["first"], end, stride))
    for frame in peer.frames():
        assert bool(frame.flags) == (frame.sample < view["next"])
        assert frame.next <= view["next"] or frame.sample >= view["next"]
    assert peer.controls("gap") == []


@pytest.mark.parametrize(
    ("rate", "signals", "window", "columns", "budget", "plan"),
    [
        # Without columns: always samples.
        (1e6, 4, 10.0, None, 1000, ("samples", 1)),
        # They fit the budget and the page's ring.
        (1e3, 1, 10.0, 1200, 10**6, ("samples", 1)),
        (1e3, 60, 10.0, 1200, 10**6, ("samples", 1)),
        (1e6, 1, 1.0, 1200, 4 * 10**6, ("samples", 1)),
        # They do not fit the budget.
        (1e6, 4, 10.0, 1200, 10**6, ("columns", 8192)),
        (1e6, 1, 1.0, 1200, 4 * 10**6 - 1, ("columns", 512)),
        (1e3, 1, 2.048, 16, 1000, ("columns", 128)),
        (1e3, 1, 2.047, 16, 1000, ("columns", 64)),
        # They do not fit the ring.
        (1e3, 1, 4000.0, 1000, 10**6, ("samples", 1)),
        (1e3, 1, 4001.0, 1000, 10**6, ("columns", 2048)),
        # Fewer samples than columns: the samples.
        (1e6, 4, 0.001, 1200, 1000, ("samples", 1)),
        (1e9, 4, 1e7, 16, 1000, ("columns", MAX_STRIDE)),
    ],
)
def test_the_rule_decides_between_samples_columns_and_sweeps(
    rate, signals, window, columns, budget, plan
):
    view = View(window=window, columns=columns, budget=budget)
    assert plan_for(rate, 4, signals, 2.0, view) == plan
    # Without a window the stream's own counts.
    view = View(columns=columns, budget=budget)
    assert plan_for(rate, 4, signals, window, view) == plan


@pytest.mark.parametrize(
    ("rate", "window", "plan"),
    [
        # What can be sent whole is: the page finds the trigger itself.
        (1e3, 2.0, ("samples", 1)),
        (1e6, 0.001, ("sweeps", 1)),
        (1e6, 0.0625, ("sweeps", 1)),
        # Less than a window a second would fit.
        (1e6, 10.0, ("columns", 8192)),
    ],
)
def test_a_trigger_asks_for_sweeps_where_the_samples_do_not_fit(rate, window, plan):
    view = View(window=window, columns=1200, trigger=TriggerView(signal="a"))
    assert plan_for(rate, 4, 4, 2.0, view) == plan


@pytest.mark.parametrize(
    ("window", "plan"),
    [
        # 1,200 samples or columns a millisecond would be 16 or 4 MB/s.
        (0.001, ("sweeps", 1)),
        (0.01, ("sweeps", 1)),
        # 0.8 MB/s of columns roll, and fit.
        (0.04, ("columns", 32)),
        (10.0, ("columns", 8192)),
    ],
)
def test_a_free_view_is_sent_sweeps_only_where_columns_do_not_fit(window, plan):
    view = View(window=window, columns=1200, trigger=TriggerView(signal="a", mode="free"))
    assert plan_for(1e6, 4, 4, 2.0, view) == plan


@given(samples=st.floats(1.0, 1e12), columns=st.integers(16, 16384))
def test_a_window_has_at_least_its_columns_and_fewer_than_twice_as_many(samples, columns):
    stride = column_stride(samples, columns)
    assert stride == 1 or samples / stride >= columns
    assert stride == MAX_STRIDE or samples / stride < 2 * columns


async def test_a_stride_is_never_wider_than_the_history(server):
    stream = server.stream(history=4.0)
    peer = server.peer()
    peer.subscribe(stream, window=1e6, columns=16, budget=1000)
    for _ in range(300):
        await server.tick(stream, 50)
        peer.acknowledge()
    assert peer.controls("view")[0]["stride"] == 2048
    assert peer.indices() == list(range(0, 15_000 // 2048 * 2048, 2048))
    assert_true(peer, stream)


async def test_columns_of_a_history_that_began_in_the_middle_are_not_told_as_lost(server):
    stream = server.stream(history=100.0)
    stream.next = 5000
    peer = server.peer()
    peer.subscribe(stream, window=1000, columns=100, budget=1000)
    for _ in range(40):
        await server.tick(stream, 500)
    assert peer.controls("view")[0]["stride"] == 8192
    assert peer.controls("gap") == []
    assert peer.indices() == [0, 8192, 16384]
    # The first column covers what is there.
    assert peer.frames()[0].values[0, 0] == stream.values(5000, 8192).min()


async def test_columns_answer_a_view_and_go_on_live(server):
    stream = server.stream(signals=2)
    stream.produce(5000)
    peer = server.peer()
    peer.subscribe(stream, window=4, columns=100, budget=1000)
    for _ in range(20):
        await server.tick(stream, 50)
    assert peer.controls("view")[0]["mode"] == "columns"
    assert {frame.stride for frame in peer.frames()} == {32}
    assert peer.indices() == list(range(992, 6000 // 32 * 32, 32))
    assert_true(peer, stream)


async def test_a_gap_is_told_where_it_lies_also_in_columns(server):
    stream = server.stream()
    peers = [server.peer(), server.peer()]
    peers[0].subscribe(stream)
    peers[1].subscribe(stream, window=10, columns=600, budget=1000)
    stream.produce(1000)
    stream.produce(1000, skip=5000)
    await server.send()
    gap = {"first": 1000, "last": 5999, "reason": "missing", "lost": 5000}
    assert peers[0].controls("gap")[0].items() >= gap.items()
    assert peers[0].indices() == [*range(1000), *range(6000, 7000)]
    gap = {"first": 1008, "last": 5999, "reason": "missing", "lost": 4992}
    assert peers[1].controls("gap")[0].items() >= gap.items()
    assert peers[1].indices() == [*range(0, 1008, 16), *range(6000, 6992, 16)]


async def test_a_message_about_a_gap_stands_between_the_frames_beside_it(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    stream.produce(100)
    stream.produce(100, skip=50)
    await server.send()
    told = [e if isinstance(e, list) else e["type"] for e in peer.events[-3:]]
    assert told[1] == "gap"
    assert (told[0][-1].next, told[2][0].sample) == (100, 150)


async def test_a_change_of_view_is_answered_with_the_whole_window(server):
    stream = server.stream()
    stream.produce(5000)
    peer = server.peer()
    peer.subscribe(stream, window=1)
    await server.send()
    peer.clear()
    peer.say("view", handle=1, window=3)
    await server.tick(stream)
    assert peer.controls("view")[0].items() >= {"first": 2000, "next": 5000}.items()
    assert peer.indices() == list(range(2000, 5040))


@pytest.mark.parametrize("window", [None, 0.01])
async def test_a_change_of_view_skips_nothing_that_was_not_yet_sent(server, window):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    peer.transport.full = True
    for _ in range(10):
        await server.tick(stream)
    peer.say("view", handle=1, window=window)
    peer.transport.full = False
    await server.send()
    assert peer.indices() == list(range(440))


async def test_a_change_of_tier_without_a_window_goes_on_where_it_was(server):
    stream = server.stream(rate=1000.0, window=4.0)
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    peer.say("view", handle=1, columns=100, budget=1000)
    for _ in range(4):
        await server.tick(stream)
    assert [f.sample for f in peer.frames() if f.stride == 1] == [1000]
    assert next(f.sample for f in peer.frames() if f.stride == 32) == 1024


async def test_the_default_budget_sends_a_fast_stream_as_columns(server):
    stream = server.stream(rate=1e6, signals=4, history=1.0)
    stream.produce(500_000)
    peer = server.peer()
    peer.subscribe(stream, window=0.5, columns=1200)
    await server.send()
    assert peer.controls("view")[0]["stride"] == 256
    assert sum(len(m.payload) for m in peer.messages) < 70_000


async def test_a_timed_clock_is_joined_by_its_times(server):
    stream = server.stream(clock="timed")
    for _ in range(10):
        stream.produce(100)
    peers = [server.peer(), server.peer()]
    peers[0].subscribe(stream, window=0.25)
    peers[1].subscribe(stream, window=1, columns=16, budget=1000)
    await server.send()
    await server.tick(stream)
    first = peers[0].indices()[0]
    assert first in (749, 750)  # where 0.25 s before the newest falls, rounding decides
    assert peers[0].indices() == list(range(first, 1040))
    frame = peers[0].frames()[0]
    assert frame.dt == 0
    np.testing.assert_allclose(frame.times, np.arange(frame.n) * 0.001, atol=1e-6)
    columns = peers[1].frames()[0]
    assert columns.stride == 32
    np.testing.assert_allclose(columns.times, np.arange(columns.n) * 0.032, atol=1e-6)
    assert_true(peers[1], stream)
