"""Attacks by HTTP, each a visit of one connection; and those who hardly read, whatever they ask."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from benchmarks import framing
from benchmarks.attacks.peer import EndedError, Http, Peer, Target, request, together
from benchmarks.attacks.sockets import WIDE

#: Values of a JSON answer: just under what is allowed.
JSON_VALUES = 960_000
#: Rounds of downloads that are not read last so long, in seconds: five of them in 20 s.
UNREAD_SECONDS = 4.0
#: A body that never ends is sent as fast as it is taken up to here; it goes to the server's disk.
BODY_BYTES = 64 * 1024 * 1024
#: What a peer that hardly reads lets the kernel keep for it, in bytes.
SMALL_ROOM = 4096


async def unread(target: Target) -> None:
    """Ask for all that is kept and, where it is given, do not read it for a while."""
    async with Http(target, SMALL_ROOM) as http:
        target.sent += 1
        await http.ask(samples(target, "waves"))
        target.answered += 1
        await asyncio.sleep(UNREAD_SECONDS)


async def json_answers(target: Target) -> None:
    """The largest JSON answer that is given, again and again."""
    while True:
        path = samples(target, "json", *target.newest_values(JSON_VALUES))
        async with Http(target) as http:
            target.sent += 1
            # Of a length that is not told: it ends with the connection.
            await http.read(await http.ask(path, "Connection: close"))
            target.answered += 1


async def download(target: Target) -> None:
    """All that is kept, as CSV, read as fast as it comes."""
    async with Http(target) as http:
        target.sent += 1
        # Of a length that is not told: it ends with the connection.
        length = await http.ask(samples(target, "csv"), "Connection: close")
        target.answered += 1
        await http.read(length)


async def crossing(target: Target) -> None:
    """Search all that is kept for what never comes, and for what is not near; each time as another
    program."""
    key = target.stream["signals"][0]["key"]
    never = "slope=rising&level=1e9&hysteresis=2e9&direction=previous&from=9e9"
    near = f"slope=either&hysteresis=0&within=1e-9&from={time.time() - 1.0:.3f}"
    query = (never, near)[target.turn() % 2]
    path = f"/api/v1/streams/{target.slug}/crossing?signal={key}&{query}"
    async with Http(target) as http:
        target.sent += 1
        # Of a length that is not told: it ends with the connection.
        named = f"User-Agent: program-{target.visits}"
        length = await http.ask(path, "Connection: close", named)
        target.answered += 1
        await http.read(length)


async def ready(target: Target) -> None:
    """Ask whether the server is ready, without a pause."""
    async with Http(target) as http:
        while True:
            target.sent += 1
            await http.get("/healthz/ready")
            target.answered += 1


async def trickle(target: Target) -> None:
    """Ask for all there is, by WebSocket or as a download, and read a byte a second of it."""
    if target.turn() % 5:
        query = "&".join(f"{key}={value:.0f}" for key, value in WIDE.items())
        path = f"/ws/streams/{target.slug}/?{query}"
        asked = framing.handshake(target.host, path, ("waves.v1",))
    else:
        asked = request(target.host, samples(target, "waves"))
    async with Peer(target, SMALL_ROOM) as peer:
        await peer.send(asked)
        target.sent += 1
        await peer.receive(16)
        target.answered += 1
        while True:
            await peer.receive(1)
            await asyncio.sleep(1.0)


async def endless(target: Target) -> None:
    """The body of a form, or to where none is taken, that does not end."""
    path = ("/admin/login/", "/api/v1/streams", "/streams/fast/control/", "/")[target.turn() % 4]
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"

    async def pour() -> None:
        for _ in range(BODY_BYTES // 0x10000):
            await http.send(chunk)
            target.sent += 1
        while True:
            await http.send(b"1\r\n.\r\n")
            await asyncio.sleep(1.0)

    async def answer() -> None:
        raise EndedError(f"HTTP {framing.status_of(await http.head())}")

    async with Http(target) as http:
        await http.send(request(target.host, path, "POST", "Transfer-Encoding: chunked"))
        await together(patiently(answer), pour())


async def patiently(answer: Callable[[], Awaitable[None]]) -> None:
    """Wait for an answer for ever: that none comes is no refusal."""
    while True:
        with contextlib.suppress(TimeoutError):
            await answer()


def samples(target: Target, form: str, first: int = 0, last: int | None = None) -> str:
    """The path of samples, in one of the formats."""
    end = "" if last is None else f"&last={last}"
    return f"/api/v1/streams/{target.slug}/samples?format={form}&first={first}{end}"
