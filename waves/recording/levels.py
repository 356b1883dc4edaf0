"""Samples as rows, and as minima and maxima of 2^level samples: numpy, and nothing else.

A row of samples holds at most 4,096 of them, a row of columns 256, aligned by index. Each level is
16 times coarser than the one below, so that a window of any length is read from a few rows of one
level, and its newest part from at most 16 rows of each finer one: the newest columns of a coarse
level are on disk only when their row is full.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.dsp.decimation import envelope
from waves.protocol.block import Values

#: Samples of a row, and columns of one.
ROW_SAMPLES, ROW_COLUMNS = 4096, 256
#: The exponents of the strides: from 256 samples a column to 2^32, an hour at 1 MS/s.
LEVELS = (8, 12, 16, 20, 24, 28, 32)
FIRST_LEVEL, FACTOR = LEVELS[0], 16
#: Labels of one line: a step of less than this is rounding. In nanoseconds.
SAME_LABEL = 1000
#: A column's label may be off by this part of its width, before a row of columns is broken.
LABEL_PART = 0.25
NANOSECONDS = 1_000_000_000

Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Unbroken samples ``[signals, n]`` on one line of labels, from index ``first`` on.

    ``t0`` in nanoseconds since 1970; ``times`` in nanoseconds after it, on a timed clock.
    """

    first: int
    t0: int
    values: Values
    times: Times | None = None

    @property
    def n(self) -> int:
        """Samples of a signal."""
        return int(self.values.shape[1])

    @property
    def next(self) -> int:
        """Index of the first sample after these."""
        return self.first + self.n

    def part(self, first: int, last: int, dt: float) -> Samples:
        """Those of ``[first, last)``; ``dt`` in nanoseconds, 0 on a timed clock."""
        a, b = first - self.first, last - self.first
        if self.times is None:
            return Samples(first, self.label(a, dt), self.values[:, a:b])
        times = self.times[a:b]
        return Samples(first, self.t0 + int(times[0]), self.values[:, a:b], times - times[0])

    def label(self, place: int, dt: float) -> int:
        """The label of the sample at a place, from 0 on."""
        return self.t0 + (round(place * dt) if self.times is None else int(self.times[place]))

    def place(self, label: int, dt: float) -> int:
        """The place of the first one whose label is not before ``label``; n where none is."""
        if self.times is not None:
            return int(np.searchsorted(self.times, label - self.t0))
        place = min(self.n, max(0, int((label - self.t0) / dt)))
        while place > 0 and self.label(place - 1, dt) >= label:
            place -= 1
        while place < self.n and self.label(place, dt) < label:
            place += 1
        return place

    def last_label(self, dt: float) -> int:
        """The label of the last one."""
        return self.label(self.n - 1, dt)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnRow:
    """Columns of a level as they are stored: ``values`` are ``[signals, 2, n]``."""

    level: int
    first: int
    t0: int
    values: Values
    times: Times | None = None

    @property
    def n(self) -> int:
        """How many columns."""
        return int(self.values.shape[2])

    def part(self, first: int, last: int, dt: float) -> ColumnRow:
        """Those of ``[first, last)``, at least one of which is here."""
        a, b = max(0, first - self.first), min(self.n, last - self.first)
        if (a, b) == (0, self.n):
            return self
        values, column = self.values[:, :, a:b], self.first + a
        if self.times is None:
            t0 = self.t0 + round(a * dt * (1 << self.level))
            return ColumnRow(self.level, column, t0, values)
        times = self.times[a:b]
        return ColumnRow(self.level, column, self.t0 + int(times[0]), values, times - times[0])


def size_of(row: Samples | ColumnRow) -> int:
    """Bytes that its values and times take where they are stored."""
    return row.values.nbytes + (0 if row.times is None else row.times.nbytes)


def dt_of(rate: float, clock: str) -> float:
    """Nanoseconds between two samples; 0 on a timed clock."""
    return NANOSECONDS / rate if clock == "regular" else 0.0


def joined(parts: list[Samples], dt: float) -> list[Samples]:
    """Samples in as few pieces as their gaps and labels allow."""
    groups: list[list[Samples]] = []
    for part in parts:
        if groups and _follows(groups[-1], part, dt):
            groups[-1].append(part)
        else:
            groups.append([part])
    return [_concatenated(group) for group in groups]


