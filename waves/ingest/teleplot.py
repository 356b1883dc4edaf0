"""Teleplot's lines: ``name[:milliseconds]:value[§unit][|flags]``, with ``;`` between points.

After a ``;`` stands a further point of the same name, or of another one: ``a:1;2`` and ``a:1;b:2``.
Of the flags ``t`` says that the value is a text, and ``xy`` that there are two: they become the
signals ``name.x`` and ``name.y``. Others say how Teleplot draws, and change nothing here.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from waves.exceptions import IngestError
from waves.ingest.readings import Found, Reading, numeric

#: Characters of a line that is remembered with its points: a megabyte of such says the same often.
SHORT = 32
EXPECTED = "A line is name:value, or name:milliseconds:value."


def parse(text: str) -> Found:
    """The points of all lines. Raises IngestError that names the line of what is none."""
    found = Found([], [])
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if line.startswith(">"):
            found.messages.append(line.partition(":")[2] or line)
        elif line:
            found.readings.extend(readings(line, number))
    return found


def readings(line: str, number: int = 0) -> Sequence[Reading]:
    """The points of one line. Raises IngestError, whose line is ``number``."""
    if len(line) <= SHORT:
        with contextlib.suppress(IngestError):
            return _of_short_line(line)
    return tuple(_points(line, number))


@lru_cache(4096)
def _of_short_line(line: str) -> Sequence[Reading]:
    return tuple(_points(line, 0))


def _points(line: str, number: int) -> Iterator[Reading]:
    body, bar, flags = line.rpartition("|")
    kinds = flags.split(",") if bar else []
    name = ""
    for part in (body if bar else line).split(";"):
        head, colon, rest = part.partition(":")
        if colon and numeric(head) is None:
            name, part = head.strip(), rest
        elif not part.strip():
            continue
        if not name:
            raise IngestError(f"{line[:40]!r} is no sample. {EXPECTED}", line=number)
        value, _, unit = part.partition("§")
        yield _reading(name, value.split(":"), unit.strip(), kinds, number)


def _reading(
    name: str, parts: Sequence[str], unit: str, kinds: Sequence[str], number: int
) -> Reading:
    if "xy" in kinds and len(parts) > 1:
        values = {f"{name}.{axis}": _number(parts[k], number) for k, axis in enumerate("xy")}
        time = _seconds(parts[2], number) if len(parts) > 2 else None
        return Reading(time, values, dict.fromkeys(values, unit) if unit else {})
    time = None
    if len(parts) > 1 and not ("t" in kinds and numeric(parts[0]) is None):
        time, parts = _seconds(parts[0], number), parts[1:]
    text = ":".join(parts)
    value = text.strip() if "t" in kinds else _number(text, number)
    return Reading(time, {name: value}, {name: unit} if unit else {})


def _number(text: str, line: int) -> float:
    value = numeric(text)
    if value is None:
        raise IngestError(f"{text[:40]!r} is no number. {EXPECTED}", line=line)
    return value


def _seconds(text: str, line: int) -> float:
    time = _number(text, line) / 1000
    if not math.isfinite(time):
        raise IngestError(f"{text[:40]!r} is no time. {EXPECTED}", line=line)
    return time
