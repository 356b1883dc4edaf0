"""What daphne leaves unbounded before it asks us: half a request, and a header that it cannot read.

Both are mended in its classes, once, as its process starts; a test fails where they move.
"""

from __future__ import annotations

from typing import Any

#: A request is there in whole so many seconds after its connection, or after the answer before it.
#: Twisted's own 60 s begin anew with each byte, so that a byte a minute holds one for ever.
REQUEST_SECONDS = 10


def install() -> None:
    """Bound what this process's daphne takes."""
    from daphne.http_protocol import HTTPFactory
    from daphne.ws_protocol import WebSocketProtocol

    HTTPFactory.buildProtocol = _hurried(HTTPFactory.buildProtocol)
    WebSocketProtocol.onConnect = _readable(WebSocketProtocol.onConnect)


def _hurried(build: Any) -> Any:
    """A connection whose time for a request does not begin anew with each byte."""

    def build_protocol(factory: Any, address: Any) -> Any:
        factory.timeOut = REQUEST_SECONDS
        protocol = build(factory, address)
        protocol._channel.resetTimeout = lambda: None
        return protocol

    return build_protocol


def _readable(on_connect: Any) -> Any:
    """A handshake whose subprotocols are ASCII: others would be a traceback, and a 500."""
    from autobahn.websocket import types

    deny: Any = types.ConnectionDeny

    def on_connect_if_readable(protocol: Any, request: Any) -> Any:
        if not all(name.isascii() for name in request.protocols):
            raise deny(400, "The names of subprotocols are ASCII.")
        return on_connect(protocol, request)

    return on_connect_if_readable
