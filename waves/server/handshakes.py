"""Sockets that are being opened: one after another, so that a storm of them delays nobody else.

When a server comes back, all its viewers do, at once. A handshake and the past that a new viewer is
sent take a millisecond or two of the event loop, in which no frame leaves; so each waits for
its turn, and the loop serves the others in between.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

#: Seconds from one handshake to the next: 200 a second. On a slow machine each takes 2 ms of the
#: event loop, and so all of them two fifths of its time.
SPACING = 0.005
#: Whoever would wait longer is told to come back. daphne gives a handshake 5 s in all; no more than
#: 800 wait at a time.
LONGEST_WAIT = 4.0


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
