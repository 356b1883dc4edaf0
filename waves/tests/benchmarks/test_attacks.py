"""The attacks send what they say, count what comes back, come back where they are refused, and end.

A server of our own keeps what it was sent; a real one answers each of them.
"""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from benchmarks import attacks, framing
from benchmarks.attacks import pages, sockets, writers
from benchmarks.attacks.peer import EndedError, Target, WebSocket, closing
from benchmarks.ceiling import accept_response

STREAM = {
    "handle": 7,
    "epoch": 3,
    "rate": 1000.0,
    "signals": [{"key": "sine"}, {"key": "square"}],
    "kept": {"epoch": 3, "first": 0, "last": 9_999_999},
}


def unmasked(frame: bytes) -> tuple[int, bytes, bytes]:
    """Of a client's frame its first byte, its payload, and what follows it."""
    assert frame[1] & 0x80, "a client's frame is masked"
    size, at = frame[1] & 0x7F, 2
    if size == 126:
        size, at = int.from_bytes(frame[2:4], "big"), 4
    mask, body = frame[at : at + 4], frame[at + 4 : at + 4 + size]
    payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(body))
    return frame[0], payload, frame[at + 4 + size :]


class Witness:
    """A server that keeps what it is sent, and answers a request with what it is told to.

    ``seen`` is set when ``enough`` bytes came after the head of the request on so many ``visits``;
    ``alone``, when the last connection was closed.
    """

    def __init__(
        self, enough: int = 1, visits: int = 1, answer: bytes = b"", after: bytes = b""
    ) -> None:
        self.enough, self.answer, self.after, self.visits = enough, answer, after, visits
        self.requests: list[bytes] = []
        self.bodies: list[bytearray] = []
        self.seen, self.alone = asyncio.Event(), asyncio.Event()
        self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.alone.clear()
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(request)
            body = bytearray()
            self.bodies.append(body)
            self._look()
            upgrade = b"Upgrade: websocket" in request
            writer.write(self.answer or (accept_response(request) if upgrade else b""))
            while data := await reader.read(65536):
                body += data
                self._look()
                writer.write(self.after)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        self.open -= 1
        if not self.open:
            self.alone.set()

    def _look(self) -> None:
        if sum(len(body) >= self.enough for body in self.bodies) >= self.visits:
            self.seen.set()


class WatchedTarget(Target):
    """Says when something was sent, answered or received."""

    def __init__(self, port: int, slug: str = "fast") -> None:
        self.events = {name: asyncio.Event() for name in ("sent", "answered", "received")}
        super().__init__(port, slug)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if value and name in self.events:
            self.events[name].set()


@contextlib.asynccontextmanager
async def witnessing(witness: Witness):
    server = await asyncio.start_server(witness.serve, "127.0.0.1", 0)
    target = WatchedTarget(server.sockets[0].getsockname()[1])
    target.stream = STREAM
    target._looked_at = time.monotonic()
    async with server:
        yield target
        # Whoever attacked has closed by now: so does the server, before its loop ends.
        await asyncio.wait_for(witness.alone.wait(), 10)


async def cancelled_after(attack: Coroutine[Any, Any, None], event: asyncio.Event) -> None:
    """Attack until something has happened."""
    task = asyncio.ensure_future(attack)
    try:
        await asyncio.wait_for(event.wait(), 60)
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def sent_by(visit, enough: int) -> bytes:
    """What one visit sends on its WebSocket, as many bytes as are enough."""
    witness = Witness(enough)
    async with witnessing(witness) as target:
        await cancelled_after(visit(target), witness.seen)
    return bytes(witness.bodies[0])


def frames(data: bytes, number: int) -> list[tuple[int, bytes]]:
    found = []
    for _ in range(number):
        first, payload, data = unmasked(data)
        found.append((first, payload))
    return found


async def test_pings_are_those_of_the_protocol_thousands_at_a_time() -> None:
    data = await sent_by(attacks.ATTACKS["pings"].visit, 60_000)
    for first, payload in frames(data, 1000):
        assert (first, json.loads(payload)) == (0x81, {"type": "ping", "id": 1})


