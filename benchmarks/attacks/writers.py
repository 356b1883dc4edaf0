"""Writers beside the viewers of another stream. They do nothing wrong; they are only many."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

from benchmarks import framing
from benchmarks.attacks.peer import Http, Target, WebSocket, together

#: Whoever starts an attack by writers has their key, and the stream that they write to, here.
KEY, SLUG = "BENCH_KEY", "BENCH_PUSH"
#: Each sends so often (Hz).
REQUESTS, MESSAGES = 2.0, 20.0
SAMPLE = b'{"a": 1.5, "b": 2.5}'


async def by_http(target: Target) -> None:
    """A request of one sample, again and again, on a connection that is kept."""
    path = f"/api/v1/streams/{os.environ[SLUG]}/samples"

    async def send() -> None:
        target.sent += 1
        await http.post(path, SAMPLE, f"Authorization: Bearer {os.environ[KEY]}")
        target.answered += 1

    async with Http(target) as http:
        await send()
        await at_pace(send, REQUESTS, target)


async def by_websocket(target: Target) -> None:
    """A message of one sample, again and again."""
    message = framing.masked(framing.TEXT, SAMPLE)

    async def send() -> None:
        target.sent += 1
        await socket.send(message)

    def take(kind: str, message: dict[str, object]) -> None:
        target.answered += kind == "ack"

    async with WebSocket(target) as socket:
        path = f"/ws/ingest/{os.environ[SLUG]}/"
        await socket.open(path, "waves.ingest.v1", f"Authorization: Bearer {os.environ[KEY]}")
        await together(socket.listen(take), at_pace(send, MESSAGES, target))


async def at_pace(send: Callable[[], Awaitable[None]], rate: float, target: Target) -> None:
    """Send ``rate`` times a second for ever; each writer in a moment of its own."""
    number = target.turn()
    await target.let_loose()
    due = time.monotonic() + number % 50 / 50 / rate
    while True:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await send()
        due += 1 / rate
