"""The triggers of one stream for one setting: looked for once, for all sockets that want them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waves.dsp.hysteresis import hysteresis_of
from waves.dsp.trigger import Trigger, TriggerPoint, TriggerSettings
from waves.hub.kept import Kept

#: Seconds of samples that a finder looks back when it starts, or has fallen behind.
LOOK_BACK = 1.0
#: Where no hysteresis is set, noise is measured anew this often, in seconds of the stream.
MEASURE_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Watcher:
    """One socket that is sent sweeps of a stream: what wakes it, and when the next one is due.

    It outlives its viewer: to ask for another view, or to subscribe anew, makes no sweep come
    sooner. ``due_at`` is monotonic time.
    """

    wake: Callable[[], None]
    due_at: float = 0.0
    #: Whose socket it is: None where nobody is counted.
    caller: object = None


class Finder:
    """The triggers of one stream for one setting, in order; looks on a piece at a time.

    ``signal`` is the row of the stream that is looked at. ``watchers`` are those that it is for.
    """

    def __init__(self, kept: Kept, settings: TriggerSettings, signal: int) -> None:
        self.kept = kept
        self.settings = settings
        #: How often each: who changes a view joins for the new one before it leaves the old one.
        self.watchers: Counter[Watcher] = Counter()
        #: There is no time to look on: those who use it run free.
        self.paused = False
        #: Seconds that a sample took of late; 0 before the first look.
        self.cost = 0.0
        self._signal = signal
        said = kept.description["signals"][signal] if kept.description else {}
        self._trigger = Trigger(settings, kept.rate, *_line_of(said))
        self._points: list[TriggerPoint] = []
        self._next = 0
        self._window = 0
        self._measure_at = 0

    def keep(self, window: int) -> None:
        """A window of so many samples is asked for: keep what it can need."""
        self._window = max(self._window, window)

    @property
    def callers(self) -> set[object]:
        """Who wants them; each of those who are not counted is one."""
        return {watcher.caller or watcher for watcher in self.watchers}

    @property
    def behind(self) -> int:
        """Samples that are still to be looked at."""
        return max(0, self.kept.history.next - self._begin)

    @property
    def need(self) -> float:
        """Seconds of looking that a second of the stream takes."""
        return self.cost * self.kept.rate

    @property
    def _oldest(self) -> int:
        """What lies before this is not looked at: its windows are not wanted any more."""
        history = self.kept.history
        return max(history.first, history.next - int(LOOK_BACK * self.kept.rate) - self._window)

    @property
    def _begin(self) -> int:
        return max(self._next, self._oldest)

    def look(self, most: int) -> int:
        """Look at the next samples, at most so many; return how many they were."""
        history, first = self.kept.history, self._begin
        last = min(history.next, first + most)
        if first >= last:
            return 0
        if self.settings.hysteresis is None and last >= self._measure_at:
            self._measure()
        self._points += self._trigger.feed(first, history.row(self._signal, first, last))
        self._next = last
        del self._points[: bisect_left(self._points, (self._oldest,))]
        return last - first

    def _measure(self) -> None:
        """Set the hysteresis by the noise of the newest samples; soon again, where they are few."""
        history, second = self.kept.history, math.ceil(LOOK_BACK * self.kept.rate)
        first = max(history.first, history.next - second)
        values = history.row(self._signal, first, history.next)
        self._trigger.arm_beyond(hysteresis_of(self.settings, values))
        again = second if values.size < second else math.ceil(MEASURE_SECONDS * self.kept.rate)
        self._measure_at = history.next + again

    def newest(self, after: float, before: float) -> TriggerPoint | None:
        """The newest trigger that lies in ``(after, before]``, in samples."""
        at = bisect_right(self._points, (math.floor(before), 1.0))
        point = self._points[at - 1] if at else None
        return point if point is not None and point.sample > after else None


def _line_of(signal: Mapping[str, object]) -> tuple[str, str]:
    """The line that a signal has, and what a missing value means, as its description says."""
    line = signal.get("line", "step" if signal.get("states") else "linear")
    return str(line), str(signal.get("missing", "hole"))
