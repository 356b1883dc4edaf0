"""What daphne leaves unbounded before it asks us: half a request, a long body, an odd header; what
it leaves behind: sockets that are over, in circles; and that it ends all sockets without a word.

All are mended in its classes, once, as its process starts; a test fails where they move.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from waves import addresses
from waves.conf import get_config
from waves.ending import end_within
from waves.server import http_bounds
from waves.server.inflow import Turns

#: A request is there in whole so many seconds after its connection, or after the answer before it.
#: Twisted's own 60 s begin anew with each byte, so that a byte a minute holds one for ever.
REQUEST_SECONDS = 10
#: One that uploads a file has so long: 64 MiB by 4.5 Mbit/s.
UPLOAD_SECONDS = 120
#: Who sends too long a body may read why for so long, while the rest of it is thrown away.
READ_SECONDS = 1.0


#: Requests that become WebSockets.
upgrades = Turns(1)


def install(*, everything: bool, before_end: Callable[[], Awaitable[None]]) -> None:
    """Mend this process's daphne, and bound what it takes where ``everything`` is ours to bound.

    A host may take long bodies, slowly: it has its own pages. ``before_end`` is awaited before
    daphne ends what is open.
    """
    from daphne.http_protocol import HTTPFactory, WebRequest
    from daphne.server import Server
    from daphne.ws_protocol import WebSocketProtocol

    if everything:
        HTTPFactory.buildProtocol = _hurried(HTTPFactory.buildProtocol)
        WebRequest.handleContentChunk = _bounded(WebRequest.handleContentChunk)
    WebSocketProtocol.onConnect = _readable(WebSocketProtocol.onConnect)
    WebRequest.process = _let_go(WebRequest.process)
    WebSocketProtocol.connectionLost = _untied(WebSocketProtocol.connectionLost)
    Server.kill_all_applications = _after(
        before_end, Server.kill_all_applications, is_bounded=everything
    )


def _after(before_end: Callable[[], Awaitable[None]], kill: Any, *, is_bounded: bool) -> Any:
    """Sockets are told that the server ends before daphne cancels what serves them.

    Nobody is let in meanwhile: who was sent away comes back at once, and whoever stands in front
    sends him to another server when this one does not listen. daphne itself would answer 403.
    """
    from twisted.internet.defer import Deferred

    async def kill_at_last(server: Any) -> None:
        if is_bounded:
            end_within()
        _listen_no_more()
        await before_end()
        await kill(server).asFuture(asyncio.get_running_loop())

    return lambda server: Deferred.fromFuture(asyncio.ensure_future(kill_at_last(server)))


def _listen_no_more() -> None:
    """Close the ports of this process; what is open stays."""
    from twisted.internet import reactor
    from twisted.internet.interfaces import IListeningPort

    ours: Any = reactor
    for reader in ours.getReaders():
        if IListeningPort.providedBy(reader):
            reader.stopListening()


def _hurried(build: Any) -> Any:
    """A connection whose time for a request does not begin anew with each byte."""

    def build_protocol(factory: Any, address: Any) -> Any:
        factory.timeOut = REQUEST_SECONDS
        protocol = build(factory, address)
        protocol._channel.resetTimeout = lambda: None
        return protocol

    return build_protocol


def _bounded(take: Any) -> Any:
    """A body that is kept up to the bound, whatever length it says; the rest is thrown away."""

    def handle_content_chunk(request: Any, data: bytes) -> None:
        before = getattr(request, "waves_bytes", 0)
        if before == 0:
            request.waves_limit = _limit(request)
        limit = request.waves_limit
        request.waves_bytes = before + len(data)
        if request.waves_bytes <= limit:
            take(request, data)
        elif before <= limit:
            _refuse(request.channel, limit)

    return handle_content_chunk


def _limit(request: Any) -> int:
    """How long its body may be; one that may be long is also waited for."""
    most = get_config().body_bytes
    path = request.channel._path.partition(b"?")[0].decode("latin-1")
    if not addresses.takes_files({"path": path}):
        return most
    request.channel.setTimeout(UPLOAD_SECONDS)
    return most + get_config().upload_limit


def _refuse(channel: Any, limit: int) -> None:
    from twisted.internet import reactor

    later: Any = reactor
    http_bounds.counts["long_body"] += 1
    body = http_bounds.too_long(limit)
    lines = (
        "HTTP/1.1 413 Content Too Large",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
    )
    answer = "\r\n".join((*lines, "", "")).encode() + body
    channel.transport.write(answer)
    later.callLater(READ_SECONDS, channel.transport.loseConnection)


def _readable(on_connect: Any) -> Any:
    """A handshake whose subprotocols are ASCII: others would be a traceback, and a 500."""
    from autobahn.websocket import types

    deny: Any = types.ConnectionDeny

    def on_connect_if_readable(protocol: Any, request: Any) -> Any:
        if not all(name.isascii() for name in request.protocols):
            raise deny(400, "The names of subprotocols are ASCII.")
        return on_connect(protocol, request)

    return on_connect_if_readable


def _let_go(process: Any) -> Any:
    """A request that became a WebSocket is no longer held by its channel, which it holds.

    Each takes 0.4 ms: of 400 that come at once one is served after the other, and others between.
    """

    def process_and_let_go(request: Any) -> None:
        if request._disconnected:
            return
        process(request)
        if request.transport is None:
            request.channel.requests = []

    def process_in_turn(request: Any) -> None:
        if request.requestHeaders.hasHeader(b"Upgrade"):
            upgrades.wait(partial(process_and_let_go, request))
        else:
            process_and_let_go(request)

    return process_in_turn


def _untied(connection_lost: Any) -> Any:
    """A WebSocket that is over no longer holds what holds it.

    Objects in a circle wait for a collection of garbage. Where 200 sockets come and go in a second
    that takes 130 ms every five seconds, in which nobody is sent anything.
    """

    def connection_lost_and_untied(protocol: Any, reason: Any) -> None:
        connection_lost(protocol, reason)
        # The inflow's function stood there; the futures are of no use to us, and hold the protocol.
        vars(protocol).pop("dataReceived", None)
        protocol.is_closed = protocol.is_open = None

    return connection_lost_and_untied
