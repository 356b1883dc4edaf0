"""What comes in over one socket is counted and bounded before the server reads it."""

import asyncio
import itertools
import struct
from collections.abc import Callable

import pytest

from waves.bucket import Bucket
from waves.server import inflow
from waves.server.inflow import Inflow, Rate


class Server:
    """The server's side of a socket: what it was given, and whether it reads."""

    def __init__(self) -> None:
        self.given: list[bytes] = []
        self.reads = True
        self.not_yet_written = 0
        self.on_given: Callable[[], object] = lambda: None
        self._more = asyncio.Event()

    def give(self, data: bytes) -> None:
        self.given.append(data)
        self.on_given()
        self._more.set()

    async def until(self, number: int) -> None:
        """Wait until so many frames were given."""
        async with asyncio.timeout(20):
            while len(self.given) < number:
                self._more.clear()
                await self._more.wait()

    def pause(self) -> None:
        self.reads = False

    def resume(self) -> None:
        self.reads = True

    def unwritten(self) -> int:
        return self.not_yet_written

    def widen(self, size: int) -> None:
        """It takes what it is given."""


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def frame(payload: bytes = b"", opcode: int = 1, final: bool = True) -> bytes:
    """As a client sends it, with a mask that changes nothing."""
    n, first = len(payload), opcode | (0x80 if final else 0)
    if n < 126:
        head = struct.pack("!BB", first, 0x80 | n)
    elif n < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, n)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, n)
    return head + bytes(4) + payload


MESSAGE = frame(b"{}")


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def opened(server, clock, monkeypatch) -> Inflow:
    monkeypatch.setattr(inflow, "PAUSE", 1e-6)
    opened = Inflow(server, clock)
    opened.open()
    await turns()
    return opened


async def turns(number: int = 100) -> None:
    """Let the event loop go round."""
    for _ in range(number):
        await asyncio.sleep(0)


async def test_what_comes_in_pieces_is_given_in_whole_frames(server, opened) -> None:
    sent = [frame(b"x" * n) for n in (0, 1, 125, 126, 127, 4000, 16_000)]
    for i in range(0, len(data := b"".join(sent)), 700):
        opened.received(data[i : i + 700])
    await turns()
    assert server.given == sent
    assert server.reads


