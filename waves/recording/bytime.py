"""Minima and maxima by time, across epochs, by the key of a signal: numpy, and nothing else.

A year of 100,000 restarts is read from as many columns as one without any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from waves.recording.levels import Samples

#: The exponents of the widths in nanoseconds: 69 s, 18 min, 4.9 h, 3.3 days. Narrower ones would
#: be more than a stream of a sample a second itself.
TIME_LEVELS = (36, 40, 44, 48)
ROW = 256
FACTOR = 16

#: Minima and maxima, ``[2, 256]``, NaN where nothing is.
Cells = NDArray[np.float64]


def empty() -> Cells:
    """A row in which nothing is."""
    return np.full((2, ROW), np.nan)


def fold_into(cells: Cells, other: Cells) -> None:
    """Widen what is there by what is new."""
    cells[0] = np.fmin(cells[0], other[0])
    cells[1] = np.fmax(cells[1], other[1])


def coarser_part(cells: Cells) -> Cells:
    """The 16 columns of the next level that a row makes."""
    parts = cells.reshape(2, ROW // FACTOR, FACTOR)
    return np.stack((np.fmin.reduce(parts[0], axis=1), np.fmax.reduce(parts[1], axis=1)))


class TimeFolding:
    """Gathers the columns of the finest level that samples fall into, until they are taken."""

    def __init__(self) -> None:
        #: By the number of a row and the key of a signal.
        self.rows: dict[tuple[int, str], Cells] = {}
        #: One nanosecond after the newest label.
        self.until = 0

    def add(self, keys: Sequence[str], samples: Samples, dt: float) -> None:
        """Take unbroken samples of these signals; ``dt`` in nanoseconds, 0 on a timed clock."""
        for column, a, b in _segments(samples, dt):
            low = np.fmin.reduce(samples.values[:, a:b], axis=1)
            high = np.fmax.reduce(samples.values[:, a:b], axis=1)
            number, place = divmod(column, ROW)
            for at, key in enumerate(keys):
                if low[at] != low[at]:
                    continue
                cells = self.rows.get((number, key))
                if cells is None:
                    cells = self.rows[number, key] = empty()
                cells[0, place] = np.fmin(cells[0, place], low[at])
                cells[1, place] = np.fmax(cells[1, place], high[at])
        self.until = max(self.until, samples.last_label(dt) + 1)

    def take(self) -> dict[tuple[int, str], Cells]:
        """What was gathered, which is forgotten here."""
        rows, self.rows = self.rows, {}
        return rows


def _segments(samples: Samples, dt: float) -> Iterator[tuple[int, int, int]]:
    """A column of the finest level, and the places ``[a, b)`` of the samples in it."""
    level = TIME_LEVELS[0]
    first = samples.t0 >> level
    last = samples.last_label(dt) >> level
    a = 0
    for column in range(first, last + 1):
        end = samples.n if column == last else samples.place((column + 1) << level, dt)
        if end > a:
            yield column, a, end
        a = end
