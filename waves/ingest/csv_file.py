"""A table of text as a whole file: read a piece at a time, and held as numbers.

How separators, headings and numbers are told is as in ``waves.ingest.csv_text``.
"""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NoReturn

import numpy as np

from waves.exceptions import IngestError
from waves.ingest.csv_text import (
    MOST_HEADINGS,
    TIME,
    names_and_units,
    number_in,
    separator_of,
)
from waves.ingest.states import Names
from waves.ingest.table import Floats, Series, Table, check_size, table_of

#: Rows that are made numbers at a time: a few milliseconds.
PIECE = 4096
#: The longest line whose separator is looked for.
FIRST = 64 * 1024

Row = tuple[int, list[str]]


def parse(data: bytes) -> Table:
    """The columns of a table. Raises IngestError with line and column, TooMuchError."""
    separator = separator_of(_text(data[:FIRST], "ignore").read())
    comma = separator != ","
    rows = _rows(data, separator)
    headings, first = _headings(rows, comma)
    width = len(first[1])
    names, units = names_and_units(headings, width)
    check_size(1, width)
    columns = [_Cells(name, k + 1, comma) for k, name in enumerate(names)]
    lines = array("i")
    for piece in _pieces(first, rows, width):
        lines.extend(line for line, _ in piece)
        check_size(len(lines), width)
        cells = zip(*(row for _, row in piece), strict=True)
        for column, values in zip(columns, cells, strict=True):
            column.take(values, lines[-len(piece) :])
    series = [column.series(units.get(column.name, "")) for column in columns]
    return table_of(series, lines=lines)


def _text(data: bytes, errors: str = "strict") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", errors, newline="")


def _rows(data: bytes, separator: str) -> Iterator[Row]:
    """The rows that hold something, each with its line."""
    reader = csv.reader(_text(data), delimiter=separator, strict=True)
    try:
        for row in reader:
            if any(row) and any(map(str.strip, row)):
                yield reader.line_num, row
    except csv.Error as error:
        raise IngestError(f"This is no CSV: {error}.", line=reader.line_num) from None
    except UnicodeDecodeError:
        line = _first_undecodable(data)
        raise IngestError("This is no UTF-8: save it as CSV UTF-8.", line=line) from None


def _first_undecodable(data: bytes) -> int:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 0


def _headings(rows: Iterator[Row], comma: bool) -> tuple[list[list[str]], Row]:
    """The rows above the first that holds a number or a date, and that one."""
    headings: list[list[str]] = []
    for line, cells in rows:
        if any(map(str.strip, cells)) and _holds_something(cells, comma):
            return headings, (line, cells)
        headings.append(cells)
        if len(headings) > MOST_HEADINGS:
            break
    raise IngestError("There is no row of numbers in this file.")


def _holds_something(cells: list[str], comma: bool) -> bool:
    return any(
        cell.strip() and (number_in(cell, comma) is not None or _date(cell) is not None)
        for cell in cells
    )


def _pieces(first: Row, rows: Iterator[Row], width: int) -> Iterator[list[Row]]:
    """Rows of the same width, some at a time."""
    piece = [first]
    for line, cells in rows:
        if len(cells) != width:
            raise IngestError(f"There are {len(cells)} cells, not {width} as above.", line=line)
        piece.append((line, cells))
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _date(cell: str) -> float | None:
    """Unix seconds of a date in ISO 8601, without a zone as in UTC; None where it is none."""
    try:
        moment = datetime.fromisoformat(cell.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


class _Cells:
    """One column. What its first filled cell holds all others hold: a number, a date, or a text."""

    def __init__(self, name: str, place: int, comma: bool) -> None:
        self.name = name
        self._place = place
        self._comma = comma
        self._kind = ""
        self._names = Names(place)
        self._values: list[Floats] = []

    def take(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """The next cells, and the lines in which they stand. Raises IngestError."""
        if self._kind == "number":
            try:
                self._values.append(np.array([float(cell) for cell in cells]))
                return
            except ValueError:
                pass  # a gap, a decimal comma, or what is wrong
        values = [self._value(cell, line) for cell, line in zip(cells, lines, strict=True)]
        self._values.append(np.array(values))

    def series(self, unit: str) -> Series:
        """All of it."""
        values = np.concatenate(self._values)
        return Series(self.name, values, self._names.states, self._kind == "date", unit)

    def _value(self, cell: str, line: int) -> float:
        value = number_in(cell, self._comma)
        if value is not None and math.isnan(value):
            return value
        self._kind = self._kind or self._kind_of(cell, value, line)
        if self._kind == "text":
            return self._names.code(cell, line)
        if self._kind == "date":
            value = _date(cell)
        if value is None:
            self._refuse(cell, line)
        return value

    def _kind_of(self, cell: str, value: float | None, line: int) -> str:
        if value is not None:
            return "number"
        if _date(cell) is not None:
            return "date"
        if TIME.fullmatch(self.name):
            self._kind = "date"
            self._refuse(cell, line)
        return "text"

    def _refuse(self, cell: str, line: int) -> NoReturn:
        what = "a date, such as 2026-11-27T16:00:00.5Z" if self._kind == "date" else "a number"
        raise IngestError(
            f"{cell.strip()[:40]!r} is not {what}.", line=line, column=self._place
        ) from None
