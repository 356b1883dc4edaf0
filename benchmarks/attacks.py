"""What one anonymous visitor may do to stall a server: each attack is a small coroutine.

``python -m benchmarks.attacks pings --port 8000 --seconds 5`` attacks a server that runs here, for
so long, and prints one JSON object: what was sent, and what came back. See README.md here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import framing
from benchmarks.attacker import EndedError, Http, Peer, Target, WebSocket, request, together
from benchmarks.load import raise_file_limit

Visit = Callable[[Target], Awaitable[None]]

#: What is written at once: a server reads as much at a time.
BLOB_BYTES = 64 * 1024
#: Who is refused comes back after this, in seconds: at most 20 times a second each.
PAUSE = 0.05
#: No attack comes back more often than this, whatever its time.
MOST_VISITS = 100_000
#: Widest view of ``fast``: all of its window in the most columns that may be asked for.
WIDE = {"window": 10.0, "columns": 16384, "budget": 1e9}
#: Values of one ``history`` answer, and of one JSON answer: just under what is allowed.
HISTORY_VALUES, JSON_VALUES = 393_216, 960_000
#: Rounds of downloads that are not read last so long, in seconds: five of them in 20 s.
UNREAD_SECONDS = 4.0
#: A body that never ends is sent as fast as it is taken up to here; it goes to the server's disk.
BODY_BYTES = 64 * 1024 * 1024
#: What a peer that hardly reads lets the kernel keep for it, in bytes.
SMALL_ROOM = 4096


@dataclass(frozen=True, slots=True)
class Attack:
    """``number`` visits at once, each begun again where it ends; ``words`` say what it is."""

    words: str
    number: int
    visit: Visit
    #: Seconds before who was refused or has ended comes back.
    pause: float = PAUSE


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
        await together(socket.listen(counting(target, "view")), talk())


async def levels(target: Target) -> None:
    """A viewer as any other, with a trigger level of its own."""
    trigger = {"kind": "edge", "signal": "sine", "level": 0.5 + target.turn() % 40 * 0.035}
    async with WebSocket(target) as socket:
        await socket.open(f"/ws/streams/{target.slug}/?window=0.001&columns=1200")
        await socket.say(view(target, trigger, window=0.001, columns=1200))
        target.sent += 1
        await socket.listen(counting(target, "view"))


async def unread(target: Target) -> None:
    """Ask for all that is kept, do not read it for a while, and look whether it was given."""
    async with Http(target, SMALL_ROOM) as http:
        await http.send(request(target.host, samples(target, "waves")))
        target.sent += 1
        await asyncio.sleep(UNREAD_SECONDS)
        status = framing.status_of(await http.head())
        if status != 200:
            raise EndedError(f"HTTP {status}")
        target.answered += 1


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


async def json_answers(target: Target) -> None:
    """The largest JSON answer that is given, again and again."""
    async with Http(target) as http:
        while True:
            last = target.newest()
            first = last + 1 - JSON_VALUES // signals(target)
            target.sent += 1
            await http.read(await http.ask(samples(target, "json", first, last)))
            target.answered += 1


async def download(target: Target) -> None:
    """All that is kept, as CSV, read as fast as it comes."""
    async with Http(target) as http:
        target.sent += 1
        await http.read(await http.ask(samples(target, "csv")))
        target.answered += 1


async def ready(target: Target) -> None:
    """Ask whether the server is ready, without a pause."""
    async with Http(target) as http:
        while True:
            target.sent += 1
            await http.get("/healthz/ready")
            target.answered += 1


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


async def storm(target: Target, path: str, messages: Any, answer: str) -> None:
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
            last = target.newest()
            first = last + 1 - HISTORY_VALUES // signals(target)
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
        target.answered += bool(await peer.receive(16))
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


def view(target: Target, trigger: dict[str, Any] | None, **fields: float) -> dict[str, Any]:
    """A ``view`` message of the stream that is aimed at."""
    message = {"type": "view", **handle(target), **fields}
    return message if trigger is None else {**message, "trigger": trigger}


def handle(target: Target) -> dict[str, int]:
    """The handle of the stream that is aimed at, as a field."""
    return {"handle": target.stream["handle"]}


def signals(target: Target) -> int:
    """How many signals the stream has that is aimed at."""
    return len(target.stream["signals"])


def samples(target: Target, form: str, first: int = 0, last: int | None = None) -> str:
    """The path of samples, in one of the formats."""
    end = "" if last is None else f"&last={last}"
    return f"/api/v1/streams/{target.slug}/samples?format={form}&first={first}{end}"


def counting(target: Target, answer: str) -> Callable[[str, dict[str, Any]], None]:
    """Counts control messages of one type as answers."""

    def take(kind: str, message: dict[str, Any]) -> None:
        target.answered += kind == answer

    return take


PING = framing.masked(framing.TEXT, b'{"type":"ping","id":1}')
#: A text that begins and is never finished, and a continuation of nothing (RFC 6455, 5.4).
BEGIN, EMPTY = b"\x01\x80" + bytes(4), b"\x00\x80" + bytes(4)
CONTROL_PING = framing.masked(framing.PING, b"")

ATTACKS: dict[str, Attack] = {
    "pulses": Attack(
        "one `view` a second of `fast`, each with another pulse trigger; window 11 s, budget 10⁹",
        1,
        pulses,
    ),
    "levels": Attack(
        "nothing wrong: 40 viewers of `fast`, each with a trigger level of its own", 40, levels
    ),
    "unread": Attack(
        "three downloads of all of `fast` as frames, never read; others after 4 s", 3, unread
    ),
    "pings": Attack(
        "pings of the protocol, as fast as they are taken, on 4 sockets",
        4,
        flood(b"", PING, b'"pong"'),
    ),
    "fragments": Attack(
        "empty fragments of one message, likewise", 4, flood(BEGIN, EMPTY, b'"error"')
    ),
    "control-pings": Attack(
        "WebSocket's own pings, likewise", 4, flood(b"", CONTROL_PING, b"\x8a\x00")
    ),
    "json": Attack("a JSON answer of 960,000 values, again and again", 1, json_answers),
    "csv": Attack("six downloads of all of `fast` as CSV at once", 6, download),
    "ready": Attack("`/healthz/ready`, four at a time without a pause", 4, ready),
    "views": Attack(
        "`view` in 16,384 columns, the windows 10 and 2.5 s in turn, as fast as it is taken, on 4 "
        "sockets",
        4,
        views,
    ),
    "histories": Attack(
        "the largest answers to `history`, two asked for on 4 sockets", 4, histories
    ),
    "subscriptions": Attack(
        "subscribe to `fast` and unsubscribe, as fast as it is taken, on 4 sockets",
        4,
        subscriptions,
    ),
    "reconnects": Attack(
        "open a WebSocket, see the stream described and go, 32 at a time without a pause",
        32,
        reconnect,
        pause=0.0,
    ),
    "half-open": Attack("500 handshakes that are never completed", 500, half_open),
    "trickles": Attack(
        "50 readers of 1 byte a second: 40 of the widest view, 10 of a download", 50, trickle
    ),
    "bodies": Attack("four POSTs whose body never ends", 4, endless),
}


async def again(attack: Attack, target: Target) -> None:
    """Visit, and come back however it ended; what ended it is counted as a refusal."""
    for _ in range(MOST_VISITS):
        try:
            await attack.visit(target)
        except EndedError as error:
            target.refused[str(error)] += 1
        except TimeoutError:
            target.refused["no answer"] += 1
        except OSError as error:
            target.refused[errno.errorcode.get(error.errno or 0, "OSError")] += 1
        except (framing.FramingError, ValueError) as error:
            target.refused[f"{type(error).__name__}: {error}"[:80]] += 1
        await asyncio.sleep(attack.pause)


async def run(attack: Attack, target: Target, seconds: float) -> None:
    """Attack for ``seconds``; then everything is closed."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for _ in range(attack.number):
                group.create_task(again(attack, target))


async def attack_when_told(options: argparse.Namespace) -> dict[str, Any]:
    """Look at the target, wait for a line where one is to come, and attack."""
    target = Target(options.port, options.stream)
    await target.look()
    if options.wait:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
    await run(ATTACKS[options.attack], target, options.seconds)
    return target.report()


def main() -> None:
    """Attack a server of this machine, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("attack", choices=ATTACKS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--stream", default="fast", help="slug of the stream that is aimed at")
    parser.add_argument("--wait", action="store_true", help="say ready, and wait for a line")
    raise_file_limit()
    # Whoever measures beside this has the core first.
    os.nice(19)
    print(json.dumps(asyncio.run(attack_when_told(parser.parse_args()))))


if __name__ == "__main__":
    main()
