"""How bytes reach a socket: daphne's fast path, and plain ASGI for every other server.

Nothing else but ``wires``, where bytes come in, knows which server it is. daphne's ``send`` never
waits for the socket, so a viewer that does not read would cost memory without bound. The fast path
therefore writes complete WebSocket frames to the socket itself, leaves to Twisted only what the
kernel did not take, and knows when a socket is full. It reads private attributes of daphne,
autobahn and Twisted: ``fast_path_problem`` says which one is missing, and then ASGI's ``send``
is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from waves.hub.message import Message
from waves.server.inflow import Inflow
from waves.server.wires import daphne_protocol

logger = logging.getLogger("waves")

Send = Callable[[dict[str, Any]], Awaitable[None]]

#: What the kernel may hold of a socket: two seconds of a fast viewer, and a bound on a silent one.
SEND_BUFFER = 128 * 1024
#: A peer that does not answer a close within this is dropped: what it did not read yet is lost, the
#: code of the close with it.
CLOSE_SECONDS = 4.0
#: Bytes that a close frame has for its reason, beside the code.
MAX_REASON = 123


def transport_for(send: Send, inflow: Inflow | None = None) -> DaphneTransport | AsgiTransport:
    """The transport of a connection, from the ``send`` of the outermost application."""
    protocol = daphne_protocol(send)
    if protocol is not None:
        problem = fast_path_problem(protocol)
        if problem is None:
            return DaphneTransport(protocol, inflow)
        logger.debug("daphne's fast path is off for a socket: %s", problem)
        send = functools.partial(_send_to_daphne, protocol, send)
    return AsgiTransport(send, inflow)


async def _send_to_daphne(protocol: Any, send: Send, event: dict[str, Any]) -> None:
    """daphne's ``send``, which leaves out the reason of a close, and refuses 1012."""
    if event["type"] == "websocket.close":
        protocol.sendCloseFrame(event["code"], event["reason"].encode() or None)
    else:
        await send(event)


def fast_path_problem(protocol: Any) -> str | None:
    """What stands against the fast path: a missing attribute, or a transport that is not TCP."""
    for attribute in ("sendCloseFrame", "dropConnection", "sendMessage", "STATE_OPEN", "state"):
        if not hasattr(protocol, attribute):
            return f"the protocol has no {attribute}"
    transport: Any = getattr(protocol, "transport", None)
    # With TLS its transport is wrapped in another one, which seems to have the same attributes:
    # what is written to its socket would not be encrypted.
    if type(transport).__module__ != "twisted.internet.tcp":
        return "the connection is not plain TCP"
    for attribute in ("_tempDataLen", "dataBuffer", "socket", "write"):
        if not hasattr(transport, attribute):
            return f"the transport has no {attribute}"
    if getattr(protocol, "_perMessageCompress", None) is not None:
        return "the connection is compressed"
    return None


def frame(payload: bytes, opcode: int) -> bytes:
    """A complete, unmasked WebSocket frame (RFC 6455, section 5.2)."""
    n, first = len(payload), 0x80 | opcode
    if n < 126:
        return struct.pack("!BB", first, n) + payload
    if n < 65536:
        return struct.pack("!BBH", first, 126, n) + payload
    return struct.pack("!BBQ", first, 127, n) + payload


TEXT, BINARY = 1, 2


def cut(reason: str) -> str:
    """A close reason as far as it fits, cut between characters: half of one is an error."""
    return reason.encode()[:MAX_REASON].decode(errors="ignore")


def _end(inflow: Inflow | None) -> None:
    if inflow is not None:
        inflow.end()


class DaphneTransport:
    """Complete frames, straight to the socket of daphne's protocol."""

    def __init__(self, protocol: Any, inflow: Inflow | None = None) -> None:
        self.inflow = inflow
        self._protocol = protocol
        self._open = protocol.STATE_OPEN
        self._transport = protocol.transport
        self._socket = protocol.transport.socket
        #: Called with the code and the reason when this side closes.
        self.on_close: Callable[[int, str], None] = lambda code, reason: None
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)

    @property
    def closed(self) -> bool:
        """The WebSocket is not open any more."""
        return bool(self._protocol.state != self._open)

    @property
    def writable(self) -> bool:
        """Everything that was sent has gone to the kernel."""
        return not (self._transport._tempDataLen or self._transport.dataBuffer)

    def send(self, message: Message) -> None:
        """Send a data message; its frame is made once for every socket."""
        if not message.framed:
            message.framed = frame(message.payload, TEXT if message.is_text else BINARY)
        self._write(message.framed)

    def send_text(self, text: str) -> None:
        """Send a control message."""
        self._write(frame(text.encode(), TEXT))

    def _write(self, framed: bytes) -> None:
        written = 0
        if self.writable:
            try:
                written = self._socket.send(framed)
            except OSError:
                # It is full, or the peer is gone. That Twisted, which does not read while a peer
                # says too much, finds out only where it writes; it then tells daphne.
                written = 0
        if written < len(framed):
            self._transport.write(framed[written:])

    def close(self, code: int, reason: str = "") -> None:
        """Close with any code (daphne's own refuses 1012), and drop who does not answer."""
        if self.closed:
            return
        self.on_close(code, reason)
        # Its own patience is a second, which a viewer on a poor link may need to read the code.
        self._protocol.closeHandshakeTimeout = 0
        self._protocol.sendCloseFrame(
            code=code, reasonUtf8=cut(reason).encode() or None, isReply=False
        )
        _end(self.inflow)
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._drop)

    def _drop(self) -> None:
        if self._protocol.state != self._protocol.STATE_CLOSED:
            self._protocol.dropConnection(abort=True)


