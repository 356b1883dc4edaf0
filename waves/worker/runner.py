"""A runner: drives one stream's source, publishes its frames, restarts it with back-off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from django.db import DatabaseError

from waves import specs
from waves.bus import Publisher
from waves.conf import get_config
from waves.database import uploads
from waves.database.threads import in_thread
from waves.exceptions import (
    ClockStepError,
    FinishedError,
    ServiceUnavailableError,
    SourceError,
    WavesError,
)
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.description import LOG_LINES, MAX_DESCRIPTION, describe, log_lines, size_of
from waves.protocol.frames import Frame, encode, split
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.recording import words
from waves.sources import source_class
from waves.sources.base import Clock, SignalInfo, Source, SourceContext
from waves.sources.inbox import Inbox, Settled
from waves.transfer import playing
from waves.worker.figures import Work
from waves.worker.rate import RateMeter
from waves.worker.recorder import Track

logger = logging.getLogger("waves")

#: Pauses before a source that failed is started again; the last one for ever.
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
#: A source that ran this long has recovered: its next failure starts the back-off anew.
RECOVERED_SECONDS = 30.0
#: A database that is locked or gone is asked again this soon: it is no fault of the source.
DATABASE_SECONDS = 0.5
#: A frame that was not sent, and may not be lost, is sent again this soon.
UNSENT_SECONDS = 0.2
#: A source that yields nothing for this long, or for five of its periods, is silent.
SILENT_SECONDS = 2.5
SILENT_PERIODS = 5.0
#: A source that does not end within this is left to itself; its thread or task may hang.
END_SECONDS = 2.0
#: What the page says of a stream that can be started again (see `tools/stream-control.js`).
STOPPED = "This stream is stopped."
#: It is cancelled so often meanwhile: one that meets a time-out in the same turn may be lost.
CANCELS = 4


class EndedError(SourceError):
    """A source yields though its run was ended: its cancelling was lost on the way."""


def resolve_signals(
    spec: StreamSpec, source: Source, infos: tuple[SignalInfo, ...]
) -> tuple[SignalSpec, ...]:
    """What a source declares, with what the admin's rows say of the same keys over it."""
    rows = {row.key: row for row in spec.signals}
    if source.rows != "overrides":
        known = {info.key: info for info in infos}
        return tuple(_resolved(row, known.get(row.key)) for row in spec.signals)
    # Of what the code declares the place chooses the colour: a row may be there for a few only.
    rows = {key: replace(row, palette=None) for key, row in rows.items()}
    return tuple(_resolved(rows.get(info.key, SignalSpec(info.key, "")), info) for info in infos)


def _resolved(row: SignalSpec, info: SignalInfo | None) -> SignalSpec:
    if info is None:
        return row
    return replace(
        row,
        name=row.name or info.name,
        unit=row.unit or info.unit,
        line=row.line or info.line,
        missing=row.missing or info.missing,
        states={**info.states, **row.states},
    )


