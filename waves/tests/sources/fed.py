"""A source that reads a port by itself, run as the runner runs it, with all that it tells."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import numpy as np

from waves.protocol.spec import SignalSpec
from waves.sources import SOURCES
from waves.sources.base import Clock, SourceContext
from waves.sources.inbox import Inbox
from waves.tests.sources.fakes import spec

#: Seconds within which everything happens that a test waits for.
SOON = 10


class Fed:
    """A run of a source: its samples by the name of the signal, and what it told."""

    def __init__(
        self,
        kind: str,
        options: Mapping[str, object],
        *keys: str,
        inbox: Inbox | None = None,
        serial_ports: Collection[str] = (),
        **fields: object,
    ) -> None:
        self.left_out = 0
        self.notes: list[str] = [""]
        self.log: list[str] = []
        self.added: dict[str, str] = {}
        self.samples: dict[str, list[tuple[float, float]]] = {key: [] for key in keys}
        self.inbox = inbox or Inbox()
        self.late = 0
        self._happened = asyncio.Event()
        context = SourceContext(
            1,
            Clock(),
            late=self._late,
            inbox=self.inbox,
            add_signals=self._add,
            left_out=self._leave_out,
            note=self._note,
            log=self._line,
            serial_ports=serial_ports,
        )
        renamed: Any = fields.pop("renamed", {})
        stream: dict[str, Any] = {"rate": 10.0, "late": "reorder", "reorder_window": 0.02, **fields}
        signals = tuple(
            SignalSpec(renamed.get(key, key.lower().replace(" ", "-")), key) for key in keys
        )
        self.source = SOURCES[kind](spec(kind, signals=signals, options=options, **stream), context)

    def _late(self, n: int) -> None:
        self.late += n

    def _leave_out(self, n: int) -> None:
        self.left_out += n
        self._happened.set()

    def _note(self, words: str) -> None:
        self.notes.append(words)
        self._happened.set()

    def _line(self, line: str) -> None:
        self.log.append(line)
        self._happened.set()

    async def _add(self, signals: Mapping[str, str]) -> None:
        self.added.update(signals)
        self._happened.set()

    async def run(self) -> None:
        """Take its blocks until it is cancelled. Raises what it raises."""
        async with contextlib.aclosing(self.source.blocks()) as blocks:
            async for block in blocks:
                assert block.times is not None
                for key, values in zip(self.samples, block.values.tolist(), strict=True):
                    pairs = zip(block.t0 + block.times, values, strict=True)
                    self.samples[key] += [pair for pair in pairs if not np.isnan(pair[1])]
                self._happened.set()

    def values(self, key: str) -> list[float]:
        return [value for _, value in self.samples[key]]

    async def until(self, condition) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(SOON):
            while not condition():
                self._happened.clear()
                with contextlib.suppress(TimeoutError):  # not all that happens is told
                    await asyncio.wait_for(self._happened.wait(), 0.05)


@contextlib.asynccontextmanager
async def fed(kind: str, options: Mapping[str, object], *keys: str, **more) -> AsyncIterator[Fed]:
    run = Fed(kind, options, *keys, **more)
    task = asyncio.create_task(run.run())
    try:
        yield run
    finally:
        task.cancel()
        (end,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(end, asyncio.CancelledError), end
