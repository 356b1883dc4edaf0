"""Samples of memory and recording as one past, as an answer over HTTP."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from itertools import chain, groupby
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from waves.exports import EXPORTS, Epoch, Export
from waves.hub.kept import Kept
from waves.protocol.frames import Frame
from waves.server import pasts
from waves.web import bytime, downloads
from waves.web.callers import Caller
from waves.web.onepast import Part, Plan, Reading, Wanted, plan
from waves.web.streaming import check_values, place_for, streamed, with_problem

#: Bytes of frames that are read before an answer begins: its headers then say what is damaged.
AHEAD_BYTES = 1024 * 1024

Found = tuple[Part | None, Frame]


class PastAnswer:
    """One request for more than memory has, of a recorded stream."""

    def __init__(
        self,
        request: HttpRequest,
        handle: int,
        slug: str,
        kept: Kept | None,
        told: Mapping[str, Any],
        kind: str,
        caller: Caller,
    ) -> None:
        self._request = request
        self._handle = handle
        self._slug = slug
        self._kept = kept
        self._told = told
        self._kind = kind
        self._caller = caller
        self._reader = pasts.Reader(caller.account)

    async def response(self, wanted: Wanted) -> HttpResponseBase:
        """The answer. Raises ServiceUnavailableError where the recording cannot be read."""
        made = await plan(self._handle, self._kept, wanted, self._reader)
        signals = self._told.get("signals") or await self._last_signals(made)
        export = EXPORTS[self._kind](signals, columns=made.has_columns)
        export.crosses = made.crosses
        values = self._values(made, len(signals))
        # Of more stretches than are planned ahead nobody knows how much it is.
        check_values(self._kind, sys.maxsize if made.more else values)
        give_back = await place_for(self._request, values, self._caller)
        try:
            return await self._read(made, export, signals, give_back)
        except BaseException:
            if give_back is not None:
                give_back()
            raise

    async def _read(
        self,
        made: Plan,
        export: Export,
        signals: list[dict[str, Any]],
        give_back: Callable[[], None] | None,
    ) -> HttpResponseBase:
        reading = Reading(self._handle, made)
        frames = self._frames(made, reading, signals)
        ahead = await _ahead(frames)
        if ahead:
            _, first = ahead[0][0]
            export.t0, export.dt = first.t0, first.dt
        parts = self._written(export, reading, ahead, frames, signals)
        name = f"{self._slug}-{_place(ahead)}"
        response = streamed(self._request, export, self._kind, parts, name, give_back)
        return with_problem(response, pasts.damage(made.past))

    async def _last_signals(self, made: Plan) -> list[dict[str, Any]]:
        """Signals where no worker has described the stream: those of its newest epoch."""
        if not made.parts:
            return []
        last = made.parts[-1]
        told = await made.reader.step(partial(made.past.description, last.epoch, last.end - 1))
        return told["signals"] if told is not None else []

    def _values(self, made: Plan, signals: int) -> int:
        """How many values the answer has at most, as far as its parts are known."""
        if made.by_time is not None:
            return 2 * 2 * (made.wanted.columns or 0) * signals
        return sum(part.values for part in made.every) * max(1, signals)

    async def _frames(
        self, made: Plan, reading: Reading, signals: list[dict[str, Any]]
    ) -> AsyncIterator[list[Found]]:
        if made.by_time is None:
            async for some in reading.frames():
                yield list(some)
            return
        keys = [signal["key"] for signal in signals]
        columns = made.wanted.columns or 1
        found = await made.reader.step(partial(made.past.by_time, *made.by_time, columns, keys))
        yield [(None, frame) for frame in bytime.frames(found, self._handle, self._kept, keys)]

    async def _written(
        self,
        export: Export,
        reading: Reading,
        ahead: list[list[Found]],
        frames: AsyncIterator[list[Found]],
        signals: list[dict[str, Any]],
    ) -> AsyncIterator[bytes]:
        if head := export.head():
            yield head
        former = -1
        async for some in _chained(ahead, frames):
            for epoch, group in groupby(some, _epoch if export.tells_epochs else _any):
                found = list(group)
                if export.tells_epochs and epoch != former:
                    former = epoch
                    if begun := export.begin(await self._epoch_of(reading, found[0], signals)):
                        yield begun
                pieces = chain.from_iterable(export.pieces(frame) for _, frame in found)
                async for piece in downloads.written(pieces):
                    yield piece
        if tail := export.tail():
            yield tail

    async def _epoch_of(
        self, reading: Reading, found: Found, signals: list[dict[str, Any]]
    ) -> Epoch:
        part, frame = found
        return _all_epochs(frame, signals) if part is None else await reading.epoch(part, frame)


def _epoch(found: Found) -> int:
    part, _ = found
    return 0 if part is None else part.epoch


def _any(_: Found) -> int:
    return 0


def _all_epochs(frame: Frame, signals: list[dict[str, Any]]) -> Epoch:
    rate = 1 / frame.dt if frame.dt else 0.0
    return Epoch(0, frame.t0, rate, "regular", "float64", tuple(signals))


async def _ahead(frames: AsyncIterator[list[Found]]) -> list[list[Found]]:
    """The first frames: some more than ``AHEAD_BYTES``, or all."""
    found: list[list[Found]] = []
    room = AHEAD_BYTES
    async for some in frames:
        found.append(some)
        room -= sum(frame.room for _, frame in some)
        if room <= 0:
            break
    return found


async def _chained(
    ahead: list[list[Found]], rest: AsyncIterator[list[Found]]
) -> AsyncIterator[list[Found]]:
    while ahead:
        yield ahead.pop(0)
    async for some in rest:
        yield some


def _place(ahead: list[list[Found]]) -> str:
    """What a file is named by: epoch and index of its first sample."""
    frame = ahead[0][0][1] if ahead else None
    return "0-0" if frame is None else f"{frame.epoch}-{frame.sample}"
