"""Where the WebSockets are."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from waves.web.consumers import StreamConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/", StreamConsumer.as_asgi()),
    path("ws/streams/<slug:slug>/", StreamConsumer.as_asgi()),
]
_unknown = StreamConsumer.as_asgi()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The consumer of a path. One that is unknown is told so by the consumer, too: what Channels'
    own router raises would be a traceback for each."""
    root = scope.get("root_path", "")
    rest = scope["path"].removeprefix(root).lstrip("/")
    for pattern in websocket_urlpatterns:
        if (match := pattern.resolve(rest)) is not None:
            scope = {**scope, "url_route": {"args": (), "kwargs": match.kwargs}}
            await match.func(scope, receive, send)
            return
    await _unknown(scope, receive, send)
