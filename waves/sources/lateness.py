"""How late samples came of late, and how long the others would have to wait for them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from waves.sources.ordering import MAX_WINDOW

#: What came longer ago than this is of no interest any more.
MINUTE = 60.0
#: Arrivals that are remembered.
MOST = 1000


class Lateness:
    """The samples of a minute that came too late, in words with the window that would take them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._late: deque[tuple[float, int, float]] = deque(maxlen=MOST)

    def add(self, samples: int, seconds: float) -> None:
        """Samples came, the oldest of them ``seconds`` behind what had been given already."""
        self._late.append((self._monotonic(), samples, seconds))

    def words(self, window: float) -> str:
        """What to say where samples wait ``window`` seconds for older ones; empty for nothing."""
        since = self._monotonic() - MINUTE
        while self._late and self._late[0][0] < since:
            self._late.popleft()
        if not self._late:
            return ""
        count = sum(samples for _, samples, _ in self._late)
        needed = _rounded(window + max(seconds for *_, seconds in self._late))
        came = f"{count:,} sample{'' if count == 1 else 's'} came too late within a minute"
        if needed > MAX_WINDOW:
            return f"{came}: later than the {MAX_WINDOW:g} s that others can wait for them."
        return f"{came}: if others waited {needed:g} s for late ones, they would have been taken."


def _rounded(seconds: float) -> float:
    """Up, to one digit."""
    digit = 10.0 ** math.floor(math.log10(max(seconds, 1e-3)))
    return float(f"{math.ceil(seconds / digit) * digit:.6g}")
