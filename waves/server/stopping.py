"""The end of a server that waits for its peers: none of them can hold it up.

uvicorn ends when every connection is closed, and tells the application only then. A request whose
body never comes, or a peer that does not take what it was sent, would keep it for ever. So the
signal is followed here too, and whoever is not gone some seconds later is cut off. daphne does that
by itself.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from types import FrameType
from typing import Any
from weakref import WeakSet

#: What may take longer than this when the server ends is cut off.
STOP_SECONDS = 5.0

#: Open connections, where the server has asyncio's transports.
_transports: WeakSet[Any] = WeakSet()


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
