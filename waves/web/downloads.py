"""Samples as a download: made piece by piece beside the event loop, and never more than are read.

Python runs one thread at a time, so a long piece would hold up every viewer: a piece takes about a
millisecond, one is made at a time, and their thread rests in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from waves.exceptions import BusyError
from waves.hub.kept import Kept
from waves.hub.ranges import Range, pieces
from waves.protocol.frames import Frame

#: Columns of a frame, as long as copying them out of the history takes well under a millisecond.
CHUNK = 8192
#: Values that one frame may touch in the history: 60 signals of 8192 samples.
MOST_TOUCHED = 512 * 1024
#: Downloads of a process at once. Each holds some frames and 64 KiB that wait for its socket.
MOST_OPEN = 8
#: Requests that wait for one of those to end, and for how long; beyond, a client asks again.
MOST_WAITING = 16
#: Of those one caller has so many, and so many wait for them.
MOST_EACH, MOST_WAITING_EACH = 4, 4
WAIT_SECONDS = 5.0
#: The thread rests so many times as long as a piece took: the others have two thirds of a core.
REST = 2.0

#: Short pieces go together until they have taken so long, or are so many bytes.
STEP_SECONDS, MOST_JOINED = 0.0005, 64 * 1024

#: Makes the pieces of all downloads, in the order in which they are asked for.
_maker = ThreadPoolExecutor(1, thread_name_prefix="waves download")

#: Writes a frame: an iterator whose every step takes about a millisecond.
Writer = Callable[[Frame], Iterator[bytes]]


@dataclass(slots=True)
class _Caller:
    """How many downloads somebody has, or waits for."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_EACH))
    asking: int = 0


class Places:
    """Who may download now, and who waits for that."""

    def __init__(self) -> None:
        self._open = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._callers: dict[str, _Caller] = {}

    async def take(self, name: str) -> Callable[[], None]:
        """Wait for a place for the caller of this name, and return what gives it back (once).

        Raises BusyError.
        """
        caller = self._callers.setdefault(name, _Caller())
        if caller.asking >= MOST_EACH + MOST_WAITING_EACH:
            raise _busy()
        caller.asking += 1
        try:
            await self._take(caller)
        except BaseException:
            self._forget(name, caller)
            raise
        taken = [True]

        def give_back() -> None:
            if taken:
                taken.clear()
                caller.turns.release()
                self._forget(name, caller)
                self._give_back()

        return give_back

    def _forget(self, name: str, caller: _Caller) -> None:
        caller.asking -= 1
        if not caller.asking:
            del self._callers[name]

    async def _take(self, caller: _Caller) -> None:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await caller.turns.acquire()
        except TimeoutError:
            raise _busy() from None
        try:
            if self._open >= MOST_OPEN:
                await self._wait()
            else:
                self._open += 1
        except BaseException:
            caller.turns.release()
            raise

    async def _wait(self) -> None:
        if len(self._waiting) >= MOST_WAITING:
            raise _busy()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # it came in the same moment
                self._give_back()
            raise (_busy() if isinstance(error, TimeoutError) else error) from None
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(turn)

    def _give_back(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)  # the place goes over
                return
        self._open -= 1


def _busy() -> BusyError:
    return BusyError(
        f"This process makes {MOST_OPEN} downloads at once, {MOST_EACH} of them for one caller: "
        "ask again in a moment."
    )


_places: WeakKeyDictionary[asyncio.AbstractEventLoop, Places] = WeakKeyDictionary()


def places() -> Places:
    """The places of this process: of its event loop."""
    return _places.setdefault(asyncio.get_running_loop(), Places())


async def body(kept: Kept, wanted: Range, write: Writer) -> AsyncIterator[bytes]:
    """What ``write`` makes of a range of a stream, piece after piece."""
    for piece in pieces(kept, wanted, chunk(kept.history.signals, wanted.stride)):
        async for part in written(write(kept.frame(piece))):
            yield part


async def written(pieces_: Iterator[bytes]) -> AsyncIterator[bytes]:
    """What an iterator makes, each step in the thread of the downloads."""
    while part := await _made(pieces_):
        yield part


async def _made(written: Iterator[bytes]) -> bytes:
    return await asyncio.get_running_loop().run_in_executor(_maker, _make, written)


def _make(written: Iterator[bytes]) -> bytes:
    started = time.thread_time()  # what it took of a core, however busy that is
    made, room = [], MOST_JOINED
    for piece in written:
        made.append(piece)
        room -= len(piece)
        if room <= 0 or time.thread_time() - started >= STEP_SECONDS:
            break
    time.sleep(REST * (time.thread_time() - started))
    return b"".join(made)


def chunk(signals: int, stride: int) -> int:
    """Columns of one frame."""
    # A column reads at most 16 stored values of each signal (see tiers).
    return max(1, min(CHUNK, MOST_TOUCHED // (signals * min(stride, 16))))
