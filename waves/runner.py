"""The worker: one task per stream, restarted with back-off, and kept as the database says.

A runner drives one stream's source and publishes its frames. The worker reads all streams each
half second and applies the differences; nothing else carries edits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable

import numpy as np
from django.db import DatabaseError

from waves import specs
from waves.exceptions import ServiceUnavailableError, SourceError, WavesError
from waves.layer import Publisher
from waves.sources import source_class
from waves.sources.base import Clock, Source, SourceContext
from waves.sources.declarations import registered
from waves.specs import in_thread
from waves.streaming import wire
from waves.streaming.block import SAMPLE_TYPES, SampleBlock
from waves.streaming.description import Description, describe
from waves.streaming.spec import SignalSpec, StreamSpec
from waves.streaming.wire import Frame

logger = logging.getLogger("waves")

#: How often the database is read; an edit applies within this and one tick.
LOOK_SECONDS = 0.5
#: How often every description is sent; three missed ones are `stale`.
ANNOUNCE_SECONDS = 1.0
#: Pauses before a source that failed is started again; the last one for ever.
BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
#: A source that ran this long has recovered: its next failure starts the back-off anew.
RECOVERED_SECONDS = 30.0
#: The measured rate is a mean over this many seconds.
RATE_SECONDS = 10


def resolve_signals(spec: StreamSpec, source: Source) -> tuple[SignalSpec, ...]:
    """What a source declares, with name, unit and colour of the admin's rows by key."""
    rows = {row.key: row for row in spec.signals}
    if spec.source == "generator":
        return spec.signals
    resolved = []
    for info in source.signals:
        row = rows.get(info.key, SignalSpec(info.key, ""))
        name, unit = row.name or info.name, row.unit or info.unit
        resolved.append(SignalSpec(info.key, name, unit, row.colour))
    return tuple(resolved)


