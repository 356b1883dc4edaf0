"""Sockets that are being opened: one after another, so that a storm of them delays nobody else.

When a server comes back, all its viewers do, at once. A handshake and the past that a new viewer is
sent take about a millisecond of the event loop, in which no frame leaves; so each waits for
its turn, and the loop serves the others in between.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

#: Seconds from one handshake to the next: 333 a second, which take a third of the loop's time.
SPACING = 0.003
#: Whoever would wait longer is told to come back. daphne gives a handshake 5 s in all; no more than
#: 1,000 wait at a time.
LONGEST_WAIT = 3.0


class Turns:
    """Gives each handshake its time."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._next_at = 0.0

    async def wait(self) -> bool:
        """Wait for a turn; returns False at once where too many wait already."""
        now = self._monotonic()
        at = max(now, self._next_at)
        if at - now > LONGEST_WAIT:
            return False
        self._next_at = at + SPACING
        await asyncio.sleep(at - now)
        return True


#: The turns of this process.
turns = Turns()
