"""What is recorded, read for the event loop: in steps, in threads, and within a bound.

Each step is a short read in a thread, and no transaction is open between two. Whoever asks waits
for no more than ``ANSWER_SECONDS``: a database that hangs holds up nobody else.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TypeVar

from django.db import DatabaseError, connections

from waves.database.readiness import problem_of
from waves.database.threads import READERS, in_thread
from waves.exceptions import ServiceUnavailableError, TooMuchError
from waves.history.past import Extent, Read
from waves.hub.account import Account
from waves.models import Stream
from waves.protocol.frames import Frame
from waves.recording import framing
from waves.recording.past import Past, past_of
from waves.recording.place import alias

T = TypeVar("T")

#: A step that takes longer is that of a database that hangs; SQLite waits 5 s for a lock.
ANSWER_SECONDS = 10.0
#: A step goes on for so long: a few rows, and then others have their turn.
STEP_SECONDS = 0.02
#: Bytes that one step gathers at most: it is held until its reader has taken it.
STEP_BYTES = 512 * 1024
#: Answers to sockets that are read at once, and those that wait for that. Each holds 1.5 MiB.
MOST_READ, MOST_WAITING = 4, 64
#: A label that leaves the line by less is no frame of its own in an answer to a socket, as there.
LEAST_STEP = 1e-3

UNREAD = "What is recorded cannot be read."
SILENT = "What is recorded cannot be read at this moment: the database does not answer."
SLOW = "What is recorded is read too slowly: ask for a shorter range, or for fewer columns."
BUSY = "So many look at what is recorded that this one has no turn. Ask again in a moment."

#: Readings that waited for others of their caller (``held``), and that had no turn (``refused``).
counts: Counter[str] = Counter()


def _busy() -> ServiceUnavailableError:
    counts["refused"] += 1
    return ServiceUnavailableError(BUSY)


def find(handle: int) -> Past:
    """The recorded past of a stream. Blocking; raises DatabaseError, or Stream.DoesNotExist."""
    return past_of(str(Stream.objects.values_list("uuid", flat=True).get(pk=handle)))


async def step(question: Callable[[], T]) -> T:
    """One short read, in a thread. Raises ServiceUnavailableError where nothing answers."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await in_thread(question, pool=READERS)()
    except (TimeoutError, DatabaseError, Stream.DoesNotExist) as error:
        words = problem_of(error) if isinstance(error, DatabaseError) else ""
        raise ServiceUnavailableError(f"{UNREAD} {words}" if words else SILENT) from error


def _some(found: Iterator[T], frame_of: Callable[[T], Frame]) -> list[T]:
    some: list[T] = []
    until, room = time.monotonic() + STEP_SECONDS, STEP_BYTES
    for each in found:
        some.append(each)
        room -= frame_of(each).room
        if room <= 0 or time.monotonic() >= until:
            break
    return some


def itself(frame: Frame) -> Frame:
    """Where all that is found are frames."""
    return frame


class Reader:
    """Reads what is recorded for one caller, whose CPU time it takes; with None nobody is counted.

    A reading that is given up holds its turn until its thread has done what it does.
    """

    def __init__(self, account: Account | None) -> None:
        self._account = account

    async def step(self, question: Callable[[], T]) -> T:
        """One short read: of those of its caller at once, and when nothing is owed.

        Raises ServiceUnavailableError.
        """
        if self._account is None:
            return await step(question)
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    counts["held"] += self._account.must_wait
                    await held.enter_async_context(self._account.reading())
            except TimeoutError:
                raise _busy() from None
            return await self.paid(question)

    async def steps(
        self, found: Iterator[T], frame_of: Callable[[T], Frame]
    ) -> AsyncIterator[list[T]]:
        """What an iterator that reads the database finds, some at a time: each has a frame."""
        while some := await self.step(lambda: _some(found, frame_of)):
            yield some

    async def paid(self, question: Callable[[], T]) -> T:
        """A short read within a turn that is held already."""
        loop, account = asyncio.get_running_loop(), self._account
        if account is None:
            return await step(question)

        def timed() -> T:
            busy, began = time.thread_time(), time.monotonic()
            try:
                return question()
            finally:
                cost = time.thread_time() - busy
                if connections[alias()].vendor != "sqlite":
                    # It works elsewhere: no CPU time is seen, but it takes its time.
                    cost = max(cost, min(STEP_SECONDS, time.monotonic() - began))
                with suppress(RuntimeError):  # the process ends
                    loop.call_soon_threadsafe(account.take, cost)

        reading = asyncio.ensure_future(step(timed))
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            await asyncio.gather(reading, return_exceptions=True)
            raise


