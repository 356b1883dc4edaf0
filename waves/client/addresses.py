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
    parts = urlsplit(url)
    found = _API.fullmatch(parts.path) or _PAGE.fullmatch(parts.path)
    if parts.scheme not in ("http", "https") or not parts.hostname or found is None:
        raise ValueError(
            f"{url!r} is the address of no stream, which looks like "
            "https://example.org/streams/boiler/"
        )
    path = f"{found['root']}api/v1/streams/{found['slug']}/samples"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
