"""Whoever asks for much is served after the others, a piece at a time."""

import json

import pytest

from waves.hub.account import MOST_UNDER_WAY, Account
from waves.hub.connection import MAX_VIEWERS, MOST_CONTROLS
from waves.hub.pump import CONTROLS_A_VISIT, HEAVY_SECONDS
from waves.protocol import frames
from waves.tests.hub.fakes import FakeTransport

#: What a message of text takes, in seconds on the test's clock.
DEAR = 0.0015
#: Seconds of such messages that a caller may save up.
MOST_SAVED = 0.5


@pytest.fixture
def dear_texts(server, monkeypatch) -> list[float]:
    """Whatever is made as text takes long; returns when each was made."""
    made: list[float] = []
    to_json = frames.to_json

    def slow(frames) -> str:
        server.clock.now += DEAR
        made.append(server.clock.now)
        return to_json(frames)

    monkeypatch.setattr(frames, "to_json", slow)
    return made


async def test_a_calm_viewer_waits_for_one_turn_of_the_heavy_ones_at_most(server, dear_texts):
    calm_stream = server.stream(1)
    fast = server.stream(2, rate=100_000.0, signals=4, history=20.0)
    fast.produce(1_500_000)
    calm = server.peer()
    calm.subscribe(calm_stream)
    heavy = [server.peer(as_json=True) for _ in range(30)]
    for peer in heavy:
        peer.subscribe(fast, window=10)
    # The first message of each is not yet known to be dear.
    await server.pump.round()
    for _ in range(100):
        server.clock.now += 0.04
        calm_stream.produce(40)
        fast.produce(4000)
        began, before = server.clock.now, len(calm.indices())
        await server.pump.round()
        assert len(calm.indices()) == before + 40
        assert server.clock.now - began <= HEAVY_SECONDS + DEAR
        calm.acknowledge()
        for peer in heavy:
            peer.acknowledge()
    # Each of them has had its turn.
    assert all(peer.messages for peer in heavy)


async def test_heavy_sockets_leave_as_much_time_as_they_take(server, dear_texts):
    stream = server.stream(1, rate=100_000.0, signals=4, history=20.0)
    stream.produce(1_500_000)
    for _ in range(5):
        server.peer(as_json=True).subscribe(stream, window=10)
    await server.pump.round()
    await server.pump.round()
    made = len(dear_texts)
    await server.pump.round()
    assert len(dear_texts) == made
    server.clock.now += 2 * (HEAVY_SECONDS + DEAR)
    await server.pump.round()
    assert len(dear_texts) > made


async def test_whoever_takes_more_than_its_share_waits_and_others_do_not(server, dear_texts):
    stream = server.stream(1, rate=100_000.0, signals=4, history=20.0)
    stream.produce(1_500_000)
    greedy, modest = (Account(0.1, MOST_SAVED, server.clock) for _ in range(2))
    peers = [server.peer(as_json=True) for _ in range(6)]
    for place, peer in enumerate(peers):
        peer.connection.account = greedy
        # At a place of its own: no message of it serves another.
        peer.subscribe(stream, window=4 + place)
    other = server.peer(as_json=True)
    other.connection.account = modest
    other.subscribe(stream, window=10)
    began = server.clock.now
    for _ in range(1000):
        server.clock.now += 0.005
        await server.pump.round()
        for peer in (*peers, other):
            peer.acknowledge()
    seconds = server.clock.now - began
    theirs = DEAR * sum(len(peer.messages) for peer in peers)
    assert theirs <= MOST_SAVED + 0.1 * seconds + 2 * DEAR
    # To the other one, which needs less, everything came.
    last = json.loads(other.messages[-1].payload)["frames"][-1]
    assert last["sample"] + len(last["values"][0]) == stream.next
    assert server.pump.put_off > 0


class Narrow(FakeTransport):
    """Takes one message, and then none until a test says so."""

    def send(self, message) -> None:
        super().send(message)
        self.full = True


async def test_so_many_sockets_of_a_caller_have_a_long_message_under_way(server, dear_texts):
    stream = server.stream(1, rate=100_000.0, signals=4, history=20.0)
    stream.produce(1_500_000)
    account = Account(1e6, 1e6, server.clock)
    peers = [server.peer(as_json=True) for _ in range(MOST_UNDER_WAY + 4)]
    for place, peer in enumerate(peers):
        peer.transport = peer.connection.transport = Narrow()
        peer.connection.account, peer.connection.heavy = account, True
        peer.subscribe(stream, window=4 + place / 10)

    async def served() -> set[int]:
        for _ in range(200):
            server.clock.now += 0.01
            await server.pump.round()
        return {place for place, peer in enumerate(peers) if peer.messages}

    first = await served()
    assert len(first) == MOST_UNDER_WAY
    gone, *_, ready = first
    peers[gone].transport.code = 1006
    peers[ready].transport.full = False
    assert len(await served() - first) in (1, 2)  # the one that is ready may be served again
    assert server.pump.put_off > 0


