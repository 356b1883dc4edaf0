"""A file that was uploaded, replayed: at its pace, faster, slower, or all of it at once."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from waves.exceptions import FinishedError, IngestError, SourceError
from waves.ingest.table import Column, Layout, Table, key_of
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.spec import StreamSpec
from waves.sources import validate_options
from waves.sources.base import Fitting, Options, SignalInfo, Source, SourceContext
from waves.sources.pacing import MAX_LAG, Ticker
from waves.sources.thread import DedicatedThread

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Values of a block where all is sent at once, or much is due together: 256 KiB of float32.
BLOCK_VALUES = 64 * 1024
#: Values a second of what is sent at once: half a core of a server is left to everybody else.
AT_ONCE_VALUES = 2_000_000.0
#: A server with its own worker listens to a new stream a second after it was announced. What is
#: sent at once would be gone by then.
JOIN_SECONDS = 2.0
#: A rate that is this part of itself off is another one.
SAME_RATE = 1e-6


class ReplayOptions(Options):
    """Which file, and how it is played."""

    file: str = Field(
        pattern="^[0-9a-f]{32}$",
        title="File",
        description="CSV, WAV, NPY, NPZ or Parquet; CSV may be compressed with gzip.",
        json_schema_extra={"upload": True},
    )
    play: Literal["looped", "once", "all_at_once"] = Field(
        default="looped",
        title="Play",
        description="looped: again and again. once: then the stream is stopped. all at once: as "
        "fast as it can be sent, then the stream is stopped.",
    )
    speed: float = Field(
        default=1.0,
        ge=0.001,
        le=1000.0,
        title="Speed",
        description="2 is twice as fast as the file says; frequencies are twice as high then.",
        json_schema_extra={"unit": "×"},
    )
    times: Literal["file", "rate"] = Field(
        default="file",
        title="Times",
        description="file: as the file says, and the sample rate is set to its own. rate: samples "
        "follow one another at the sample rate below, whatever the file says.",
    )
    time_column: str = Field(
        default="",
        max_length=80,
        title="Column of times",
        description="Its name, without the unit: unix seconds, ISO 8601, or seconds from the "
        "start. Empty: the one called t, time, date …, or the first that holds dates.",
    )


class ReplaySource(Source):
    """Replays one table.

    Raises ConfigurationError for options that cannot work, SourceError where the file is gone or
    does not fit the stream, FinishedError at the end of what is played once.
    """

    label = "Replayed file"
    options = ReplayOptions

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        self._chosen = ReplayOptions(**validate_options("replay", spec.options))
        self._signals: tuple[SignalInfo, ...] = ()
        self._reel: Reel | None = None
        self._ticker = Ticker(context.clock, spec.rate, spec.frames_per_second, context.late_tick)

    @classmethod
    def fitting(cls, options: Mapping[str, Any], layout: Layout) -> Fitting:
        """The rate of the file, by its times or by what it says, at the chosen speed."""
        chosen = ReplayOptions(**validate_options("replay", options))
        time = _time_of(layout, chosen)
        if not layout.signals(time):
            raise IngestError("There is a column of times in this file, and none of values.")
        rate = layout.rate
        if time is not None:
            timing = layout.columns[time].timing
            if timing.problem:
                raise IngestError(f"{layout.columns[time].name}: {timing.problem}")
            rate = timing.rate
        if chosen.times == "rate":
            rate = 0.0
        return Fitting(rate * _speed(chosen), len(layout.signals(time)))

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        """The columns of the file that are no times."""
        return self._signals

    async def open(self) -> None:
        """Read the file."""
        table = await self.context.upload(self._chosen.file)
        thread = DedicatedThread(f"waves {self.spec.slug}")
        try:
            self._reel = await thread.call(lambda: self._loaded(table))
        finally:
            await thread.close()
        if self._reel.times is not None:
            self.clock = "timed"

    def _loaded(self, table: Table) -> Reel:
        layout, chosen = table.layout, self._chosen
        try:
            fitting = self.fitting(self.spec.options, layout)
            time = _time_of(layout, chosen)
        except IngestError as error:
            raise SourceError(str(error)) from None
        places = layout.signals(time)
        self._signals = _infos([layout.columns[place] for place in places])
        values = np.empty((len(places), layout.n), SAMPLE_TYPES[self.spec.sample_type])
        for row, place in zip(values, places, strict=True):
            row[:] = table.values[place]
        timed = time is not None and fitting.rate and not layout.columns[time].timing.even
        if timed and time is not None:
            return Reel(values, table.seconds(time) / _speed(chosen), 1.0 / fitting.rate)
        if fitting.rate and abs(self.spec.rate / fitting.rate - 1.0) > SAME_RATE:
            raise SourceError(
                f"The file is played with {fitting.rate:,.10g} samples a second, and the sample "
                f"rate is {self.spec.rate:,.10g} Hz: save the stream in the admin, which sets it."
            )
        return Reel(values, None, 1.0 / self.spec.rate)

    def update(self, spec: StreamSpec) -> None:
        """Take over the pace of the frames."""
        super().update(spec)
        self._ticker.frames_per_second = spec.frames_per_second

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield what is due; ends by FinishedError, unless it is looped."""
        if self._reel is None:
            raise SourceError("The file was not opened.")
        play = self._at_once if self._chosen.play == "all_at_once" else self._regular
        if self._reel.times is not None and play != self._at_once:
            play = self._timed
        async for block in play(self._reel):
            yield block
        raise FinishedError("The file ended.")

    async def _regular(self, reel: Reel) -> AsyncGenerator[SampleBlock, None]:
        async for due in self._ticker.ticks():
            end = self._end(reel, due.first + due.n)
            skipped = due.skipped - max(0, due.first - end)
            if skipped > 0:
                self.context.skipped(skipped)
            if end > due.first:
                yield self._block(reel, due.first, end, due.t0)
            if end < due.first + due.n:
                return

    async def _timed(self, reel: Reel) -> AsyncGenerator[SampleBlock, None]:
        clock = self.context.clock
        start = clock.monotonic()
        # Samples are placed by their times, so these must not follow the wall clock's steps.
        label = clock.time()
        following, most = 0, max(1, BLOCK_VALUES // len(reel.values))
        while True:
            now = clock.monotonic() - start
            frame = 1.0 / self._ticker.frames_per_second
            first = max(following, reel.due(now - max(MAX_LAG, 2.0 * frame)))
            first = self._end(reel, first)
            if first > following:
                self.context.skipped(first - following)
            end = self._end(reel, min(reel.due(now), first + most))
            following = max(first, end)
            if end > first:
                yield self._block(reel, first, end, label)
            if self._end(reel, following + 1) == following:
                return
            wake = start + reel.time(following)
            await clock.sleep_until(max(wake, clock.monotonic() + (frame if end > first else 0.0)))

    async def _at_once(self, reel: Reel) -> AsyncGenerator[SampleBlock, None]:
        """All of it, so labelled that it ends now."""
        clock = self.context.clock
        await clock.sleep_until(clock.monotonic() + JOIN_SECONDS)
        label = clock.time() - reel.time(reel.n - 1)
        most = max(1, BLOCK_VALUES // len(reel.values))
        for first in range(0, reel.n, most):
            end = min(first + most, reel.n)
            yield self._block(reel, first, end, label + reel.time(first), label)
            pause = (end - first) * len(reel.values) / AT_ONCE_VALUES
            await clock.sleep_until(clock.monotonic() + pause)

    def _end(self, reel: Reel, end: int) -> int:
        """As far as there are samples."""
        return end if self._chosen.play == "looped" else min(end, reel.n)

    def _block(
        self, reel: Reel, first: int, end: int, label: float, begin: float | None = None
    ) -> SampleBlock:
        """Samples ``[first, end)``. ``label`` is the unix second of ``first`` on a regular clock,
        on a timed one that of the beginning (or ``begin`` is)."""
        epoch, values = self.context.epoch, reel.samples(first, end)
        if reel.times is None:
            return SampleBlock(epoch, first, label, reel.period, values)
        times = reel.moments(first, end) + (label if begin is None else begin)
        t0 = float(times[0])
        return SampleBlock(epoch, first, t0, 0.0, values, times - t0)


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    """What is played: ``values`` ``[signals, n]``, and the seconds of each sample after the first,
    or None where they are ``period`` seconds apart. Sample ``n`` is the first again, a mean
    ``period`` after the last."""

    values: NDArray[np.floating[Any]]
    times: Floats | None
    period: float

    @property
    def n(self) -> int:
        """Samples of the file."""
        return int(self.values.shape[1])

    @property
    def seconds(self) -> float:
        """How long it takes until it begins again."""
        if self.times is None:
            return self.n * self.period
        return float(self.times[-1]) + self.period

    def samples(self, first: int, end: int) -> NDArray[np.floating[Any]]:
        """The values of samples ``[first, end)`` of the endless reel."""
        start = first % self.n
        if start + end - first <= self.n:
            return self.values[:, start : start + end - first]
        return self.values[:, np.arange(first, end) % self.n]

    def moments(self, first: int, end: int) -> Floats:
        """The seconds of samples ``[first, end)`` of the endless reel."""
        turn, place = np.divmod(np.arange(first, end), self.n)
        within = place * self.period if self.times is None else self.times[place]
        return turn * self.seconds + within

    def time(self, index: int) -> float:
        """The seconds of one sample."""
        return float(self.moments(index, index + 1)[0])

    def due(self, seconds: float) -> int:
        """How many samples are due so many seconds after the first."""
        if seconds < 0.0 or self.times is None:
            return 0
        turn = math.floor(seconds / self.seconds)
        within = seconds - turn * self.seconds
        return turn * self.n + int(np.searchsorted(self.times, within, "right"))


def _time_of(layout: Layout, chosen: ReplayOptions) -> int | None:
    return layout.time_column(chosen.time_column)


def _speed(chosen: ReplayOptions) -> float:
    """Sent at once, a file keeps its own times."""
    return 1.0 if chosen.play == "all_at_once" else chosen.speed


def _infos(columns: list[Column]) -> tuple[SignalInfo, ...]:
    keys: list[str] = []
    infos = []
    for column in columns:
        key = key_of(column.name, keys)
        keys.append(key)
        line = "step" if column.states else ""
        infos.append(SignalInfo(key, column.name, column.unit, line, "", column.states))
    return tuple(infos)
