"""Columns as they are read: pieces from rows of a level, or of what is finer, put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waves.protocol.block import Values
from waves.recording import levels
from waves.recording.levels import ColumnRow, Times

#: Columns that are yielded at once, at most.
MOST_COLUMNS = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Minima and maxima ``[signals, n]`` of consecutive columns of ``stride`` samples of an epoch.

    Column i covers samples ``[first + i·stride, first + (i + 1)·stride)``; ``first`` is a multiple
    of ``stride``. ``t0`` labels the first column; ``times`` are nanoseconds after ``t0`` for each
    column, on a timed clock that of its first sample, else None. NaN where a column holds no value.
    """

    epoch: int
    first: int
    stride: int
    t0: int
    minima: Values
    maxima: Values
    times: NDArray[np.int64] | None = None

    def labels(self, dt: float) -> NDArray[np.int64]:
        """The label of each column; ``dt`` in nanoseconds a sample, 0 on a timed clock."""
        after = self.times
        if after is None:
            after = np.rint(np.arange(self.minima.shape[1]) * (dt * self.stride)).astype(np.int64)
        labels: NDArray[np.int64] = self.t0 + after
        return labels


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Consecutive columns, with the label of each."""

    first: int
    low: Values
    high: Values
    labels: Times

    @property
    def n(self) -> int:
        """How many."""
        return int(self.low.shape[1])

    def row(self, level: int, dt: float) -> ColumnRow:
        """It as a row of a level."""
        times = None if dt else self.labels - self.labels[0]
        values = np.stack((self.low, self.high), axis=1)
        return ColumnRow(level, self.first, int(self.labels[0]), values, times)


def without_doubles(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pieces of which no two have the same column: one at a border is widened."""
    held: Piece | None = None
    for piece in pieces:
        if held is None:
            held = piece
            continue
        if piece.first < held.first + held.n:
            held.low[:, -1] = np.fmin(held.low[:, -1], piece.low[:, 0])
            held.high[:, -1] = np.fmax(held.high[:, -1], piece.high[:, 0])
            if piece.n == 1:
                continue
            piece = Piece(piece.first + 1, piece.low[:, 1:], piece.high[:, 1:], piece.labels[1:])
        yield held
        held = piece
    if held is not None:
        yield held


def together(pieces: Iterator[Piece], epoch: int, stride: int, dt: float) -> Iterator[Columns]:
    """Pieces as columns of an epoch, as many at once as follow one another; ``dt`` as in levels."""
    group: list[Piece] = []
    for piece in without_doubles(pieces):
        full = sum(p.n for p in group) + piece.n > MOST_COLUMNS
        if group and (full or not _goes_on(group, piece, dt * stride)):
            yield _one(group, epoch, stride, dt)
            group = []
        group.append(piece)
    if group:
        yield _one(group, epoch, stride, dt)


def _goes_on(group: list[Piece], piece: Piece, width: float) -> bool:
    """Whether a piece follows the last one, also by its labels on a regular clock."""
    first, last = group[0], group[-1]
    if piece.first != last.first + last.n:
        return False
    line = int(first.labels[0]) + (piece.first - first.first) * width
    return not width or abs(int(piece.labels[0]) - line) <= max(
        levels.LABEL_PART * width, levels.SAME_LABEL
    )


def _one(group: list[Piece], epoch: int, stride: int, dt: float) -> Columns:
    low = np.concatenate([piece.low for piece in group], axis=1)
    high = np.concatenate([piece.high for piece in group], axis=1)
    t0 = int(group[0].labels[0])
    times = None
    if not dt:
        times = np.concatenate([piece.labels for piece in group]) - t0
    return Columns(epoch, group[0].first * stride, stride, t0, low, high, times)
