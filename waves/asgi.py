"""The ASGI application of a project that has Waves among its apps: the one line of its ``asgi.py``.

Nothing of Django is imported before it is called, so that the order of imports does not matter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def application(http: App, websocket_routes: Iterable[Any] = (), *, alone: bool = False) -> App:
    """``waves.asgi.application(get_asgi_application())``: the project's pages, and our WebSockets.

    ``websocket_routes`` are the project's own WebSockets, as Channels' ``URLRouter`` takes them:
    ``[path("ws/chat/", Chat.as_asgi())]``. ``alone``: the server serves nothing but Waves, so what
    bounds our addresses bounds every other one too (bodies, slow readers, half a request).

    Raises ImproperlyConfigured where ``waves`` is not among the INSTALLED_APPS.
    """
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    if not apps.is_installed("waves"):
        raise ImproperlyConfigured('Add "waves" to INSTALLED_APPS: waves.asgi serves that app.')

    from waves import routing
    from waves.apps import WavesConfig
    from waves.server import lifespan
    from waves.web import front
    from waves.web.version import page_version

    WavesConfig.served = True
    # Read now, while nobody waits: a socket that asked first would hold up the others.
    page_version()
    return lifespan.wrap(
        front.in_front(http),
        routing.application,
        routing.HostRoutes(websocket_routes),
        alone=alone,
    )
