"""What one key may send in a second: requests, bytes and samples, counted in this process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from waves.exceptions import AllowanceError

#: A second's worth of each: of requests, of bytes as they come, of values.
PER_SECOND = {"requests": 500.0, "bytes": 32.0 * 1024 * 1024, "values": 8_000_000.0}
#: Who was silent may send so many seconds' worth at once.
BURST_SECONDS = 4.0
#: Keys that are remembered; beyond, all begin anew.
MOST_KEYS = 10_000


class Allowance:
    """Buckets that fill by the second: one of each kind for each key."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, key: str, kind: str, amount: float) -> None:
        """Take from a bucket, which may go below zero once. Raises AllowanceError."""
        rate, now = PER_SECOND[kind], self._monotonic()
        level, at = self._buckets.get((key, kind), (rate * BURST_SECONDS, now))
        level = min(rate * BURST_SECONDS, level + rate * (now - at))
        if level <= 0:
            self._buckets[key, kind] = level, now
            raise AllowanceError(
                f"This key may send {rate:,.0f} {kind} a second.",
                seconds=max(1, math.ceil(1 - level / rate)),
            )
        if len(self._buckets) >= MOST_KEYS * len(PER_SECOND):
            self._buckets.clear()
        self._buckets[key, kind] = level - amount, now


allowance = Allowance()
