"""Looks for streams that are no more for everyone, while sockets show them.

A socket that shows what everyone may see asks nobody. One task for all sockets of an event loop
finds those that have to ask from now on, and those that show nothing for long.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Protocol

from waves import access
from waves.exceptions import ServiceUnavailableError
from waves.journal import Bounded
from waves.web.lookup import is_public

_faults = Bounded(1)

#: So often; a look is at most 2.5 s old, so whoever has to go is gone within 5 s.
LOOK_SECONDS = 1.25


def tell_fault(words: str, error: Exception) -> None:
    """Say that nobody could be asked: once a second, however many sockets it befalls."""
    _faults.tell("unasked", words, {"error": type(error).__name__}, logging.ERROR)


class Watching(Protocol):
    """A socket, as far as it matters here."""

    @property
    def asks(self) -> bool:
        """Whether it asks already whether it may go on."""

    def shows(self, handles: frozenset[int]) -> bool:
        """Whether it shows one of these streams."""

    def look_at_idle(self, now: float) -> None:
        """Close it where it has shown nothing for long; ``now`` is monotonic."""

    def guard(self) -> None:
        """Ask from now on, at once and again and again."""


class Sentinel:
    """The sockets of one event loop, and the task that looks while there are any."""

    def __init__(self) -> None:
        self._sockets: set[Watching] = set()
        self._task: asyncio.Task[None] | None = None

    def watch(self, socket: Watching) -> None:
        """A socket was opened."""
        self._sockets.add(socket)
        if self._task is None:
            self._task = asyncio.create_task(self._look())

    def leave(self, socket: Watching) -> None:
        """A socket is gone."""
        self._sockets.discard(socket)
        if not self._sockets and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look_once()
            except Exception as error:  # of whatever a host has of its own: all depend on this task
                tell_fault("It could not be looked who may see what; it is tried again.", error)

    async def _look_once(self) -> None:
        now = time.monotonic()
        for socket in list(self._sockets):
            socket.look_at_idle(now)
        if not all(socket.asks for socket in self._sockets):
            await self._find()

    async def _find(self) -> None:
        try:
            await is_public(0)
        except ServiceUnavailableError:
            return  # whoever shows something was let in by what was known then
        for socket in list(self._sockets):
            if not socket.asks and socket.shows(access.public.restricted):
                socket.guard()


#: The one of this process.
sentinel = Sentinel()