async def test_fragments_are_a_text_that_begins_and_empty_continuations_of_it() -> None:
    data = await sent_by(attacks.ATTACKS["fragments"].visit, 10_000)
    assert frames(data, 1000) == [(0x01, b"")] + [(0x00, b"")] * 999


async def test_control_pings_are_empty_pings_of_the_websocket() -> None:
    data = await sent_by(attacks.ATTACKS["control-pings"].visit, 10_000)
    assert frames(data, 1000) == [(0x89, b"")] * 1000


async def test_each_pulse_view_has_the_widest_window_and_a_trigger_of_its_own(monkeypatch) -> None:
    real = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: real(0))
    data = await sent_by(attacks.ATTACKS["pulses"].visit, 600)
    said = [json.loads(payload) for _, payload in frames(data, 2)]
    assert [(m["type"], m["handle"], m["window"], m["budget"]) for m in said] == [
        ("view", 7, 11.0, 1e9)
    ] * 2
    assert {message["trigger"]["kind"] for message in said} == {"pulse"}
    assert said[0]["trigger"] != said[1]["trigger"]


async def test_forty_viewers_have_forty_levels() -> None:
    witness = Witness(100, visits=40)
    async with witnessing(witness) as target:
        await cancelled_after(attacks.run(attacks.ATTACKS["levels"], target, 60.0), witness.seen)
    views = [json.loads(unmasked(bytes(body))[1]) for body in witness.bodies]
    assert len({view["trigger"]["level"] for view in views}) == len(views) == 40


async def test_views_and_subscriptions_come_in_turn() -> None:
    data = await sent_by(attacks.ATTACKS["views"].visit, 1000)
    assert [json.loads(payload)["window"] for _, payload in frames(data, 4)] == [10, 2.5, 10, 2.5]
    data = await sent_by(attacks.ATTACKS["subscriptions"].visit, 1000)
    kinds = [json.loads(payload)["type"] for _, payload in frames(data, 4)]
    assert kinds == ["subscribe", "unsubscribe"] * 2


async def test_a_history_is_as_long_as_an_answer_may_be() -> None:
    data = await sent_by(attacks.ATTACKS["histories"].visit, 60)
    said = json.loads(frames(data, 1)[0][1])
    assert (said["type"], said["epoch"]) == ("history", 3)
    assert (said["last"] + 1 - said["first"]) * 2 == pytest.approx(393_216, abs=1)


async def test_half_a_handshake_is_never_completed() -> None:
    witness = Witness()
    async with witnessing(witness) as target:
        await cancelled_after(sockets.half_open(target), target.events["sent"])
    assert witness.requests == []


async def test_the_body_of_a_post_does_not_end() -> None:
    witness = Witness(200_000)
    async with witnessing(witness) as target:
        await cancelled_after(pages.endless(target), witness.seen)
    assert witness.requests[0].startswith(b"POST /admin/login/ HTTP/1.1\r\n")
    assert b"Transfer-Encoding: chunked" in witness.requests[0]
    assert bytes(witness.bodies[0]).startswith(b"10000\r\n")
    assert b"\r\n0\r\n" not in witness.bodies[0]


async def test_three_downloads_are_begun_and_not_read(monkeypatch) -> None:
    monkeypatch.setattr(pages, "UNREAD_SECONDS", 60.0)
    witness = Witness(0, visits=3, answer=b"HTTP/1.1 200 OK\r\n\r\n" + bytes(1_000_000))
    async with witnessing(witness) as target:
        await cancelled_after(attacks.run(attacks.ATTACKS["unread"], target, 60.0), witness.seen)
    assert all(b"samples?format=waves" in request for request in witness.requests)
    assert target.sent == 3
    assert target.received < 3 * 10_000
    assert not target.refused


