"""A range of what is kept of a stream: its stride, and the pieces in which it is sent.

The HTTP API and the ``history`` message ask for the same thing, and are given the same columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from waves.hub.kept import Kept, Piece
from waves.hub.plan import column_stride
from waves.protocol.frames import ANSWER


class Range(NamedTuple):
    """Samples ``[first, end)`` of an epoch, in whole columns of ``stride`` samples."""

    epoch: int
    stride: int
    first: int
    end: int

    @property
    def columns(self) -> int:
        """How many columns it has at most: some may be missing."""
        return (self.end - self.first) // self.stride

    @property
    def values(self) -> int:
        """How many values of a signal it has at most: a column of samples has two."""
        return self.columns * min(self.stride, 2)


def kept_range(kept: Kept, first: int, end: int, columns: int | None = None) -> Range:
    """What is kept of samples ``[first, end)``; as at least ``columns`` columns, where given."""
    history = kept.history
    first, end = max(first, history.first), min(end, history.next)
    if columns is None or end <= first:
        return Range(history.epoch, 1, first, max(first, end))
    stride = column_stride(end - first, columns)
    first = max(first // stride * stride, kept.first(stride))
    return Range(history.epoch, stride, first, max(first, end // stride * stride))


def pieces(kept: Kept, wanted: Range, most: int) -> Iterator[Piece]:
    """The unbroken pieces of a range, each of at most so many columns, oldest first.

    One that takes its time over them is not given what was overwritten meanwhile, nor anything of
    an epoch that has ended.
    """
    epoch, stride, at, end = wanted
    while at < end and kept.history.epoch == epoch:
        begin, last = kept.run(stride, max(at, kept.first(stride)), end)
        if begin >= end:
            return
        at = min(last, begin + most * stride)
        yield Piece(kept, epoch, stride, begin, at, ANSWER)
