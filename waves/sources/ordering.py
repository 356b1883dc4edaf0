"""Timed samples in the order of their times: what comes too late is left out, and counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import ClockStepError
from waves.protocol.spec import StreamSpec

Times = NDArray[np.float64]
Values = NDArray[np.floating[Any]]

#: The longest that samples wait for older ones, in seconds: a live view is as much behind.
MAX_WINDOW = 60.0
#: Samples that wait at once; beyond, whoever yields them is made to wait.
MOST_HELD = 65_536
#: Where nothing but samples this much too late came for this long, the clock was set back.
STEP_SECONDS = 10.0


def window_of(spec: StreamSpec) -> float:
    """Seconds that samples wait for older ones."""
    return spec.reorder_window if spec.late == "reorder" else 0.0


class Ordering:
    """``put`` takes samples as they come, ``take`` gives those that are in order.

    With ``window`` 0 a sample older than the one before it is too late. Else each is held back
    until there is one that is ``window`` seconds newer, or until it has waited as long itself.
    ``now`` is monotonic seconds, times are unix seconds.
    """

    def __init__(self, window: float = 0.0) -> None:
        self.window = window
        #: What was put since ``take``, with when; and what that left, with when each sample came.
        self._new: list[tuple[float, Times, Values]] = []
        self._left: tuple[Times, Times, Values] | None = None
        #: How many samples wait.
        self.held = 0
        #: The newest time that was given.
        self._latest = -np.inf
        self._timely_at = -np.inf

    @property
    def is_full(self) -> bool:
        """Whether as many wait as may."""
        return self.held >= MOST_HELD

    def put(self, times: Times, values: Values, now: float) -> int:
        """Take samples, ``[n]`` and ``[signals, n]``; return how many of them are too late.

        Raises ClockStepError where all of them have been for a while: the clock was set back.
        """
        floor: Any = self._latest
        if not self.window and times.size > 1:
            floor = np.maximum.accumulate(np.concatenate(([self._latest], times)))[:-1]
        timely = times >= floor
        n = int(np.count_nonzero(timely))
        late = times.size - n
        if n:
            self._timely_at = now
            if late:
                times, values = times[timely], values[:, timely]
            self._new.append((now, times, values))
            self.held += n
        else:
            self._check_step(float(times.max()), now)
        return late

    def _check_step(self, newest: float, now: float) -> None:
        back = self._latest - newest
        if back > STEP_SECONDS and now - self._timely_at > STEP_SECONDS:
            raise ClockStepError(f"The times went back by {back:.6g} s: a new epoch begins.")

    def take(self, now: float) -> tuple[Times, Values] | None:
        """The samples that wait no more, in order; None where there is none."""
        if not self.held:
            return None
        if not self.window and self._left is None and len(self._new) == 1:
            ((_, times, values),) = self._new
            if (times[1:] >= times[:-1]).all():
                self._new, self.held = [], 0
                self._latest = float(times[-1])
                return times, values
        return self._due(now)

    def _due(self, now: float) -> tuple[Times, Values] | None:
        came, times, values = self._all()
        until = float(times.max()) - self.window
        waited = now - came >= self.window
        if waited.any():
            until = max(until, float(times[waited].max()))
        due = times <= until
        n = int(np.count_nonzero(due))
        self._left = None
        if n < times.size:
            self._left = came[~due], times[~due], values[:, ~due]
        self.held = times.size - n
        if not n:
            return None
        order = np.flatnonzero(due)[np.argsort(times[due], kind="stable")]
        self._latest = float(times[order[-1]])
        return times[order], values[:, order]

    def _all(self) -> tuple[Times, Times, Values]:
        """When each sample came, their times and values, in the order in which they came."""
        new, self._new = self._new, []
        parts = [] if self._left is None else [self._left]
        if new:
            came = np.repeat([now for now, *_ in new], [times.size for _, times, _ in new])
            times = np.concatenate([times for _, times, _ in new])
            parts.append((came, times, np.concatenate([values for *_, values in new], axis=1)))
        if len(parts) == 1:
            return parts[0]
        (came, times, values), (more_came, more_times, more_values) = parts
        return (
            np.concatenate((came, more_came)),
            np.concatenate((times, more_times)),
            np.concatenate((values, more_values), axis=1),
        )