@pytest.mark.parametrize("name", ["ready", "csv", "pings", "reconnects"])
async def test_who_is_refused_comes_back_and_the_refusals_are_counted(name) -> None:
    attack = attacks.ATTACKS[name]
    refusal = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    witness = Witness(0, 3 * attack.number, answer=refusal)
    async with witnessing(witness) as target:
        await cancelled_after(attacks.run(attack, target, 30.0), witness.seen)
    assert set(target.refused) == {"HTTP 503"}
    assert target.refused["HTTP 503"] >= attack.number
    assert target.answered == 0


async def test_answers_are_counted_wherever_the_bytes_are_cut() -> None:
    async with witnessing(Witness(after=b"ab")) as target, WebSocket(target) as socket:
        await socket.open("/ws/")
        counting = asyncio.ensure_future(socket.count(b"ba"))
        for _ in range(5):
            target.events["received"].clear()
            await socket.send(b"x")
            await asyncio.wait_for(target.events["received"].wait(), 10)
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)
    assert target.answered == 4


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        (framing.unmasked(framing.CLOSE, b"\x11\x95overload"), "close 4501"),
        (b"\x8a\x00" * 9 + framing.unmasked(framing.CLOSE, b"\x03\xe8"), "close 1000"),
        (b"\x8a\x00" * 9, "closed"),
        (b"", "closed"),
    ],
)
def test_the_close_code_is_found_in_the_last_bytes(tail, said) -> None:
    assert closing(tail) == said


async def test_a_close_of_the_server_is_a_refusal_with_its_code() -> None:
    witness = Witness(after=framing.unmasked(framing.CLOSE, b"\x11\x95"))
    async with witnessing(witness) as target, WebSocket(target) as socket:
        await socket.open("/ws/")
        await socket.say({"type": "ping", "id": 1})
        with pytest.raises(EndedError, match="close 4501"):
            await socket.listen(lambda kind, message: None)


async def test_who_comes_ahead_is_there_before_anything_begins_and_sends_only_then(
    attacked,
) -> None:
    attack = attacks.ATTACKS["writers-socket"]
    target = WatchedTarget(attacked.port, "waveforms")
    sent_before = []

    async def told() -> bool:
        sent_before.append((target.visits, target.sent))
        return True

    await cancelled_after(attacks.run(attack, target, 60.0, told), target.events["answered"])
    assert sent_before == [(attack.number, 0)]
    assert not target.refused


async def test_when_its_time_is_over_an_attack_has_closed_everything() -> None:
    witness = Witness()
    async with witnessing(witness) as target:
        await attacks.run(attacks.ATTACKS["pings"], target, 1.0)
        assert target.sent > 0
        await asyncio.wait_for(witness.alone.wait(), 10)


@pytest.fixture(scope="module")
def attacked(prepared_site, tmp_path_factory):
    """A server of its own, which need not be well afterwards."""
    site = type(prepared_site)(tmp_path_factory.mktemp("attacked"))
    site.start_from(prepared_site)
    key = site.manage("accesskey", "create", "--scope", "write", "make").splitlines()[0]
    with site.serve() as process, pytest.MonkeyPatch.context() as patch:
        patch.setenv(writers.KEY, key)
        patch.setenv(writers.SLUG, "pushed")
        yield process


#: Those to which a server has nothing to say.
UNANSWERED = ("fragments", "half-open", "bodies")


@pytest.mark.parametrize("name", attacks.ATTACKS)
async def test_a_real_server_understands_each_attack(attacked, name, monkeypatch) -> None:
    monkeypatch.setattr(pages, "UNREAD_SECONDS", 0.3)
    target = WatchedTarget(attacked.port, "waveforms")
    async with WebSocket(target) as looker:
        await looker.open("/ws/streams/waveforms/?window=1")
        while not (target.stream and target.stream["kept"]):
            await target.look()
        one = dataclasses.replace(attacks.ATTACKS[name], number=1)
        seen = target.events["sent" if name in UNANSWERED else "answered"]
        await cancelled_after(attacks.run(one, target, 60.0), seen)
    assert not target.refused
