"""Pushed samples: whatever doors bring, put into the order of its times and numbered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections import deque
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from waves.exceptions import BusyError, IngestError, SourceError
from waves.ingest.batch import Batch
from waves.ingest.line_protocol import Template
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.reading import MOST_STATES
from waves.protocol.spec import StreamSpec
from waves.sources.base import Defaults, Example, Rows, SignalInfo, Source, SourceContext
from waves.sources.inbox import Delivery, Inbox, Receipt
from waves.sources.lateness import Lateness
from waves.sources.ordering import Ordering, window_of
from waves.sources.pacing import MAX_LAG, WallLabels
from waves.sources.states import Room, States
from waves.sources.taking import TakingOptions

Floats = NDArray[np.float64]

#: Seconds that samples wait for older ones, where the admin says nothing.
REORDER_SECONDS = 0.2
#: Between samples that came together without times.
APART_SECONDS = 1e-6


class PushOptions(TakingOptions):
    """How what is pushed is read."""

    clock: Literal["timed", "regular"] = Field(
        default="timed",
        title="Clock",
        description="timed: each sample has its time, or counts from its arrival. regular: samples "
        "follow one another at the sample rate.",
    )
    template: Template = Field(
        default="field",
        title="Names of line protocol",
        description="What of a line names a signal.",
    )


class PushSource(Source):
    """Takes what is pushed. Raises SourceError where nobody hands it anything."""

    label = "Pushed samples"
    options: ClassVar[type[TakingOptions]] = PushOptions
    rows: ClassVar[Rows] = "signals"
    needs_signals = False
    takes_pushes = True

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        if context.inbox is None:
            raise SourceError("Nothing can be pushed to this worker.")
        self.inbox: Inbox = context.inbox
        self.chosen = self.options.model_validate(spec.options)
        self.clock = getattr(self.chosen, "clock", "timed")
        room = Room()
        self._states = [States(row.states, room) for row in spec.signals]
        self._infos = self._described()
        self._places = {row.key: k for k, row in enumerate(spec.signals)}
        self._places |= {row.name: k for k, row in enumerate(spec.signals)}
        self._line: Timed | Regular
        self._line = (Timed if self.clock == "timed" else Regular)(spec, context, self.inbox)
        self._dtype = SAMPLE_TYPES[spec.sample_type]
        self._lateness = Lateness(context.clock.monotonic)
        #: What is to be said of samples that came too late; empty for nothing.
        self.late_words = ""

    @classmethod
    def defaults(cls, options: Mapping[str, Any]) -> Defaults:
        """Samples of several writers come in a little disorder."""
        return Defaults(late="reorder", reorder_window=REORDER_SECONDS, longest_interval=math.inf)

    @classmethod
    def examples(cls, spec: StreamSpec, site: str, samples: str) -> tuple[Example, ...]:
        """For curl, Telegraf and Python."""
        names = [row.name for row in spec.signals[:2]] or ["inlet"]
        sample = json.dumps({name: 60.1 + place for place, name in enumerate(names)})
        root = site.rstrip("/")
        curl = f"curl -H \"Authorization: Bearer $WAVES_KEY\" --json '{sample}' \\\n  {samples}"
        telegraf = (
            f'[[outputs.influxdb_v2]]\n  urls = ["{root}"]\n  token = "$WAVES_KEY"\n'
            f'  organization = "any"\n  bucket = "{spec.slug}"'
        )
        python = (
            "import os\n\nfrom waves.client import Writer\n\n"
            f'with Writer("{samples}", os.environ["WAVES_KEY"]) as out:\n'
            f"    out.write({sample})"
        )
        return Example("curl", curl), Example("Telegraf", telegraf), Example("Python", python)

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        """The rows of the stream, and the states that texts have named."""
        return self._infos

    def update(self, spec: StreamSpec) -> None:
        """Take over the pace of the frames, and how late a sample may be."""
        super().update(spec)
        self._line.update(spec)

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield what was pushed, at most ``frames_per_second`` times a second."""
        if self.inbox.held is not None:
            held, self.inbox.held = self.inbox.held, None
            self._line.put(self._rows(held), held, again=True)
        try:
            while True:
                await self._news()
                unknown = self._deliver()
                self._look_at_late()
                for block in self._line.blocks(self._dtype):
                    self.inbox.passed(self._line.mark)
                    yield block
                if unknown:
                    await self._add(unknown)
                pause = 1 / self.spec.frames_per_second
                await self.context.clock.sleep_until(self.context.clock.monotonic() + pause)
        finally:
            is_listed = self.takes_pushes and self.inbox.durable
            self.inbox.held = None if is_listed else self._line.held()

    def _look_at_late(self) -> None:
        words = self._lateness.words(window_of(self.spec))
        if words != self.late_words:
            self.late_words = words
            self.tell()

    def tell(self) -> None:
        """Say what a person should know of what comes."""
        self.context.note(self.late_words)

    async def _news(self) -> None:
        """Wait until something is pushed, or what is held back has waited long enough."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._line.patience):
                await self.inbox.arrived.wait()

    def _deliver(self) -> Mapping[str, str]:
        """Take what waits; the names and units of signals that are to be added before the rest."""
        deliveries = self.inbox.take()
        for at, delivery in enumerate(deliveries):
            new = [name for name in delivery.batch.names if name not in self._places]
            try:
                if new:
                    self._check_new(new)
                    self.inbox.give_back(deliveries[at:])
                    return {name: delivery.batch.units.get(name, "") for name in new}
                self._take(delivery)
            except (IngestError, BusyError) as error:
                delivery.refuse(error)
        return {}

    def _check_new(self, names: list[str]) -> None:
        told = ", ".join(names)[:120]
        if not self.chosen.add_signals:
            raise IngestError(f"This stream has no signal {told}, and adds none by itself.")
        if len(self.spec.signals) + len(names) > self.chosen.most_signals:
            raise IngestError(
                f"With {told} this stream would have more than {self.chosen.most_signals} signals."
            )
        self.inbox.begin_epoch()

    async def _add(self, signals: Mapping[str, str]) -> None:
        """Have signals added: the worker sees the edit, and begins a new epoch with them."""
        await self.context.add_signals(signals)
        await asyncio.Event().wait()

    def _take(self, delivery: Delivery) -> None:
        batch = delivery.batch
        self._line.check(batch)
        had = self.inbox.had(delivery)
        late, doubled = 0, had
        if had < batch.n:
            rest = batch.rest(had)
            late, again = self._line.put(self._rows(rest), rest)
            doubled += again
        if late:
            self.context.late(late)
            self._lateness.add(late, self._line.late_by)
        if doubled:
            self.context.doubled(doubled)
        taken = batch.n - late - doubled
        receipt = Receipt(taken, late, doubled, self.context.epoch, self._line.due)
        self.inbox.follow(delivery, receipt, *self._line.put_at)
        delivery.accept(receipt)

    def _rows(self, batch: Batch) -> Floats:
        """The values of a batch as ``[signals, n]``, texts as the codes of their states."""
        rows = np.full((len(self.spec.signals), batch.n), np.nan)
        nameless = 0
        for name, values in zip(batch.names, batch.values, strict=True):
            place = self._places.get(name)
            if place is None:
                continue  # of a run before the signal was taken away
            rows[place] = values
            for at, text in batch.texts.get(name, {}).items():
                code = self._states[place].code(text)
                if code is None:
                    nameless += 1
                else:
                    rows[place, at] = code
        if nameless:
            self.context.nameless(
                nameless, f"Texts became no state: a signal has {MOST_STATES} at most."
            )
        if batch.texts:
            self._infos = self._described()
        return rows

    def _described(self) -> tuple[SignalInfo, ...]:
        missing = self.chosen.missing
        return tuple(
            SignalInfo(row.key, row.name, row.unit, missing=missing, states=dict(states.given))
            for row, states in zip(self.spec.signals, self._states, strict=True)
        )


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
        new = np.ones(times.size, bool) if again else ~self._seen.known(known, masks)
        doubled = int(times.size - new.sum())
        if doubled == times.size:
            return 0, doubled
        self.put_at = float(times[new].max()), None
        self.late_by = max(0.0, self.mark - float(times[new].min()))
        late = self._order.put(times[new], rows[:, new], self._context.clock.monotonic())
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
        ahead = self._start and (self.next / self._rate + self._start) - self._now
        if ahead and ahead > 1.0:
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
        """What is due of that which waits."""
        while self._pending:
            first, rows = self._pending.popleft()
            due = int((self._now - (self._start or 0.0)) * self._rate) + 1 - first
            if due <= 0:
                self._pending.appendleft((first, rows))
                return
            if due < rows.shape[1]:
                self._pending.appendleft((first + due, rows[:, due:]))
                rows = rows[:, :due]
            t0 = self._labels.at((self._start or 0.0) + first / self._rate)
            self.mark = first + rows.shape[1]
            yield SampleBlock(self._context.epoch, first, t0, 1 / self._rate, rows.astype(dtype))

    def held(self) -> Batch | None:
        """What was taken and not yielded."""
        if not self._pending:
            return None
        return Batch(self._keys, np.concatenate([rows for _, rows in self._pending], axis=1))