def _follows(group: list[Samples], part: Samples, dt: float) -> bool:
    first, last = group[0], group[-1]
    if part.first != last.next:
        return False
    if part.times is not None:
        return part.t0 >= first.t0
    return abs(part.t0 - first.label(part.first - first.first, dt)) <= SAME_LABEL


def _concatenated(group: list[Samples]) -> Samples:
    first = group[0]
    if len(group) == 1:
        return first
    values = np.concatenate([part.values for part in group], axis=1)
    times = None
    if first.times is not None:
        each = [part.times + (part.t0 - first.t0) for part in group if part.times is not None]
        times = np.concatenate(each)
    return Samples(first.first, first.t0, values, times)


def split_at(samples: Samples, size: int, dt: float) -> Iterator[Samples]:
    """Samples in pieces, none of which crosses a multiple of ``size``."""
    at = samples.first
    while at < samples.next:
        end = min(samples.next, (at // size + 1) * size)
        yield samples.part(at, end, dt)
        at = end


class _Row:
    """The row of columns of a level that is being filled: columns ``[base, base + 256)``."""

    def __init__(self, level: int, signals: int, dtype: np.dtype[Any], dt: float) -> None:
        self.level = level
        self.dt = dt
        self.base = -1
        self._values = np.full((signals, 2, ROW_COLUMNS), np.nan, dtype)
        self._times = np.zeros(ROW_COLUMNS, np.int64)
        self._there = np.zeros(ROW_COLUMNS, bool)
        #: Columns before this place stand in a row already.
        self._from = 0
        #: Column and label from which the others follow.
        self._line: tuple[int, int] | None = None

    def open(self, column: int) -> None:
        """Begin the row that holds a column; those before it stand elsewhere, or are not."""
        self.base = column - column % ROW_COLUMNS
        self._values.fill(np.nan)
        self._there.fill(False)
        self._from, self._line = column - self.base, None

    def breaks(self, column: int, t0: int) -> bool:
        """Whether a label lies too far beside the line of the columns before it."""
        if self._line is None or not self.dt:
            return False
        at, label = self._line
        width = self.dt * (1 << self.level)
        return abs(t0 - (label + (column - at) * width)) > max(LABEL_PART * width, SAME_LABEL)

    def merge(self, column: int, low: Values, high: Values, labels: Times) -> None:
        """Columns ``[signals, k]`` from ``column`` on, all of this row; labels of each."""
        if self._line is None:
            self._line = column, int(labels[0])
        place = slice(column - self.base, column - self.base + low.shape[1])
        values = self._values[:, :, place]
        values[:, 0] = np.fmin(values[:, 0], low)
        values[:, 1] = np.fmax(values[:, 1], high)
        there = self._there[place]
        self._times[place] = np.where(there, self._times[place], labels)
        self._there[place] = True

    def taken(self, end: int = ROW_COLUMNS) -> ColumnRow | None:
        """What stands before place ``end`` and was not taken yet; None where nothing does."""
        places = np.flatnonzero(self._there[self._from : end])
        if not len(places):
            self._from = max(self._from, end)
            return None
        a, b = self._from + int(places[0]), self._from + int(places[-1]) + 1
        t0, times = self._label(a), None
        if not self.dt:
            filled = np.where(self._there[a:b], self._times[a:b], t0)
            times = np.maximum.accumulate(filled) - t0
        self._from, self._line = end, None
        return ColumnRow(self.level, self.base + a, t0, self._values[:, :, a:b].copy(), times)

    def _label(self, place: int) -> int:
        if not self.dt or self._line is None:
            return int(self._times[place])
        at, label = self._line
        return label + round((self.base + place - at) * self.dt * (1 << self.level))


class Folding:
    """Folds the samples of a stretch, as they come, into rows of every level.

    ``add`` returns the rows that are full; ``rest`` those that are not, at the end.
    """

    def __init__(self, signals: int, dtype: np.dtype[Any], dt: float) -> None:
        self._dt = dt
        self._rows = [_Row(level, signals, dtype, dt) for level in LEVELS]
        #: Whether a level has a row so far.
        self._has_row = [False] * len(LEVELS)

    def go_on(self, ends: Sequence[int], stored: Iterable[ColumnRow]) -> list[ColumnRow]:
        """Take up a stretch whose rows end at these columns, one of each level.

        ``stored`` are the rows of each level that reach beyond the end of the next one, in the
        order of their levels. Samples from the end of the first level on are to be added.
        """
        done: list[ColumnRow] = []
        for depth, end in enumerate(ends):
            self._rows[depth].open(end)
            self._has_row[depth] = end > 0
        for row in stored:
            depth = LEVELS.index(row.level)
            if depth + 1 < len(LEVELS):
                self._place(depth + 1, *coarser(row, self._dt), done)
        return done

    def add(self, samples: Samples) -> list[ColumnRow]:
        """Take samples that come after all others. Returns what they completed."""
        done: list[ColumnRow] = []
        stride = 1 << FIRST_LEVEL
        for piece in split_at(samples, stride * ROW_COLUMNS, self._dt):
            self._place(0, *columns_of(piece, stride, self._dt), done)
        return done

    def _place(
        self,
        depth: int,
        column: int,
        low: Values,
        high: Values,
        labels: Times,
        done: list[ColumnRow],
    ) -> None:
        row = self._rows[depth]
        if row.base < 0 or column - row.base >= ROW_COLUMNS:
            self._close(depth, done)
            row.open(column)
        # The column in which the clock was set stands with those after it.
        if row.breaks(column, int(labels[0])) and (taken := row.taken(column - row.base)):
            self._hand_up(depth, taken, done)
        row.merge(column, low, high, labels)

    def _close(self, depth: int, done: list[ColumnRow]) -> None:
        row = self._rows[depth]
        if row.base >= 0 and (taken := row.taken()) is not None:
            self._hand_up(depth, taken, done)

    def _hand_up(self, depth: int, row: ColumnRow, done: list[ColumnRow]) -> None:
        done.append(row)
        self._has_row[depth] = True
        if depth + 1 < len(self._rows):
            self._place(depth + 1, *coarser(row, self._dt), done)

    def rest(self) -> list[ColumnRow]:
        """Rows that are not full, at the end. Above a level of one column nothing is to be kept."""
        done: list[ColumnRow] = []
        for depth, row in enumerate(self._rows):
            had = self._has_row[depth]
            at = len(done)
            self._close(depth, done)
            row.base = -1
            if not had and len(done) - at == 1 and done[-1].n == 1:
                break
        return done


def columns_of(samples: Samples, stride: int, dt: float) -> tuple[int, Values, Values, Times]:
    """Columns of samples, with the label of each: where it begins, or that of its first sample."""
    first, last = samples.first // stride, (samples.next - 1) // stride
    starts = np.arange(first, last + 2) * stride - samples.first
    bounds = starts.clip(0, samples.n)
    low, high = _extremes(samples.values, bounds, stride)
    if samples.times is not None:
        return first, low, high, samples.t0 + samples.times[bounds[:-1]]
    return first, low, high, samples.t0 + np.rint(starts[:-1] * dt).astype(np.int64)


def _extremes(values: Values, bounds: NDArray[np.int64], stride: int) -> tuple[Values, Values]:
    """Minima and maxima between the bounds; those in the middle are ``stride`` wide."""
    low = np.empty((values.shape[0], len(bounds) - 1), values.dtype)
    high = np.empty_like(low)
    whole = bounds[1:] - bounds[:-1] == stride
    if whole.any():
        a, b = int(np.argmax(whole)), len(whole) - int(np.argmax(whole[::-1]))
        low[:, a:b], high[:, a:b] = envelope(values[:, bounds[a] : bounds[b]], stride)
    for place in np.flatnonzero(~whole):
        part = values[:, bounds[place] : bounds[place + 1]]
        low[:, place] = np.fmin.reduce(part, axis=1)
        high[:, place] = np.fmax.reduce(part, axis=1)
    return low, high


def coarser(row: ColumnRow, dt: float, factor: int = FACTOR) -> tuple[int, Values, Values, Times]:
    """Columns that are ``factor`` times as wide (a power of two), with the label of each."""
    first, last = row.first // factor, (row.first + row.n - 1) // factor
    bounds = np.arange(first, last + 1) * factor - row.first
    starts = np.maximum(bounds, 0)
    low = np.fmin.reduceat(row.values[:, 0], starts, axis=1)
    high = np.fmax.reduceat(row.values[:, 1], starts, axis=1)
    if row.times is not None:
        return first, low, high, row.t0 + row.times[starts]
    width = dt * (1 << row.level)
    return first, low, high, row.t0 + np.rint(bounds * width).astype(np.int64)


def level_below(stride: int) -> int:
    """The coarsest level whose columns make up columns of ``stride``; 0 for samples."""
    exponent = int(math.log2(stride))
    return max((level for level in LEVELS if level <= exponent), default=0)
