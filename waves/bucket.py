"""What may be used up a second: it fills with time, and what is taken beyond is owed."""

from __future__ import annotations

import time
from collections.abc import Callable


class Bucket:
    """Fills at ``a_second`` units a second, up to ``most``, with which it begins."""

    def __init__(
        self, a_second: float, most: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._a_second, self._most = a_second, most
        self._monotonic = monotonic
        self._level, self._filled_at = most, monotonic()

    def take(self, amount: float) -> None:
        """Take what is there, or was used already: it may go below zero."""
        self._level = self.level - amount

    @property
    def level(self) -> float:
        """What is left; below zero, what is owed."""
        now = self._monotonic()
        passed, self._filled_at = now - self._filled_at, now
        self._level = min(self._most, self._level + passed * self._a_second)
        return self._level

    @property
    def is_full(self) -> bool:
        """Whether all is there that there can be."""
        return self.level >= self._most

    @property
    def owes(self) -> float:
        """Seconds until nothing is owed any more."""
        return max(0.0, -self.level / self._a_second)
