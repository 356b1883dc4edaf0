"""A datagram: Teleplot's lines, or JSON (one object, a list of objects, or an object a line)."""

from __future__ import annotations

from waves.exceptions import IngestError
from waves.ingest import json_text, teleplot
from waves.ingest.readings import Found, Reading


def parse(data: bytes) -> Found:
    """What a datagram holds. Raises IngestError where any of it is no sample."""
    try:
        text = data.decode().strip().strip("\0")
    except UnicodeDecodeError as error:
        raise IngestError("This is no UTF-8.", column=error.start + 1) from None
    found = Found(_objects(text), []) if text[:1] in ("{", "[") else teleplot.parse(text)
    if not any(found):
        raise IngestError(f"There is no sample in this. {teleplot.EXPECTED}")
    return found


def _objects(text: str) -> list[Reading]:
    """The samples of one object or a list, or of an object a line."""
    lines = text.split("\n")
    try:
        return json_text.readings(json_text.loaded(text.encode()))
    except IngestError:
        if len(lines) == 1:
            raise
    return [
        reading
        for number, line in enumerate(lines, start=1)
        if line.strip()
        for reading in json_text.readings(json_text.loaded(line.encode(), number), number)
    ]
