"""Database calls off the event loop, in threads of our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

#: A locked SQLite keeps a thread for 5 s. Those who answer viewers have their own threads, and
#: the worker, which asks twice a second, has one: neither can take the other's.
_VIEWERS = ThreadPoolExecutor(8, "waves-database")
_WORKER = ThreadPoolExecutor(1, "waves-worker-database")
#: Writes recordings: a database of theirs that is locked, or slow, holds up nothing else.
RECORDER = ThreadPoolExecutor(1, "waves-recorder")
#: Read recordings, in steps: three, of which one caller has two at once, and others the third.
READERS = ThreadPoolExecutor(3, "waves-recorded")


def in_thread(
    function: Callable[P, T], *, worker: bool = False, pool: ThreadPoolExecutor | None = None
) -> Callable[P, Awaitable[T]]:
    """A database function for the event loop.

    Not in asgiref's one shared thread: a locked SQLite would block every connect with it.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    executor = pool or (_WORKER if worker else _VIEWERS)
    return sync_to_async(call, thread_sensitive=False, executor=executor)
