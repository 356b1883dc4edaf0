"""Looking for triggers on behalf of every viewer of a process, within a share of a core.

One setting over a million samples takes about a millisecond; on a signal that is noise, and for a
pulse, eighty. So that nobody who wants many triggers, or dear ones, holds up the others, finders
look on in pieces, each in turn, and only so long at a time. Where the time does not suffice for
all, those that are furthest behind are paused: their viewers run free, and are told.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable

from waves.bucket import Bucket
from waves.hub.finder import Finder

#: The part of a core that looking may take.
SHARE = 0.2
#: Seconds and samples of looking before the event loop has its turn. What a frame of 50,000 samples
#: of a calm signal takes (0.1 ms) is done for ten settings at once.
LOOK_SECONDS = 0.001
LOOK_SAMPLES = 1024 * 1024
#: Seconds that a finder is given in its turn, where its piece can be chosen so.
TURN_SECONDS = 0.0005
#: A piece is at least this long, or most of the time goes into calls; at most this, so that it
#: stays in the second-level cache; and this before it is known what it takes.
LEAST_PIECE, MOST_PIECE, FIRST_PIECE = 4096, 64 * 1024, 8 * 1024
#: How much of the cost is that of the last piece: twenty pieces, a second, make it up to date.
NEWEST_COST = 0.2
#: Seconds that may be saved up for a burst.
MOST_CREDIT = 0.01
#: Seconds that a finder may be behind before it is asked whether there is time for all.
LATE_SECONDS = 0.5
#: And that is asked this often, in seconds: it looks at all of them.
PAUSE_SECONDS = 0.1
#: Whether the paused can go on is asked this often, in seconds, with some of the share to spare,
#: so that nobody is told something else each time. What a paused one takes is forgotten slowly.
RESUME_SECONDS = 1.0
RESUME_SHARE = 0.95 * SHARE
FORGETTING = 0.99


class Search:
    """The finders that are in use, and the time that they are given."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.thread_time,
    ) -> None:
        self._monotonic = monotonic
        # Where other processes take the core, we are slower, and nothing is dearer.
        self._cpu = cpu
        #: In the order in which they came.
        self._finders: dict[Finder, None] = {}
        #: Those that have something to look at, in the order of their turns.
        self._pending: dict[Finder, None] = {}
        self._credit = Bucket(SHARE, MOST_CREDIT, monotonic)
        self._resumed_at = self._paused_at = monotonic()

    @property
    def pending(self) -> bool:
        """Whether something waits to be looked at."""
        return bool(self._pending)

    @property
    def finders(self) -> int:
        """How many settings are looked for, the paused ones included."""
        return len(self._finders)

    @property
    def paused(self) -> int:
        """How many of them are paused."""
        return sum(finder.paused for finder in self._finders)

    def add(self, finder: Finder) -> None:
        """Somebody wants these triggers."""
        self._finders[finder] = None
        self.wake((finder,))

    def remove(self, finder: Finder) -> None:
        """Nobody wants them any more."""
        self._finders.pop(finder, None)
        self._pending.pop(finder, None)

    def wake(self, finders: Iterable[Finder]) -> None:
        """There is more to look at for these."""
        for finder in finders:
            if not finder.paused:
                self._pending[finder] = None

    def step(self) -> list[Finder]:
        """Look on for a moment; return those whose viewers have something to be sent, or told."""
        now = self._monotonic()
        changed = self._resume(now)
        until, room = now + min(self._credit.level, LOOK_SECONDS), LOOK_SAMPLES
        while self._pending and now < until and room > 0:
            finder = next(iter(self._pending))
            del self._pending[finder]
            room -= self._look(finder, min(room, _piece(finder)), now)
            if finder.behind:
                self._pending[finder] = None
            changed.append(finder)
            now = self._monotonic()
        if self._pending and self._credit.level <= 0 and now - self._paused_at >= PAUSE_SECONDS:
            self._paused_at = now
            changed += self._pause()
        return changed

    def _look(self, finder: Finder, most: int, began: float) -> int:
        busy = self._cpu()
        looked = finder.look(most)
        if looked:
            newest = NEWEST_COST if finder.cost else 1.0
            finder.cost += newest * ((self._cpu() - busy) / looked - finder.cost)
        self._credit.take(self._monotonic() - began)
        return looked

    def _pause(self) -> list[Finder]:
        """Pause some until there is time for all: of whoever wants most first, those that are
        furthest behind, the newest first."""
        need = sum(finder.need for finder in self._finders if not finder.paused)
        paused: list[Finder] = []
        if need <= SHARE:
            return paused
        late = [finder for finder in reversed(self._finders) if _is_late(finder)]
        wanted = self._wanted()
        for finder in sorted(late, key=lambda f: (wanted(f), _seconds_behind(f)), reverse=True):
            if need <= SHARE:
                break
            finder.paused = True
            self._pending.pop(finder, None)
            need -= finder.need
            paused.append(finder)
        return paused

    def _wanted(self) -> Callable[[Finder], float]:
        """What the caller of a finder wants in all; of several callers, who wants least."""
        needs: dict[object, float] = defaultdict(float)
        for finder in self._finders:
            for caller in finder.callers if not finder.paused else ():
                needs[caller] += finder.need
        return lambda finder: min((needs[caller] for caller in finder.callers), default=0.0)

    def _resume(self, now: float) -> list[Finder]:
        """Let those go on for whom there is time again, those first that came first."""
        if now - self._resumed_at < RESUME_SECONDS:
            return []
        self._resumed_at = now
        need = sum(finder.need for finder in self._finders if not finder.paused)
        resumed: list[Finder] = []
        for finder in self._finders:
            if not finder.paused:
                continue
            finder.cost *= FORGETTING
            if need + finder.need <= RESUME_SHARE:
                need += finder.need
                finder.paused = False
                resumed.append(finder)
        self.wake(resumed)
        return resumed


def _piece(finder: Finder) -> int:
    """How many samples a finder looks at in its turn, so that turns take equally long."""
    if not finder.cost:
        return FIRST_PIECE
    return max(LEAST_PIECE, min(MOST_PIECE, int(TURN_SECONDS / finder.cost)))


def _seconds_behind(finder: Finder) -> float:
    return finder.behind / finder.kept.rate


def _is_late(finder: Finder) -> bool:
    """Whether it is behind; one that never looked does not count: nobody knows what it takes."""
    return finder.cost > 0 and not finder.paused and _seconds_behind(finder) > LATE_SECONDS
