"""Samples per second as they come: of a source of any pace, by one pair of numbers a block."""

from __future__ import annotations

from collections import deque

from waves.protocol.block import SampleBlock

#: The rate is a mean over this many seconds, or over as many samples as it needs.
SECONDS = 10.0
#: On a timed clock intervals differ: a mean of fewer says nothing.
LEAST_INTERVALS = 20
#: A source that is silent for so many of its periods, and this many seconds, has no rate.
SILENT_PERIODS, SILENT_SECONDS = 5.0, 10.0


class RateMeter:
    """Measures by the arrival of blocks; on a timed clock by the times of the samples."""

    def __init__(self) -> None:
        #: Second of the last sample of a block, and how many samples there were in all.
        self._marks: deque[tuple[float, int]] = deque()
        self._count = 0
        self._heard_at = 0.0
        self._least = 1

    def add(self, block: SampleBlock, now: float) -> None:
        """A block was yielded at ``now``, in monotonic seconds."""
        timed = block.times is not None
        second = block.t0 + float(block.times[-1]) if block.times is not None else now
        self._least = LEAST_INTERVALS if timed else 1
        self._heard_at = now
        self._count += block.n
        self._marks.append((second, self._count))
        while len(self._marks) > 2 and self._is_old(*self._marks[1]):
            self._marks.popleft()

    def _is_old(self, second: float, count: int) -> bool:
        newest, all_ = self._marks[-1]
        return second <= newest - SECONDS and all_ - count >= self._least

    def at(self, now: float) -> float:
        """Samples per second; 0 where too few came, or nothing for a while."""
        if len(self._marks) < 2:
            return 0.0
        (begin, first), (end, last) = self._marks[0], self._marks[-1]
        if last - first < self._least or end <= begin:
            return 0.0
        rate = (last - first) / (end - begin)
        silence = now - self._heard_at
        return 0.0 if silence > max(SILENT_SECONDS, SILENT_PERIODS / rate) else rate
