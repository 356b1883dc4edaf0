"""Sweeps: whole triggered windows of a stream that is too fast to be sent whole.

The trigger is looked for over every sample, once for all viewers with the same settings; a viewer
is sent the newest window that is complete, so often as its budget allows.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING

from waves.dsp.trigger import Trigger, TriggerPoint, TriggerSettings
from waves.streaming.messages import TriggerView

if TYPE_CHECKING:
    from waves.streaming.stream import LiveStream

#: More windows a second than this nobody can see.
MOST_SWEEPS = 20.0
#: Seconds without a trigger after which an automatic sweep runs free, at least.
FREE_RUN_SECONDS = 0.1
#: Seconds of samples that a finder looks back when it starts, or has fallen behind.
LOOK_BACK = 1.0
#: Samples on either side of a window, so that lines reach the borders of the screen.
MARGIN = 2


class Finder:
    """The triggers of one stream for one setting, in order; fed as the history grows."""

    def __init__(self, settings: TriggerSettings, signal: int, rate: float) -> None:
        self.signal = signal
        self._rate = rate
        self._trigger = Trigger(settings, rate)
        self._points: list[TriggerPoint] = []
        self._next = 0

    def look(self, stream: LiveStream, window: int) -> None:
        """Feed what has come since the last look; keep what windows of ``window`` can need."""
        history = stream.history
        oldest = max(history.first, history.next - int(LOOK_BACK * self._rate) - window)
        begin = max(self._next, oldest)
        if begin >= history.next:
            return
        for first, last in history.runs(begin, history.next):
            self._points += self._trigger.feed(first, history.samples(first, last)[self.signal])
        self._next = history.next
        del self._points[: bisect_left(self._points, (oldest,))]

    def newest(self, after: float, before: float) -> TriggerPoint | None:
        """The newest trigger that lies in ``(after, before]``, in samples."""
        at = bisect_right(self._points, (math.floor(before), 1.0))
        point = self._points[at - 1] if at else None
        return point if point is not None and point.sample > after else None


class Sweeper:
    """Chooses the windows of one viewer; automatic ones run free where no trigger comes."""

    def __init__(
        self, trigger: TriggerView, window: float, interval: float, monotonic: Callable[[], float]
    ) -> None:
        self._trigger = trigger
        self._settings = _settings(trigger)
        self._window = window
        self._interval = max(interval, 1 / MOST_SWEEPS)
        self._patience = max(FREE_RUN_SECONDS, 2 * window)
        self._monotonic = monotonic
        self._due_at = 0.0
        self._swept_at = monotonic()
        self._last = -1

    def next(self, stream: LiveStream) -> tuple[int, int] | None:
        """The window ``[first, last)`` that is to be sent now, or None."""
        now = self._monotonic()
        if now < self._due_at or not stream.history.started:
            return None
        samples = math.ceil(self._window * stream.rate)
        window = self._triggered(stream, samples) or self._untriggered(stream, samples, now)
        if window is not None:
            self._due_at, self._swept_at = now + self._interval, now
        return window

    def _triggered(self, stream: LiveStream, samples: int) -> tuple[int, int] | None:
        finder = None if self._trigger.mode == "free" else stream.finder(self._settings)
        if finder is None:
            return None
        finder.look(stream, samples)
        before = math.ceil(samples * self._trigger.position)
        behind = samples - before + MARGIN + 1
        earliest = max(self._last, stream.history.first + before + MARGIN)
        point = finder.newest(earliest, stream.history.next - behind)
        if point is None:
            return None
        self._last = point.sample
        return _whole(stream, point.sample - before - MARGIN, point.sample + behind)

    def _untriggered(self, stream: LiveStream, samples: int, now: float) -> tuple[int, int] | None:
        mode = self._trigger.mode
        if mode == "normal" or (mode == "auto" and now - self._swept_at < self._patience):
            return None
        end = stream.history.next
        return _whole(stream, end - samples - 2 * MARGIN - 1, end)


def _settings(trigger: TriggerView) -> TriggerSettings:
    """What is looked for, the same for all who differ in mode and position only.

    More triggers than sweeps are of no use, and a trigger on noise would cost a third of a core.
    """
    fields = trigger.model_dump(exclude={"mode", "position"})
    holdoff = max(trigger.holdoff, 1 / MOST_SWEEPS)
    return TriggerSettings.model_validate({**fields, "holdoff": holdoff})


def _whole(stream: LiveStream, first: int, last: int) -> tuple[int, int] | None:
    """The window, where nothing is missing in it."""
    return (first, last) if stream.run(1, first, last) == (first, last) else None
