"""A clock that jumps, a context that counts, and specs: what the tests of sources share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from waves.protocol.block import SampleBlock
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.sources.base import Clock, Source, SourceContext


class FakeClock(Clock):
    """Sleeping moves time at once. ``late`` is added to the next sleep only, ``wall`` to labels."""

    def __init__(self, start: float = 1000.0) -> None:
        self.now = start
        self.wall = 1_700_000_000.0
        self.late = 0.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now + self.wall

    async def sleep_until(self, deadline: float) -> None:
        await asyncio.sleep(0)
        self.now = max(self.now, deadline) + self.late
        self.late = 0.0


class Skips(list[int]):
    """The numbers of samples that a source said to have skipped, and what else it counted."""

    def __init__(self) -> None:
        super().__init__()
        self.late = 0
        self.nameless = 0
        self.why = ""

    def context(self, clock: Clock | None = None, epoch: int = 1) -> SourceContext:
        return SourceContext(
            epoch, clock or FakeClock(), self.append, self._count_late, self._count_nameless
        )

    def _count_late(self, n: int) -> None:
        self.late += n

    def _count_nameless(self, n: int, why: str) -> None:
        self.nameless += n
        self.why = why


def sine(key: str = "a", **parameters: object) -> SignalSpec:
    return SignalSpec(key, key, waveform="sine", parameters=parameters)


def spec(source: str, rate: float = 1000.0, **fields: object) -> StreamSpec:
    return StreamSpec(1, "test", "Test", source, rate, **fields)


@contextlib.asynccontextmanager
async def running(source: Source) -> AsyncIterator[AsyncIterator[SampleBlock]]:
    """The blocks of a source, as the runner iterates them, within 5 seconds."""
    async with asyncio.timeout(5), contextlib.aclosing(source.blocks()) as blocks:
        yield blocks


async def take(source: Source, count: int) -> list[SampleBlock]:
    """The first blocks of a source, which is closed then."""
    async with running(source) as blocks:
        return [await anext(blocks) for _ in range(count)]
