"""A range of what is kept of a stream: its stride, and the pieces in which it is sent.

The HTTP API and the ``history`` message ask for the same thing, and are given the same columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from waves.hub.kept import Kept, Piece
from waves.hub.plan import column_stride
from waves.protocol.frames import ANSWER, INCOMPLETE


class Range(NamedTuple):
    """Samples ``[first, end)`` of an epoch, in whole columns of ``stride`` samples.

    ``partial``: also those at both ends of which not all samples are (still, or yet) there.
    """

    epoch: int
    stride: int
    first: int
    end: int
    partial: bool = False

    @property
    def columns(self) -> int:
        """How many columns it has at most: some may be missing."""
        return (self.end - self.first) // self.stride

    @property
    def values(self) -> int:
        """How many values of a signal it has at most: a column of samples has two."""
        return self.columns * min(self.stride, 2)


def kept_range(
    kept: Kept, first: int, end: int, columns: int | None = None, *, partial: bool = False
) -> Range:
    """What is kept of samples ``[first, end)``; as at least ``columns`` columns, where given.

    With ``partial`` the columns cover all of it; those at the ends may not be complete.
    """
    history = kept.history
    first, end = max(first, history.first), min(end, history.next)
    if columns is None or end <= first:
        return Range(history.epoch, 1, first, max(first, end))
    stride = column_stride(end - first, columns)
    begin = first // stride * stride
    if partial:
        return Range(history.epoch, stride, begin, -(-end // stride) * stride, stride > 1)
    first = max(begin, kept.first(stride))
    return Range(history.epoch, stride, first, max(first, end // stride * stride))


def pieces(kept: Kept, wanted: Range, most: int, least: float = 0.0) -> Iterator[Piece]:
    """The unbroken pieces of a range, each of at most so many columns, oldest first.

    One that takes its time over them is not given what was overwritten meanwhile, nor anything of
    an epoch that has ended. Each has the labels of one line: a step of the wall clock of more than
    ``least`` seconds begins another.
    """
    epoch, stride, at, end, partial = wanted
    history = kept.history
    if partial and (oldest := _incomplete(kept, wanted, history.first)):
        yield oldest
    while at < end and kept.history.epoch == epoch:
        begin, last = kept.run(stride, max(at, kept.first(stride)), min(end, kept.end(stride)))
        if begin >= last:
            break
        at = min(last, begin + most * stride)
        at = history.same_label(begin, at, stride, least)
        yield Piece(kept, epoch, stride, begin, at, ANSWER)
    if partial and kept.history.epoch == epoch and at < end:
        newest = _incomplete(kept, wanted, history.next)
        if newest:
            yield newest


def _incomplete(kept: Kept, wanted: Range, edge: int) -> Piece | None:
    """The column of a range across which an end of what is kept lies; None where there is none."""
    stride, first = wanted.stride, edge // wanted.stride * wanted.stride
    is_complete = kept.first(stride) <= first < kept.end(stride)
    if edge == first or is_complete or not wanted.first <= first < wanted.end:
        return None
    if not kept.history.produced(
        max(first, kept.history.first), min(first + stride, kept.history.next)
    ):
        return None
    return Piece(kept, wanted.epoch, stride, first, first + stride, ANSWER | INCOMPLETE)
