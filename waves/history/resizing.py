"""A history takes another length without a long tick."""

from __future__ import annotations

from waves.history.history import History
from waves.protocol.block import SampleBlock

#: Values that are copied at a time: 2 MB of float32 take 1 to 5 ms with their columns, where all
#: 48 million of a long history took 150 ms and more.
PIECE_VALUES = 512 * 1024


class Resizing:
    """``new`` is filled from a history that goes on, a piece at every ``step``, oldest first."""

    def __init__(self, old: History, capacity: int) -> None:
        self.new = History(old.epoch, old.signals, old.dtype, capacity, timed=old.is_timed)
        self._old = old
        self._at = max(old.first, old.next - self.new.size)
        self._known = old.next

    def step(self) -> bool:
        """Copy a piece; return whether ``new`` holds all that it can."""
        old = self._old
        came, self._known = old.next - self._known, old.next
        # Faster than samples come, or those that are copied next would be gone.
        piece = max(PIECE_VALUES // old.signals, 2 * came)
        end = min(old.next, self._at + piece)
        for first, last in old.runs(self._at, end):
            self.new.append(_block(old, first, last))
        self._at = end
        return end == old.next


def _block(history: History, first: int, last: int) -> SampleBlock:
    return SampleBlock(
        history.epoch,
        first,
        history.t0(first),
        history.dt,
        history.samples(first, last),
        history.times(first, last),
    )
