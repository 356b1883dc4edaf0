"""What a file holds, whatever its format: named columns of numbers, and which can be times."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from waves.exceptions import IngestError, SourceError, TooMuchError
from waves.ingest.batch import MOST_SIGNALS, check_name
from waves.ingest.csv_text import FINER, NAME_AND_UNIT, TIME
from waves.protocol.plaintext import one_line

Numbers = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]

#: What a file may become, as text or as numbers. A worker holds it in memory for as long as it is
#: replayed, and a database writes it in about a second.
MOST_BYTES = 128 * 1024 * 1024
#: Times that are this part of a period off are still equally spaced: unix seconds of a fast stream
#: are as coarse as that.
EVEN = 0.1
#: A file that we exported may have corrections of the wall clock: one interval in so many, each
#: by so many seconds.
CORRECTED_IN, CORRECTION_SECONDS = 100, 0.01
#: Seconds between samples, at least: a picosecond.
LEAST_PERIOD = 1e-12
#: The heading of the first column of what we export: the index of the sample.
INDEX = "sample"
#: Before it, in what has more than one epoch.
EPOCH = "epoch"
#: Seconds in what may stand in brackets behind the name of a column of times.
SCALES = {
    "s": 1.0,
    "sec": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "μs": 1e-6,
    "ns": 1e-9,
    "min": 60.0,
    "h": 3600.0,
}
UNIT = 16
LONGEST_KEY = 50


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A column as a parser found it: ``values`` are float32 or float64 ``[n]``.

    ``dates`` says that these are unix seconds, since dates stood there.
    """

    name: str
    values: Numbers
    states: Mapping[int, str] = field(default_factory=dict)
    dates: bool = False
    unit: str = ""


class Timing(BaseModel):
    """A column as the times of samples: their mean rate in Hz, and whether they are equally spaced.

    ``problem`` says why it cannot be that; ``rate`` is 0 where there is one sample only.
    """

    model_config = ConfigDict(frozen=True)

    rate: float = 0.0
    even: bool = False
    problem: str = ""


class Column(BaseModel):
    """What is known of a column without its values."""

    model_config = ConfigDict(frozen=True)

    name: str
    unit: str = ""
    states: dict[int, str] = {}
    dates: bool = False
    kind: Literal["float32", "float64"] = "float64"
    timing: Timing = Timing()


