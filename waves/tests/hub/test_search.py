"""Looking for triggers: a piece at a time, evenly shared, and whoever has to wait is told."""

import pytest

from waves.dsp.trigger import Trigger
from waves.hub.connection import SPACING
from waves.hub.search import LOOK_SAMPLES, LOOK_SECONDS, MOST_PIECE, SHARE
from waves.protocol.frames import Frame
from waves.tests.hub.test_sweeps import RATE, Sine

WINDOW = 0.002


class Looks:
    """Every look of a trigger, each sample of which takes ``cost`` seconds on the test's clock."""

    def __init__(self, clock, monkeypatch) -> None:
        self.cost = 0.0
        self.fed: list[int] = []
        feed = Trigger.feed

        def counted(trigger, first, values):
            self.fed.append(values.size)
            clock.now += self.cost * values.size
            return feed(trigger, first, values)

        monkeypatch.setattr(Trigger, "feed", counted)


@pytest.fixture
def looks(server, monkeypatch) -> Looks:
    return Looks(server.clock, monkeypatch)


@pytest.fixture
def sine(server) -> Sine:
    sine = Sine(server.hub, server.stream(rate=RATE, history=2.0).spec)
    sine.describe()
    return sine


def wanted(level: float, **fields) -> dict:
    trigger = {"signal": "s0", "level": level, "mode": "normal"}
    return {"window": WINDOW, "columns": 1200, "budget": 200_000, "trigger": trigger, **fields}


def join(server, sine, level: float, **fields):
    peer = server.peer()
    peer.subscribe(sine, **wanted(level, **fields))
    return peer


async def run(server, sine, seconds: float, peers) -> None:
    """The stream goes on; rounds come every few milliseconds, as they do in a server."""
    end, produced = server.clock.now + seconds, server.clock.now
    while server.clock.now < end:
        await server.send()
        server.clock.now += SPACING / 2
        if server.clock.now - produced >= 0.05:
            sine.produce(round((server.clock.now - produced) * RATE))
            produced = server.clock.now
            for peer in peers:
                peer.acknowledge()


def codes(peer) -> list[str]:
    return [notice["code"] for notice in peer.controls("notice")]


def frees(peer) -> list[Frame]:
    """Sweeps in which the signal does not cross the level where it was asked for."""
    level = peer.viewer().view.trigger.level
    at = 2 + round(WINDOW * RATE / 2)
    return [f for f in peer.frames() if not f.values[0][at] < level <= f.values[0][at + 1]]


async def test_a_new_trigger_looks_back_in_pieces_and_others_have_their_turn(server, sine, looks):
    for _ in range(40):
        sine.produce(50_000)
    looks.cost = 1e-8
    peer = join(server, sine, 0.5)
    rounds = 0
    while server.pump.search.pending:
        before, at = len(looks.fed), server.clock.now
        await server.pump.round()
        assert sum(looks.fed[before:]) <= LOOK_SAMPLES
        # At most a piece longer than it should.
        assert server.clock.now - at <= LOOK_SECONDS + MOST_PIECE * looks.cost
        server.clock.now += 0.01
        rounds += 1
    assert rounds > 4
    assert max(looks.fed) <= MOST_PIECE
    assert peer.frames()


async def test_however_quick_looking_is_a_round_looks_at_a_bounded_number_of_samples(
    server, sine, looks
):
    for _ in range(40):
        sine.produce(50_000)
    peers = [join(server, sine, level / 100) for level in range(10)]
    while server.pump.search.pending:
        before = len(looks.fed)
        await server.pump.round()
        assert sum(looks.fed[before:]) <= LOOK_SAMPLES
    await server.send()
    assert all(peer.frames() for peer in peers)


async def test_a_look_reads_one_signal_and_copies_no_history(server, monkeypatch):
    sine = Sine(server.hub, server.stream(rate=RATE, history=2.0).spec)
    sine.describe()
    sine.produce(50_000)
    copied: list[int] = []
    history = server.hub.streams[1].kept.history
    samples = history.samples
    monkeypatch.setattr(
        history, "samples", lambda a, b: (copied.append(b - a), samples(a, b))[1], raising=False
    )
    peer = join(server, sine, 0.5)
    await server.send()
    assert [frame.n for frame in peer.frames()] == copied


async def test_forty_viewers_with_their_own_level_are_all_served_while_there_is_time(
    server, sine, looks
):
    looks.cost = 1e-9
    peers = [join(server, sine, level / 50) for level in range(40)]
    await run(server, sine, 2.0, peers)
    for peer in peers:
        assert len(peer.frames()) > 5
        assert not frees(peer)
        assert not codes(peer)
    # Each sample was looked at once for each level, and nobody's look began anew.
    produced = server.hub.streams[1].kept.history.next
    assert sum(looks.fed) == 40 * produced


async def test_where_there_is_no_time_for_all_whoever_wants_most_waits(server, sine, looks):
    modest = join(server, sine, 0.9)
    modest.connection.watchers[1].caller = "modest"
    greedy = [join(server, sine, level / 50) for level in range(10)]
    for peer in greedy:
        peer.connection.watchers[1].caller = "greedy"
    # Each takes a fifth of the share: there is time for half of them.
    looks.cost = SHARE / 5 / RATE
    await run(server, sine, 4.0, [modest, *greedy])
    assert not codes(modest)
    assert any(codes(peer) for peer in greedy)


