"""A channel layer, a publisher and a source whose faults are a test's to choose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np

from waves.database.installation import Installation
from waves.exceptions import ServiceUnavailableError
from waves.protocol.block import SampleBlock
from waves.sources.base import SignalInfo, Source

HERE = Installation("here", ("seal", "former seal"))


class Layer:
    """Groups and channels in memory; ``hangs`` and ``deaf`` are switched by a test."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.groups: set[str] = set()
        self.connected = 0
        self.sent = 0
        self.hangs = False
        self.deaf = False

    async def _answer(self) -> None:
        if self.hangs:
            await asyncio.Event().wait()

    async def new_channel(self, prefix: str) -> str:
        await self._answer()
        self.connected += 1
        return prefix + "one"

    async def group_add(self, group: str, channel: str) -> None:
        await self._answer()
        self.groups.add(group)

    async def group_discard(self, group: str, channel: str) -> None:
        await self._answer()
        self.groups.discard(group)

    async def group_send(self, group: str, message: object) -> None:
        self.sent += 1
        await self._answer()
        if group in self.groups and not self.deaf:
            self.queue.put_nowait(message)

    async def send(self, channel: str, message: object) -> None:
        await self._answer()
        if not self.deaf:
            self.queue.put_nowait(message)

    async def receive(self, channel: str) -> object:
        message = await self.queue.get()
        if isinstance(message, Exception):
            raise message
        return message


class Publisher:
    """Keeps what a runner says."""

    shard, shard_name = 0, ""

    def __init__(self) -> None:
        self.descriptions: list[dict] = []
        self.frames: list[bytes] = []
        self.hangs = False
        self.news = asyncio.Event()

    async def description(self, description: dict) -> None:
        if self.hangs:
            raise ServiceUnavailableError("It hangs.")
        self.descriptions.append(dict(description))
        self.news.set()

    async def frame(
        self, handle: int, place: tuple[int, int], data: bytes, keys=(), settled=None
    ) -> None:
        if self.hangs:
            raise ServiceUnavailableError("It hangs.")
        self.frames.append(data)
        self.news.set()

    async def until(self, condition) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await self.news.wait()
                self.news.clear()


class ToldSource(Source):
    """Yields a sample whenever a test lets it."""

    let: asyncio.Queue[float | Exception]
    stubborn = False

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        return (SignalInfo("s", "S"),)

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        index = 0
        while True:
            try:
                value = await self.let.get()
            except asyncio.CancelledError:
                if not self.stubborn:
                    raise
                continue
            if isinstance(value, Exception):
                raise value
            yield SampleBlock(self.context.epoch, index, 1e9, 0.1, np.array([[value]]))
            index += 1
