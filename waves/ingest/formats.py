"""Which parser reads what, by its media type; and bodies that are compressed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

from waves.exceptions import IngestError, TooMuchError
from waves.ingest import csv_text, json_text, line_protocol, wire_frames
from waves.ingest.batch import Batch
from waves.protocol.frames import MAGIC

#: What a compressed body may become: lines of protocol in it take about two seconds of a core.
MOST_INFLATED = 4 * 1024 * 1024

FRAMES = "application/vnd.waves.v1"
#: Parsers by media type. Line protocol has none of its own: Telegraf says text/plain.
_PARSERS: dict[str, Callable[..., Batch]] = {
    "application/json": lambda body, **_: json_text.parse(body),
    "application/x-ndjson": lambda body, **_: json_text.parse_lines(body),
    "application/jsonl": lambda body, **_: json_text.parse_lines(body),
    "text/csv": lambda body, **_: csv_text.parse(body),
    "text/plain": lambda body, *, precision, template, **_: line_protocol.parse(
        body, precision, template
    ),
    FRAMES: lambda body, *, names, **_: wire_frames.parse(body, names),
}
MEDIA_TYPES = tuple(_PARSERS)


def is_known(media_type: str) -> bool:
    """Whether there is a parser for a media type, without its parameters."""
    return media_type in _PARSERS


def of_message(message: bytes) -> str:
    """The media type of a message of a WebSocket, by how it begins."""
    if message.startswith(MAGIC):
        return FRAMES
    text = message.lstrip()
    if not text.startswith((b"{", b"[")):
        return "text/plain"
    is_lines = text.startswith(b"{") and b"\n{" in text
    return "application/x-ndjson" if is_lines else "application/json"


def parse(
    body: bytes,
    media_type: str,
    *,
    encoding: str = "",
    precision: str = "ns",
    template: Any = "field",
    names: Sequence[str] = (),
) -> Batch:
    """The samples of a body. ``names`` are the signals of the stream, by their places.

    Raises IngestError where something in it is no sample, TooMuchError where it inflates to more
    than MOST_INFLATED.
    """
    if precision not in line_protocol.PRECISIONS:
        raise IngestError(f"The precision {precision[:20]!r} is none of ns, us, ms, s and auto.")
    if encoding == "gzip":
        body = inflated(body)
    parser = _PARSERS[media_type]
    return parser(body, precision=precision, template=template, names=names)


def inflated(body: bytes, most: int = MOST_INFLATED) -> bytes:
    """A body without its gzip. Never makes more than ``most`` bytes of it."""
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        whole = inflater.decompress(body, most)
    except zlib.error as error:
        raise IngestError(f"The body is no gzip: {error}.") from None
    if inflater.unconsumed_tail:
        raise TooMuchError(f"The body inflates to more than {most:,} bytes: send less.")
    if not inflater.eof:
        raise IngestError("The body ends within its gzip.")
    if inflater.unused_data:
        raise IngestError("Something follows the gzip of this body: send one of it alone.")
    return whole
