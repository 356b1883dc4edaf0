"""Sweeps: whole triggered windows of a stream that is too fast to be sent whole.

The trigger is looked for over every sample, once for all viewers with the same settings, as far as
the time for it goes (``search.py``); a viewer is sent the newest window that is complete, so often
as its budget allows.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from waves.dsp.trigger import TriggerSettings
from waves.hub.finder import LOOK_BACK, Finder, Watcher
from waves.hub.kept import Kept
from waves.hub.search import Search
from waves.protocol.messages import TriggerView, View

#: More windows a second than this nobody can see.
MOST_SWEEPS = 20.0
#: Seconds without a trigger after which an automatic sweep runs free, at least.
FREE_RUN_SECONDS = 0.1
#: Samples on either side of a window, so that lines reach the borders of the screen.
MARGIN = 2


class Finders:
    """The finders of one stream, each for all who have the same setting.

    ``search`` is shared by all streams of a process, as the time to look is.
    """

    def __init__(
        self, kept: Kept, search: Search, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.kept = kept
        self.monotonic = monotonic
        self._search = search
        self._finders: dict[TriggerSettings, Finder] = {}

    def join(self, trigger: TriggerSettings, watcher: Watcher, window: int) -> Finder | None:
        """The triggers of a setting, found once for all; None where there is no such signal.

        ``window`` in samples. Whoever joins has to leave.
        """
        description = self.kept.description
        keys = [signal["key"] for signal in description["signals"]] if description else []
        if trigger.signal not in keys:
            return None
        finder = self._finders.get(trigger)
        if finder is None:
            signal = keys.index(trigger.signal)
            finder = self._finders[trigger] = Finder(self.kept, trigger, signal)
            self._search.add(finder)
        finder.watchers[watcher] += 1
        finder.keep(window)
        return finder

    def leave(self, finder: Finder, watcher: Watcher) -> None:
        """A watcher has no use for a finder any more; without any it goes."""
        finder.watchers[watcher] -= 1
        finder.watchers = +finder.watchers
        if finder.watchers:
            return
        self._search.remove(finder)
        if self._finders.get(finder.settings) is finder:
            del self._finders[finder.settings]

    def clear(self) -> None:
        """A new epoch begins: nothing of the old one is looked for."""
        for finder in self._finders.values():
            self._search.remove(finder)
        self._finders.clear()

    def wake(self) -> None:
        """The stream has more to look at."""
        self._search.wake(self._finders.values())


class Sweeper:
    """Chooses the windows of one viewer; automatic ones run free where no trigger comes."""

    def __init__(
        self, finders: Finders, watcher: Watcher, view: View, trigger: TriggerView
    ) -> None:
        kept = finders.kept
        window = view.window or kept.window
        interval = window * kept.rate * kept.sample_bytes / view.budget
        self._trigger = trigger
        self._finders = finders
        self._watcher = watcher
        self._kept = kept
        self._samples = math.ceil(window * kept.rate)
        #: The least seconds between two sweeps.
        self._interval = max(interval, 1 / MOST_SWEEPS)
        self._patience = max(FREE_RUN_SECONDS, 2 * window)
        self._monotonic = finders.monotonic
        self._swept_at = self._monotonic()
        self._last = -1
        self._finder = None if trigger.mode == "free" else self._join()

    def _join(self) -> Finder | None:
        return self._finders.join(_settings(self._trigger), self._watcher, self._samples)

    def leave(self) -> None:
        """The viewer wants no more sweeps of this kind."""
        if self._finder is not None:
            self._finders.leave(self._finder, self._watcher)

    @property
    def paused(self) -> bool:
        """Whether it runs free because there is no time to look for its trigger."""
        return self._finder is not None and self._finder.paused

    def next(self) -> tuple[int, int] | None:
        """The window ``[first, last)`` that is to be sent now, or None."""
        now = self._monotonic()
        if now < self._watcher.due_at or not self._kept.history.started:
            return None
        window = self._triggered() or self._untriggered(now)
        if window is not None:
            self._watcher.due_at = now + self._interval
            self._swept_at = now
        return window

    def _triggered(self) -> tuple[int, int] | None:
        if self._finder is None or self._finder.paused:
            return None
        history = self._kept.history
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
        end = self._kept.history.next
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
        return (first, last) if self._kept.run(1, first, last) == (first, last) else None


def _settings(trigger: TriggerView) -> TriggerSettings:
    """What is looked for, the same for all who differ in mode and position only.

    More triggers than sweeps are of no use, and a trigger on noise would cost a third of a core.
    """
    fields = trigger.model_dump(exclude={"mode", "position"})
    holdoff = max(trigger.holdoff, 1 / MOST_SWEEPS)
    return TriggerSettings.model_validate({**fields, "holdoff": holdoff})
