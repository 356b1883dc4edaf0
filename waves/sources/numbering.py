"""Positions for what was pushed: by its times, or one sample after the other at a rate."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import BusyError, IngestError
from waves.ingest.batch import Batch
from waves.protocol.block import SampleBlock
from waves.protocol.spec import StreamSpec
from waves.sources.base import SourceContext
from waves.sources.inbox import Inbox
from waves.sources.ordering import Ordering, window_of
from waves.sources.pacing import MAX_LAG, WallLabels

Floats = NDArray[np.float64]

#: Seconds that samples at a rate may be ahead of it; a writer that is further waits.
MOST_LEAD = 1.0
#: Between samples that came together without times.
APART_SECONDS = 1e-6


class Timed:
    """Samples by their times: in order, those that are late or there already counted."""

    def __init__(self, spec: StreamSpec, context: SourceContext, inbox: Inbox) -> None:
        self.next = 0
        self._context = context
        self._keys = tuple(row.key for row in spec.signals)
        self._order = Ordering(window_of(spec))
        self._seen = inbox.seen
        #: The newest time that is in blocks; and of what was put last, for ``Inbox.follow``.
        self.mark = -math.inf
        self.put_at: tuple[float, None] = (-math.inf, None)
        #: How many seconds the oldest of what was put last is behind what is in blocks.
        self.late_by = 0.0

    def update(self, spec: StreamSpec) -> None:
        """How long samples wait for older ones."""
        self._order.window = window_of(spec)

    @property
    def due(self) -> int:
        """The index that a sample gets that comes now, as far as none comes before it."""
        return self.next + self._order.held

    @property
    def patience(self) -> float | None:
        """Seconds until what is held back has waited long enough; None where nothing is."""
        return self._order.window if self._order.held else None

    def check_room(self) -> None:
        """What waits is bounded by the inbox."""

    def check(self, batch: Batch) -> None:
        """Raise IngestError where a time is too far ahead."""
        if batch.times is None:
            return
        now = self._context.clock.time()
        ahead = np.flatnonzero(batch.times > now + self._context.most_ahead)
        if ahead.size:
            line = 0 if batch.lines is None else int(batch.lines[ahead[0]])
            by = float(batch.times[ahead[0]]) - now
            raise IngestError(
                f"A time is {by:.6g} s ahead of this server's, and may be "
                f"{self._context.most_ahead:g} s. "
                "Look at the clock, and at the unit of the times.",
                line=line,
            )

    def put(self, rows: Floats, batch: Batch, *, again: bool = False) -> tuple[int, int]:
        """Take samples; how many came too late, and how many were there already.

        ``again``: the former run had taken them, so that they are known and new at once.
        """
        times = self._times(batch)
        known = times.tolist()
        masks = self._seen.masks(self._keys, rows)
        is_known = [False] if again else self._seen.known(known, masks)
        doubled = sum(is_known)
        if doubled == times.size:
            return 0, doubled
        new, new_rows = times, rows
        if doubled:
            is_new = ~np.array(is_known)
            new, new_rows = times[is_new], rows[:, is_new]
        self.put_at = float(new.max()), None
        self.late_by = max(0.0, self.mark - float(new.min()))
        late = self._order.put(new, new_rows, self._context.clock.monotonic())
        self._seen.remember(known, masks)
        return late, doubled

    def _times(self, batch: Batch) -> Floats:
        apart = APART_SECONDS * np.arange(batch.n, dtype=np.float64)
        arrival: Floats = self._context.clock.time() + apart
        if batch.times is None:
            return arrival
        times: Floats = np.where(np.isnan(batch.times), arrival, batch.times)
        return times

    def blocks(self, dtype: np.dtype[Any]) -> Iterator[SampleBlock]:
        """What waits no more, as a block."""
        taken = self._order.take(self._context.clock.monotonic())
        if taken is None:
            return
        times, rows = merged(*taken)
        self.mark = float(times[-1])
        first, self.next = self.next, self.next + times.size
        t0 = float(times[0])
        yield SampleBlock(self._context.epoch, first, t0, 0.0, rows.astype(dtype), times - t0)

    def held(self) -> Batch | None:
        """What was taken and not yielded."""
        self._order.window = 0.0
        taken = self._order.take(math.inf)
        if taken is None:
            return None
        return Batch(self._keys, np.asarray(taken[1], np.float64), taken[0])


def merged(times: Floats, rows: NDArray[np.floating[Any]]) -> tuple[Floats, Floats]:
    """Samples of equal time as one: of each signal the last value that there is."""
    values: Floats = rows.astype(np.float64, copy=False)
    is_first = np.concatenate(([True], times[1:] != times[:-1]))
    if is_first.all():
        return times, values
    group = np.cumsum(is_first) - 1
    joined = values[:, is_first].copy()
    for at in np.flatnonzero(~is_first):
        there = ~np.isnan(values[:, at])
        joined[there, group[at]] = values[there, at]
    return times[is_first], joined


class Regular:
    """Samples one after the other at the rate; one that comes over 1 s late leaves a gap."""

    def __init__(self, spec: StreamSpec, context: SourceContext, inbox: Inbox) -> None:
        self.next = 0
        self._context = context
        self._keys = tuple(row.key for row in spec.signals)
        self._rate = spec.rate
        self._labels = WallLabels(context.clock)
        self._start: float | None = None
        self._pending: deque[tuple[int, Floats]] = deque()
        #: The index behind what is in blocks; and end and begin of what was put last.
        self.mark = 0.0
        self.late_by = 0.0
        self.put_at: tuple[float, int] = (0.0, 0)

    def update(self, spec: StreamSpec) -> None:
        """The rate belongs to the epoch: nothing else matters here."""

    @property
    def due(self) -> int:
        """The index of the next sample that comes."""
        return self.next

    @property
    def patience(self) -> float | None:
        """Seconds until more of what waits is due; None where nothing waits."""
        return 0.02 if self._pending else None

    def check(self, batch: Batch) -> None:
        """Raise IngestError where a sample has a time, and BusyError where too many wait."""
        if batch.times is not None:
            raise IngestError(
                "This stream's clock is regular: send samples without times, or set it to timed."
            )
        # Of those that found room at once, the last may be a little more ahead than the first.
        self.check_room(2 * MOST_LEAD)

    def check_room(self, most: float = MOST_LEAD) -> None:
        """Raise BusyError where what was taken is so many seconds ahead of the rate."""
        if self._start is not None and self._start + self.next / self._rate - self._now > most:
            raise BusyError(f"This stream takes {self._rate:g} samples a second: send slower.")

    @property
    def _now(self) -> float:
        return self._context.clock.monotonic()

    def put(self, rows: Floats, batch: Batch, *, again: bool = False) -> tuple[int, int]:
        """Take samples; none is late, and none doubled."""
        now, n = self._now, rows.shape[1]
        if self._start is None:
            self._start = now - n / self._rate
        late = now - self._start - (self.next + n) / self._rate
        if late > MAX_LAG:
            skipped = round(late * self._rate)
            self.next += skipped
            self._context.skipped(skipped)
        self._pending.append((self.next, rows))
        self.put_at = self.next + n, self.next
        self.next += n
        return 0, 0

    def blocks(self, dtype: np.dtype[Any]) -> Iterator[SampleBlock]:
        """What is due by now of that which waits, a block for each stretch without a gap."""
        until = int((self._now - (self._start or 0.0)) * self._rate) + 1
        while self._pending and self._pending[0][0] < until:
            first, rows = self._stretch(until)
            t0 = self._labels.at((self._start or 0.0) + first / self._rate)
            self.mark = first + rows.shape[1]
            yield SampleBlock(self._context.epoch, first, t0, 1 / self._rate, rows.astype(dtype))

    def _stretch(self, until: int) -> tuple[int, Floats]:
        """Take the oldest samples that follow one another, up to an index."""
        first = at = self._pending[0][0]
        pieces: list[Floats] = []
        while self._pending and self._pending[0][0] == at < until:
            _, rows = self._pending.popleft()
            if until - at < rows.shape[1]:
                self._pending.appendleft((until, rows[:, until - at :]))
                rows = rows[:, : until - at]
            pieces.append(rows)
            at += rows.shape[1]
        return first, np.concatenate(pieces, axis=1)

    def held(self) -> Batch | None:
        """What was taken and not yielded."""
        if not self._pending:
            return None
        return Batch(self._keys, np.concatenate([rows for _, rows in self._pending], axis=1))
