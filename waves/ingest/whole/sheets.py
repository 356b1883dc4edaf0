"""Files of others as columns, read a part at a time, as often as they are asked."""

from __future__ import annotations

import abc
import gzip
import mmap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.ingest import csv_file, files, parquet, wav
from waves.ingest.csv_text import FINER, TIME, names_and_units, separator_of
from waves.ingest.table import SCALES, Column, Series, named
from waves.ingest.whole.reading import rows_at_once

_GZIP = b"\x1f\x8b"
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
#: What numpy calls unix nanoseconds.
MOMENT = np.dtype("M8[ns]")


class Sheet(abc.ABC):
    """A file as columns. ``rate`` in Hz is what the file says itself (0: nothing).

    A column of a part is float, int, or ``M8[ns]`` where it holds moments.
    """

    rate: float = 0.0
    columns: Sequence[Column]

    @abc.abstractmethod
    def parts(self) -> Iterator[list[NDArray[Any]]]:
        """All columns, some rows at a time. Raises IngestError."""

    def states(self) -> Sequence[Mapping[int, str]]:
        """The names of each column's values: all of them once every part was read."""
        return [column.states for column in self.columns]


class TableSheet(Sheet):
    """A file that is held in memory as a whole: NPY, and NPZ of others."""

    def __init__(self, path: Path) -> None:
        self._table = files.parse(path.read_bytes())
        self.rate, self.columns = self._table.layout.rate, self._table.layout.columns

    def parts(self) -> Iterator[list[NDArray[Any]]]:
        """Parts of the table."""
        size = rows_at_once(len(self.columns))
        for at in range(0, self._table.layout.n, size):
            yield [values[at : at + size] for values in self._table.values]


class WavSheet(Sheet):
    """WAV, mapped into memory and read a part at a time."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._sound = wav.sound_of(self._map)
        self.rate = float(self._sound.rate)
        self.columns = [Column(name=name, kind=self._sound.kind) for name in self._sound.names]

    def parts(self) -> Iterator[list[NDArray[Any]]]:
        """Parts of the sound."""
        size = rows_at_once(len(self.columns))
        for at in range(0, self._sound.n, size):
            yield list(self._sound.values(at, min(size, self._sound.n - at)).T)


class ParquetSheet(Sheet):
    """Parquet of others. Texts are states."""

    def __init__(self, path: Path) -> None:
        import pyarrow
        from pyarrow import parquet as reader

        self._error = pyarrow.ArrowException
        self._file = reader.ParquetFile(path)
        schema = self._file.schema_arrow
        self._columns = [
            parquet.ColumnReader(name, kind, place)
            for place, (name, kind) in enumerate(zip(schema.names, schema.types, strict=True))
        ]
        self.columns = [_unnamed(each.name) for each in self._columns]

    def parts(self) -> Iterator[list[NDArray[Any]]]:
        """Batches of rows."""
        try:
            for batch in self._file.iter_batches(rows_at_once(len(self.columns))):
                columns = zip(self._columns, batch.columns, strict=True)
                yield [each.values(column) for each, column in columns]
        except (self._error, OSError) as error:
            first = str(error).partition("\n")[0]
            raise IngestError(f"This Parquet file cannot be read: {first[:200]}") from None

    def states(self) -> Sequence[Mapping[int, str]]:
        """Texts by their code."""
        return [each.states for each in self._columns]


class CsvSheet(Sheet):
    """CSV, which may be compressed with gzip. Times are read as decimals, so to the nanosecond."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._text("ignore") as text:
            self._separator = separator_of(text.read(csv_file.FIRST))
        with self._text() as text:
            headings, first = self._headings(self._pieces(text))
            width = len(first.rows[0])
        self._names, units = names_and_units(headings, width)
        self.columns = [
            Column(name=name.strip(), unit=units.get(name, "")[:16]) for name in self._names
        ]
        self._cells: list[Any] = []

    @contextmanager
    def _text(self, errors: str = "strict") -> Iterator[TextIO]:
        with self._path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
        how: dict[str, Any] = {"encoding": "utf-8-sig", "errors": errors, "newline": ""}
        if packed:
            with gzip.open(self._path, "rt", **how) as text:
                yield text
            return
        with self._path.open("r", **how) as text:
            yield text

    def _pieces(self, text: TextIO) -> Iterator[csv_file.Piece]:
        return csv_file.pieces_of(text, self._separator)

    def _headings(self, pieces: Iterator[csv_file.Piece]) -> tuple[list[list[str]], csv_file.Piece]:
        return csv_file.headings(pieces, self._separator != ",")

    def parts(self) -> Iterator[list[NDArray[Any]]]:
        """Rows, some at a time."""
        comma = self._separator != ","
        self._cells = [
            Moments(column, k + 1, comma)
            if TIME.fullmatch(column.name)
            else csv_file.Cells(column.name, k + 1, comma)
            for k, column in enumerate(self.columns)
        ]
        size = rows_at_once(len(self.columns))
        with self._text() as text:
            pieces = self._pieces(text)
            _, first = self._headings(pieces)
            rows = 0
            for piece in chain([first], pieces):
                piece.check(len(self.columns))
                for cells, values in zip(self._cells, zip(*piece.rows, strict=True), strict=True):
                    cells.take(values, piece.lines)
                rows += len(piece.rows)
                if rows >= size:
                    yield [cells.taken() for cells in self._cells]
                    rows = 0
            if rows:
                yield [cells.taken() for cells in self._cells]

    def states(self) -> Sequence[Mapping[int, str]]:
        """Texts by their code."""
        return [cells.states for cells in self._cells]


