"""Where the WebSockets are: beside the pages, as ``waves.urls`` is included, under any prefix."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from channels.routing import URLRouter
from django.urls import ResolverMatch, URLPattern

from waves import addresses
from waves.web.consumers import StreamConsumer
from waves.web.ingest_socket import IngestConsumer

Scope = dict[str, Any]

#: The names of their addresses in ``waves.urls``.
SOCKETS = ("socket", "stream-socket", "ingest-socket")
_consumer = StreamConsumer.as_asgi()
_ingest = IngestConsumer.as_asgi()


def match(scope: Scope) -> ResolverMatch | None:
    """The WebSocket of ours that a scope asks for; None where it is another's, or nobody's."""
    found = addresses.match(scope)
    return found if found is not None and found.url_name in SOCKETS else None


async def application(scope: Scope, receive: Any, send: Any) -> None:
    """The consumer of a path. One that is unknown is told so by the consumer, too: what Channels'
    own router raises would be a traceback for each."""
    found = match(scope)
    if found is not None:
        route = {"args": found.args, "kwargs": found.kwargs}
        scope = {**scope, "url_route": route, "waves.match": found}
    sends = found is not None and found.url_name == "ingest-socket"
    await (_ingest if sends else _consumer)(scope, receive, send)


class HostRoutes:
    """The routes that a host gives for WebSockets of its own: as Channels' URLRouter takes them."""

    def __init__(self, routes: Iterable[URLPattern]) -> None:
        self._routes = list(routes)
        self.application = URLRouter(self._routes)

    def has(self, scope: Scope) -> bool:
        """Whether one of them takes a scope that is none of ours."""
        if not self._routes or match(scope) is not None:
            return False
        path = addresses.path_info(scope).lstrip("/")
        return any(route.pattern.match(path) for route in self._routes)
