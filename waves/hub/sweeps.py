"""Sweeps: whole triggered windows of a stream that is too fast to be sent whole.

The trigger is looked for over every sample, once for all viewers with the same settings, as far as
the time for it goes (``search.py``); a viewer is sent the newest window that is complete, so often
as its budget allows.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

from waves.dsp.trigger import Trigger, TriggerPoint, TriggerSettings
from waves.protocol.messages import TriggerView

if TYPE_CHECKING:
    from waves.hub.stream import LiveStream
    from waves.hub.viewer import Viewer

#: More windows a second than this nobody can see.
MOST_SWEEPS = 20.0
#: Seconds without a trigger after which an automatic sweep runs free, at least.
FREE_RUN_SECONDS = 0.1
#: Seconds of samples that a finder looks back when it starts, or has fallen behind.
LOOK_BACK = 1.0
#: Samples on either side of a window, so that lines reach the borders of the screen.
MARGIN = 2


class Finder:
    """The triggers of one stream for one setting, in order; looks on a piece at a time.

    ``signal`` is the row of the stream that is looked at. ``users`` are the viewers that it is for.
    """

    def __init__(self, stream: LiveStream, settings: TriggerSettings, signal: int) -> None:
        self.stream = stream
        self.settings = settings
        self.users: set[Viewer] = set()
        #: There is no time to look on: those who use it run free.
        self.paused = False
        #: Seconds that a sample took of late; 0 before the first look.
        self.cost = 0.0
        self._signal = signal
        self._trigger = Trigger(settings, stream.rate)
        self._points: list[TriggerPoint] = []
        self._next = 0
        self._window = 0

    def keep(self, window: int) -> None:
        """A window of so many samples is asked for: keep what it can need."""
        self._window = max(self._window, window)

    @property
    def behind(self) -> int:
        """Samples that are still to be looked at."""
        return max(0, self.stream.history.next - self._begin)

    @property
    def need(self) -> float:
        """Seconds of looking that a second of the stream takes."""
        return self.cost * self.stream.rate

    @property
    def _oldest(self) -> int:
        """What lies before this is not looked at: its windows are not wanted any more."""
        history = self.stream.history
        return max(history.first, history.next - int(LOOK_BACK * self.stream.rate) - self._window)

    @property
    def _begin(self) -> int:
        return max(self._next, self._oldest)

    def look(self, most: int) -> int:
        """Look at the next samples, at most so many; return how many they were."""
        history, first = self.stream.history, self._begin
        last = min(history.next, first + most)
        if first >= last:
            return 0
        self._points += self._trigger.feed(first, history.row(self._signal, first, last))
        self._next = last
        del self._points[: bisect_left(self._points, (self._oldest,))]
        return last - first

    def newest(self, after: float, before: float) -> TriggerPoint | None:
        """The newest trigger that lies in ``(after, before]``, in samples."""
        at = bisect_right(self._points, (math.floor(before), 1.0))
        point = self._points[at - 1] if at else None
        return point if point is not None and point.sample > after else None


class Sweeper:
    """Chooses the windows of one viewer; automatic ones run free where no trigger comes.

    ``window`` in seconds, ``interval`` the least seconds between two sweeps.
    """

    def __init__(
        self,
        trigger: TriggerView,
        viewer: Viewer,
        window: float,
        interval: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._trigger = trigger
        self._viewer = viewer
        self._stream = viewer.stream
        self._samples = math.ceil(window * self._stream.rate)
        self._interval = max(interval, 1 / MOST_SWEEPS)
        self._patience = max(FREE_RUN_SECONDS, 2 * window)
        self._monotonic = monotonic
        self._swept_at = monotonic()
        self._last = -1
        self._finder = None if trigger.mode == "free" else self._join()

    def _join(self) -> Finder | None:
        return self._stream.join_finder(_settings(self._trigger), self._viewer, self._samples)

    def leave(self) -> None:
        """The viewer wants no more sweeps of this kind."""
        if self._finder is not None:
            self._stream.leave_finder(self._finder, self._viewer)

    @property
    def paused(self) -> bool:
        """Whether it runs free because there is no time to look for its trigger."""
        return self._finder is not None and self._finder.paused

    def next(self) -> tuple[int, int] | None:
        """The window ``[first, last)`` that is to be sent now, or None."""
        now = self._monotonic()
        # When the next one is due outlives this sweeper and its viewer: to ask for another view,
        # or to subscribe anew, makes it come no sooner.
        due, handle = self._viewer.connection.sweeps_due, self._stream.handle
        if now < due.get(handle, 0.0) or not self._stream.history.started:
            return None
        window = self._triggered() or self._untriggered(now)
        if window is not None:
            due[handle] = now + self._interval
            self._swept_at = now
        return window

    def _triggered(self) -> tuple[int, int] | None:
        if self._finder is None or self._finder.paused:
            return None
        history = self._stream.history
        before = math.ceil(self._samples * self._trigger.position)
        behind = self._samples - before + MARGIN + 1
        earliest = max(self._last, history.first + before + MARGIN)
        point = self._finder.newest(earliest, history.next - behind)
        if point is None:
            return None
        self._last = point.sample
        return self._whole(point.sample - before - MARGIN, point.sample + behind)

    def _untriggered(self, now: float) -> tuple[int, int] | None:
        if not self._runs_free(now):
            return None
        end = self._stream.history.next
        return self._whole(end - self._samples - 2 * MARGIN - 1, end)

    def _runs_free(self, now: float) -> bool:
        mode = self._trigger.mode
        if mode == "free" or self.paused:
            return True
        if mode == "normal":
            return False
        # There may be a trigger in what was not looked at yet.
        is_behind = self._finder is not None and self._finder.behind
        return now - self._swept_at >= self._patience + (LOOK_BACK if is_behind else 0.0)

    def _whole(self, first: int, last: int) -> tuple[int, int] | None:
        """The window, where nothing is missing in it."""
        return (first, last) if self._stream.run(1, first, last) == (first, last) else None


def _settings(trigger: TriggerView) -> TriggerSettings:
    """What is looked for, the same for all who differ in mode and position only.

    More triggers than sweeps are of no use, and a trigger on noise would cost a third of a core.
    """
    fields = trigger.model_dump(exclude={"mode", "position"})
    holdoff = max(trigger.holdoff, 1 / MOST_SWEEPS)
    return TriggerSettings.model_validate({**fields, "holdoff": holdoff})
