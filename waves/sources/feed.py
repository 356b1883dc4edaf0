"""A source that fetches its samples by itself, from a port, and puts them into its own inbox.

The rest is as with pushed samples: they are put into order and numbered, and new signals are
added. The inbox belongs to the stream: what was read while a new epoch begins waits there.
"""

from __future__ import annotations

import abc
import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from functools import partial

from waves.exceptions import BusyError
from waves.protocol.block import SampleBlock
from waves.protocol.spec import StreamSpec
from waves.sources.base import SourceContext
from waves.sources.gathering import Gathered, Gatherer
from waves.sources.inbox import Receipt
from waves.sources.push import PushSource

#: Seconds for which the page says what was left out, after the last of it.
TOLD_SECONDS = 10.0
#: Seconds that a port may take to open.
OPEN_SECONDS = 5.0
#: Seconds that reading may take to end.
END_SECONDS = 1.0
#: What the first column of lines without names is called, and its key once it was added.
FIRST_COLUMN, FIRST_KEY = "Signal ", "signal-"

STRANGE = "values of signals that this stream does not have"
TOO_MUCH = "samples for which there was no room"


class FedSource(PushSource, abc.ABC):
    """What sources that read a port have in common."""

    takes_pushes = False

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        for place, row in enumerate(spec.signals):
            if row.key.startswith(FIRST_KEY):  # it may be called otherwise by now
                number = row.key.removeprefix(FIRST_KEY)
                self._places.setdefault(FIRST_COLUMN + number, place)
        clock = context.clock
        # Times of arrival must not follow the steps of the wall clock.
        self._offset = clock.time() - clock.monotonic()
        room = self.chosen.most_signals - len(spec.signals) if self.chosen.add_signals else 0
        self.gatherer = Gatherer(self._places, max(0, room), clock.time, context.most_ahead)
        self.gatherer.may_add = self.inbox.may_begin_epoch
        #: What holds of the port, in words; empty where it is as it should be.
        self._condition = ""
        self._left_out: Counter[str] = Counter()
        self._left_at = 0.0
        self._fading: asyncio.TimerHandle | None = None
        self._feeding: asyncio.Task[None] | None = None

    @abc.abstractmethod
    async def feed(self) -> None:
        """Read for ever, and hand over what came. Raises SourceError where that cannot be."""

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield what was read, at most ``frames_per_second`` times a second."""
        async with self._fed(), contextlib.aclosing(super().blocks()) as blocks:
            async for block in blocks:
                yield block

    @contextlib.asynccontextmanager
    async def _fed(self) -> AsyncIterator[None]:
        task = self._feeding = asyncio.create_task(self.feed())
        task.add_done_callback(lambda _: self.inbox.arrived.set())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=END_SECONDS)
            if task.done() and not task.cancelled():
                task.exception()  # it was raised already, or does not matter any more
            self._feeding = None
            if self._fading is not None:
                self._fading.cancel()

    def _deliver(self) -> Mapping[str, str]:
        if self._feeding is not None and self._feeding.done():
            self._feeding.result()
        return super()._deliver()

    def now(self) -> float:
        """Unix seconds of what comes now. It may be called in any thread."""
        return self._offset + self.context.clock.monotonic()

    def hand_over(self, gathered: Gathered) -> None:
        """Put batches into the inbox, and tell the rest."""
        self.gatherer.may_add = self.inbox.may_begin_epoch
        for batch in gathered.batches:
            try:
                delivery = self.inbox.leave(batch)
            except BusyError:
                self.leave_out(TOO_MUCH, batch.n)
                continue
            delivery.receipt.add_done_callback(partial(self._answered, batch.n))
        for line in gathered.lines:
            self.context.log(line)
        for why, n in gathered.left_out.items():
            self.leave_out(why, n)

    def _answered(self, n: int, told: asyncio.Future[Receipt]) -> None:
        if not told.cancelled() and (error := told.exception()) is not None:
            self.context.log(str(error))
            self.leave_out(TOO_MUCH, n)

    def leave_out(self, why: str, n: int = 1) -> None:
        """Count what is not taken; the page says so for a while."""
        if not n:
            return
        self._left_out[why] += n
        self.context.left_out(n)
        self._left_at = asyncio.get_running_loop().time()
        if self._fading is None:
            self._fade()
        self.tell()

    def say(self, condition: str) -> None:
        """What holds of the port; empty where it is as it should be."""
        if condition != self._condition:
            self._condition = condition
            self.tell()

    def _fade(self) -> None:
        """Say nothing more of it where nothing was left out for a while; else look again."""
        loop = asyncio.get_running_loop()
        self._fading = None
        if (left := self._left_at + TOLD_SECONDS - loop.time()) > 0:
            self._fading = loop.call_later(left, self._fade)
        self.tell()

    def tell(self) -> None:
        """What holds of the port, what was left out, and what came too late."""
        if self._feeding is None:  # what is said now is for the next run to say
            return
        left_out = ", ".join(f"{n:,} {why}" for why, n in self._left_out.items())
        words = [self._condition]
        if left_out and self._fading is not None:
            words.append(f"Left out: {left_out}.")
        words.append(self.late_words)
        self.context.note(" ".join(filter(None, words)))
