"""What a runner says of its work, once a second, to those who look after the site."""

from __future__ import annotations

from typing import Any

from waves.protocol.block import SampleBlock
from waves.protocol.plaintext import shown

#: Characters of an error that is told: the log has all of it.
MOST_WORDS = 300


class Work:
    """Counts of one runner since it began, the lag of its newest frame, and its last error."""

    __slots__ = ("bytes", "error", "failed_at", "frames", "lag", "late_ticks", "newest", "samples")

    def __init__(self) -> None:
        self.frames = 0
        self.samples = 0
        #: Bytes of frames.
        self.bytes = 0
        #: Ticks that came when the next one was due already.
        self.late_ticks = 0
        #: Unix seconds of the newest sample that was published; None before there is one.
        self.newest: float | None = None
        #: Seconds from the time of that sample until it was published.
        self.lag = 0.0
        #: Why the source failed last, and when (unix seconds); "" where it never did.
        self.error = ""
        self.failed_at: float | None = None

    def tick_late(self) -> None:
        """A tick came late."""
        self.late_ticks += 1

    def published(self, block: SampleBlock, size: int, now: float) -> None:
        """A frame of ``size`` bytes was published, at ``now`` in unix seconds."""
        self.frames += 1
        self.samples += block.n
        self.bytes += size
        last = (block.n - 1) * block.dt if block.times is None else float(block.times[-1])
        self.newest = block.t0 + last
        self.lag = now - self.newest

    def failed(self, words: str, now: float) -> None:
        """The source failed, at ``now`` in unix seconds."""
        self.error, self.failed_at = shown(words, MOST_WORDS), now

    def told(self) -> dict[str, Any]:
        """All of it, as it is sent to the servers."""
        return {name: getattr(self, name) for name in self.__slots__}
