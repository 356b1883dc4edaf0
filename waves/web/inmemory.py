"""The next or the former crossing in what a process keeps of a stream, a short step at a time.

It is looked for on the event loop: so nothing is copied, and nothing moves on within a step.
Between two steps the history may go on, and give up what was not looked at yet.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from waves.dsp.hysteresis import hysteresis_of
from waves.dsp.trigger import Crossings, Trigger, TriggerSettings
from waves.history.history import History
from waves.hub.kept import Kept
from waves.recording.framing import nanoseconds
from waves.recording.searching import Found

#: Samples that one step looks at. Those that cross the level at every sample take 1.5 ms, white
#: noise half a millisecond, and a calm signal 0.03 ms.
PIECE = 8 * 1024
#: The newest samples that tell the noise where nobody chose a hysteresis: some of them are read.
MEASURED = 256 * 1024
#: A crossing that is nearer than this to where the search begins, in seconds, is that one.
HAIR = 5e-7


class InMemory:
    """A search for edges of one signal from ``begin`` up to ``end``, in unix seconds.

    Backwards ``end`` is before ``begin``.
    """

    def __init__(
        self,
        kept: Kept,
        row: int,
        settings: TriggerSettings,
        begin: float,
        end: float,
        *,
        forward: bool,
    ) -> None:
        self._kept = kept
        self._row = row
        self._settings = settings
        self._begin, self._end = begin, end
        self._forward = forward
        history = self._history
        first, last = history.labelled(min(begin, end), max(begin, end))
        #: A crossing lies before the sample that completes it.
        self._first, self._last = max(first, history.first), min(history.next, last + 1)
        self._hysteresis = settings.hysteresis or 0.0

    @property
    def _history(self) -> History:
        """What is kept now: it is another object where its length was edited."""
        return self._kept.history

    def steps(self) -> Iterator[int | Found]:
        """Look on. Yields times at which it looks, in nanoseconds, and then what it found.

        Each range is looked at from a sample on that tells whether it is armed. Backwards the next
        one ends there, so that no sample is looked at again for what lies before it.
        """
        last = self._last
        if self._first >= last:
            return
        if self._settings.hysteresis is None:
            newest = self._history.row(self._row, max(self._first, last - MEASURED), last)
            self._hysteresis = hysteresis_of(self._settings, newest)
            yield nanoseconds(self._history.t0(self._first if self._forward else last - 1))
        while True:
            begin = self._first if self._forward else max(self._first, last - PIECE)
            armed = yield from self._telling(begin)
            found = yield from self._look(armed, last)
            if found is not None:
                yield found
            if found is not None or armed <= max(self._first - 1, self._history.first):
                return
            last = armed + 1

    def _telling(self, last: int) -> Generator[int, None, int]:
        """The last sample before ``last`` that tells whether it is armed; or the oldest one."""
        trigger = self._trigger()
        while (oldest := self._history.first) < last:
            begin = max(oldest, last - PIECE)
            found = trigger.last_telling(self._history.row(self._row, begin, last))
            if found >= 0:
                return begin + found
            yield nanoseconds(self._history.t0(begin))
            last = begin
        return last

    def _look(self, begin: int, last: int) -> Generator[int, None, Found | None]:
        """The crossing in ``[begin, last)`` that is nearest to where the search begins."""
        trigger = self._trigger()
        found: Found | None = None
        while (begin := max(begin, self._history.first)) < last:
            end = min(last, begin + PIECE)
            crossings = trigger.crossings(begin, self._history.row(self._row, begin, end))
            found = self._nearest(crossings) or found
            if found is not None and self._forward:
                break
            yield nanoseconds(self._history.t0(begin))
            begin = end
        return found

    def _nearest(self, crossings: Crossings) -> Found | None:
        history, samples = self._history, crossings["sample"]
        labels = history.labels(samples)
        at = labels + crossings["fraction"] * (history.labels(samples + 1) - labels)
        if self._forward:
            counts = (at > self._begin + HAIR) & (at <= self._end)
        else:
            counts = (at >= self._end) & (at < self._begin - HAIR)
        places = np.flatnonzero(counts & (samples >= self._first - 1))
        if not places.size:
            return None
        place = places[0 if self._forward else -1]
        return Found(history.epoch, int(samples[place]), nanoseconds(float(at[place])))

    def _trigger(self) -> Trigger:
        told = self._kept.description
        signal = told["signals"][self._row] if told is not None else {}
        line = str(signal.get("line", "step" if signal.get("states") else "linear"))
        missing = str(signal.get("missing", "hole"))
        trigger = Trigger(self._settings, self._kept.rate, line, missing)
        trigger.arm_beyond(self._hysteresis)
        return trigger