class AsgiTransport:
    """ASGI's ``send``, in a task per socket that has at most one message under way.

    Where ``send`` waits for the socket (uvicorn), a full socket is thereby known; the pump never
    waits. The task is owned by the consumer, which runs ``run`` and cancels it.
    """

    def __init__(self, send: Send, inflow: Inflow | None = None) -> None:
        self.inflow = inflow
        self._send = send
        self._wake = asyncio.Event()
        self._outbox: list[dict[str, Any]] = []
        self._sending = False
        self.closed = False
        #: Called when the socket can take more, and when it is given up.
        self.on_writable: Callable[[], None] = lambda: None
        self.on_given_up: Callable[[], object] = lambda: None
        #: Called with the code and the reason when this side closes.
        self.on_close: Callable[[int, str], None] = lambda code, reason: None

    @property
    def writable(self) -> bool:
        """Nothing is under way."""
        return not self._outbox and not self._sending

    def send(self, message: Message) -> None:
        """Send a data message."""
        if message.is_text:
            self.send_text(message.payload.decode())
        else:
            self._put({"type": "websocket.send", "bytes": message.payload})

    def send_text(self, text: str) -> None:
        """Send a control message."""
        self._put({"type": "websocket.send", "text": text})

    def close(self, code: int, reason: str = "") -> None:
        """Close, after what is under way; a peer that does not take that is given up."""
        self._put({"type": "websocket.close", "code": code, "reason": cut(reason)})
        if not self.closed:
            self.on_close(code, reason)
            self.closed = True
            _end(self.inflow)
            asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if self._sending or self._outbox:
            self.on_given_up()

    def _put(self, event: dict[str, Any]) -> None:
        if not self.closed:
            self._outbox.append(event)
            self._wake.set()

    async def run(self) -> None:
        """Send what was put, until the socket is closed or this is cancelled."""
        try:
            while not self.closed or self._outbox:
                await self._wake.wait()
                self._wake.clear()
                while self._outbox:
                    await self._send_one(self._outbox[0])
                self.on_writable()
        finally:
            self.closed = True

    async def _send_one(self, event: dict[str, Any]) -> None:
        self._sending = True
        try:
            await self._send(event)
        except (OSError, RuntimeError):
            # The server says by an error that the peer is gone; it tells the consumer as well.
            self.closed = True
            self._outbox.clear()
        else:
            del self._outbox[0]
        finally:
            self._sending = False


# HTTP: whether the reader of an answer takes it.


def reader_of(send: Any) -> DaphneReader | None:
    """Who tells when an HTTP answer was taken; None where ``send`` itself waits for that."""
    request = send.args[0] if isinstance(send, functools.partial) and send.args else None
    if type(request).__module__ != "daphne.http_protocol":
        return None
    # Without a channel the connection is lost already.
    if getattr(request, "channel", None) is None or getattr(request, "producer", None) is not None:
        return None
    return DaphneReader(request)


def abort(send: Any) -> None:
    """Drop the connection that ``send`` writes to, with what its reader did not take."""
    request = send.args[0] if isinstance(send, functools.partial) and send.args else None
    channel = getattr(request, "channel", None)
    # uvicorn's ``send`` is a method of what holds the transport.
    owner = channel if request is not None else getattr(send, "__self__", None)
    transport = getattr(owner, "transport", None)
    drop = getattr(transport, "abortConnection", None) or getattr(transport, "abort", None)
    if drop is not None:
        drop()


class DaphneReader:
    """Whether what daphne was given of an HTTP answer has gone to the kernel.

    daphne's ``send`` never waits. This is a producer in Twisted's words: one that is told to pause
    when 64 KiB wait for the socket, and to resume when all of it has gone.
    """

    def __init__(self, request: Any) -> None:
        self._request = request
        self._taken = asyncio.Event()
        # An answer before this one, on the same connection, may still wait for its reader.
        if not getattr(request.channel, "_waitingForTransport", False):
            self._taken.set()
        with contextlib.suppress(OSError, AttributeError):
            tcp = request.channel.transport.socket
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        request.registerProducer(self, True)

    def pauseProducing(self) -> None:
        """Twisted's word for: the socket is full."""
        self._taken.clear()

    def resumeProducing(self) -> None:
        """Twisted's word for: everything has gone."""
        self._taken.set()

    def stopProducing(self) -> None:
        """Twisted's word for: the connection is lost, and nothing waits any more."""
        self._taken.set()

    async def taken(self) -> None:
        """Wait until the socket takes more."""
        await self._taken.wait()

    def release(self) -> None:
        """The answer ends: Twisted wants to be told before."""
        if getattr(self._request, "channel", None) is not None:
            self._request.unregisterProducer()
