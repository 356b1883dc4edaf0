"""CSV as spreadsheets and instruments write it.

The separator is a semicolon, a tab or a comma, whatever the first line has; beside the first two a
number may have a decimal comma. Rows without a number at the top are headings: names, then units,
which may also stand in brackets behind a name. A column called ``t``, ``time``, ``timestamp`` or
``date`` holds times: unix seconds (milliseconds and finer are told by their size), or ISO 8601.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.ingest.batch import LONGEST_TEXT, MOST_SIGNALS, MOST_VALUES, Batch, check_name

SEPARATORS = (";", "\t", ",")
TIME = re.compile(r"(t|time|timestamp|date|datetime|date ?time|zeit)", re.IGNORECASE)
NAME_AND_UNIT = re.compile(r"(.*?)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])\s*")
#: Rows that may stand above the numbers.
MOST_HEADINGS = 10
#: A number this large is no unix seconds but milliseconds, microseconds, nanoseconds.
FINER = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
NOTHING = ("", "nan", "null", "none", "-", "n/a")


def parse(text: bytes) -> Batch:
    """The samples of a table. Raises IngestError that names line and column."""
    table = _Table(text)
    headings: list[list[str]] = []
    cells: list[str] = []
    lines: list[int] = []
    width = 0
    for row in table.rows():
        if not width:
            if len(headings) < MOST_HEADINGS and table.is_heading(row):
                headings.append(row)
                continue
            width = len(row)
        if len(row) != width:
            message = f"There are {len(row)} cells, not {width} as above."
            raise IngestError(message, line=table.line)
        cells += row
        lines.append(table.line)
        if width > MOST_SIGNALS or len(cells) > MOST_VALUES:
            raise IngestError(
                f"A table has at most {MOST_SIGNALS} columns and {MOST_VALUES:,} cells: send fewer."
            )
    if not width:
        raise IngestError("There is no row of numbers in this.")
    names, units = names_and_units(headings, width)
    columns = {name: cells[place::width] for place, name in enumerate(names)}
    time = next((name for name in names if TIME.fullmatch(name)), None)
    times = None if time is None else table.times(columns.pop(time), lines)
    if not columns:
        raise IngestError("There is a column of times, and none of values.")
    texts: dict[str, dict[int, str]] = {}
    values = np.empty((len(columns), len(lines)))
    for place, (name, column) in enumerate(columns.items()):
        check_name(name, 1)
        values[place] = table.numbers(name, column, texts)
    own = {name: units[name] for name in columns if name in units}
    return Batch(tuple(columns), values, times, texts, np.array(lines, np.int64), own)


class _Table:
    """Rows of cells that hold something, and how a number is written in them."""

    def __init__(self, text: bytes) -> None:
        try:
            decoded = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            raise IngestError("This is no UTF-8.", line=line) from None
        separator = separator_of(decoded)
        self.decimal_comma = separator != ","
        source = io.StringIO(decoded, newline="")
        self._reader = csv.reader(source, delimiter=separator, strict=True)

    @property
    def line(self) -> int:
        """The line that the last row ended with."""
        return self._reader.line_num

    def rows(self) -> Iterator[list[str]]:
        """One after the other. Raises IngestError where this is no CSV."""
        try:
            for row in self._reader:
                if any(row) and any(map(str.strip, row)):
                    yield row
        except csv.Error as error:
            raise IngestError(f"This is no CSV: {error}.", line=self.line) from None

    def is_heading(self, cells: list[str]) -> bool:
        """Whether no cell holds a number."""
        comma = self.decimal_comma
        return not any(cell.strip() and number_in(cell, comma) is not None for cell in cells)

    def numbers(
        self, name: str, column: list[str], texts: dict[str, dict[int, str]]
    ) -> NDArray[np.float64]:
        """The numbers of a column, NaN where a cell is empty or a text; ``texts`` gets those."""
        try:
            return np.array([float(cell) for cell in column])
        except ValueError:
            values = [number_in(cell, self.decimal_comma) for cell in column]
        places = [at for at, value in enumerate(values) if value is None]
        if places:
            texts[name] = {at: column[at].strip()[:LONGEST_TEXT] for at in places}
        return np.array(values, np.float64)  # None becomes NaN

    def times(self, column: list[str], lines: list[int]) -> NDArray[np.float64]:
        """Unix seconds. Raises IngestError where a cell holds none."""
        times = np.array([self._time(cell, line) for cell, line in zip(column, lines, strict=True)])
        size = float(np.abs(times).max())
        return times / next((unit for least, unit in FINER if size >= least), 1.0)

    def _time(self, cell: str, line: int) -> float:
        value = number_in(cell, self.decimal_comma)
        if value is None:
            try:
                value = datetime.fromisoformat(cell.strip()).timestamp()
            except (ValueError, OverflowError):
                value = math.nan
        if not math.isfinite(value):
            raise IngestError(
                f"{cell[:40]!r} is no time: unix seconds, or ISO 8601 such as "
                "2026-11-27T16:00:00.5Z.",
                line=line,
            )
        return value


def separator_of(text: str) -> str:
    """What parts the cells of the first line that holds something."""
    first = text.lstrip().partition("\n")[0]
    return next((each for each in SEPARATORS if each in first), ",")


@lru_cache(4096)
def number_in(cell: str, comma: bool) -> float | None:
    """The number that a cell holds, NaN where it is empty; None where it is a text. With ``comma``
    it may have a decimal comma."""
    cell = cell.strip()
    if cell.lower() in NOTHING:
        return math.nan
    try:
        return float(cell.replace(",", ".") if comma else cell)
    except ValueError:
        return None


def names_and_units(headings: list[list[str]], width: int) -> tuple[list[str], dict[str, str]]:
    """The names of the columns, and the units of those that have one."""
    fitting = [[cell.strip() for cell in cells] for cells in headings if len(cells) == width]
    if not fitting:
        return (["value"] if width == 1 else [str(k + 1) for k in range(width)]), {}
    names: list[str] = []
    units: dict[str, str] = {}
    for place, heading in enumerate(fitting[0]):
        found = NAME_AND_UNIT.fullmatch(heading)
        name = found[1] if found and found[1] else heading or str(place + 1)
        unit = (found[2] or found[3] or "") if found else ""
        if not unit and len(fitting) > 1:
            unit = fitting[1][place].strip("()[]")
        if name in names:
            raise IngestError(f"Two columns are called {name[:40]!r}.", line=1, column=place + 1)
        names.append(name)
        if unit:
            units[name] = unit
    return names, units
