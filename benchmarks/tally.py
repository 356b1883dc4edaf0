"""What was seen during a measurement, and its report."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

#: Latencies are kept one by one up to here (80 MB): 100 s of 5,000 viewers at 20 frames a second.
MAX_LATENCIES = 10_000_000


class Tally:
    """Counts of all viewers together. ``latencies`` in seconds, one for each frame received."""

    def __init__(self) -> None:
        self.closes: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.latencies = array("d")
        #: How many viewers saw a jump, by its first and last missing sample.
        self.jumps: Counter[tuple[int, int]] = Counter()
        self.messages = self.frames = self.bytes = 0
        self.acks = 0
        #: The longest time in seconds that passed between two data messages of one viewer.
        self.silence = 0.0

    def restart(self) -> None:
        """The measurement begins: forget what was counted while warming up, except closes."""
        del self.latencies[:]
        self.jumps.clear()
        self.messages = self.frames = self.bytes = 0
        self.acks = 0
        self.silence = 0.0

    def latency(self, seconds: float) -> None:
        """Remember the age of a frame's newest sample on arrival."""
        if len(self.latencies) < MAX_LATENCIES:
            self.latencies.append(seconds)

    def shared_jumps(self, viewers: int) -> tuple[int, int]:
        """Jumps that all ``viewers`` saw alike, and their samples: the source skipped those."""
        shared = [jump for jump, seen in self.jumps.items() if seen == viewers]
        return len(shared), sum(last + 1 - first for first, last in shared)


def percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    """p50, p95, p99 and max in milliseconds; None for each where there is nothing."""
    if not len(seconds):
        return dict.fromkeys(("p50", "p95", "p99", "max"))
    values = np.asarray(seconds, dtype=np.float64) * 1000.0
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    return {
        "p50": round(float(p50), 2),
        "p95": round(float(p95), 2),
        "p99": round(float(p99), 2),
        "max": round(float(values.max()), 2),
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Minimum and median; zero for both where there is nothing."""
    if not len(values):
        return {"min": 0.0, "median": 0.0}
    return {
        "min": round(float(np.min(values)), 1),
        "median": round(float(np.median(values)), 1),
    }


def traffic(tally: Tally, seconds: float, viewers: int) -> dict[str, Any]:
    """Messages, frames and bytes of the measurement."""
    return {
        "messages_per_second": round(tally.messages / seconds, 1),
        "frames_per_message": round(tally.frames / tally.messages, 2) if tally.messages else 0.0,
        "bytes_per_second_and_viewer": round(tally.bytes / seconds / max(1, viewers), 1),
        "acks_per_second": round(tally.acks / seconds, 1),
    }