class Layout(BaseModel):
    """What is known of a table without its values: this stands beside them in the database.

    ``n`` is the number of samples, ``rate`` in Hz what the file itself says (0: nothing).
    """

    model_config = ConfigDict(frozen=True)

    columns: tuple[Column, ...]
    n: int
    rate: float = 0.0

    @classmethod
    def of(cls, stored: object) -> Self:
        """What was stored. Raises SourceError where that is no layout."""
        try:
            return cls.model_validate(stored)
        except ValidationError:
            raise SourceError("The stored file cannot be read: upload it again.") from None

    @property
    def bytes(self) -> int:
        """The size of all values."""
        return sum(self.n * np.dtype(column.kind).itemsize for column in self.columns)

    def time_column(self, asked: str = "") -> int | None:
        """The place of the times: the column that is asked for, else the first that is called so,
        else the first of dates. Raises IngestError where the one asked for is not there."""
        names = [column.name for column in self.columns]
        if asked:
            if asked in names:
                return names.index(asked)
            there = ", ".join(names)
            raise IngestError(f"There is no column “{asked}” in this file; it has: {there[:300]}.")
        named = (k for k, name in enumerate(names) if TIME.fullmatch(name))
        dated = (k for k, column in enumerate(self.columns) if column.dates)
        return next(named, next(dated, None))

    def signals(self, time: int | None) -> list[int]:
        """The places of the signals: all columns but the times, and our positions beside them."""
        beside = self.positions(time)
        return [k for k in range(len(self.columns)) if k not in (time, *beside)]

    def positions(self, time: int | None) -> list[int]:
        """The places of the sample index, or of epoch and index, where they stand beside times."""
        return positions([column.name for column in self.columns], time)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A layout with the values of its columns, ``[n]`` each."""

    layout: Layout
    values: tuple[Numbers, ...]

    @classmethod
    def of(cls, layout: Layout, data: bytes | bytearray) -> Self:
        """The table whose columns stand one after another in ``data``. Raises SourceError."""
        if len(data) != layout.bytes:
            raise SourceError("The stored file is not whole: upload it again.")
        values, at = [], 0
        for column in layout.columns:
            dtype = np.dtype(column.kind).newbyteorder("<")
            values.append(np.frombuffer(data, dtype, layout.n, at))
            at += layout.n * dtype.itemsize
        return cls(layout, tuple(values))

    def seconds(self, place: int) -> Floats:
        """The times of a column, in seconds after the first."""
        return seconds(self.layout.columns[place], self.values[place])


def seconds(column: Column, values: Numbers) -> Floats:
    """Seconds after the first value of a column of times, by its unit or, without, by its size."""
    times: Floats = values.astype(np.float64)
    word = column.unit.partition(" ")[0]
    scale = SCALES.get(word)
    if scale is None:
        size = float(np.abs(times).max(initial=0.0))
        scale = 1.0 / next((unit for least, unit in FINER if size >= least), 1.0)
    times -= times[0]
    times *= scale
    return times


def table_of(
    series: Sequence[Series], rate: float = 0.0, lines: Sequence[int] | None = None
) -> Table:
    """A table of what a parser found; ``lines`` are those of the samples, to name one.

    Raises IngestError where it cannot be one, TooMuchError where it is too large.
    """
    n = len(series[0].values) if series else 0
    if not n:
        raise IngestError("There is no sample in this file.")
    check_size(n, len(series))
    columns_named = [named(each) for each in series]
    for place, column in enumerate(columns_named):
        check_name(column.name)
        if column.name in [other.name for other in columns_named[:place]]:
            raise IngestError(f"Two columns are called {column.name[:40]!r}.", column=place + 1)
    columns = []
    for place, column in enumerate(columns_named):
        index = _index_before(columns_named, series, place)
        with np.errstate(all="ignore"):  # infinities, and what no number of seconds is
            timing = timing_of(seconds(column, series[place].values), index, lines)
        columns.append(column.model_copy(update={"timing": timing}))
    values = tuple(np.ascontiguousarray(each.values) for each in series)
    return Table(Layout(columns=tuple(columns), n=n, rate=rate), values)


def check_size(n: int, columns: int, bytes_each: int = 8) -> None:
    """Raise TooMuchError or IngestError where a table of this size is not taken."""
    if columns > MOST_SIGNALS:
        raise IngestError(f"There are {columns} columns: a stream has at most {MOST_SIGNALS}.")
    if n * columns * bytes_each > MOST_BYTES:
        raise TooMuchError(
            f"The numbers of this file take more than {MOST_BYTES // 2**20} MiB: replay a part."
        )


def named(series: Series) -> Column:
    """Its name without a unit in brackets behind it."""
    found = None if series.unit else NAME_AND_UNIT.fullmatch(series.name)
    name, unit = series.name, series.unit
    if found and found[1]:
        name, unit = found[1], found[2] or found[3] or ""
    return Column(
        name=name.strip(),
        unit=one_line(unit, UNIT),
        states=dict(series.states),
        dates=series.dates,
        kind="float32" if series.values.dtype.itemsize == 4 else "float64",
    )


def positions(names: Sequence[str], time: int | None) -> list[int]:
    """Where in what we export the sample index stands, or epoch and index; nowhere in others."""
    lower = [name.lower() for name in names]
    if time == 1 and lower[0] == INDEX:
        return [0]
    for at in (0, 1):
        if time == 2 - 2 * at and lower[at : at + 2] == [EPOCH, INDEX]:
            return [at, at + 1]
    return []


def _index_before(
    columns: Sequence[Column], series: Sequence[Series], place: int
) -> Numbers | None:
    found = positions([column.name for column in columns], place)
    return series[found[-1]].values if found else None


def timing_of(
    times: Floats, index: Numbers | None = None, lines: Sequence[int] | None = None
) -> Timing:
    """What a column is as times, in seconds after the first; ``index`` numbers the samples."""
    gaps = np.diff(times)
    wrong = np.flatnonzero(~(gaps >= 0) | ~np.isfinite(times[1:]))
    if index is not None and wrong.size and np.isfinite(times).all():
        corrected = _corrected(gaps, index)
        if corrected is not None:
            return corrected
    if wrong.size or not math.isfinite(times[0]):
        at = int(wrong[0]) + 1 if wrong.size and math.isfinite(times[0]) else 0
        what = "goes back" if math.isfinite(times[at]) and at else "is missing"
        where = f"line {lines[at]}" if lines is not None else f"sample {at + 1}"
        return Timing(problem=f"The time {what} at {where}.")
    if len(times) == 1:
        return Timing()
    period = float(times[-1]) / (len(times) - 1)
    if period < LEAST_PERIOD:
        return Timing(problem="All times are the same.")
    off = np.abs(times - period * np.arange(len(times))).max()
    if off <= EVEN * period:
        return Timing(rate=plain_rate(1.0 / period, len(times)), even=True)
    corrected = None if index is None else _corrected(gaps, index)
    return corrected or Timing(rate=1.0 / period)


def _corrected(gaps: Floats, index: Numbers) -> Timing | None:
    """Whether our own index says that nothing is missing, and but a correction of the clock
    makes the times uneven."""
    period = float(np.median(gaps))
    off = np.abs(gaps - period)
    odd = off > EVEN * period
    few = int(odd.sum()) * CORRECTED_IN <= gaps.size and off.max() <= CORRECTION_SECONDS
    if period < LEAST_PERIOD or not few or (np.diff(index) != 1).any():
        return None
    period = float(gaps[~odd].mean())
    return Timing(rate=plain_rate(1.0 / period, len(gaps) + 1), even=True)


def plain_rate(rate: float, n: int) -> float:
    """The shortest number that no sample is off by more than is even: 1000 for 999.99998."""
    for digits in range(1, 10):
        plain = float(f"{rate:.{digits}g}")
        if abs(plain / rate - 1.0) * n <= EVEN:
            return plain
    return rate


def key_of(name: str, taken: Collection[str]) -> str:
    """A key for a signal of this name, which no other has."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9_]+", "-", plain.lower()).strip("-")[:LONGEST_KEY] or "signal"
    free, number = key, 2
    while free in taken:
        free, number = f"{key}-{number}", number + 1
    return free
