"""A table of text as a whole file: read a piece at a time, and held as numbers.

How separators, headings and numbers are told is as in ``waves.ingest.csv_text``.
"""

from __future__ import annotations

import csv
import io
import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import NoReturn, TextIO

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

#: Rows that are made numbers at a time: few enough to stay in the cache of a core.
PIECE = 512
#: The longest line whose separator is looked for.
FIRST = 64 * 1024
NO_UTF8 = "This is no UTF-8: save it as CSV UTF-8."


def parse(data: bytes) -> Table:
    """The columns of a table. Raises IngestError with line and column, TooMuchError."""
    separator = separator_of(_text(data[:FIRST], "ignore").read())
    comma = separator != ","
    pieces = _pieces(data, separator)
    above, first = headings(pieces, comma)
    width = len(first.rows[0])
    names, units = names_and_units(above, width)
    check_size(1, width)
    columns = [Cells(name, k + 1, comma) for k, name in enumerate(names)]
    lines = array("i")
    for piece in chain([first], pieces):
        piece.check(width)
        lines.extend(piece.lines)
        check_size(len(lines), width)
        cells = zip(*piece.rows, strict=True)
        for column, values in zip(columns, cells, strict=True):
            column.take(values, piece.lines)
    series = [column.series(units.get(column.name, "")) for column in columns]
    return table_of(series, lines=lines)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows that hold something, and the line of each."""

    lines: Sequence[int]
    rows: Sequence[list[str]]

    def since(self, at: int) -> Piece:
        """The rows from one of them on."""
        return Piece(self.lines[at:], self.rows[at:])

    def check(self, width: int) -> None:
        """Raise IngestError where a row has another width."""
        if set(map(len, self.rows)) == {width}:
            return
        for line, cells in zip(self.lines, self.rows, strict=True):
            if len(cells) != width:
                raise IngestError(f"There are {len(cells)} cells, not {width} as above.", line=line)


def _text(data: bytes, errors: str = "strict") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", errors, newline="")


def _pieces(data: bytes, separator: str) -> Iterator[Piece]:
    """The rows that hold something, some at a time."""
    try:
        yield from pieces_of(_text(data), separator)
    except UnicodeDecodeError:
        line = _first_undecodable(data)
        raise IngestError(NO_UTF8, line=line) from None


def pieces_of(text: TextIO, separator: str) -> Iterator[Piece]:
    """The rows of a text that hold something, some at a time. Raises IngestError."""
    reader = csv.reader(text, delimiter=separator, strict=True)
    try:
        while numbered := [(reader.line_num, row) for row in islice(reader, PIECE)]:
            piece = Piece(*zip(*numbered, strict=True))
            if not all(map(any, piece.rows)) or set(map(len, piece.rows)) != {len(piece.rows[0])}:
                piece = _filled(piece)
            if piece.rows:
                yield piece
    except csv.Error as error:
        raise IngestError(f"This is no CSV: {error}.", line=reader.line_num) from None


def _filled(piece: Piece) -> Piece:
    """Without the rows of blanks only."""
    kept = [k for k, cells in enumerate(piece.rows) if any(map(str.strip, cells))]
    return Piece([piece.lines[k] for k in kept], [piece.rows[k] for k in kept])


def _first_undecodable(data: bytes) -> int:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 0


def headings(pieces: Iterator[Piece], comma: bool) -> tuple[list[list[str]], Piece]:
    """The rows above the first that holds a number or a date, and the rows from that one on."""
    piece = next(pieces, Piece([], []))
    for at, cells in enumerate(piece.rows[: MOST_HEADINGS + 1]):
        if _holds_something(cells, comma):
            return list(piece.rows[:at]), piece.since(at)
    raise IngestError("There is no row of numbers in this file.")


def _holds_something(cells: list[str], comma: bool) -> bool:
    return any(
        cell.strip() and (number_in(cell, comma) is not None or _date(cell) is not None)
        for cell in cells
    )


def _unix(cell: str) -> float:
    """Unix seconds of a date in ISO 8601; one without a zone counts as UTC."""
    moment = datetime.fromisoformat(cell.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _date(cell: str) -> float | None:
    """Unix seconds of a date; None where it is none."""
    try:
        return _unix(cell)
    except (ValueError, OverflowError):
        return None


#: What reads a cell of a column, by what stands in it.
_READERS: dict[str, Callable[[str], float]] = {"number": float, "date": _unix}


class Cells:
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
        if self._kind in _READERS:
            try:
                self._values.append(np.array([*map(_READERS[self._kind], cells)]))
                return
            except (ValueError, OverflowError):
                pass  # a gap, a decimal comma, or what is wrong
        values = [self._value(cell, line) for cell, line in zip(cells, lines, strict=True)]
        self._values.append(np.array(values))

    def series(self, unit: str) -> Series:
        """All of it."""
        dates = self.holds_dates
        return Series(self.name, self.taken(), self._names.states, dates, unit)

    @property
    def holds_dates(self) -> bool:
        """Whether its values are unix seconds, since dates stood there."""
        return self._kind == "date"

    @property
    def states(self) -> dict[int, str]:
        """Texts by their code."""
        return self._names.states

    def taken(self) -> Floats:
        """What was taken since the last time."""
        values, self._values = self._values, []
        return np.concatenate(values)

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
