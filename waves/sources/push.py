"""Pushed samples: whatever doors bring, put into the order of its times and numbered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import AsyncGenerator, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from waves.exceptions import BusyError, ClockStepError, IngestError, SourceError
from waves.ingest.batch import Batch
from waves.ingest.line_protocol import Template
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.reading import MOST_STATES
from waves.protocol.spec import StreamSpec
from waves.sources.base import Defaults, Example, Rows, SignalInfo, Source, SourceContext
from waves.sources.inbox import Delivery, Inbox, Receipt
from waves.sources.lateness import Lateness
from waves.sources.numbering import Floats, Regular, Timed
from waves.sources.ordering import window_of
from waves.sources.states import Room, States
from waves.sources.taking import TakingOptions

#: Seconds that samples wait for older ones, where the admin says nothing.
REORDER_SECONDS = 0.2
#: Bytes of values that are taken between two frames; more waits in the inbox, which has a bound.
MOST_BETWEEN = 16 * 1024 * 1024


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
        #: Bytes that were taken since the last frame.
        self._between = 0
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
        self.inbox.taker, self.inbox.check_room = self._take_at_once, self._line.check_room
        try:
            while True:
                if not self._between:
                    await self._news()
                self._between = 0
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
            self.inbox.taker = self.inbox.check_room = None
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

    def _take_at_once(self) -> None:
        """Take the one batch that waits, between two frames, so that its writer goes on. What is
        more than a frame should have, or odd, waits for the next one."""
        if self._between > MOST_BETWEEN:
            return
        (delivery,) = deliveries = self.inbox.take()
        if self._new_names(delivery):
            self.inbox.give_back(deliveries)
            return
        try:
            self._take(delivery)
            self._between += delivery.bytes
        except (IngestError, BusyError) as error:
            delivery.refuse(error)
        except ClockStepError:  # it is raised where it ends the epoch
            self.inbox.give_back(deliveries)

    def _deliver(self) -> Mapping[str, str]:
        """Take what waits; the names and units of signals that are to be added before the rest."""
        deliveries = self.inbox.take()
        for at, delivery in enumerate(deliveries):
            new = self._new_names(delivery)
            try:
                if new:
                    self._check_new(new)
                    self.inbox.give_back(deliveries[at:])
                    return {name: delivery.batch.units.get(name, "") for name in new}
                self._take(delivery)
            except (IngestError, BusyError) as error:
                delivery.refuse(error)
        return {}

    def _new_names(self, delivery: Delivery) -> list[str]:
        return [name for name in delivery.batch.names if name not in self._places]

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
        places = [self._places.get(name) for name in batch.names]
        if places == list(range(len(self.spec.signals))) and not batch.texts:
            return batch.values
        rows = np.full((len(self.spec.signals), batch.n), np.nan)
        nameless = 0
        for name, place, values in zip(batch.names, places, batch.values, strict=True):
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
