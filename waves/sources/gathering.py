"""Readings, gathered into batches: with their times, and without what the stream may not take.

Somebody who sends nonsense, or a signal too many, costs nobody else a sample: whatever was sent
together is taken or refused by itself, and values of signals that are not added are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from waves.exceptions import IngestError
from waves.ingest.batch import Batch, Rows, check_name
from waves.ingest.readings import EARLIEST, BoardClock, Reading
from waves.sources.numbering import APART_SECONDS


@dataclass(slots=True)
class Gathered:
    """What is to be told of some pieces: batches, what was left out by its reason, and lines."""

    batches: list[Batch] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)


class Gatherer:
    """Puts readings into rows: those of known signals, and those that have new ones beside them.

    ``known`` are the names of the stream's signals. ``room`` is how many may be added. ``wall``
    gives unix seconds.
    """

    def __init__(
        self,
        known: Collection[str],
        room: int,
        wall: Callable[[], float],
        most_ahead: float = 5.0,
    ) -> None:
        #: Whether new signals may begin an epoch now.
        self.may_add = True
        self._known = frozenset(known)
        self._room = room
        self._wall = wall
        self._most_ahead = most_ahead
        self._new: set[str] = set()
        self._latest = 0.0
        self._begin()

    def _begin(self) -> None:
        self._rows, self._fresh = Rows(), Rows()
        self._units: dict[str, str] = {}
        self._is_filled = [False, False]
        self.unknown = 0

    def add(self, readings: Sequence[Reading], arrival: float, board: BoardClock) -> bool:
        """Take what came together at ``arrival`` (unix seconds), all of it or nothing.

        ``board`` is the clock of its sender. True where a new signal is in it, for which it has to
        wait. Raises IngestError where it cannot be taken.
        """
        for reading in readings:
            for name in reading.fields:
                if name not in self._known:
                    check_name(name)
        times = self._times(readings, arrival, board)
        waits = False
        for time, (_, fields, units) in zip(times, readings, strict=True):
            new = fields.keys() - self._known
            allowed = {name for name in new if self._may_be_new(name)}
            if len(allowed) < len(new):
                self.unknown += len(new) - len(allowed)
                fields = {k: v for k, v in fields.items() if k in self._known or k in allowed}
            if fields:
                (self._fresh if allowed else self._rows).add(time, fields)
                self._is_filled[bool(allowed)] = True
                self._units.update(units)
            waits |= bool(allowed)
        return waits

    def _may_be_new(self, name: str) -> bool:
        if name not in self._new and self.may_add and len(self._new) < self._room:
            self._new.add(name)
        return name in self._new

    def _times(
        self, readings: Sequence[Reading], arrival: float, board: BoardClock
    ) -> Iterable[float]:
        since_start = [each.time for each in readings if each.time is not None]
        since_start = [time for time in since_start if time < EARLIEST]
        if since_start:
            board.settle(max(since_start), arrival)
        # Samples of one signal at one time would be the same sample.
        arrival = max(arrival, self._latest + APART_SECONDS)
        self._latest = arrival
        count: Counter[str] = Counter()
        return [self._time(reading, arrival, board, count) for reading in readings]

    def _time(
        self, reading: Reading, arrival: float, board: BoardClock, count: Counter[str]
    ) -> float:
        if reading.time is None:
            count.update(reading.fields.keys())
            before = max((count[name] for name in reading.fields), default=1) - 1
            self._latest = max(self._latest, arrival + APART_SECONDS * before)
            return arrival + APART_SECONDS * before
        time = board.unix(reading.time) if reading.time < EARLIEST else reading.time
        ahead = time - self._wall()
        if ahead > self._most_ahead:
            may = f"{self._most_ahead:g} s"
            raise IngestError(f"A time is {ahead:.6g} s ahead of this server's, and may be {may}.")
        return time

    def batches(self) -> list[Batch]:
        """All that was taken: what has new signals is a batch of its own, after the rest."""
        batches = []
        for is_filled, rows in zip(self._is_filled, (self._rows, self._fresh), strict=True):
            if is_filled:
                batch = rows.batch()
                units = {name: self._units[name] for name in batch.names if name in self._units}
                batches.append(replace(batch, units=units))
        self._begin()
        return batches
