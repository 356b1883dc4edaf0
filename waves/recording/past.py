"""The recorded past of one stream, read. Everything here asks the database, and so runs in a thread.

Times are whole nanoseconds since 1970 (``int``) throughout. What a range holds is read piece by
piece: an iterator holds one row of the database at a time, and each step is a short read of its own,
so that no transaction stays open while somebody is slow.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waves.protocol.block import SampleBlock, Values
from waves.protocol.description import Description


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that is recorded: samples ``[first, next)`` of an epoch, gaps may be among them.

    ``begin`` and ``end`` are the labels of the first and of the last sample. ``rate`` in Hz.
    ``why`` says in words why it began: "started", "restarted", "1 kHz → 2 kHz", …
    """

    key: int
    epoch: int
    first: int
    next: int
    begin: int
    end: int
    rate: float
    clock: str
    sample_type: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Minima and maxima ``[signals, n]`` of consecutive columns of ``stride`` samples of an epoch.

    Column i covers samples ``[first + i·stride, first + (i + 1)·stride)``; ``first`` is a multiple of
    ``stride``. ``t0`` labels its first sample that is there; ``times`` are nanoseconds after ``t0``
    for each column on a timed clock, else None. NaN where a column holds no value.
    """

    epoch: int
    first: int
    stride: int
    t0: int
    minima: Values
    maxima: Values
    times: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TimeColumns:
    """Minima and maxima by time, across epochs: ``[signals, n]``, float64, NaN where nothing is.

    Column i covers ``[begin + i·width, begin + (i + 1)·width)`` in nanoseconds.
    """

    begin: int
    width: int
    minima: NDArray[np.float64]
    maxima: NDArray[np.float64]


class Past:
    """What is recorded of one stream. Cheap to make; nothing is read before it is asked for.

    Every method raises DatabaseError where the database cannot be read. A row that is damaged is
    left out and counted in ``damaged``.
    """

    def __init__(self, identity: str, stream: uuid.UUID) -> None: ...

    def bounds(self) -> tuple[int, int] | None:
        """Labels of the oldest and of the newest recorded sample; None where nothing is recorded."""
        raise NotImplementedError

    def spans(self, begin: int | None, end: int | None, most: int = 1000) -> list[Span]:
        """The stretches that reach into ``[begin, end]``, oldest first, at most ``most``."""
        raise NotImplementedError

    def count_spans(self, begin: int, end: int) -> int:
        """How many stretches reach into ``[begin, end]``."""
        raise NotImplementedError

    def span_at(self, epoch: int, sample: int) -> Span | None:
        """The stretch that holds a sample of an epoch, or the next one after it in that epoch."""
        raise NotImplementedError

    def description(self, epoch: int, sample: int) -> Description | None:
        """The ``stream`` message of an epoch as it was at a sample."""
        raise NotImplementedError

    def range_of(self, span: Span, begin: int | None, end: int | None) -> tuple[int, int]:
        """Samples ``[first, next)`` of a stretch with labels from ``begin`` to ``end``, both included."""
        raise NotImplementedError

    def label(self, span: Span, sample: int) -> int:
        """The label of a sample (of the next one that is recorded, where it lies in a gap)."""
        raise NotImplementedError

    def blocks(self, span: Span, first: int, last: int) -> Iterator[SampleBlock]:
        """The samples ``[first, last)`` that are recorded, in order: a block for each unbroken run of
        one row (at most 4,096 samples). What is missing between two blocks is a gap."""
        raise NotImplementedError

    def columns(self, span: Span, stride: int, first: int, last: int) -> Iterator[Columns]:
        """Columns of ``stride`` (a power of two, at least 2) that touch samples ``[first, last)``.

        A column covers what is recorded of it, so that the last one may not be complete. Where a
        whole stretch of columns is missing, none are yielded for it.
        """
        raise NotImplementedError

    def by_time(self, begin: int, end: int, columns: int, keys: Sequence[str]) -> TimeColumns:
        """At least ``columns`` columns over ``[begin, end)`` by time, across all epochs.

        Signals are found by their keys, whatever epoch they are of. Widths are powers of two of
        nanoseconds. For windows of many stretches; its columns are at least 2^36 ns (69 s) wide.
        """
        raise NotImplementedError
