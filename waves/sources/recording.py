"""What was recorded of a stream, replayed: at its pace, faster or slower."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from waves.exceptions import ConfigurationError, FinishedError, SourceError
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.moments import moment
from waves.protocol.passage import Piece, Stretch
from waves.protocol.spec import StreamSpec
from waves.sources import validate_options
from waves.sources.base import Clock, Options, RecordedPart, SignalInfo, Source, SourceContext
from waves.sources.pacing import MAX_LAG, WallLabels
from waves.sources.replay import AT_ONCE_VALUES, SAME_RATE

Floats = NDArray[np.float64]

#: Values a second that are replayed at most: as many as a stream may have.
MOST_VALUES = 8_000_000.0
#: Pauses that are cut become as long as this, in seconds.
SHORT_PAUSE = 1.0
#: Blocks in time after which it is not slow any more.
QUICK_AGAIN = 100
SLOW = "It is replayed as fast as it can be read, which is slower than was asked for."


class RecordingOptions(Options):
    """Which recording, which part of it, and how it is played."""

    stream: str = Field(
        max_length=80,
        title="Stream",
        description="One that has a recording.",
        json_schema_extra={"recording": True},
    )
    begin: str = Field(
        default="",
        max_length=40,
        title="From",
        description="ISO 8601 such as 2026-11-27T16:00:00Z, or unix seconds. Empty: from its "
        "beginning.",
    )
    end: str = Field(
        default="",
        max_length=40,
        title="To",
        description="As above. Empty: to what is recorded when it is started.",
    )
    play: Literal["looped", "once"] = Field(
        default="looped",
        title="Play",
        description="looped: again and again. once: then the stream is stopped.",
    )
    speed: float = Field(
        default=1.0,
        ge=0.001,
        le=100_000.0,
        title="Speed",
        description="2 is twice as fast as it was; frequencies are twice as high then.",
        json_schema_extra={"unit": "×"},
    )
    pauses: Literal["kept", "cut"] = Field(
        default="kept",
        title="Pauses",
        description="kept: where nothing was recorded, nothing comes for as long. cut: for a "
        "second at most.",
    )

    @field_validator("begin", "end")
    @classmethod
    def _is_moment(cls, text: str) -> str:
        try:
            moment(text, "it")
        except ConfigurationError as error:
            raise ValueError(str(error)) from None
        return text

    @model_validator(mode="after")
    def _is_range(self) -> Self:
        begin, end = moment(self.begin, "From"), moment(self.end, "To")
        if begin is not None and end is not None and begin > end:
            raise ValueError("it ends before it begins: exchange From and To.")
        return self


class RecordingSource(Source):
    """Replays a part of a recording, epoch after epoch.

    Where it has one rate, and that times the speed is the stream's sample rate, the clock is
    regular. Else each sample bears its time. Nothing is skipped: what cannot be read in time comes
    later. Raises SourceError where there is no such recording, FinishedError at the end of what is
    played once.
    """

    label = "Replayed recording"
    options = RecordingOptions

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        self._chosen = RecordingOptions(**validate_options("recording", spec.options))
        self._part: RecordedPart | None = None
        self._signals: tuple[SignalInfo, ...] = ()

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        """All that the part has, of whichever epoch."""
        return self._signals

    async def open(self) -> None:
        """Find the recording, and what is in it."""
        chosen = self._chosen
        begin, end = moment(chosen.begin, "From"), moment(chosen.end, "To")
        part = self._part = await self.context.recorded(chosen.stream, begin, end)
        self._signals = tuple(_info(signal) for signal in part.contents.signals)
        self._check_pace(part)
        rates = {s.rate if s.clock == "regular" else 0.0 for s in part.contents.stretches}
        rate = rates.pop() * chosen.speed
        is_even = not rates and abs(self.spec.rate / rate - 1.0) <= SAME_RATE if rate else False
        self.clock = "regular" if is_even else "timed"

    def _check_pace(self, part: RecordedPart) -> None:
        stretches, signals = part.contents.stretches, max(1, len(self._signals))
        regular = (s.rate for s in stretches if s.clock == "regular")
        fastest = max(regular, default=0.0) * self._chosen.speed * signals
        if fastest > MOST_VALUES:
            raise SourceError(
                f"At this speed {fastest:,.10g} values a second come; at most {MOST_VALUES:,.0f} "
                f"are replayed: choose a speed of {self._chosen.speed * MOST_VALUES / fastest:.3g}."
            )

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield what is due; ends by FinishedError, unless it is looped."""
        if self._part is None:
            raise SourceError("The recording was not opened.")
        pace = _Pace(self)
        reel = _Reel(self._chosen, self._part)
        while True:
            async with contextlib.aclosing(self._part.pieces()) as pieces:
                async for stretch, piece in pieces:
                    placed = reel.placed(stretch, piece)
                    async for a, b, label in pace.due(placed.times):
                        yield self._block(placed, a, b, label)
            if self._chosen.play == "once":
                raise FinishedError("The recording ended.")
            reel.turn()

    def _block(self, placed: _Placed, a: int, b: int, label: float) -> SampleBlock:
        """Samples ``[a, b)`` of a piece; ``label`` is when the first of them is."""
        values = np.full((len(self._signals), b - a), np.nan, SAMPLE_TYPES[self.spec.sample_type])
        values[placed.rows] = placed.values[:, a:b]
        epoch, first = self.context.epoch, placed.first + a
        if self.clock == "regular":
            return SampleBlock(epoch, first, label, 1.0 / self.spec.rate, values)
        times = placed.times[a:b] - placed.times[a]
        return SampleBlock(epoch, first, label, 0.0, values, times)


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A piece as it is played: its index, and the seconds of each sample after the start."""

    first: int
    times: Floats
    rows: list[int]
    values: NDArray[Any]


class _Reel:
    """Places pieces on the endless reel: when each sample is played, and which index it has."""

    def __init__(self, chosen: RecordingOptions, part: RecordedPart) -> None:
        self._speed, self._cuts = chosen.speed, chosen.pauses == "cut"
        self._contents = part.contents
        #: Seconds after the start that belong to the nanosecond ``_origin``.
        self._at = 0.0
        self._origin = part.contents.stretches[0].begin
        #: Index and seconds of what follows, and the period of what was last.
        self._next, self._end, self._period = 0, 0.0, 0.0
        self._last: tuple[Stretch, int] | None = None
        self._rows: list[int] = []

    def placed(self, stretch: Stretch, piece: Piece) -> _Placed:
        """A piece; one whose times go back follows what was before it."""
        period = 1.0 / stretch.rate / self._speed
        if self._last is None or self._last[0] is not stretch:
            self._rows = self._contents.places(stretch)
        times = (piece.labels - self._origin) / (1e9 * self._speed) + self._at
        late = self._end - float(times[0])
        pause = -late if self._next else 0.0
        if late > 0.0 or (self._cuts and pause > SHORT_PAUSE):
            moved = late if late > 0.0 else SHORT_PAUSE - pause
            self._at += moved
            times += moved
        first = self._index(stretch, piece, float(times[0]), period)
        self._next = first + piece.n
        self._last = (stretch, piece.sample + piece.n)
        self._period = period
        self._end = float(times[-1]) + (period if stretch.clock == "regular" else 0.0)
        return _Placed(first, times, self._rows, piece.values)

    def _index(self, stretch: Stretch, piece: Piece, seconds: float, period: float) -> int:
        """On within a stretch, with its gaps; by the time from one stretch to the next."""
        if stretch.clock == "timed" or self._last is None:
            return self._next
        former, following = self._last
        if former is stretch and not self._cuts:
            return self._next + max(0, piece.sample - following)
        return self._next + max(0, round((seconds - self._end) / period))

    def turn(self) -> None:
        """From the beginning again, a period after the end."""
        self._at = self._end + (0.0 if self._is_regular() else self._mean())
        self._end = self._at
        self._last = None

    def _is_regular(self) -> bool:
        return self._contents.stretches[-1].clock == "regular"

    def _mean(self) -> float:
        """The mean period, so that the first sample does not fall onto the last one."""
        return max(self._end / max(1, self._contents.n), 1e-6)


class _Pace:
    """Waits until samples are due, and never skips: what is late moves all that follows."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clock: Clock = source.context.clock
        self._labels = WallLabels(self._clock)
        self._start = self._clock.monotonic()
        # Samples with times are placed by them, so these must not follow the wall clock's steps.
        self._wall = self._clock.time() - self._start
        self._in_time = 0

    async def due(self, times: Floats) -> AsyncGenerator[tuple[int, int, float], None]:
        """What of a piece is due, part after part, and the unix second of its first sample."""
        at = 0
        while at < len(times):
            await self._clock.sleep_until(self._start + float(times[at]))
            now = self._clock.monotonic() - self._start
            if is_late := self._slip(now - float(times[at])):
                now = float(times[at])
            end = max(at + 1, int(np.searchsorted(times, now, "right")))
            yield at, end, self._label(self._start + float(times[at]))
            rest = 0.0
            if is_late:
                rest = (end - at) * len(self._source.signals) / AT_ONCE_VALUES
            elif end < len(times) and float(times[end]) > now:
                rest = 1.0 / self._source.spec.frames_per_second
            at = end
            await self._clock.sleep_until(self._clock.monotonic() + rest)

    def _label(self, instant: float) -> float:
        if self._source.clock == "regular":
            return self._labels.at(instant)
        return self._wall + instant

    def _slip(self, late: float) -> bool:
        """Whether it is so late that all that follows comes later."""
        if late > MAX_LAG:
            self._start += late
            self._in_time = 0
            self._source.context.note(SLOW)
            return True
        self._in_time += 1
        if self._in_time == QUICK_AGAIN:
            self._source.context.note("")
        return False


def _info(signal: Mapping[str, Any]) -> SignalInfo:
    states = {int(code): str(name) for code, name in (signal.get("states") or {}).items()}
    return SignalInfo(
        str(signal["key"]),
        str(signal["name"]),
        str(signal.get("unit") or ""),
        str(signal.get("line") or ""),
        str(signal.get("missing") or ""),
        states,
    )
