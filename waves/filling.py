"""Fills from the log of frames what a hub did not hear: what the channel layer lost, what a worker
wrote and was killed before it sent it, and what was there before the hub came.

What follows on what a hub has is handed on as it comes. At a place that is further on, the messages
of that stream wait until what is before them was read. A skip of the source looks the same: then
nothing is found.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from waves.framelog import AT_ONCE, UNREACHABLE, Entry, FrameLog
from waves.hub.hub import Hub

logger = logging.getLogger("waves")

#: Messages of a stream that wait meanwhile. What comes beyond is found in the log the next time.
MOST_WAITING = 1000
#: Streams that are read at once.
STREAMS_AT_ONCE = 4

Message = Mapping[str, Any]


class Filler:
    """Hands a hub the messages of streams, in order, and before them what is missing."""

    def __init__(self, hub: Hub, log: FrameLog, use: Callable[[Message], None]) -> None:
        self._hub = hub
        self._log = log
        #: Hands one message to the hub, and raises nothing: the others come all the same.
        self._use = use
        self._waiting: dict[int, deque[Message]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(STREAMS_AT_ONCE)
        #: Whose log it is.
        self.identity = ""

    def take(self, message: Message) -> None:
        """One message of a stream's group: a frame, or a description."""
        if message["type"] == "waves.frame":
            handle, (epoch, sample) = message["handle"], message["place"]
        else:
            description = message["description"]
            handle, (epoch, sample) = description["handle"], (description["epoch"], 0)
        waiting = self._waiting.get(handle)
        if waiting is not None:
            if len(waiting) < MOST_WAITING:
                waiting.append(message)
        elif (epoch, sample) > self._place(handle):
            self._begin(handle, message)
        else:
            self._hub.receive(message)

    def look(self, handle: int) -> None:
        """Read what is there of a stream behind what the hub has."""
        if handle not in self._waiting:
            self._begin(handle)

    def close(self) -> None:
        """Read no more: this hub begins anew, or ends."""
        for task in self._tasks.values():
            task.cancel()

    def _place(self, handle: int) -> tuple[int, int]:
        """Epoch and index of the sample that the hub lacks first; (0, 0) before any description."""
        stream = self._hub.streams.get(handle)
        if stream is None or stream.kept.description is None:
            return 0, 0
        return stream.kept.history.epoch, stream.kept.history.next

    def _begin(self, handle: int, *messages: Message) -> None:
        self._waiting[handle] = deque(messages)
        self._hub.begin_filling(handle)
        task = asyncio.create_task(self._fill(handle), name=f"filling {handle}")
        self._tasks[handle] = task
        task.add_done_callback(lambda done: self._end(handle, done))

    async def _fill(self, handle: int) -> None:
        async with self._turns:
            epoch, sample = self._place(handle) if self._is_described(handle) else (0, 0)
            if not epoch:
                return
            # A hub that did not know the stream knows it now.
            self._hub.begin_filling(handle)
            while entries := await self._log.read(self.identity, handle, epoch, sample):
                for entry in entries:
                    self._use(_message(handle, entry))
                epoch, sample = entries[-1].epoch, entries[-1].sample + 1
                if len(entries) < AT_ONCE:
                    return

    def _is_described(self, handle: int) -> bool:
        """Whether the hub knows the epoch: else the first message that says it is handed on."""
        if self._place(handle)[0]:
            return True
        waiting = self._waiting[handle]
        known = [each for each in waiting if each["type"] == "waves.stream"]
        description = known[-1]["description"] if known else self._hub.board.description(handle)
        if description is None or "signals" not in description or description["state"] == "stale":
            return False
        self._use({"type": "waves.stream", "description": description})
        return True

    def _end(self, handle: int, task: asyncio.Task[None]) -> None:
        """Hand on what has waited, whatever became of the reading."""
        del self._tasks[handle]
        waiting = self._waiting.pop(handle)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, UNREACHABLE):
            logger.error("What is missing of a stream could not be read.", exc_info=error)
        if not task.cancelled():
            for message in waiting:
                self._use(message)
        self._hub.end_filling(handle)


def _message(handle: int, entry: Entry) -> Message:
    if entry.description is not None:
        return {"type": "waves.stream", "description": entry.description}
    return {"type": "waves.frame", "data": entry.frame, "handle": handle}
