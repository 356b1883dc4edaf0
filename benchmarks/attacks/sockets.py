"""Attacks by WebSocket, each a visit of one socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks import framing
from benchmarks.attacks.peer import Peer, Target, Visit, WebSocket, together

#: What is written at once: a server reads as much at a time.
BLOB_BYTES = 64 * 1024
#: Widest view of ``fast``: all of its window in the most columns that may be asked for.
WIDE = {"window": 10.0, "columns": 16384, "budget": 1e9}
#: Values of one ``history`` answer: as many as are allowed.
HISTORY_VALUES = 393_216

PING = framing.masked(framing.TEXT, b'{"type":"ping","id":1}')
#: A text that begins and is never finished, and a continuation of nothing (RFC 6455, 5.4).
BEGIN, EMPTY = b"\x01\x80" + bytes(4), b"\x00\x80" + bytes(4)
CONTROL_PING = framing.masked(framing.PING, b"")


async def pulses(target: Target) -> None:
    """A view a second, each with a trigger that nobody had before."""

    async def talk() -> None:
        while True:
            trigger = {"kind": "pulse", "signal": "sine", "level": 0.9 + 1e-6 * target.turn()}
            await socket.say(view(target, trigger, window=11.0, columns=1200, budget=1e9))
            target.sent += 1
            await asyncio.sleep(1.0)

    async with WebSocket(target) as socket:
        await socket.open(f"/ws/streams/{target.slug}/")
        target.sent += 1
        await together(socket.listen(counting(target, "view")), talk())


async def levels(target: Target) -> None:
    """A viewer as any other, with a trigger level of its own."""
    trigger = {"kind": "edge", "signal": "sine", "level": 0.5 + target.turn() % 40 * 0.035}
    async with WebSocket(target) as socket:
        await socket.open(f"/ws/streams/{target.slug}/?window=0.001&columns=1200")
        await socket.say(view(target, trigger, window=0.001, columns=1200))
        target.sent += 2
        await socket.listen(counting(target, "view"))


def flood(first: bytes, unit: bytes, answer: bytes) -> Visit:
    """A visit that sends ``unit`` as fast as it is taken, and counts each ``answer``."""
    number = BLOB_BYTES // len(unit)
    blob = unit * number

    async def visit(target: Target) -> None:
        async def pour() -> None:
            await socket.send(first)
            while True:
                await socket.send(blob)
                target.sent += number

        async with WebSocket(target) as socket:
            await socket.open("/ws/")
            await together(socket.count(answer), pour())

    return visit


async def views(target: Target) -> None:
    """Views of two windows in turn, each in the most columns, as fast as they are taken."""
    wide, half = (
        framing.masked(framing.TEXT, json.dumps(view(target, None, **fields)).encode())
        for fields in (WIDE, {**WIDE, "window": 2.5})
    )
    await storm(target, f"/ws/streams/{target.slug}/", (wide, half), "view")


async def subscriptions(target: Target) -> None:
    """Subscribe and unsubscribe in turn, as fast as it is taken."""
    on = {"type": "subscribe", "stream": target.slug, **WIDE}
    off = {"type": "unsubscribe", "stream": target.slug}
    pair = [framing.masked(framing.TEXT, json.dumps(message).encode()) for message in (on, off)]
    await storm(target, "/ws/", pair, "view")


async def storm(target: Target, path: str, messages: Sequence[bytes], answer: str) -> None:
    """Send ``messages`` in turn, a blob of them at a time; read and acknowledge what comes."""
    turn = b"".join(messages)
    number = BLOB_BYTES // len(turn)
    blob = turn * number

    async def pour() -> None:
        while True:
            await socket.send(blob)
            target.sent += number * len(messages)

    async with WebSocket(target) as socket:
        await socket.open(path)
        await together(socket.listen(counting(target, answer)), pour())


async def histories(target: Target) -> None:
    """The largest answers of the past, one asked for whenever one has begun to come."""
    free = asyncio.Semaphore(2)

    def take(kind: str, message: dict[str, Any]) -> None:
        if kind in ("history", "error"):
            target.answered += kind == "history"
            free.release()

    async def talk() -> None:
        while True:
            await free.acquire()
            first, last = target.newest_values(HISTORY_VALUES)
            position = {"epoch": target.stream["epoch"], "first": first, "last": last}
            await socket.say({"type": "history", "id": 1, **handle(target), **position})
            target.sent += 1

    async with WebSocket(target) as socket:
        await socket.open(f"/ws/streams/{target.slug}/?columns=1200")
        await together(socket.listen(take), talk())


async def reconnect(target: Target) -> None:
    """Open, see the stream described, and go without a word."""
    described = asyncio.Event()

    def take(kind: str, message: dict[str, Any]) -> None:
        if kind == "stream":
            described.set()

    async def leave() -> None:
        await described.wait()

    async with WebSocket(target) as socket:
        target.sent += 1
        await socket.open(f"/ws/streams/{target.slug}/?window=10&columns=1200")
        await together(socket.listen(take), leave())
        target.answered += 1


async def half_open(target: Target) -> None:
    """Half of a handshake, and then nothing, until the server has enough of it."""
    async with Peer(target) as peer:
        whole = framing.handshake(target.host, f"/ws/streams/{target.slug}/", ("waves.v1",))
        await peer.send(whole[: len(whole) // 2])
        target.sent += 1
        await peer.receive()


def view(target: Target, trigger: dict[str, Any] | None, **fields: float) -> dict[str, Any]:
    """A ``view`` message of the stream that is aimed at."""
    message = {"type": "view", **handle(target), **fields}
    return message if trigger is None else {**message, "trigger": trigger}


def handle(target: Target) -> dict[str, int]:
    """The handle of the stream that is aimed at, as a field."""
    return {"handle": target.stream["handle"]}


def counting(target: Target, answer: str) -> Callable[[str, dict[str, Any]], None]:
    """Counts control messages of one type as answers."""

    def take(kind: str, message: dict[str, Any]) -> None:
        target.answered += kind == answer

    return take
