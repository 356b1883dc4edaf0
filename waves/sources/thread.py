"""A thread of one's own for blocking code: it may block for long, and stalls nobody else."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

#: A call that still blocks this long after the source was stopped is left to end by itself. Under
#: the reloader Ctrl-C leaves 0.25 s in all, and who stops a source should not feel the wait.
PATIENCE_SECONDS = 0.2


class DedicatedThread:
    """Runs calls one after the other, in one daemon thread that belongs to one source.

    Not an executor of the standard library: those share threads, so that one blocked function
    holds up others, and the interpreter waits for them when it exits.
    """

    def __init__(self, name: str) -> None:
        # Never holds more than two: a call is awaited before the next, and one ends the thread.
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]
        self._calls = queue.SimpleQueue()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def call(self, function: Callable[[], T]) -> T:
        """Run ``function`` in the thread; what it returns or raises comes out here."""
        future: Future[T] = Future()
        self._calls.put((future, function))
        return await asyncio.wrap_future(future)

    async def close(self, last: Callable[[], object] | None = None) -> None:
        """End the thread after the current call and ``last``; wait for it, but not for ever."""
        if last is not None:
            self._calls.put((Future(), last))
        self._calls.put(None)
        await asyncio.wait({asyncio.wrap_future(self._ended)}, timeout=PATIENCE_SECONDS)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            _settle(*call)
        self._ended.set_result(None)


def _settle(future: Future[Any], function: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(function())
    except BaseException as error:  # carried to whoever awaits the call
        future.set_exception(error)
