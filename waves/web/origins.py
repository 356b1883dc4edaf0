"""Who may open a WebSocket: the host must be ours, as for a page, and the origin one that we trust.

Both are needed. A name that an attacker lets point to this machine makes page and socket agree in
their origin (DNS rebinding); only ``ALLOWED_HOSTS`` knows that the name is not ours.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest

from waves.conf import get_config

_HOST_REFUSED = (
    "This server does not answer to the name that you asked for. If it should, add the host to "
    "ALLOWED_HOSTS."
)
_ORIGIN_REFUSED = (
    "This page's origin may not open a WebSocket here. If it should, add it to "
    "WAVES_ALLOWED_ORIGINS as scheme://host:port."
)


def refusal(scope: dict[str, Any]) -> str | None:
    """Why a socket may not be opened, in words; None where it may.

    Django itself judges the host, and whether the client came by TLS: as it does for a page.
    """
    request = as_request(scope)
    names = [name for name, _ in scope["headers"]]
    try:
        own = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return _HOST_REFUSED
    if names.count(b"host") != 1:
        return _HOST_REFUSED
    given = request.META.get("HTTP_ORIGIN")
    if given is None or _trusted(given, own):
        return None
    return _ORIGIN_REFUSED


def as_request(scope: dict[str, Any], query: bytes = b"") -> ASGIRequest:
    """What Django would make of the handshake, had it been for a page, with this query."""
    scheme = "https" if scope.get("scheme") in ("wss", "https") else "http"
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    page = {**scope, "method": "GET", "scheme": scheme, "headers": headers, "query_string": query}
    return ASGIRequest(page, BytesIO())


def _trusted(origin: str, own: str) -> bool:
    """Whether an origin matches in scheme, host and port: the own one, or one that is listed."""
    given = _parts(origin)
    return given is not None and given in {_parts(own), *map(_parts, get_config().allowed_origins)}


def _parts(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin; None where it is none (such as ``null``)."""
    try:
        parts = urlsplit(origin)
        port = {"http": 80, "https": 443}[parts.scheme] if parts.port is None else parts.port
    except (ValueError, KeyError):
        return None
    if not parts.hostname or parts.netloc != origin.partition("://")[2] or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port