#: Nobody is counted for what this reads.
UNCOUNTED = Reader(None)


class Pasts:
    """What the sockets of a process read of what is recorded: a few answers at once, and fewer of
    one caller."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(MOST_READ)
        self._waiting = 0

    def of(self, account: Account | None) -> PastOf:
        """What reads for one caller; with None nobody is counted."""
        return PastOf(self, account)

    @asynccontextmanager
    async def turn(self, account: Account | None) -> AsyncIterator[None]:
        """One of the reads at once. A caller waits for their own others, and until nothing is owed,
        before they wait with everybody. Raises ServiceUnavailableError where that takes long."""
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    if account is not None:
                        counts["held"] += account.must_wait
                        await held.enter_async_context(account.reading())
                    await held.enter_async_context(self._place())
            except TimeoutError:
                raise _busy() from None
            yield

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self._waiting >= MOST_WAITING:
            raise TimeoutError
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()


class PastOf:
    """What is recorded, read for the sockets of one caller (``history.past.KeptPast``)."""

    def __init__(self, pasts: Pasts, account: Account | None) -> None:
        self._pasts, self._account = pasts, account
        self._reader = Reader(account)

    async def extent(self, handle: int, epoch: int, first: int, end: int) -> Extent | None:
        """What is recorded within ``[first, end)`` of an epoch; None where nothing is."""
        async with self._pasts.turn(self._account):
            return await self._reader.paid(lambda: _extent(handle, epoch, first, end))

    async def frames(
        self, handle: int, epoch: int, first: int, end: int, stride: int, most: int
    ) -> Read:
        """The recorded samples or columns that touch ``[first, end)``. Raises TooMuchError."""
        async with self._pasts.turn(self._account):
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    for least in (LEAST_STEP, math.inf):
                        read = await self._read(handle, epoch, first, end, stride, most, least)
                        if read is not None:
                            return read
            except TimeoutError:
                raise ServiceUnavailableError(SLOW) from None
        raise TooMuchError(
            f"history: there are more than {most} gaps in this; ask for a shorter range, or for "
            "fewer columns."
        )

    async def _read(
        self,
        handle: int,
        epoch: int,
        first: int,
        end: int,
        stride: int,
        most: int,
        least: float,
    ) -> Read | None:
        """Frames whose labels leave the line by less than ``least`` seconds; None: too many."""
        past = await self._reader.paid(lambda: find(handle))
        found: list[Frame] = []
        reading = framing.epoch_frames(past, handle, epoch, stride, first, end, least)
        while some := await self._reader.paid(lambda: _some(reading, itself)):
            found += some
            if len(found) > most:
                return None
        return Read(found, damage(past))


def damage(past: Past) -> str:
    """What could not be read of a recording, in words; empty where all of it could."""
    if not past.damaged:
        return ""
    rows = "one row" if past.damaged == 1 else f"{past.damaged} rows"
    return f"A part of the recording is damaged and was left out: {rows}."


def _extent(handle: int, epoch: int, first: int, end: int) -> Extent | None:
    past = find(handle)
    spans = framing.spans_of(past, epoch, first, end)
    if not spans:
        return None
    told = past.description(epoch, max(first, spans[0].first))
    signals = len(told["signals"]) if told is not None else 1
    return Extent(
        max(first, spans[0].first),
        min(end, spans[-1].next),
        max(1, signals),
        spans[0].sample_type,
        spans[0].clock == "timed",
    )
