"""The only module that touches the channel layer: the worker publishes, the hub receives."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from waves.exceptions import ServiceUnavailableError
from waves.streaming.description import Description
from waves.streaming.hub import Hub

logger = logging.getLogger("waves")

#: Every hub is in this group: descriptions of all streams each second, viewer counts of all hubs.
STATUS_GROUP = "waves.status"
#: Layers forget members (the in-memory one after a message has waited for 60 s): join again.
REJOIN_SECONDS = 5.0
#: A hub stays in a stream's group for this long after its last viewer, so that a reload finds
#: the past.
LINGER_SECONDS = 60.0
#: Pauses between attempts to reach the layer, the last one for ever.
RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)

#: What the layers raise when their server cannot be reached.
UNREACHABLE = (OSError, RedisError, asyncio.TimeoutError)


def stream_group(handle: int) -> str:
    """The group of a stream's frames and descriptions."""
    return f"waves.stream.{handle}"


class Publisher:
    """Sends into the groups. Raises ServiceUnavailableError where the layer is out of reach."""

    def __init__(self) -> None:
        #: Words for a person while the layer cannot be reached, else empty.
        self.problem = ""
        self._layer = get_channel_layer()

    async def frame(self, handle: int, data: bytes) -> None:
        """One frame, to every hub that has viewers of its stream: encoded once, sent once."""
        await self._send(stream_group(handle), {"type": "waves.frame", "data": data})

    async def description(self, description: Description) -> None:
        """A description, in order with the frames of its stream."""
        message = {"type": "waves.stream", "description": description}
        await self._send(stream_group(description["handle"]), message)

    async def status(self, descriptions: Iterable[Description]) -> None:
        """All descriptions, to every hub, for the lists of people."""
        message = {"type": "waves.status", "streams": list(descriptions)}
        await self._send(STATUS_GROUP, message)

    async def deleted(self, handle: int) -> None:
        """A stream is gone."""
        await self._send(STATUS_GROUP, {"type": "waves.deleted", "handle": handle})

    async def viewers(self, hub: str, counts: Mapping[int, int]) -> None:
        """The viewer counts of one hub. Keys are text: not every layer keeps numbers."""
        keyed = {str(handle): count for handle, count in counts.items()}
        message = {"type": "waves.viewers", "hub": hub, "counts": keyed}
        await self._send(STATUS_GROUP, message)

    async def _send(self, group: str, message: dict[str, Any]) -> None:
        try:
            await self._layer.group_send(group, message)
        except UNREACHABLE as error:
            self._say(f"The channel layer cannot be reached ({error}). Is Redis running?")
            raise ServiceUnavailableError(self.problem) from None
        self._say("")

    def _say(self, problem: str) -> None:
        if problem and not self.problem:
            logger.error(problem)
        elif self.problem and not problem:
            logger.warning("The channel layer is reached again.")
        self.problem = problem


class Receiver:
    """Keeps a hub in the groups that it needs, and hands it what they bring.

    ``everything``: join the group of every stream that is described, so that the past of each is
    kept from the start. That is free where the worker is embedded; over Redis a hub joins a
    stream's group with its first viewer, since each member costs the stream's whole rate.
    """

    def __init__(self, hub: Hub, *, everything: bool) -> None:
        self.hub = hub
        self.name = uuid.uuid4().hex
        self.everything = everything
        self._layer = get_channel_layer()
        self._channel = ""
        self._joined: dict[int, float] = {}
        self._look = asyncio.Event()
        hub.interest = self._interest

    def _interest(self, handle: int) -> None:
        if handle not in self._joined:
            self._look.set()

    async def run(self) -> None:
        """Receive for ever; after a failure of the layer, begin again."""
        attempt = 0
        while True:
            try:
                await self._connect()
                attempt = 0
                await self._serve()
            except UNREACHABLE as error:
                logger.debug("The hub lost the channel layer: %s", error)
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    async def _connect(self) -> None:
        self._channel = await self._layer.new_channel("waves.hub.")
        self._joined.clear()
        await self._layer.group_add(STATUS_GROUP, self._channel)
        await self._join_wanted()

    async def _serve(self) -> None:
        tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._keep_joined())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            with contextlib.suppress(*UNREACHABLE):
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive(self) -> None:
        # Never in wait_for: cancelling ``receive`` unsubscribes on the pub/sub layer.
        while True:
            message = await self._layer.receive(self._channel)
            self.hub.receive(message)
            if self.everything and message["type"] == "waves.status":
                self._look.set()

    async def _keep_joined(self) -> None:
        repeat_at = time.monotonic() + REJOIN_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._look.wait()
            self._look.clear()
            await self._join_wanted()
            await self._leave_unwanted()
            if time.monotonic() >= repeat_at:
                repeat_at = time.monotonic() + REJOIN_SECONDS
                await self._layer.group_add(STATUS_GROUP, self._channel)
                for handle in list(self._joined):
                    await self._layer.group_add(stream_group(handle), self._channel)

    def _wanted(self) -> set[int]:
        viewed = {handle for handle, stream in self.hub.streams.items() if stream.viewers}
        return viewed | set(self.hub.board.handles()) if self.everything else viewed

    async def _join_wanted(self) -> None:
        now = time.monotonic()
        for handle in self._wanted():
            if handle not in self._joined:
                await self._layer.group_add(stream_group(handle), self._channel)
            self._joined[handle] = now

    async def _leave_unwanted(self) -> None:
        now = time.monotonic()
        for handle, wanted_at in list(self._joined.items()):
            if now - wanted_at > LINGER_SECONDS:
                del self._joined[handle]
                await self._layer.group_discard(stream_group(handle), self._channel)
                # What is not received any more is no history: the next viewer starts afresh.
                self.hub.forget(handle)
