"""What a file is read as, and how its rows are parted where samples are missing."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.protocol.passage import Contents, Labels, Piece, Stretch

#: Rows that are read at a time: some MB of four signals.
ROWS = 64 * 1024
#: Values that are read at a time, at most, where there are many signals.
VALUES = 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some rows of a file: ``values`` are ``[all signals, n]``."""

    epochs: NDArray[np.int64]
    samples: NDArray[np.int64]
    labels: Labels
    values: NDArray[Any]


class Reading(abc.ABC):
    """A file that was opened. ``contents`` say what it holds; ``pieces`` can be asked for once.

    ``tolerance`` in nanoseconds: labels that are off their line by no more are put onto it.
    """

    contents: Contents
    tolerance: int = 1

    @abc.abstractmethod
    def rows(self) -> Iterator[Rows]:
        """All rows, some at a time. Raises IngestError."""

    def pieces(self) -> Iterator[tuple[Stretch, Piece]]:
        """The samples of each stretch, in order. Raises IngestError."""
        cursor = _Cursor(self.contents)
        for rows in self.rows():
            for a, b in _runs(rows):
                yield from cursor.parts(rows, a, b)

    def close(self) -> None:  # noqa: B027  most have nothing open
        """Close the file."""


def rows_at_once(signals: int) -> int:
    """Rows that are read at a time."""
    return max(256, min(ROWS, VALUES // max(1, signals)))


def _runs(rows: Rows) -> Iterator[tuple[int, int]]:
    """Where neither the epoch changes nor a sample is missing."""
    broken = (np.diff(rows.epochs) != 0) | (np.diff(rows.samples) != 1)
    bounds = [0, *(np.flatnonzero(broken) + 1).tolist(), len(rows.epochs)]
    return ((a, b) for a, b in pairwise(bounds) if a < b)


class _Cursor:
    """Which stretch comes next: they are in the order of the file."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._at = 0
        self._places: list[int] | None = None

    def parts(self, rows: Rows, a: int, b: int) -> Iterator[tuple[Stretch, Piece]]:
        """An unbroken run, parted where it reaches from one stretch into the next."""
        while a < b:
            epoch, sample = int(rows.epochs[a]), int(rows.samples[a])
            stretch = self._stretch(epoch, sample)
            end = min(b, a + stretch.next - sample)
            places = self._places or self._contents.places(stretch)
            self._places = places
            values = rows.values[places, a:end]
            yield stretch, Piece(sample, rows.labels[a:end], values)
            a = end

    def _stretch(self, epoch: int, sample: int) -> Stretch:
        stretches = self._contents.stretches
        while self._at < len(stretches):
            stretch = stretches[self._at]
            if stretch.epoch == epoch and stretch.first <= sample < stretch.next:
                return stretch
            self._at, self._places = self._at + 1, None
        raise IngestError(
            f"Sample {sample} of epoch {epoch} belongs to no stretch that this file tells of: it "
            "was changed after it was exported."
        )


def lines(stretch: Stretch, piece: Piece, size: int, tolerance: int) -> Iterator[Piece]:
    """A piece of a regular clock, parted where its labels leave the line, and at multiples of
    ``size``: so each part goes on at the rate from its first label."""
    at = 0
    while at < piece.n:
        end = min(piece.n, at + size - (piece.sample + at) % size)
        if stretch.dt:
            after = np.rint(np.arange(end - at) * stretch.dt).astype(np.int64)
            line = piece.labels[at] + after  # whole numbers: a float64 is as coarse as 256 ns
            off = np.flatnonzero(np.abs(piece.labels[at:end] - line) > tolerance)
            end = at + int(off[0]) if off.size else end
        yield replace(
            piece,
            sample=piece.sample + at,
            labels=piece.labels[at:end],
            values=piece.values[:, at:end],
        )
        at = end