class Runner:
    """Drives one stream until it is stopped. ``description`` is always the current one."""

    def __init__(
        self,
        spec: StreamSpec,
        publisher: Publisher,
        clock: Clock,
        inbox: Inbox | None = None,
        door: Callable[[], Coroutine[Any, Any, None]] | None = None,
        track: Track | None = None,
    ) -> None:
        self.spec = spec
        #: Records what is published; None where nobody records.
        self.track = track
        self._inbox = inbox
        #: Brings what is pushed, for as long as a source takes it.
        self._door = door
        self.epoch = 0
        self.description = describe(spec, 0, spec.signals)
        self._say("stale", "This stream is being started.")
        #: Infinities that were made NaN, and frames that the channel layer did not take.
        self.infinities = 0
        self.unpublished = 0
        self.work = Work()
        #: Why there is nothing more to come, where the source has ended by itself; else empty.
        self.ending = ""
        #: When the database had it that the stream is stopped, as the source had ended.
        self._over_at: float | None = None
        self._publisher = publisher
        self._clock = clock
        self._source: Source | None = None
        self._next = 0
        self._rate = RateMeter()
        #: The signals as they were described.
        self._known: tuple[SignalInfo, ...] = ()
        #: What a person should know while the stream is live.
        self._note = ""
        #: Why the next epoch begins, where the past cannot tell.
        self._why = ""
        #: What came and was no sample: it outlives an epoch, which its beginning may begin.
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        #: When the source last yielded, or was started.
        self._yielded_at = clock.monotonic()
        self._task: asyncio.Task[None] | None
        self._task = asyncio.create_task(self._run(), name=f"runner {spec.slug}")

    async def stop(self, state: str = "stopped", message: str = "") -> None:
        """Cancel the source, await its end, and say why."""
        await self._end()
        if self.track is not None:
            self.track.close()
        self._say(state, message)
        await self.announce()

    async def _end(self) -> None:
        """Cancel the source and await its end, but not for ever; it publishes nothing more."""
        task, self._task = self._task, None
        if task is None:
            return
        for _ in range(CANCELS):
            task.cancel()
            await asyncio.wait({task}, timeout=END_SECONDS / CANCELS)
            if task.done():
                return
        logger.warning("The source of stream %s does not end; it is left.", self.spec.slug)

    async def update(self, spec: StreamSpec) -> None:
        """Apply an edit: in place where the numbering goes on, else in a new epoch."""
        restart = self.spec.begins_new_epoch(spec)
        self.spec = spec
        if restart:
            await self._end()
            self._task = asyncio.create_task(self._run(), name=f"runner {spec.slug}")
            return
        if self._source is not None:
            self._source.update(spec)  # what a source cannot take, it says at its next block
            old = self.description
            self._describe(self._source)
            self._say(old["state"], old["message"])
            await self.announce()

    def begin_again(self, asked_at: float) -> None:
        """Begin anew where the source has ended, and the database, when it was asked, had it that
        the stream is to run: somebody started it before its stop was seen."""
        if self._over_at is not None and asked_at > self._over_at:
            self._over_at = None
            self._task = asyncio.create_task(self._run(), name=f"runner {self.spec.slug}")

    async def announce(self) -> None:
        """Send the description into the stream's group, with the rate as it is now."""
        self._measure()
        self._note_silence()
        if self.description["epoch"]:
            # Where another worker has begun a newer epoch, the next frame ends this run.
            with contextlib.suppress(SourceError):
                await self._publish(self._publisher.description(self.description))

    def _measure(self) -> None:
        rate = self._rate.at(self._clock.monotonic())
        self.description["measured_rate"] = float(f"{rate:.4g}")
        self.description["infinities"] = self.infinities
        self.description["unpublished"] = self.unpublished
        if self.track is not None:
            self.description["not_recorded"] = self.track.told
            self.description["recorded_since"] = self.track.since
        log_lines(self.description, self._log)
        if self.description["clock"] == "timed" and rate > 0:
            self.description["rate"] = self.description["measured_rate"]

    def _note_silence(self) -> None:
        """A source that hangs is `silent`, by the period of its frames or of its samples."""
        if self.description["state"] not in ("live", "silent"):
            return
        silence = self._clock.monotonic() - self._yielded_at
        period = 1 / min(self.spec.rate, self.spec.frames_per_second)
        if silence > max(SILENT_SECONDS, SILENT_PERIODS * period):
            self._say("silent", f"{self._note} No samples for {silence:.0f} s.".lstrip())

    async def _run(self) -> None:
        attempt, self.ending = 0, ""
        # A source that did not take its cancelling may come back here: another task runs by then.
        while self._task is asyncio.current_task():
            epoch = await self._next_epoch()
            started = self._clock.monotonic()
            try:
                await self._run_once(epoch, quiet=attempt > 0)
                raise SourceError("The source ended.")
            except FinishedError as end:
                await self._finish(f"{end} {STOPPED}")
                return
            except ClockStepError as step:
                logger.warning("Stream %s: %s", self.spec.slug, step)
                attempt, self._why = 0, words.CLOCK_SET
                continue
            except EndedError:
                return  # the stream goes on in another task, or was stopped: it has not failed
            except Exception as error:  # whatever a source raises
                self._fail(error)
            await self.announce()
            if self._clock.monotonic() - started > RECOVERED_SECONDS:
                attempt = 0
            await asyncio.sleep(BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
            attempt += 1

    async def _finish(self, ending: str) -> None:
        """Stop the stream for good, also in the database: another worker would begin again. Only
        then it is said, so that whoever starts it again starts what is stopped."""
        self.ending = ending
        while self._over_at is None:
            try:
                await in_thread(specs.stop, worker=True)(self.spec.handle, self.epoch)
                self._over_at = time.monotonic()
            except DatabaseError:  # the worker tells of that
                await asyncio.sleep(DATABASE_SECONDS)
        self._say("stopped", ending)
        await self.announce()

    def _fail(self, error: BaseException) -> None:
        known = isinstance(error, WavesError)
        message = str(error) if known else f"{type(error).__name__}: {error}"
        logger.warning("Stream %s failed: %s", self.spec.slug, message, exc_info=not known)
        self.work.failed(message, self._clock.time())
        self._say("failed", message)

    def _say(self, state: str, message: str) -> None:
        self.description = {**self.description, "state": state, "message": message}

    async def _next_epoch(self) -> int:
        """Take a number from the database, however long it is locked: the worker tells of that."""
        while True:
            try:
                return await in_thread(specs.next_epoch, worker=True)(self.spec.handle, self.epoch)
            except DatabaseError:
                self._say("failed", "The database cannot be written; this stream waits for it.")
                await asyncio.sleep(DATABASE_SECONDS)

    async def _run_once(self, epoch: int, *, quiet: bool) -> None:
        """One epoch, from its begin to the end of the source.

        ``quiet``: after a failure the new epoch is announced by its first block only, so that a
        source that keeps failing stays `failed`.
        """
        spec = self.spec
        self._next, self._yielded_at, self._note = 0, self._clock.monotonic(), ""
        self._rate = RateMeter()
        context = SourceContext(
            epoch,
            self._clock,
            self._skipped,
            self._late,
            self._nameless,
            self._doubled,
            self._inbox,
            self._add_signals,
            self._left_out,
            self._take_note,
            self._log.append,
            get_config().most_ahead,
            get_config().serial_ports,
            uploads.read,
            playing.open_recording,
            self.work.tick_late,
        )
        source = source_class(spec.source)(spec, context)
        self.epoch, self._source = epoch, source
        try:
            await source.open()
            if not quiet:
                self._describe(source)
                await self.announce()
            async with self._served(source), contextlib.aclosing(source.blocks()) as blocks:
                async for block in blocks:
                    if self.description["epoch"] != epoch or self._has_news(source):
                        self._describe(source)
                        await self.announce()
                    await self._publish_block(block)
        finally:
            self._source = None
            if self.track is not None:
                self.track.end()

    @contextlib.asynccontextmanager
    async def _served(self, source: Source) -> AsyncIterator[None]:
        """What is pushed is brought while a source takes it."""
        if self._door is None or not source.takes_pushes:
            yield
            return
        door = asyncio.create_task(self._door(), name=f"door {self.spec.slug}")
        try:
            yield
        finally:
            door.cancel()
            await asyncio.wait({door}, timeout=END_SECONDS)

    def _describe(self, source: Source) -> None:
        """Describe the epoch anew. Raises SourceError where that is longer than may be sent."""
        known = source.signals
        signals = resolve_signals(self.spec, source, known)
        old, new = self.description, describe(self.spec, self.epoch, signals, source.clock)
        if size_of(new) > MAX_DESCRIPTION:
            raise SourceError(
                f"{len(signals)} signals need a description of more than "
                f"{MAX_DESCRIPTION // 1024} KiB: use fewer, or shorter names."
            )
        new["message"] = new["message"] or self._note
        new["recorded_since"], new["not_recorded"] = old["recorded_since"], old["not_recorded"]
        is_new = old["epoch"] != self.epoch
        if self.track is not None:
            self.track.describe(self.spec, new, self._why, new=is_new)
            self._why = ""
        if not is_new:
            for count in ("skipped", "late", "doubled", "nameless", "left_out"):
                new[count] = old[count]
        self.description, self._known = new, known

    def _has_news(self, source: Source) -> bool:
        """Whether a source says something else of its signals than was described."""
        signals = source.signals
        return signals is not self._known and signals != self._known

    def _skipped(self, samples: int) -> None:
        self.description["skipped"] += samples

    def _late(self, samples: int) -> None:
        self.description["late"] += samples

    def _doubled(self, samples: int) -> None:
        self.description["doubled"] += samples

    def _left_out(self, things: int) -> None:
        self.description["left_out"] += things

    def _take_note(self, words: str) -> None:
        self._note = words
        if self.description["state"] == "live":
            self._say("live", words)

    async def _add_signals(self, signals: Mapping[str, str]) -> None:
        """Write new signals, by name with their units, to the stream: the worker sees the edit."""
        try:
            await in_thread(specs.add_signals, worker=True)(self.spec.handle, signals)
        except DatabaseError:
            raise SourceError("The database cannot be written; no signal was added.") from None

    def _nameless(self, texts: int, why: str) -> None:
        self.description["nameless"] += texts
        if not self._note:
            logger.warning("Stream %s: %s", self.spec.slug, why)
        self._note = why
        if self.description["state"] == "live":
            self._say("live", why)

    async def _publish_block(self, block: SampleBlock) -> None:
        if self._task is not asyncio.current_task():
            raise EndedError("This run was ended, and its source goes on.")
        block = self._checked(block)
        self._yielded_at = self._clock.monotonic()
        if self.description["state"] == "silent":
            self._say("live", self._note)
            await self.announce()
        self._next = block.next
        self._rate.add(block, self._yielded_at)
        settled = self._inbox.settle() if self._inbox is not None else None
        for piece in split(block):
            await self._publish_piece(piece, settled if piece.next == block.next else None)
        if self._inbox is not None and settled is not None:
            self._inbox.confirm(settled)

    async def _publish_piece(self, piece: SampleBlock, settled: Settled | None) -> None:
        """Send a piece of a block; where it has what was acknowledged, until it is sent."""
        # Of samples with times the log says whose they are: sent again, they are known by it.
        keys = [] if piece.times is None else [row.key for row in self.spec.signals]
        handle = self.spec.handle
        place, data = (piece.epoch, piece.sample), encode(Frame.of(piece, handle))
        while True:
            try:
                await self._publisher.frame(handle, place, data, keys, settled)
                self.work.published(piece, len(data), self._clock.time())
                if self.track is not None:
                    self.track.add(piece)
                return
            except ServiceUnavailableError:  # the publisher has said so
                if self._inbox is None or not self._inbox.taken:
                    self.unpublished += 1  # viewers see a gap
                    return
            await asyncio.sleep(UNSENT_SECONDS)

    def _checked(self, block: SampleBlock) -> SampleBlock:
        """The block in the stream's sample type, without infinities. Raises SourceError."""
        signals = len(self.description["signals"])
        if block.epoch != self.epoch or block.sample < self._next:
            raise SourceError("The source numbered its samples backwards.")
        if block.values.shape[0] != signals:
            raise SourceError(
                f"The source declares {signals} signals and yields {block.values.shape[0]}."
            )
        values = block.values.astype(SAMPLE_TYPES[self.spec.sample_type], copy=False)
        if not np.isfinite(values).all():
            infinite = np.isinf(values)
            self.infinities += int(infinite.sum())
            values = np.where(infinite, np.nan, values).astype(values.dtype)
        return SampleBlock(block.epoch, block.sample, block.t0, block.dt, values, block.times)

    async def _publish(self, sending: Awaitable[None]) -> None:
        try:
            await sending
        except ServiceUnavailableError:  # the publisher has said so; viewers see a gap
            self.unpublished += 1
