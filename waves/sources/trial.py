"""Runs a source for a moment, aside from all streams, and says in words what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Collection, Mapping

import numpy as np

from waves.exceptions import FinishedError, WavesError
from waves.ingest.table import Table
from waves.protocol.block import SampleBlock
from waves.protocol.spec import StreamSpec
from waves.sources import source_class
from waves.sources.base import (
    Clock,
    RecordedPart,
    Source,
    SourceContext,
    no_recordings,
    no_uploads,
)
from waves.sources.inbox import Inbox

#: How long a source runs, and how long it may take to end.
TRIAL_SECONDS, END_SECONDS = 3.0, 2.0
#: Signals whose last values are told.
MOST_TOLD = 8
_FAILED = "Then it failed: "
#: Lines that came and are no samples, told at most.
MOST_LINES = 3


class Trial:
    """One run, and what is to be told of it."""

    def __init__(
        self,
        spec: StreamSpec,
        serial_ports: Collection[str] = (),
        upload: Callable[[str], Awaitable[Table]] | None = None,
        recorded: Callable[[str, int | None, int | None], Awaitable[RecordedPart]] | None = None,
        seconds: float | None = None,
    ) -> None:
        self._spec = spec
        self._seconds = TRIAL_SECONDS if seconds is None else seconds
        self._counts: Counter[str] = Counter()
        self._new: dict[str, str] = {}
        self._note = ""
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._samples = 0
        self._last: SampleBlock | None = None
        self._ended = ""
        self._stops = asyncio.Event()
        self._context = SourceContext(
            1,
            Clock(),
            skipped=lambda n: self._count("samples were skipped", n),
            late=lambda n: self._count("samples came too late", n),
            nameless=lambda n, why: self._count(f"texts became no state ({why})", n),
            doubled=lambda n: self._count("samples came twice", n),
            inbox=Inbox(),
            add_signals=self._add,
            left_out=lambda n: self._count("things were left out", n),
            note=self._take_note,
            log=self._lines.append,
            serial_ports=serial_ports,
            upload=upload or no_uploads,
            recorded=recorded or no_recordings,
        )

    def _count(self, what: str, n: int) -> None:
        self._counts[what] += n

    async def _add(self, signals: Mapping[str, str]) -> None:
        self._new.update(signals)
        self._stops.set()

    def _take_note(self, words: str) -> None:
        self._note = words or self._note

    async def run(self) -> str:
        """What a person is told. Never raises what a source raises."""
        try:
            source = source_class(self._spec.source)(self._spec, self._context)
            if source.takes_pushes:
                return "Nothing is fetched here: it takes what others send. Save it, and send."
            await source.open()
        except Exception as error:  # whatever a source raises
            return f"It cannot be read: {_words(error)}"
        taking = asyncio.create_task(self._take(source))
        stopping = asyncio.create_task(self._stops.wait())
        await asyncio.wait(
            {taking, stopping}, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
        )
        taking.cancel()
        stopping.cancel()
        _, left = await asyncio.wait({taking}, timeout=END_SECONDS)
        return " ".join(filter(None, [*self._found(source), *self._told(bool(left))]))

    async def _take(self, source: Source) -> None:
        try:
            async with contextlib.aclosing(source.blocks()) as blocks:
                async for block in blocks:
                    self._samples += block.n
                    self._last = block
                    self._note = ""
            self._ended = "Then the source ended."
        except FinishedError as end:
            self._ended = str(end)
        except Exception as error:  # whatever a source raises
            self._ended = f"{_FAILED}{_words(error)}"

    def _found(self, source: Source) -> list[str]:
        block, ended = self._last, self._ended
        if self._new:
            names = ", ".join(list(self._new)[:MOST_TOLD])
            return [f"Samples come of signals that would be added: {names}."]
        if block is None:
            why = ended.removeprefix(_FAILED)
            if why != ended:
                return [f"It cannot be read: {why}"]
            return [f"Nothing came within {self._seconds:g} s.", ended]
        called = [info.name or info.key for info in source.signals]
        values = [_value(row) for row in np.asarray(block.values, np.float64)]
        pairs = [f"{name} {value}" for name, value in zip(called, values, strict=False)]
        more = f" and {len(pairs) - MOST_TOLD} more" if len(pairs) > MOST_TOLD else ""
        count = f"{self._samples:,} sample{'' if self._samples == 1 else 's'}"
        told = ", ".join(pairs[:MOST_TOLD])
        return [f"Within {self._seconds:g} s came {count}, the last one {told}{more}.", ended]

    def _told(self, hangs: bool) -> list[str]:
        counts = [f"{n:,} {what}." for what, n in self._counts.items() if n]
        lines = [f"It also said: {'; '.join(self._lines)}."] if self._lines else []
        hanging = ["It does not end by itself: look for what it waits for."] if hangs else []
        return [self._note, *counts, *lines, *hanging]


def _value(row: np.ndarray) -> str:
    there = row[~np.isnan(row)]
    return f"{there[-1]:.6g}" if there.size and math.isfinite(there[-1]) else "–"


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, WavesError) else f"{type(error).__name__}: {error}"
