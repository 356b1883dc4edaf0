"""InfluxDB's line protocol: ``measurement[,tag=v…] field=v[,field=v…] [timestamp]``, a line each.

The grammar is parsed by the library line-protocol-parser, a line at a time; of lines that are alike
the first one (``alike_lines``: from text to a batch 8 to 17 times as quick).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from line_protocol_parser import LineFormatError, parse_line

from waves.exceptions import IngestError
from waves.ingest.alike_lines import Columns, columns
from waves.ingest.batch import Batch, Rows, check_name

Precision = Literal["ns", "us", "ms", "s", "auto"]
Template = Literal["field", "measurement.field{tag=v}"]
#: Units of a timestamp in a second, by precision; InfluxDB 1 calls some otherwise.
PER_SECOND = {"ns": 10**9, "us": 10**6, "ms": 10**3, "s": 1}
PRECISIONS = {
    **{name: name for name in PER_SECOND},
    "n": "ns",
    "u": "us",
    "µ": "us",
    "auto": "auto",
}
PRECISIONS |= {"nanosecond": "ns", "microsecond": "us", "millisecond": "ms", "second": "s"}
#: With "auto": a timestamp of at least so many 10**9 is of the unit; below all it is seconds.
AUTO = ((5_000_000, "ns"), (5_000, "us"), (5, "ms"))

#: Up to where a section of a line reaches: a blank ends it where it is neither escaped nor quoted.
_TAGS = re.compile(r"(?:\\.|[^\\ ])*")
_FIELDS = re.compile(r'(?:\\.|"(?:\\.|[^"\\])*"|[^\\ "])*')


def parse(text: bytes, precision: str = "ns", template: Template = "field") -> Batch:
    """All samples of a text. Raises IngestError that names line and column of what is wrong."""
    alike = columns(text) if precision != "auto" else None
    if alike is not None:
        return _batch_of(alike, PRECISIONS[precision], template)
    rows = Rows()
    for number, line in lines_of(text):
        point = _point(line, number)
        if point is None:
            continue
        names = {
            _name(point, field, template): value for field, value in sorted(point["fields"].items())
        }
        rows.add(_seconds(point["time"], PRECISIONS[precision]), names, number)
    return rows.batch()


def _batch_of(alike: Columns, precision: str, template: Template) -> Batch:
    """Lines that are alike as a batch. Raises IngestError where the first one is no line."""
    point = _point(alike.first, 1) or {}
    in_order = sorted(range(len(alike.fields)), key=alike.fields.__getitem__)
    names = tuple(_name(point, alike.fields[place], template) for place in in_order)
    for name in names:
        check_name(name, 1)
    lines = np.arange(1, alike.values.shape[1] + 1)
    times = None if alike.stamps is None else in_seconds(alike.stamps, PER_SECOND[precision])
    return Batch(names, alike.values[in_order], times, lines=lines)


def lines_of(text: bytes) -> Iterator[tuple[int, str]]:
    """Lines that hold something, with their numbers from 1. Raises IngestError."""
    for number, line in enumerate(text.split(b"\n"), start=1):
        if line.strip():
            try:
                yield number, line.decode().strip("\r")
            except UnicodeDecodeError as error:
                raise IngestError(
                    "This is no UTF-8.", line=number, column=error.start + 1
                ) from None


def _point(line: str, number: int) -> dict[str, Any] | None:
    try:
        point: dict[str, Any] | None = parse_line(line)
    except LineFormatError as error:
        words = str(error).rstrip(".")
        raise IngestError(
            f"{words}. A line is: measurement,tag=value field=1.5 1465839830100400200",
            line=number,
            column=_column(line, words),
        ) from None
    return point


def _column(line: str, words: str) -> int:
    """Where the section begins that the parser complains of."""
    begin = len(line) - len(line.lstrip())
    if "measurement" in words or "tag" in words:
        return begin + 1
    fields = _TAGS.match(line, begin).end()  # type: ignore[union-attr]
    while line[fields : fields + 1] == " ":
        fields += 1
    if "timestamp" not in words:
        return fields + 1
    end = _FIELDS.match(line, fields).end()  # type: ignore[union-attr]
    return min(end + 1, len(line)) + 1


def _name(point: dict[str, Any], field: str, template: Template) -> str:
    if template == "field":
        return field
    tags = ",".join(f"{tag}={value}" for tag, value in sorted(point["tags"].items()))
    return f"{point['measurement']}.{field}" + (f"{{{tags}}}" if tags else "")


def _seconds(stamp: int | None, precision: str) -> float | None:
    if stamp is None:
        return None
    if precision == "auto":
        size = abs(stamp) / 10**9
        precision = next((unit for least, unit in AUTO if size >= least), "s")
    return float(in_seconds(stamp, PER_SECOND[precision]))


def in_seconds(stamp: Any, per_second: int) -> Any:
    """Whole units as float64 seconds: an int and an array become the same, to the last bit."""
    seconds = stamp // per_second
    return seconds + (stamp - seconds * per_second) / per_second
