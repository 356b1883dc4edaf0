"""InfluxDB's line protocol: ``measurement[,tag=v…] field=v[,field=v…] [timestamp]``, a line each.

The grammar is parsed by the library line-protocol-parser, a line at a time. Lines that are all
alike, as most writers send them, are read at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from line_protocol_parser import LineFormatError, parse_line

from waves.exceptions import IngestError
from waves.ingest.batch import MOST_VALUES, Batch, Rows, check_name

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


#: Fields of lines that are read at once: to look for more costs more than it saves.
MOST_ALIKE = 32
#: A timestamp has 64 bits.
LATEST = 2**63 - 1
#: What most writers send: measurement and tags, fields that are plain numbers, and a time. Each
#: part ends at a character that it cannot hold, so that no text is looked at twice.
_WORD = rb'[^\x00-\x20\x7f\\",=]+'
_HEAD = rb"(?m:^)(?!#)" + _WORD + rb"(?:," + _WORD + rb"=" + _WORD + rb")* "
_NUMBER = rb"(-?[0-9]{1,15}(?=i)|-?[0-9]{1,15}(?:\.[0-9]{1,15})?(?:e[-+]?[0-9]{1,2})?(?!i))i?"
_FIELD = _WORD + rb"=[-0-9.e+i]+"
_PLAIN = re.compile(_HEAD + rb"(" + _FIELD + rb"(?:," + _FIELD + rb")*) -?[0-9]{1,19}\n")


def parse(text: bytes, precision: str = "ns", template: Template = "field") -> Batch:
    """All samples of a text. Raises IngestError that names line and column of what is wrong."""
    if template == "field" and (batch := _alike(text, precision)) is not None:
        return batch
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


def _alike(text: bytes, precision: str) -> Batch | None:
    """The samples of lines that all have the same fields, as plain numbers, and times: all at once,
    which takes an eighth of the time. None where they are otherwise."""
    text = text if text.endswith(b"\n") else text + b"\n"
    first = _PLAIN.match(text)
    if first is None or not _is_utf8(text):
        return None
    fields = tuple(each.partition(b"=")[0] for each in first[1].split(b","))
    if len(fields) > MOST_ALIKE or len(set(fields)) < len(fields):
        return None
    rows = _pattern(fields).findall(text)
    if len(rows) != text.count(b"\n") or len(fields) * len(rows) > MOST_VALUES:
        return None
    names = [field.decode() for field in fields]
    order = sorted(range(len(names)), key=names.__getitem__)
    for place in order:
        check_name(names[place], 1)
    *columns, told = zip(*rows, strict=True)
    unit, stamps = PRECISIONS[precision], [int(stamp) for stamp in told]
    if max(map(abs, stamps)) >= LATEST:  # the library refuses it
        return None
    return Batch(
        tuple(names[place] for place in order),
        np.array([np.array(columns[place]).astype(np.float64) for place in order]),
        np.array([_seconds(stamp, unit) for stamp in stamps], np.float64),
        lines=np.arange(1, len(rows) + 1),
    )


@lru_cache(maxsize=64)
def _pattern(fields: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """What finds the values and the time of each line that has just these fields."""
    values = b",".join(re.escape(field) + b"=" + _NUMBER for field in fields)
    return re.compile(_HEAD + values + rb" (-?[0-9]{1,19})\n")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


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
    return stamp / PER_SECOND[precision]