@pytest.mark.parametrize(
    "tiny",
    [MESSAGE, frame(opcode=9), frame(opcode=10)],
    ids=["messages", "control pings", "control pongs"],
)
async def test_beyond_the_rate_reading_pauses_and_nothing_is_lost(
    server, clock, opened, tiny
) -> None:
    server.on_given = opened.taken if tiny == MESSAGE else lambda: None
    opened.received(tiny * 300)
    await server.until(inflow.BURST)
    await turns()
    assert len(server.given) == inflow.BURST
    assert not server.reads
    clock.now += 0.5
    await server.until(inflow.BURST + inflow.FRAMES_A_SECOND // 2)
    await turns()
    assert len(server.given) == inflow.BURST + inflow.FRAMES_A_SECOND // 2
    clock.now += 0.5
    await server.until(300)
    await turns()
    assert server.given == [tiny] * 300
    assert server.reads


async def test_no_socket_says_more_than_a_few_frames_before_others_have_their_turn(
    server, opened
) -> None:
    opened.received(frame(opcode=9) * 50)
    assert len(server.given) == inflow.FRAMES_A_TURN


async def test_of_many_who_may_send_much_one_is_given_a_frame_and_others_have_their_turn() -> None:
    rounds, given = [0], []
    writers = []
    for name in range(50):
        server = Server()
        server.on_given = lambda name=name: given.append((rounds[0], name))
        writer = Inflow(server)
        writer.widen(size=1000, frames=2000, a_second=10**6)
        writer.open()
        writers.append(writer)
    await turns(51 * inflow.STEPS_A_TURN)
    for writer in writers:
        writer.received(MESSAGE * 2)
    async with asyncio.timeout(20):
        while len(given) < 100:
            rounds[0] += 1
            await asyncio.sleep(0)
    at = [turn for turn, _ in given]
    assert min(b - a for a, b in itertools.pairwise(at)) == inflow.STEPS_A_TURN
    # Nobody is given a second one before each has had the first.
    assert [name for _, name in given] == [*range(50)] * 2


async def test_large_messages_count_by_their_bytes(server, clock, opened) -> None:
    large = frame(b"x" * 16_000)
    for _ in range(6):
        opened.received(large)
    await turns()
    assert len(server.given) == 4
    clock.now += 1
    await server.until(6)


async def test_many_who_flood_share_what_all_of_them_may_say(clock, monkeypatch) -> None:
    monkeypatch.setattr(inflow, "PAUSE", 1e-6)
    monkeypatch.setattr(inflow.Rate, "waiting", 0)
    servers = [Server() for _ in range(50)]
    flooding = [Inflow(server, clock) for server in servers]
    for one in flooding:
        one.open()
        one.received(frame(opcode=9) * 400)
    await turns()
    assert sum(len(server.given) for server in servers) == 50 * inflow.BURST
    clock.now += 1
    await servers[-1].until(inflow.BURST + 40)
    await turns()
    said = sum(len(server.given) for server in servers) - 50 * inflow.BURST
    assert said <= inflow.ALL_FRAMES_A_SECOND
    for one in flooding:
        one._rate.waits(False)


async def test_an_application_that_does_not_take_its_messages_is_waited_for(server, opened) -> None:
    opened.received(frame(b"{}") * 40)
    await turns()
    assert len(server.given) == inflow.MAX_UNTAKEN
    assert not server.reads
    for _ in range(40):
        opened.taken()
        await turns(5)
    assert len(server.given) == 40
    assert server.reads


async def test_a_peer_that_does_not_read_its_pongs_may_not_ask_for_more(server, opened) -> None:
    server.not_yet_written = inflow.MAX_UNWRITTEN + 1
    opened.received(frame(opcode=9))
    await turns()
    assert server.given == []
    server.not_yet_written = 0
    await server.until(1)
    assert server.given == [frame(opcode=9)]


@pytest.mark.parametrize(
    "endless",
    [
        [frame(b"x" * 20_000)],
        [frame(b"x" * 100_000)],
        [frame(b"x" * 9_000, final=False), frame(b"x" * 9_000, opcode=0)],
        [frame(final=False), *[frame(opcode=0, final=False)] * 64],
    ],
    ids=["a message", "a long message", "parts", "empty parts"],
)
async def test_a_message_that_is_too_long_is_refused_once_in_words(
    server, clock, opened, endless
) -> None:
    refused: list[str] = []
    opened.on_refused = refused.append
    for piece in endless * 2:
        opened.received(piece)
        await turns(20)
    assert refused == [inflow.TOO_LONG]
    given = len(server.given)
    clock.now += 10
    opened.received(frame(b"\x03\xe8", opcode=8))
    await server.until(given + 1)
    assert server.given[-1] == frame(b"\x03\xe8", opcode=8)
    assert sum(map(len, server.given)) < 20_000


async def test_before_the_handshake_is_done_nothing_is_given(server, clock) -> None:
    waiting = Inflow(server, clock)
    waiting.received(frame(b"{}"))
    await turns()
    assert server.given == []
    assert not server.reads
    waiting.open()
    await turns()
    assert server.given == [frame(b"{}")]


async def test_what_was_said_to_a_socket_that_is_over_is_left_out_at_once(
    server, clock, opened
) -> None:
    server.on_given = opened.taken
    opened.received(MESSAGE * 300 + frame(opcode=8))
    await server.until(inflow.BURST)
    clock.now += 2 / inflow.FRAMES_A_SECOND  # time for one frame: for the last one
    opened.end()
    await server.until(inflow.BURST + 1)
    assert server.given[inflow.BURST :] == [frame(opcode=8)]
    assert server.reads
    assert Rate.waiting == 0


def test_all_sockets_of_one_caller_together_say_no_more_than_it_may(clock) -> None:
    together, held = Bucket(100, 100, clock), Rate.held
    rates = [Rate(clock) for _ in range(10)]
    for rate in rates:
        rate.together = together
    left = [60] * len(rates)

    def said() -> int:
        for place, rate in enumerate(rates):
            while left[place] and rate.wait(10) == 0:
                left[place] -= 1
        return 600 - sum(left)

    assert said() == 100
    assert Rate.held > held
    for second in range(1, 6):
        for _ in range(100):
            clock.now += 0.01
            said()
        assert 100 + 99 * second <= said() <= 100 + 100 * second
    # However many it says, each of its sockets has its turn.
    assert max(left) < 60
    clock.now += 10
    assert said() == 600


def test_what_others_say_is_not_held_with_it(clock) -> None:
    flooding, calm = Rate(clock), Rate(clock)
    flooding.together, calm.together = (Bucket(10, 10, clock) for _ in range(2))
    while flooding.wait(10) == 0:
        pass
    assert calm.wait(10) == 0