@dataclass(slots=True)
class Moments:
    """A column of times in CSV: ISO 8601, or a number in the unit that it names, else in that which
    its size tells."""

    column: Column
    place: int
    comma: bool
    states: Mapping[int, str] = field(default_factory=dict)
    _scale: Decimal | None = None
    _values: list[int] = field(default_factory=list)

    def take(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        """The next cells. Raises IngestError."""
        for cell, line in zip(cells, lines, strict=True):
            try:
                self._values.append(self._moment(cell.strip()))
            except (ValueError, OverflowError, InvalidOperation):
                raise IngestError(
                    f"{cell.strip()[:40]!r} is no time: unix seconds, or ISO 8601 such as "
                    "2026-11-27T16:00:00.5Z.",
                    line=line,
                    column=self.place,
                ) from None

    def _moment(self, cell: str) -> int:
        try:
            number = Decimal(cell.replace(",", ".") if self.comma else cell)
        except InvalidOperation:
            moment = datetime.fromisoformat(cell)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (moment - _UNIX) // timedelta(microseconds=1) * 1000
        if self._scale is None:
            self._scale = _scale(self.column.unit, abs(float(number)))
        return round(number * self._scale)

    def taken(self) -> NDArray[Any]:
        """What was taken since the last time."""
        values, self._values = self._values, []
        try:
            return np.array(values, np.int64).view(MOMENT)
        except OverflowError:
            raise IngestError("A time is not within 292 years of 1970.") from None


def _scale(unit: str, size: float) -> Decimal:
    """Nanoseconds in one of a column of times."""
    seconds = SCALES.get(unit.partition(" ")[0])
    if seconds is None:
        seconds = 1.0 / next((finer for least, finer in FINER if size >= least), 1.0)
    return Decimal(round(seconds * 1e9))


def moments(column: Column, values: NDArray[Any]) -> NDArray[np.int64]:
    """A column of times as nanoseconds since 1970, or since its own begin. Raises IngestError."""
    if values.dtype.kind == "M":
        if np.isnat(values).any():
            raise IngestError("A time is missing.")
        return np.array(values.astype(MOMENT), np.int64)
    if not np.isfinite(values).all():
        raise IngestError("A time is missing.")
    if column.dates:
        scale = 1_000_000_000
    else:
        scale = int(_scale(column.unit, float(np.abs(values).max(initial=0.0))))
    if values.dtype.kind in "iu":
        return values.astype(np.int64) * scale
    whole = np.floor(values)
    if not (np.abs(whole) * scale < 2.0**63).all():
        raise IngestError("A time is not within 292 years of 1970.")
    found: NDArray[np.int64] = np.rint((values - whole) * scale).astype(np.int64)
    found += whole.astype(np.int64) * scale
    return found


def _unnamed(name: str) -> Column:
    return named(Series(name, np.zeros(1)))
