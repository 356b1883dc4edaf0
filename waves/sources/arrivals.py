"""What an async generator yields, joined into blocks: timed on arrival, or regular arrays."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import SourceError
from waves.protocol.block import SampleBlock
from waves.protocol.spec import StreamSpec
from waves.sources.base import SourceContext
from waves.sources.declarations import Declaration
from waves.sources.ordering import Ordering, window_of
from waves.sources.pacing import MAX_LAG, WallLabels
from waves.sources.returned import NUMBERS, Array, Returned, failure
from waves.sources.thread import PATIENCE_SECONDS

#: A generator may yield this many times its declared mean rate; then it is made to wait.
BURST = 10.0
#: A slow stream may still burst by this many samples in a frame.
LEAST_ROOM = 1000
#: Yields that may pass before the event loop gets its turn: about 1 ms of a busy generator.
TURN = 100


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one yield gave: values ``[signals, n]`` from index ``first``, with times if timed."""

    first: int
    values: Array
    times: NDArray[np.float64] | None


class Arrivals:
    """Runs an async generator in a task of its own and joins what it yields, frame by frame.

    On a regular clock the first array ends at the moment of its arrival. After that, an array is
    taken no earlier than its first sample is due, so that a generator which never waits runs at
    the rate; one that comes over 1 s late leaves a counted gap.
    """

    def __init__(
        self,
        declaration: Declaration,
        spec: StreamSpec,
        context: SourceContext,
        returned: Returned,
    ) -> None:
        self.declaration = declaration
        self.context = context
        self.rate = spec.rate
        self.frames_per_second = spec.frames_per_second
        #: Brings timed samples into the order of their times.
        self.order = Ordering(window_of(spec))
        self._returned = returned
        self._clock = context.clock
        self._labels = WallLabels(context.clock)
        self._start: float | None = None
        # Timed samples are placed by their times, so these must not follow the wall clock's steps.
        self._offset = context.clock.time() - context.clock.monotonic()
        self._next = 0
        self._yields = 0
        self._pending: list[Chunk] = []
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield what arrived, at most ``frames_per_second`` times a second, until it ends."""
        task = asyncio.create_task(self._collect())
        task.add_done_callback(lambda _: self._arrived.set())
        try:
            while True:
                await self._news()
                if task.done():
                    self.order.window = 0.0  # nothing comes any more that could be waited for
                for block in self._taken():
                    yield block
                if task.done():
                    self._raise_end(task)
                await self._clock.sleep_until(self._clock.monotonic() + 1 / self.frames_per_second)
        finally:
            await _ended(task)

    async def _news(self) -> None:
        """Wait until something arrives, or what was held back has waited long enough."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.order.window if self.order.held else None):
                await self._arrived.wait()
        self._arrived.clear()

    def _taken(self) -> Iterator[SampleBlock]:
        """Blocks of the pending chunks, broken where samples were skipped."""
        self._release()
        self._returned.tell(self.context)
        pending, self._pending = self._pending, []
        self._room.set()
        run: list[Chunk] = []
        for chunk in pending:
            if run and chunk.first != run[-1].first + run[-1].values.shape[1]:
                yield self._joined(run)
                run = []
            run.append(chunk)
        if run:
            yield self._joined(run)

    def _joined(self, run: list[Chunk]) -> SampleBlock:
        first = run[0].first
        values = np.concatenate([chunk.values for chunk in run], axis=1)
        if self.declaration.clock == "timed":
            times = np.concatenate([chunk.times for chunk in run if chunk.times is not None])
            t0 = float(times[0])
            return SampleBlock(self.context.epoch, first, t0, 0.0, values, times - t0)
        t0 = self._labels.at((self._start or 0.0) + first / self.rate)
        return SampleBlock(self.context.epoch, first, t0, 1.0 / self.rate, values)

    def _raise_end(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():  # by the generator itself: it must not look as if we were cancelled
            name = self.declaration.function.__name__
            raise SourceError(f"{name} raised CancelledError: it awaits what was cancelled.")
        task.result()

    async def _collect(self) -> None:
        take = self._take_timed if self.declaration.clock == "timed" else self._take_regular
        generator = self.declaration.function()
        try:
            async for item in generator:
                await take(item)
        except (Exception, SystemExit) as error:  # sys.exit() must not end the worker
            raise failure(self.declaration, error) from error
        finally:
            await generator.aclose()
        raise SourceError(
            f"The generator ended: {self.declaration.function.__name__} gives no more samples."
        )

    async def _take_timed(self, item: Any) -> None:
        times, values = self._timed(item)
        late = self.order.put(times, values, self._clock.monotonic())
        if late:
            self.context.late(late)
        if self.order.window:
            self._arrived.set()
        else:
            self._release()
        self._yields += 1
        if self._yields % TURN == 0:
            await asyncio.sleep(0)
        if self._full():
            self._room.clear()
            await self._room.wait()

    def _release(self) -> None:
        """Append what is in order, and waits for nothing older any more."""
        taken = self.order.take(self._clock.monotonic())
        if taken is not None:
            times, values = taken
            self._append(values, times)

    def _full(self) -> bool:
        if self.order.is_full:
            return True
        held = self._next - self._pending[0].first if self._pending else 0
        return held >= max(LEAST_ROOM, BURST * self.rate / self.frames_per_second)

    def _timed(self, item: Any) -> tuple[NDArray[np.float64], Array]:
        """Times in unix seconds, and values: of ``values``, or of a pair of both."""
        if not self._is_pair(item):
            now = self._offset + self._clock.monotonic()
            return np.array([now]), self._returned.samples([item])
        times = np.asarray(item[0])
        if times.dtype.kind not in NUMBERS or times.ndim > 1 or times.size == 0:
            raise self._bad_time(f"{item[0]!r} as a time")
        if times.ndim == 0:
            values = self._returned.samples([item[1]])
        else:
            values = self._returned.series(item[1], times.size)
        times = np.atleast_1d(times).astype(np.float64)
        if not np.isfinite(times).all():
            raise self._bad_time("times that are not finite")
        return times, values

    def _is_pair(self, item: Any) -> bool:
        """Whether this is (time, values). Two numbers are, where there is one signal only."""
        if not isinstance(item, tuple) or len(item) != 2:
            return False
        signals = len(self.declaration.signals)
        if signals == 1 or (signals > 2 and item[1] is None):
            return True
        return isinstance(item[1], Mapping | list | tuple | np.ndarray)

    def _bad_time(self, what: str) -> SourceError:
        name = self.declaration.function.__name__
        return SourceError(f"{name} yielded {what}; expected are unix seconds, as of time.time().")

    async def _take_regular(self, item: Any) -> None:
        values = self._returned.series(item, None)
        n = values.shape[1]
        now = self._clock.monotonic()
        if self._start is None:
            self._start = now - n / self.rate
        late = now - self._start - (self._next + n) / self.rate
        if late > MAX_LAG:
            skipped = round(late * self.rate)
            self._next += skipped
            self.context.skipped(skipped)
        await self._clock.sleep_until(self._start + self._next / self.rate)
        self._append(values, None)

    def _append(self, values: Array, times: NDArray[np.float64] | None) -> None:
        self._pending.append(Chunk(self._next, values, times))
        self._next += values.shape[1]
        self._arrived.set()


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel the task and await it; a generator that refuses to end is not awaited for ever."""
    task.cancel()
    await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    if task.done() and not task.cancelled():
        task.exception()
