"""The address of a stream, as people copy it, and that to which samples are sent."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_PAGE = re.compile(r"(?P<root>.*/)streams/(?P<slug>[-\w]+)/?")
_API = re.compile(r"(?P<root>.*/)api/v1/streams/(?P<slug>[-\w]+)(?:/samples)?/?")


def samples_address(url: str) -> str:
    """Where samples of a stream are sent to, by the address of its page or of the API.

    Raises ValueError where the address is that of no stream.
    """
    scheme, place, root, slug = _parts(url)
    return urlunsplit((scheme, place, f"{root}api/v1/streams/{slug}/samples", "", ""))


def socket_address(url: str) -> str:
    """The WebSocket over which a stream is read. Raises ValueError as above."""
    scheme, place, root, slug = _parts(url)
    sockets = {"http": "ws", "https": "wss"}[scheme]
    return urlunsplit((sockets, place, f"{root}ws/streams/{slug}/", "", ""))


def _parts(url: str) -> tuple[str, str, str, str]:
    parts = urlsplit(url)
    found = _API.fullmatch(parts.path) or _PAGE.fullmatch(parts.path)
    if parts.scheme not in ("http", "https") or not parts.hostname or found is None:
        raise ValueError(
            f"{url!r} is the address of no stream, which looks like "
            "https://example.org/streams/boiler/"
        )
    return parts.scheme, parts.netloc, found["root"], found["slug"]