class Runner:
    """Drives one stream until it is stopped. ``description`` is always the current one."""

    def __init__(self, spec: StreamSpec, publisher: Publisher, clock: Clock) -> None:
        self.spec = spec
        self.epoch = 0
        #: True while the database is asked for the next epoch: its number is not yet known here.
        self.allocating = False
        self.description = describe(spec, 0, spec.signals)
        #: Infinities that were made NaN, and frames that the channel layer did not take.
        self.infinities = 0
        self.unpublished = 0
        self._publisher = publisher
        self._clock = clock
        self._source: Source | None = None
        self._next = 0
        self._progress: deque[tuple[float, int]] = deque(maxlen=RATE_SECONDS + 1)
        self._produced = 0
        self._task = asyncio.create_task(self._run(), name=f"runner {spec.slug}")

    async def stop(self, state: str = "stopped", message: str = "") -> None:
        """Cancel the source, await its end, and say why."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._say(state, message)
        await self.announce()

    async def update(self, spec: StreamSpec) -> None:
        """Apply an edit: in place where the numbering goes on, else in a new epoch."""
        restart = self.spec.begins_new_epoch(spec)
        self.spec = spec
        if restart:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = asyncio.create_task(self._run(), name=f"runner {spec.slug}")
            return
        if self._source is not None:
            self._source.update(spec)  # what a source cannot take, it says at its next block
            old = self.description
            self._describe(self._source)
            self._say(old["state"], old["message"])
            await self.announce()

    async def announce(self) -> None:
        """Send the description into the stream's group, with the rate as it is now."""
        self._measure()
        if self.description["epoch"]:
            await self._publish(self._publisher.description(self.description))

    def _measure(self) -> None:
        self._progress.append((self._clock.monotonic(), self._produced))
        (t0, n0), (t1, n1) = self._progress[0], self._progress[-1]
        rate = (n1 - n0) / (t1 - t0) if t1 > t0 else 0.0
        self.description["measured_rate"] = float(f"{rate:.4g}")
        self.description["infinities"] = self.infinities
        self.description["unpublished"] = self.unpublished
        if self.description["clock"] == "timed" and rate > 0:
            self.description["rate"] = self.description["measured_rate"]

    async def _run(self) -> None:
        attempt = 0
        while True:
            started = self._clock.monotonic()
            try:
                await self._run_once(quiet=attempt > 0)
                raise SourceError("The source ended.")
            except Exception as error:  # whatever a source raises
                self._fail(error)
            await self.announce()
            if self._clock.monotonic() - started > RECOVERED_SECONDS:
                attempt = 0
            await asyncio.sleep(BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
            attempt += 1

    def _fail(self, error: BaseException) -> None:
        known = isinstance(error, WavesError)
        message = str(error) if known else f"{type(error).__name__}: {error}"
        if isinstance(error, DatabaseError):
            message = "The database cannot be reached; this stream starts when it can."
        logger.warning("Stream %s failed: %s", self.spec.slug, message, exc_info=not known)
        self._say("failed", message)

    def _say(self, state: str, message: str) -> None:
        self.description = {**self.description, "state": state, "message": message}

    async def _run_once(self, *, quiet: bool) -> None:
        """One epoch, from its number to the end of the source.

        ``quiet``: after a failure the new epoch is announced by its first block only, so that a
        source that keeps failing stays `failed`.
        """
        spec = self.spec
        epoch = await self._allocate()
        self._next = 0
        self._progress.clear()
        source = source_class(spec.source)(spec, SourceContext(epoch, self._clock, self._skipped))
        self.epoch, self._source = epoch, source
        try:
            if not quiet:
                self._describe(source)
                await self.announce()
            async with contextlib.aclosing(source.blocks()) as blocks:
                async for block in blocks:
                    if self.description["epoch"] != epoch:
                        self._describe(source)
                        await self.announce()
                    await self._publish_block(block)
        finally:
            self._source = None

    async def _allocate(self) -> int:
        self.allocating = True
        try:
            self.epoch = await in_thread(specs.next_epoch)(self.spec.handle)
            return self.epoch
        finally:
            self.allocating = False

    def _describe(self, source: Source) -> None:
        signals = resolve_signals(self.spec, source)
        old = self.description
        self.description = describe(self.spec, self.epoch, signals, source.clock)
        if old["epoch"] == self.epoch:
            self.description["skipped"] = old["skipped"]

    def _skipped(self, samples: int) -> None:
        self.description["skipped"] += samples

    async def _publish_block(self, block: SampleBlock) -> None:
        block = self._checked(block)
        self._next = block.next
        self._produced += block.n
        for piece in wire.split(block):
            data = wire.encode(Frame.of(piece, self.spec.handle))
            await self._publish(self._publisher.frame(self.spec.handle, data))

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


class Worker:
    """Owns the runners. ``run`` is its task; cancelled, it stops every source and awaits them."""

    def __init__(self, publisher: Publisher, clock: Clock | None = None) -> None:
        self.runners: dict[int, Runner] = {}
        #: Streams that another worker took over; it describes them now.
        self.ceded: set[int] = set()
        #: Words for a person while the database cannot be read, else empty.
        self.problem = ""
        self._publisher = publisher
        self._clock = clock or Clock()
        self._stopped: dict[int, Description] = {}
        self._looks = specs.Looks()

    async def run(self) -> None:
        """Look at the database, apply the differences, announce; for ever."""
        announce_at = 0.0
        declared = False
        try:
            while True:
                declared = declared or await self._create_declared()
                await self.reconcile()
                if time.monotonic() >= announce_at:
                    announce_at = time.monotonic() + ANNOUNCE_SECONDS
                    await self.announce()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self.close()

    async def _create_declared(self) -> bool:
        try:
            await in_thread(specs.create_decorated_streams)(registered().values())
        except DatabaseError as error:
            self._say(error)
            return False
        return True

    async def reconcile(self) -> bool:
        """Apply what the database says; False where it cannot be read (all goes on as it was)."""
        before = {handle: runner.epoch for handle, runner in self.runners.items()}
        try:
            streams = await in_thread(self._looks.read)()
        except DatabaseError as error:
            self._say(error)
            return False
        self.problem = ""
        for handle in set(self.runners) | set(self._stopped):
            if handle not in {spec.handle for spec, _ in streams}:
                await self._delete(handle)
        for spec, epoch in streams:
            try:
                await self._apply(spec, epoch, before.get(spec.handle))
            except Exception:  # a source that cannot take an edit disturbs no other stream
                logger.exception("Stream %s could not take an edit.", spec.slug)
        return True

    def _say(self, error: DatabaseError) -> None:
        problem = f"The worker cannot read the database ({error})."
        if "no such table" in str(error) or "does not exist" in str(error):
            problem = "The database is not ready. Run: python manage.py migrate"
        if self.problem != problem:
            logger.error(problem)
        self.problem = problem

    async def _apply(self, spec: StreamSpec, epoch: int, known_epoch: int | None) -> None:
        runner = self.runners.get(spec.handle)
        if runner is None:
            if not spec.enabled:
                self._stopped[spec.handle] = self._stopped_description(spec, epoch)
            elif spec.handle not in self.ceded:
                self._stopped.pop(spec.handle, None)
                self.runners[spec.handle] = Runner(spec, self._publisher, self._clock)
            return
        unchanged = runner.epoch == known_epoch and not runner.allocating
        if unchanged and epoch > runner.epoch:
            await self._cede(spec)
        elif not spec.enabled:
            await self._stop(spec)
        elif spec != runner.spec:
            await runner.update(spec)

    def _stopped_description(self, spec: StreamSpec, epoch: int) -> Description:
        old = self._stopped.get(spec.handle)
        signals = spec.signals
        description = describe(spec, epoch, signals)
        if not signals and old is not None:
            description["signals"] = old["signals"]
        return {**description, "state": "stopped"}

    async def _stop(self, spec: StreamSpec) -> None:
        runner = self.runners.pop(spec.handle)
        runner.spec = spec
        await runner.stop()
        self._stopped[spec.handle] = runner.description

    async def _cede(self, spec: StreamSpec) -> None:
        logger.warning("Stream %s: another worker took over.", spec.slug)
        self.ceded.add(spec.handle)
        await self.runners.pop(spec.handle).stop(message="Another worker took over.")

    async def _delete(self, handle: int) -> None:
        runner = self.runners.pop(handle, None)
        self._stopped.pop(handle, None)
        if runner is not None:
            await runner.stop(message="This stream was deleted.")
        with contextlib.suppress(ServiceUnavailableError):
            await self._publisher.deleted(handle)

    async def announce(self) -> None:
        """Describe every stream: to its own group in order, and to all hubs at once."""
        for runner in list(self.runners.values()):
            await runner.announce()
        running = [runner.description for runner in self.runners.values()]
        with contextlib.suppress(ServiceUnavailableError):
            for description in self._stopped.values():
                await self._publisher.description(description)
            await self._publisher.status([*running, *self._stopped.values()])

    async def close(self) -> None:
        """Stop every runner and await its end."""
        runners, self.runners = list(self.runners.values()), {}
        stops = (runner.stop(message="The worker was shut down.") for runner in runners)
        await asyncio.gather(*stops, return_exceptions=True)
