"""Reads a stream as it comes, with async or without; it comes back by itself where it is cut off.

Needs the package ``websockets``: ``pip install 'django-waves[client]'``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from waves.client.addresses import socket_address
from waves.client.reading import Block, Reading

#: Pauses between attempts to reach the server, the last one for ever.
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)
#: A server that does not answer a handshake within this is asked again.
ANSWER_SECONDS = 10.0
_NEEDED = "Reading needs a package that is not here: pip install 'django-waves[client]'"


class Reader:
    """Blocks of a stream: ``for block in read(url)``, or ``async for``."""

    def __init__(self, url: str, key: str = "", *, window: float = 0.0) -> None:
        try:
            import websockets  # noqa: F401  it is an extra: said here, where it can be mended
        except ImportError:
            raise ImportError(_NEEDED) from None
        self._address = socket_address(url)
        self._reading = Reading(window)
        self._options: dict[str, Any] = {
            "subprotocols": ["waves.v1"],
            "additional_headers": {"Authorization": f"Bearer {key}"} if key else {},
            "max_size": None,
            "compression": None,
            "open_timeout": ANSWER_SECONDS,
            "close_timeout": 1.0,
        }

    @property
    def problem(self) -> str:
        """Why nothing comes at this moment, in words; empty while all goes well."""
        return self._reading.problem

    def __iter__(self) -> Iterator[Block]:
        from websockets.exceptions import ConnectionClosed, WebSocketException
        from websockets.sync.client import connect

        attempt = 0
        while True:
            try:
                with connect(self._opened(), **self._options) as socket:
                    attempt = 0
                    for message in socket:
                        yield from self._reading.take(message)
                        if (answer := self._reading.acknowledgement()) is not None:
                            socket.send(answer)
                    self._ended(socket.close_code, socket.close_reason)
            except ConnectionClosed as closed:
                self._ended(*_of(closed))
            except (OSError, TimeoutError, WebSocketException) as error:
                self._reading.problem = str(error)
            time.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1

    async def __aiter__(self) -> AsyncIterator[Block]:
        from websockets.asyncio.client import connect
        from websockets.exceptions import ConnectionClosed, WebSocketException

        attempt = 0
        while True:
            try:
                async with connect(self._opened(), **self._options) as socket:
                    attempt = 0
                    async for message in socket:
                        for block in self._reading.take(message):
                            yield block
                        if (answer := self._reading.acknowledgement()) is not None:
                            await socket.send(answer)
                    self._ended(socket.close_code, socket.close_reason)
            except ConnectionClosed as closed:
                self._ended(*_of(closed))
            except (OSError, TimeoutError, WebSocketException) as error:
                self._reading.problem = str(error)
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt += 1

    def _opened(self) -> str:
        self._reading.open()
        query = self._reading.query()
        return f"{self._address}?{query}" if query else self._address

    def _ended(self, code: int | None, reason: str | None) -> None:
        self._reading.ended(code or 1006, reason or "")


def _of(closed: Any) -> tuple[int, str]:
    return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")


def read(url: str, key: str = "", *, window: float = 0.0) -> Reader:
    """The samples of a stream as they come, from now on, or from ``window`` seconds before.

    ``url`` is the address of the stream's page; ``key`` may read, where the site lets not everybody
    see it. Iterate over it, with async or without. Raises ValueError where the address is that of
    no stream, ReaderError where the server refuses.
    """
    return Reader(url, key, window=window)
