"""What a server counts of one stream, for those who look after it: plain numbers, cheap to keep.

A frame is counted once, however many viewers it has: what is counted costs no viewer anything.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate

from waves.protocol.block import SampleBlock

#: Seconds up to which an age is counted together with others. A sample that is due at a tick of
#: 20 ms reaches its viewers in the next 5 to 50; beyond 10 s it is a source that tells old times.
AGES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
#: The same for what should take no time: a turn of the event loop, a way through Redis and back.
MOMENTS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


class Durations:
    """How many durations were at most as long as each bound, or longer than all: a histogram."""

    __slots__ = ("bounds", "counts", "newest", "seconds")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        #: One more than there are bounds: the last are those beyond.
        self.counts = [0] * (len(bounds) + 1)
        #: The sum of all, and the newest one.
        self.seconds = self.newest = 0.0

    def add(self, seconds: float) -> None:
        """Count one. A clock that is ahead of ours may make it negative: then it is 0."""
        self.newest = seconds = max(0.0, seconds)
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.seconds += seconds

    def buckets(self) -> list[tuple[str, int]]:
        """Counts up to each bound, and of all, as Prometheus takes them."""
        names = [*map(str, self.bounds), "+Inf"]
        return list(zip(names, accumulate(self.counts), strict=True))


class Figures:
    """What came of a stream, how late it was, and what its viewers lost, since it is kept here."""

    __slots__ = ("ages", "bytes", "frames", "lag", "lost", "newest", "samples")

    def __init__(self) -> None:
        self.frames = 0
        self.samples = 0
        #: Bytes of values, as they came.
        self.bytes = 0
        #: Unix seconds of the newest sample; None before there is one.
        self.newest: float | None = None
        #: Seconds from the time of the newest sample until it was here.
        self.lag = 0.0
        #: Samples that viewers were not sent, by reason: each viewer's count.
        self.lost: Counter[str] = Counter()
        #: How old the newest sample of each frame was when the last socket was handed it.
        self.ages = Durations(AGES)

    def take(self, block: SampleBlock, now: float | None) -> None:
        """A block came, at ``now`` in unix seconds; None where it was read later than it came."""
        self.frames += 1
        self.samples += block.n
        self.bytes += block.values.nbytes
        last = (block.n - 1) * block.dt if block.times is None else float(block.times[-1])
        self.newest = block.t0 + last
        if now is not None:
            self.lag = now - self.newest


#: Frames that are being handed to sockets: whose they are, and the time of the newest sample.
Fresh = list[tuple[Figures, float]]