async def test_a_history_answer_is_made_a_message_at_a_time(server, dear_texts):
    stream = server.stream(1, rate=10_000.0, signals=2, history=20.0)
    stream.produce(190_000)
    peer = server.peer(as_json=True)
    peer.subscribe(stream)
    await server.send()
    made = len(dear_texts)
    for i in range(3):
        peer.say("history", id=i, handle=1, epoch=1, first=0, last=190_000)
    assert len(dear_texts) == made
    for _ in range(120):
        began = server.clock.now
        await server.pump.round()
        assert server.clock.now - began <= HEAVY_SECONDS + DEAR
        server.clock.now += 0.04
        peer.acknowledge()
    said = [answer["frames"] for answer in peer.controls("history")]
    assert len(said) == 3


async def test_an_answer_holds_what_it_names_while_the_socket_is_full(server):
    stream = server.stream(1, rate=1000.0, history=4.0)
    stream.produce(4000)
    peer = server.peer()
    peer.subscribe(stream)
    peer.say("history", id=1, handle=1, epoch=1, first=0, last=3999)
    peer.say("history", id=2, handle=1, epoch=1, first=0, last=3999)
    # It is said what the first one holds; its samples wait for the socket.
    await server.pump.round()
    peer.transport.full = True
    for _ in range(20):
        await server.tick(stream, 1000)
    stream.begin(2)
    peer.transport.full = False
    await server.send()
    assert [answer["frames"] for answer in peer.controls("history")] == [1, 0]
    looked_up = [frame for frame in peer.frames() if frame.flags == frames.ANSWER]
    assert [(frame.sample, frame.n) for frame in looked_up] == [(0, 4000)]


async def test_a_flood_of_questions_without_reading_is_ended_before_it_takes_memory(server):
    peer = server.peer()
    peer.transport.full = True
    for i in range(5 * MOST_CONTROLS):
        peer.say("ping", id=i)
    assert peer.transport.code == 4500
    assert len(peer.connection.controls) <= MOST_CONTROLS + 1


async def test_who_reads_is_answered_however_many_questions_come_at_once(server):
    peer = server.peer()
    for i in range(5 * MOST_CONTROLS):
        sent = len(peer.transport.sent)
        peer.say("ping", id=i)
        assert len(peer.transport.sent) <= sent + CONTROLS_A_VISIT
    await server.send()
    assert [pong["id"] for pong in peer.controls("pong")] == list(range(5 * MOST_CONTROLS))
    assert peer.transport.code is None


async def test_a_socket_views_a_bounded_number_of_streams(server):
    peer = server.peer()
    for handle in range(1, MAX_VIEWERS + 2):
        peer.subscribe(server.stream(handle))
    await server.send()
    (refused,) = peer.controls("error")
    assert (refused["code"], refused["stream"]) == ("too_much", f"stream{MAX_VIEWERS + 1}")
    assert len(peer.connection.viewers) == MAX_VIEWERS
    # One that is viewed may be asked for again, and one more after another was left.
    peer.subscribe(server.stream(1))
    peer.say("unsubscribe", stream="stream1")
    peer.subscribe(server.stream(MAX_VIEWERS + 1))
    assert len(peer.controls("error")) == 1
    assert peer.transport.code is None


async def test_the_end_of_an_epoch_is_given_to_all_who_are_up_to_date(server, dear_texts):
    stream = server.stream(1, rate=100_000.0, signals=4, history=20.0)
    stream.produce(1_500_000)
    behind = [server.peer(as_json=True) for _ in range(20)]
    for peer in behind:
        peer.subscribe(stream, window=10)
    calm = [server.peer() for _ in range(20)]
    for peer in calm:
        peer.subscribe(stream)
    await server.pump.round()
    stream.produce(400)
    began = server.clock.now
    stream.begin(2)
    await server.send()
    assert all(len(peer.indices()) == 400 for peer in calm)
    # One message each, and what fitted into the time for more.
    assert server.clock.now - began <= 2 * len(behind) * DEAR
