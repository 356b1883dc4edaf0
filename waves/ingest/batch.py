"""A batch: the samples of one request, as a table of signals, whatever format they came in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.protocol.plaintext import is_control

#: What a field of a format may be: a number, a truth value, a text that names a state, or nothing.
Value = float | int | bool | str | None
#: Signals of one batch: a stream has as many at most.
MOST_SIGNALS = 256
#: Samples of one batch, counted for each signal.
MOST_VALUES = 4_000_000
#: Characters of the name of a signal, as in the admin.
LONGEST_NAME = 80
#: Characters of a text that names a state; the rest tells nobody anything.
LONGEST_TEXT = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Samples in the order in which they came.

    ``names`` are those of the signals, as they were sent; ``values`` are float64 ``[signals, n]``,
    NaN where a sample has no value of a signal. ``times`` are ``n`` unix seconds, NaN for one that
    has none and counts from its arrival; None where no sample has one. ``texts`` holds, by name,
    the texts that stand at places of NaN: each names a state. ``lines`` are the lines of the
    samples, to name one in an error; None where the format has none. ``units`` are by name.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    times: NDArray[np.float64] | None = None
    texts: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    lines: NDArray[np.int64] | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    #: The index of the first sample, where the writer numbers its own.
    first: int = 0

    @property
    def n(self) -> int:
        """Samples."""
        return int(self.values.shape[1])

    def rest(self, begin: int) -> Batch:
        """The samples from one on."""
        if not begin:
            return self
        texts = {
            name: {at - begin: text for at, text in found.items() if at >= begin}
            for name, found in self.texts.items()
        }
        return replace(
            self,
            values=self.values[:, begin:],
            times=None if self.times is None else self.times[begin:],
            texts={name: found for name, found in texts.items() if found},
            lines=None if self.lines is None else self.lines[begin:],
            first=self.first + begin,
        )


class Rows:
    """Makes a batch of rows that come one by one; rows of one time that follow each other join."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._times: list[float] = []
        self._lines: list[int] = []
        #: By the place of a signal: the rows that have a value of it, and these values.
        self._at: list[list[int]] = []
        self._values: list[list[float]] = []
        self._texts: dict[str, dict[int, str]] = {}
        self._count = 0

    def add(self, time: float | None, fields: Mapping[str, Value], line: int = 0) -> None:
        """Take one row, where it has any value. Raises IngestError where a field is none."""
        if not fields:
            return
        row = self._row(time, fields, line)
        for name, value in fields.items():
            place = self._places.get(name)
            if place is None:
                place = self._new(name, line)
            if isinstance(value, str):
                self._texts.setdefault(name, {})[row] = value[:LONGEST_TEXT]
            elif value is not None:
                self._at[place].append(row)
                own = value if type(value) is float else number(value, name, line)
                self._values[place].append(own)
        self._count += len(fields)
        if self._count > MOST_VALUES:
            raise IngestError(f"More than {MOST_VALUES:,} values in one request: send fewer.")

    def _row(self, time: float | None, fields: Mapping[str, Value], line: int) -> int:
        if self._times and time is not None and self._times[-1] == time:
            last = len(self._times) - 1
            if not any(self._has(name, last) for name in fields):
                return last
        self._times.append(math.nan if time is None else time)
        self._lines.append(line)
        return len(self._times) - 1

    def _has(self, name: str, row: int) -> bool:
        place = self._places.get(name)
        if place is None:
            return False
        at = self._at[place]
        return bool(at and at[-1] == row) or row in self._texts.get(name, ())

    def _new(self, name: str, line: int) -> int:
        check_name(name, line)
        if len(self._places) >= MOST_SIGNALS:
            raise IngestError(f"More than {MOST_SIGNALS} signals in one request.", line=line)
        self._at.append([])
        self._values.append([])
        return self._places.setdefault(name, len(self._places))

    def batch(self) -> Batch:
        """All rows. Raises IngestError where there is none."""
        if not self._places:
            raise IngestError("There is no sample in this.")
        if len(self._times) == 1:
            values = np.array([own or [math.nan] for own in self._values])
        else:
            values = np.full((len(self._places), len(self._times)), np.nan)
            for place, at in enumerate(self._at):
                values[place, at] = self._values[place]
        times = np.array(self._times)
        return Batch(
            tuple(self._places),
            values,
            None if np.isnan(times).all() else times,
            self._texts,
            np.array(self._lines, np.int64),
        )


@lru_cache(1024)
def _is_name(name: str) -> bool:
    return bool(name.strip()) and not any(map(is_control, name))


def check_name(name: str, line: int = 0) -> None:
    """Raise IngestError where a signal cannot be called so."""
    if len(name) > LONGEST_NAME or not _is_name(name):
        raise IngestError(
            f"{name[:LONGEST_NAME]!r} cannot be the name of a signal: it has 1 to {LONGEST_NAME} "
            "characters on one line.",
            line=line,
        )


def number(value: object, name: str, line: int = 0) -> float:
    """A number, a truth value or nothing as float64. Raises IngestError."""
    if value is None:
        return math.nan
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            pass
    raise IngestError(f"{name} is {str(value)[:40]!r}: expected is a number.", line=line)
