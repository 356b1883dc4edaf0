"""Absolute ticks: which samples are due now, at a given rate, without drift or a spiral."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable

from waves.sources.base import Clock, Due

#: A source further behind than this skips ahead: catching up would only put it further behind.
MAX_LAG = 1.0
#: Labels are anchored to the wall clock this often, so that they follow its corrections.
ANCHOR_SECONDS = 10.0
#: How often both clocks are read for that.
READINGS = 5
#: A sleep may end this much early (an event loop may count in milliseconds), and its sample is due.
EARLY_SECONDS = 0.002


class WallLabels:
    """Unix seconds for moments of the monotonic clock, anchored to the wall clock every 10 s."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._anchored = -math.inf
        self._offset = 0.0

    def at(self, moment: float) -> float:
        """The label of ``moment``, a value of ``clock.monotonic()``."""
        now = self.clock.monotonic()
        if now - self._anchored >= ANCHOR_SECONDS:
            self._anchored, self._offset = now, self._measured()
        return self._offset + moment

    def _measured(self) -> float:
        """By how much the wall clock is ahead of the monotonic one, in seconds.

        They are read one after the other, and a busy machine may let others run in between: for
        milliseconds, by which all labels would be wrong. So the quickest of a few readings counts.
        """
        readings = []
        for _ in range(READINGS):
            before = self.clock.monotonic()
            wall = self.clock.time()
            after = self.clock.monotonic()
            readings.append((after - before, wall - (before + after) / 2))
        return min(readings)[1]


class Ticker:
    """Says at each tick which samples are due: index i is due at ``start + i / rate``.

    The start is when ``ticks()`` is first asked. ``rate`` in Hz and ``frames_per_second`` are
    positive. ``frames_per_second`` may be set at any moment and holds from the next tick;
    ``rate`` belongs to the epoch. A tick without a due sample is not yielded. ``late`` is called
    at each tick that comes when the next one is due already.

    Every index comes from one multiplication of the time since the start, never from a sum of
    periods, so that nothing drifts: at 1 MS/s a float64 still tells samples apart after years.
    """

    def __init__(
        self,
        clock: Clock,
        rate: float,
        frames_per_second: float,
        late: Callable[[], None] = lambda: None,
    ) -> None:
        self.clock = clock
        self._late = late
        self.rate = rate
        self.frames_per_second = frames_per_second
        self._labels = WallLabels(clock)
        self._start = 0.0
        self._next = 0

    async def ticks(self) -> AsyncGenerator[Due, None]:
        """Yield what is due, tick after tick, for ever; the first sample at once."""
        self._start = deadline = self.clock.monotonic()
        while True:
            now = self.clock.monotonic()
            if now - deadline > 1.0 / min(self.rate, self.frames_per_second):
                self._late()
            due = self._due(now)
            if due is not None:
                yield due
            deadline = self._following(deadline)
            await self.clock.sleep_until(deadline)

    def _following(self, deadline: float) -> float:
        """The next tick: with the next sample of a slow stream, else on the grid of frames."""
        if self.rate <= self.frames_per_second:
            return self._start + self._next / self.rate
        period = 1.0 / self.frames_per_second
        late = max(0.0, self.clock.monotonic() - deadline)
        return deadline + period * (int(late / period) + 1)

    def _due(self, now: float) -> Due | None:
        # At most half a sample early: fast streams round to the nearest, slow ones are not rushed.
        early = min(0.5, self.rate * EARLY_SECONDS)
        end = int((now - self._start) * self.rate + early) + 1
        n = end - self._next
        if n <= 0:
            return None
        skipped = n - self._frame() if n > self._most() else 0
        first = self._next + skipped
        self._next = end
        return Due(first, end - first, self._labels.at(self._start + first / self.rate), skipped)

    def _most(self) -> int:
        """Samples of a block that catches up; two frames at least, or slow frames would skip."""
        return max(1, math.ceil(self.rate * max(MAX_LAG, 2.0 / self.frames_per_second)))

    def _frame(self) -> int:
        return max(1, int(self.rate / self.frames_per_second))
