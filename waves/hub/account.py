"""The time of the event loop that is taken for one caller, over all its sockets.

Only what is heavy counts: messages that are made for one socket alone and take long, or are long.
Whoever has used up its share waits for its heavy messages, and is sent all the rest; what it has
to wait for lies in the history meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds that may be saved up: a page that opens asks for a second of its past at once.
MOST_SAVED = 0.5


class Account:
    """Fills with time, at ``share`` seconds a second."""

    #: Visits of sockets that were put off, of all callers of this process.
    put_off = 0

    def __init__(self, share: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._monotonic = monotonic
        self._saved, self._filled_at = MOST_SAVED, monotonic()

    def spend(self, seconds: float) -> None:
        """So long was taken for it."""
        self._fill()
        self._saved -= seconds

    @property
    def is_overdrawn(self) -> bool:
        """Whether it has to wait."""
        self._fill()
        return self._saved < 0

    def _fill(self) -> None:
        now = self._monotonic()
        self._saved = min(MOST_SAVED, self._saved + (now - self._filled_at) * self._share)
        self._filled_at = now
