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
        self._held: list[tuple[float, Times, Values]] = []
        #: The newest time that was given.
        self._latest = -np.inf
        self._timely_at = -np.inf

    @property
    def held(self) -> int:
        """How many samples wait."""
        return sum(times.size for _, times, _ in self._held)

    @property
    def is_full(self) -> bool:
        """Whether as many wait as may."""
        return self.held >= MOST_HELD

    def put(self, times: Times, values: Values, now: float) -> int:
        """Take samples, ``[n]`` and ``[signals, n]``; return how many of them are too late.

        Raises ClockStepError where all of them have been for a while: the clock was set back.
        """
        floor: Any = self._latest
        if not self.window:
            floor = np.maximum.accumulate(np.concatenate(([self._latest], times)))[:-1]
        timely = times >= floor
        if timely.any():
            self._timely_at = now
            self._held.append((now, times[timely], values[:, timely]))
        else:
            self._check_step(float(times.max()), now)
        return int(times.size - timely.sum())

    def _check_step(self, newest: float, now: float) -> None:
        back = self._latest - newest
        if back > STEP_SECONDS and now - self._timely_at > STEP_SECONDS:
            raise ClockStepError(f"The times went back by {back:.6g} s: a new epoch begins.")

    def take(self, now: float) -> tuple[Times, Values] | None:
        """The samples that wait no more, in order; None where there is none."""
        if not self._held:
            return None
        _, times, values = self._held[0]
        if not self.window and len(self._held) == 1 and (times[1:] >= times[:-1]).all():
            self._held = []
        else:
            times, values = self._due(now)
        if not times.size:
            return None
        self._latest = float(times[-1])
        return times, values

    def _due(self, now: float) -> tuple[Times, Values]:
        newest = max(float(times.max()) for _, times, _ in self._held)
        waited = [float(t.max()) for at, t, _ in self._held if now - at >= self.window]
        until = max(newest - self.window, *waited, -np.inf)
        times = np.concatenate([times for _, times, _ in self._held])
        values = np.concatenate([values for *_, values in self._held], axis=1)
        due = times <= until
        self._held = [
            (at, t[t > until], v[:, t > until]) for at, t, v in self._held if (t > until).any()
        ]
        order = np.argsort(times[due], kind="stable")
        return times[due][order], values[:, due][:, order]
