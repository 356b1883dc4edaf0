"""JSON: one object, a list of objects, or an object a line.

An object is ``{"t": …, "signals": {"inlet": 60.1}}``, or plainly ``{"inlet": 60.1}``. ``t`` is unix
seconds or a time by ISO 8601; without it a sample counts from its arrival. A signal may have a list
of values, as long as every other one; ``t`` is a list of as many times then, or is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
import orjson

from waves.exceptions import IngestError
from waves.ingest.batch import MOST_SIGNALS, MOST_VALUES, Batch, Rows, check_name, number
from waves.ingest.readings import Reading

EXPECTED = (
    'Expected is {"t": 1700000000.5, "signals": {"inlet": 60.1}}, or plainly {"inlet": 60.1}.'
)

_NESTED = {dict, list}
_Row = tuple[float | None, Mapping[str, Any]]


def parse(text: bytes) -> Batch:
    """The samples of an object or of a list. Raises IngestError."""
    return batch_of(loaded(text))


def parse_lines(text: bytes) -> Batch:
    """The samples of an object a line (NDJSON). Raises IngestError."""
    rows = Rows()
    for line, one in enumerate(text.split(b"\n"), start=1):
        if not one.strip():
            continue
        for time, fields in _rows(loaded(one, line), line):
            rows.add(time, fields, line)
    return rows.batch()


def batch_of(value: Any) -> Batch:
    """The samples of what was parsed already. Raises IngestError."""
    if isinstance(value, dict):
        t, signals = _parts(value, 0)
        if any(isinstance(each, list) for each in signals.values()):
            return _columns(t, signals)
    rows = Rows()
    for time, fields in _rows(value, 0):
        rows.add(time, fields)
    return rows.batch()


def readings(value: Any, line: int = 0) -> list[Reading]:
    """The samples of what was parsed already, one by one. Raises IngestError."""
    if isinstance(value, dict):
        t, signals = _parts(value, line)
        if any(isinstance(each, list) for each in signals.values()):
            return _one_by_one(_columns(t, signals))
        rows = [_row(t, signals, line)]
    else:
        rows = [*_rows(value, line)]
    return [
        Reading(time, {name: _value(name, each, line) for name, each in fields.items()})
        for time, fields in rows
        if fields
    ]


def _value(name: str, value: Any, line: int) -> float | str:
    return value if isinstance(value, float | str) else number(value, name, line)


def _one_by_one(batch: Batch) -> list[Reading]:
    columns = [
        [batch.texts.get(name, {}).get(at, value) for at, value in enumerate(values.tolist())]
        for name, values in zip(batch.names, batch.values, strict=True)
    ]
    times = [None] * batch.n if batch.times is None else batch.times.tolist()
    rows = zip(times, *columns, strict=True)
    return [Reading(time, dict(zip(batch.names, row, strict=True))) for time, *row in rows]


def loaded(text: bytes, line: int = 0) -> Any:
    """What a text says. Raises IngestError that names line and column."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        where = {"line": line or error.lineno, "column": error.colno}
        raise IngestError(f"This is no JSON ({error.msg}). {EXPECTED}", **where) from None


def seconds(value: Any, line: int = 0) -> float:
    """Unix seconds of a number, or of a text by ISO 8601. Raises IngestError."""
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError):
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise IngestError(
            "A time is unix seconds, such as 1700000000.5, or ISO 8601, such as "
            "2026-11-27T16:00:00.5Z.",
            line=line,
        )
    time = number(value, "The time", line)
    if not math.isfinite(time):
        raise IngestError("A time is a finite number.", line=line)
    return time


def _parts(value: Mapping[str, Any], line: int) -> tuple[Any, Mapping[str, Any]]:
    """The time, or None, and the signals."""
    if "signals" in value:
        signals = value["signals"]
        if len(value) > 1 + ("t" in value) or not isinstance(signals, dict):
            others = sorted(set(value) - {"t", "signals"})
            raise IngestError(
                f"There is {', '.join(others)[:80] or 'no object'} beside t and "
                f"signals. {EXPECTED}",
                line=line,
            )
        return value.get("t"), signals
    if "t" not in value:
        return None, value
    return value["t"], {name: each for name, each in value.items() if name != "t"}


def _rows(value: Any, line: int) -> Iterator[_Row]:
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            raise IngestError(f"{str(one)[:40]!r} is no object. {EXPECTED}", line=line)
        yield _row(*_parts(one, line), line)


def _row(t: Any, signals: Mapping[str, Any], line: int) -> _Row:
    """Time, or None, and signals of one sample. Raises IngestError."""
    if signals and not _NESTED.isdisjoint(map(type, signals.values())):
        raise IngestError(
            "A signal has a number, a text, true, false or null here; lists stand in one "
            "object alone.",
            line=line,
        )
    return None if t is None else seconds(t, line), signals


def _columns(t: Any, signals: Mapping[str, Any]) -> Batch:
    lengths = {len(each) if isinstance(each, list) else -1 for each in signals.values()}
    if len(lengths) > 1 or -1 in lengths:
        raise IngestError("Every signal has a list of as many values as the others, or none has.")
    n = lengths.pop()
    if not n or n * len(signals) > MOST_VALUES or len(signals) > MOST_SIGNALS:
        raise IngestError(
            f"A request has 1 to {MOST_VALUES:,} values, of {MOST_SIGNALS} signals at most."
        )
    if t is not None and (not isinstance(t, list) or len(t) != n):
        raise IngestError(f"t is a list of {n} times, as long as those of the signals.")
    texts: dict[str, dict[int, str]] = {}
    values = np.empty((len(signals), n))
    for place, (name, column) in enumerate(signals.items()):
        check_name(name)
        values[place] = _column(name, column, texts)
    times = None if t is None else np.array([seconds(each) for each in t])
    return Batch(tuple(signals), values, times, texts)


def _column(name: str, column: list[Any], texts: dict[str, dict[int, str]]) -> list[float]:
    if all(type(each) is float for each in column):
        return column
    found = {at: each for at, each in enumerate(column) if isinstance(each, str)}
    if found:
        texts[name] = found
    return [math.nan if isinstance(each, str) else number(each, name) for each in column]