async def test_a_finder_that_nobody_uses_is_gone(server, sine):
    peers = [join(server, sine, level / 50) for level in range(5)]
    other = join(server, sine, 0.0)
    await run(server, sine, 0.1, [*peers, other])
    assert server.pump.search.finders == 5
    peers[0].session.close()
    assert server.pump.search.finders == 5
    other.say("unsubscribe", stream=sine.spec.slug)
    assert server.pump.search.finders == 4
    peers[1].say("view", handle=1, **wanted(0.9))
    peers[2].say("view", handle=1, window=1, columns=100, budget=1000)
    assert server.pump.search.finders == 3
    sine.begin(2)
    assert server.pump.search.finders == 3
    for peer in peers[1:]:
        peer.session.close()
    assert server.pump.search.finders == 0


async def test_whoever_there_is_no_time_for_runs_free_and_is_told_once(server, sine, looks):
    # Each takes six hundredths of a core: there is time for three.
    looks.cost = 0.06 / RATE
    peers = [join(server, sine, level / 10) for level in range(3)]
    await run(server, sine, 2.0, peers)
    assert not any(codes(peer) for peer in peers)
    late = join(server, sine, 0.9)
    peers.append(late)
    await run(server, sine, 2.0, peers)
    assert codes(late) == ["trigger_paused"]
    assert late.controls("notice")[0]["message"].startswith("So many triggers")
    assert len(frees(late)) > 5
    for peer in peers[:3]:
        before = len(peer.frames())
        await run(server, sine, 1.0, peers)
        assert len(peer.frames()) > before + 3
        assert not frees(peer)
        assert not codes(peer)
    assert codes(late) == ["trigger_paused"]


async def test_who_leaves_lets_another_be_served_again(server, sine, looks):
    looks.cost = 0.06 / RATE
    peers = [join(server, sine, level / 10) for level in range(5)]
    await run(server, sine, 3.0, peers)
    paused = [peer for peer in peers if codes(peer)]
    assert len(paused) == 2
    served = [peer for peer in peers if peer not in paused]
    served[0].session.close()
    peers.remove(served[0])
    await run(server, sine, 3.0, peers)
    again = [peer for peer in paused if codes(peer) == ["trigger_paused", "trigger_resumed"]]
    assert len(again) == 1
    free = len(frees(again[0]))
    await run(server, sine, 1.0, peers)
    assert len(frees(again[0])) == free


async def test_a_dear_trigger_makes_no_cheap_one_wait(server, sine, looks, monkeypatch):
    feed = Trigger.feed

    def dear(trigger, first, values):
        if trigger._pulses is not None:
            server.clock.now += values.size / RATE * SHARE * 3
        return feed(trigger, first, values)

    monkeypatch.setattr(Trigger, "feed", dear)
    looks.cost = 0.02 / RATE
    cheap = [join(server, sine, level / 10) for level in range(3)]
    trigger = {"kind": "pulse", "signal": "s0", "level": 0.3, "mode": "normal"}
    pulse = join(server, sine, 0.3, trigger=trigger)
    await run(server, sine, 3.0, [*cheap, pulse])
    assert codes(pulse) == ["trigger_paused"]
    assert not any(codes(peer) for peer in cheap)
    assert all(len(peer.frames()) > 5 for peer in cheap)


async def test_who_asks_for_something_else_is_told_that_it_is_over(server, sine, looks):
    looks.cost = 0.3 / RATE
    peer = join(server, sine, 0.5)
    await run(server, sine, 3.0, [peer])
    assert codes(peer) == ["trigger_paused"]
    peer.say("view", handle=1, window=1, columns=100, budget=1000)
    await server.send()
    assert codes(peer) == ["trigger_paused", "trigger_resumed"]


async def test_views_buy_no_sweeps(server, sine):
    calm, busy, anew = (join(server, sine, 0.0) for _ in range(3))
    for i in range(200):
        await server.tick(sine, 10_000, 0.01)
        busy.say("view", handle=1, **wanted(i / 1000))
        anew.say("unsubscribe", stream=sine.spec.slug)
        anew.subscribe(sine, **wanted(0.0))
        for peer in (calm, busy, anew):
            peer.acknowledge()
    assert len(calm.frames()) > 30
    assert len(busy.frames()) <= len(calm.frames()) + 1
    assert len(anew.frames()) <= len(calm.frames()) + 1


async def test_a_budget_beyond_the_bound_is_taken_for_the_bound(server, sine):
    peer = server.peer()
    trigger = {"signal": "s0", "kind": "pulse"}
    peer.subscribe(sine, window=1.5, columns=1000, budget=1e9, trigger=trigger)
    sine.produce(50_000)
    await server.send()
    assert not peer.controls("error")
    # As samples it would fit the budget that was asked for.
    fast = server.stream(2, rate=2e6, signals=4, history=2.0)
    peer.subscribe(fast, window=0.1, columns=1000, budget=1e9)
    peer.subscribe(fast, window=1.2, columns=1000, budget=1e9, trigger=trigger)
    fast.produce(50_000)
    await server.send()
    assert {view["mode"] for view in peer.controls("view") if view["handle"] == 2} == {"columns"}
