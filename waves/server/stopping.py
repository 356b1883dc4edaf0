"""The end of a server that waits for its peers: none of them can hold it up.

Its viewers are told to come back a few at a time, so that the other servers are not asked by all of
them at once.

uvicorn ends when every connection is closed, and tells the application only then. A request whose
body never comes, or a peer that does not take what it was sent, would keep it for ever. So the
signal is followed here too, and whoever is not gone some seconds later is cut off. daphne does that
by itself.
"""

from __future__ import annotations

import asyncio
import random
import signal
import threading
from collections.abc import Iterable
from math import ceil
from types import FrameType
from typing import Any, Protocol
from weakref import WeakSet

from waves.protocol.messages import CLOSE_RESTART

#: So many viewers are sent away at once; more than that within these seconds, in batches so far
#: apart. Other servers take 200 a second each.
BATCH, AWAY_SECONDS, APART_SECONDS = 64, 2.0, 0.05
#: What may take longer than this when the server ends is cut off.
STOP_SECONDS = 5.0

_random = random.SystemRandom()
#: Open connections, where the server has asyncio's transports.
_transports: WeakSet[Any] = WeakSet()


class Ending(Protocol):
    """A socket that can be told that it ends."""

    def finish(self, code: int, reason: str = "") -> None:
        """Send what waits, and close."""


async def send_away(connections: Iterable[Ending]) -> None:
    """Tell every viewer to come back: in batches, in random order, at random moments."""
    left = list(connections)
    _random.shuffle(left)
    batch = max(BATCH, ceil(len(left) * APART_SECONDS / AWAY_SECONDS))
    while left:
        for connection in left[:batch]:
            connection.finish(CLOSE_RESTART, "The server restarts.")
        del left[:batch]
        if left:
            await asyncio.sleep(APART_SECONDS * _random.uniform(0.5, 1.5))


def remember(send: Any) -> None:
    """Keep the transport of a connection, where ``send`` is a method of what has one."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if hasattr(transport, "abort"):
        _transports.add(transport)


def follow_signals() -> None:
    """Cut off who is left some seconds after the signal, besides what the server does at it."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, _also(before, loop))


def _also(before: Any, loop: asyncio.AbstractEventLoop) -> Any:
    def handler(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(loop.call_later, STOP_SECONDS, cut_off)
        before(number, frame)

    return handler


def cut_off() -> None:
    """Drop every connection that is still open."""
    for transport in list(_transports):
        transport.abort()
