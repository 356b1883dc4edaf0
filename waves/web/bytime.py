"""Columns by time, across all epochs, as frames; the newest samples are memory's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from waves.hub.kept import Kept
from waves.protocol.frames import ANSWER, BY_TIME, TIME_STRIDE, Frame, capacity
from waves.recording.framing import nanoseconds
from waves.recording.past import TimeColumns

#: Columns that memory's samples are folded into: its newest. They are 69 s wide at least.
MOST_FOLDED = 1500


def frames(
    found: TimeColumns, handle: int, kept: Kept | None, keys: Sequence[str]
) -> Iterator[Frame]:
    """The frames of columns by time; those that memory has a part of are widened by it."""
    if kept is not None and kept.history.started and kept.description is not None:
        own = [signal["key"] for signal in kept.description["signals"]]
        if own == list(keys):
            _fold_memory(found, kept)
    signals, n = found.minima.shape
    most = capacity(max(1, signals), np.dtype("<f8"), timed=False, envelope=True)
    for first in range(0, n if signals else 0, most):
        last = min(n, first + most)
        yield Frame(
            handle,
            0,
            0,
            (found.begin + first * found.width) / 1e9,
            found.width / 1e9,
            found.minima[:, first:last],
            found.maxima[:, first:last],
            TIME_STRIDE,
            flags=ANSWER | BY_TIME,
        )


def _fold_memory(found: TimeColumns, kept: Kept) -> None:
    history = kept.history
    oldest = nanoseconds(history.t0(history.first))
    newest = nanoseconds(history.t0(history.next - 1))
    n = found.minima.shape[1]
    last = min(n - 1, (newest - found.begin) // found.width)
    first = max(0, (oldest - found.begin) // found.width, last - MOST_FOLDED)
    for column in range(first, last + 1):
        begin = found.begin + column * found.width
        a, b = history.labelled(begin / 1e9, (begin + found.width) / 1e9)
        if max(a, history.first) >= b:
            continue
        minima, maxima = history.extremes(a, b)
        found.minima[:, column] = np.fmin(found.minima[:, column], minima[:, 0])
        found.maxima[:, column] = np.fmax(found.maxima[:, column], maxima[:, 0])
