"""Where bytes come in, for each server: its functions are found and stood in for, or left alone.

It reads attributes of daphne, autobahn, Twisted and uvicorn that are not promised, in versions that
are pinned; a test fails where they move. Of a server that is not known, the application takes the
messages no faster than it may.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from waves.server.inflow import MAX_BYTES, READ_SIZE, WIDE_READ_SIZE, Inflow, Rate

logger = logging.getLogger("waves")

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

#: What a message counts where it is not known how it came.
MESSAGE_BYTES = 100


def daphne_protocol(send: Any) -> Any | None:
    """daphne's protocol object, where ``send`` is daphne's; it is bound as first argument."""
    if not isinstance(send, functools.partial) or not send.args:
        return None
    protocol = send.args[0]
    return protocol if type(protocol).__module__ == "daphne.ws_protocol" else None


def scheme_of(scope: dict[str, Any], send: Any) -> str:
    """``ws`` or ``wss``: daphne does not say it of a WebSocket."""
    protocol = daphne_protocol(send)
    secure = type(getattr(protocol, "transport", None)).__module__ == "twisted.protocols.tls"
    return str(scope.get("scheme") or ("wss" if secure else "ws"))


def uvicorn_protocol(send: Any) -> Any | None:
    """uvicorn's protocol object, where ``send`` is its method. The one that hands over to the
    deprecated library's own reader is left out."""
    protocol = getattr(send, "__self__", None)
    module = type(protocol).__module__
    known = module.startswith("uvicorn.protocols.websockets.") and hasattr(protocol, "transport")
    return protocol if known and not module.endswith("websockets_impl") else None


class TwistedWire:
    """A socket of daphne; with TLS its transport passes on what it does not know."""

    def __init__(self, protocol: Any) -> None:
        self._transport = protocol.transport
        self.give: Callable[[bytes], None] = protocol.dataReceived
        self.pause: Callable[[], None] = self._transport.pauseProducing
        self.resume: Callable[[], None] = self._transport.resumeProducing
        self._transport.bufferSize = READ_SIZE

    def unwritten(self) -> int:
        """Bytes that Twisted holds."""
        return int(self._transport._tempDataLen) + len(self._transport.dataBuffer)

    def widen(self, size: int) -> None:
        """Twisted reads so much at once; daphne itself takes messages of a mebibyte."""
        self._transport.bufferSize = WIDE_READ_SIZE


class AsyncioWire:
    """A socket of uvicorn. Its own pauses are left out: ours take their place."""

    def __init__(self, protocol: Any) -> None:
        transport = protocol.transport
        self.give: Callable[[bytes], None] = protocol.data_received
        self.pause: Callable[[], None] = transport.pause_reading
        self.resume: Callable[[], None] = transport.resume_reading
        self.unwritten: Callable[[], int] = transport.get_write_buffer_size
        if hasattr(transport, "max_size"):
            transport.max_size = READ_SIZE
        protocol.transport = _Unpaused(transport)
        self._transport, self._protocol = transport, protocol

    def widen(self, size: int) -> None:
        """The event loop reads so much at once, and the server takes such messages."""
        if hasattr(self._transport, "max_size"):
            self._transport.max_size = WIDE_READ_SIZE
        if hasattr(self._protocol, "conn"):
            self._protocol.conn.max_message_size = size


class _Unpaused:
    """asyncio's transport, except that only the inflow pauses it."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def pause_reading(self) -> None:
        """Left to the inflow."""

    def resume_reading(self) -> None:
        """Left to the inflow."""


def inflow_for(send: Send) -> Inflow | None:
    """What stands before the server from now on; None where that server is not known."""
    try:
        if (protocol := daphne_protocol(send)) is not None:
            return _before_daphne(protocol)
        if (protocol := uvicorn_protocol(send)) is not None:
            return _before_uvicorn(protocol)
    except AttributeError as error:
        logger.debug("The inflow of a socket is not bounded at its transport: %s", error)
    return None


def _before_daphne(protocol: Any) -> Inflow:
    wire = TwistedWire(protocol)
    wire.unwritten()
    inflow = Inflow(wire)
    # What is no WebSocket is told so by a close code, instead of by silence.
    protocol.failByDrop = False
    # What came with the handshake, against the rules: the server would take it all at once.
    early, protocol.data = protocol.data, b""
    protocol.dataReceived = inflow.received
    if early:
        inflow.received(early)
    return inflow


def _before_uvicorn(protocol: Any) -> Inflow:
    transport = protocol.transport
    inflow = Inflow(AsyncioWire(protocol))
    if hasattr(protocol, "conn"):
        # A compressed message is short on the wire only.
        protocol.conn.max_message_size = 4 * MAX_BYTES
    protocol.data_received = inflow.received
    # Some event loops look the function up only here.
    transport.set_protocol(protocol)
    return inflow


def watched(inflow: Inflow, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """``receive`` and ``send``, which tell the inflow what was taken, and that it may begin."""

    async def receiving() -> dict[str, Any]:
        message = await receive()
        if message["type"] == "websocket.receive":
            inflow.taken()
        return message

    async def sending(message: dict[str, Any]) -> None:
        await send(message)
        if message["type"] == "websocket.accept":
            inflow.open()

    return receiving, sending


def paced(receive: Receive, monotonic: Callable[[], float] = time.monotonic) -> Receive:
    """``receive`` of a server that is not known: its messages are taken at the rate that holds,
    and after each the event loop has its turn."""
    rate = Rate(monotonic)

    async def receiving() -> dict[str, Any]:
        message = await receive()
        if message["type"] == "websocket.receive":
            await asyncio.sleep(rate.take(MESSAGE_BYTES))
        return message

    return receiving
