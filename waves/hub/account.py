"""What one caller may have of the pump and of recordings, over all their sockets.

Only what is heavy counts: messages that are made for one socket alone and take long, or are long,
and reading what is recorded. Whoever has used up the share waits for those, and is sent all the
rest; what is waited for lies in the history meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from waves.bucket import Bucket
from waves.hub.message import Transport

#: Sockets of one caller to which a heavy message is under way. Each that can take more is given
#: 128 KiB in every turn of the event loop, and holds what is left of its message in memory.
MOST_UNDER_WAY = 8
#: Answers for which recordings are read at once; there are four for all callers.
MOST_READ_EACH = 2


class Account(Bucket):
    """Seconds that what is heavy may take of a caller, and what is under way."""

    def __init__(
        self, a_second: float, most: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(a_second, most, monotonic)
        self._under_way: set[Transport] = set()
        self._turns = asyncio.Semaphore(MOST_READ_EACH)
        self._reading = 0

    @property
    def is_read_for(self) -> bool:
        """Whether a recording is read for the caller, or a reading waits."""
        return self._reading > 0

    @property
    def must_wait(self) -> bool:
        """Whether a reading waits for others of the caller, or until nothing is owed."""
        return self._turns.locked() or self.owes > 0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """One of the readings at once, when nothing is owed any more."""
        self._reading += 1
        try:
            async with self._turns:
                await asyncio.sleep(self.owes)
                yield
        finally:
            self._reading -= 1

    @property
    def is_used_up(self) -> bool:
        """Whether the caller has to wait: all of the share is used, or too much is under way."""
        if self.owes:
            return True
        self._under_way = {each for each in self._under_way if not (each.closed or each.writable)}
        return len(self._under_way) >= MOST_UNDER_WAY

    def sent(self, transport: Transport) -> None:
        """Something was handed to a socket, which may not have taken all of it."""
        if not transport.writable:
            self._under_way.add(transport)
