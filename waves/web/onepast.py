"""Memory and recording of a stream as one past: which parts a request is answered with, in order.

What is recorded is planned and read in threads, step by step; what memory has is read on the event
loop, as it is there. Where both have a sample memory's is taken.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from waves.exports import Epoch
from waves.hub.composing import is_recorded, spliced
from waves.hub.kept import Kept
from waves.hub.plan import column_stride
from waves.hub.ranges import Range, kept_range, pieces
from waves.hub.seam import seam_of
from waves.protocol.block import SAMPLE_TYPES
from waves.protocol.frames import Frame
from waves.protocol.messages import MAX_INDEX
from waves.recording import framing
from waves.recording.levels import level_below
from waves.recording.past import Past, Span
from waves.server import pasts
from waves.web import downloads

#: Beyond so many stretches columns are by time: each would be a frame or two by itself.
MOST_STRETCHES = 200
#: Stretches that one read of the database brings.
PAGE = 1000
#: Columns of a level that one read brings, of several stretches together: at most some MB.
AT_ONCE = 4096


class Wanted(NamedTuple):
    """A range of an epoch or of all: unix seconds, both included, or indices ``[first, end)``."""

    begin: float | None = None
    to: float | None = None
    epoch: int | None = None
    first: int = 0
    end: int = MAX_INDEX + 1
    columns: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Samples ``[first, end)`` of an epoch at a stride; ``kept`` where memory has the newest."""

    epoch: int
    stride: int
    first: int
    end: int
    rate: float
    span: Span | None = None
    kept: Kept | None = None

    @property
    def values(self) -> int:
        """How many values of a signal it has at most."""
        return -(-(self.end - self.first) // self.stride) * min(self.stride, 2)


@dataclass(slots=True)
class Plan:
    """What a request is answered with. ``more``: further stretches are found while it is read."""

    past: Past
    wanted: Wanted
    #: Reads for whoever asked.
    reader: pasts.Reader = pasts.UNCOUNTED
    parts: list[Part] = field(default_factory=list)
    newest: Part | None = None
    more: bool = False
    #: Columns by time, where there are so many stretches: begin and end in nanoseconds.
    by_time: tuple[int, int] | None = None

    @property
    def every(self) -> list[Part]:
        """All parts that are known."""
        return [*self.parts, self.newest] if self.newest is not None else self.parts

    @property
    def crosses(self) -> bool:
        """Whether it has samples of more than one epoch."""
        return self.more or len({part.epoch for part in self.every}) > 1

    @property
    def has_columns(self) -> bool:
        """Whether it has minima and maxima."""
        return self.by_time is not None or any(part.stride > 1 for part in self.every)


def reaches(kept: Kept | None, told: Mapping[str, Any] | None, wanted: Wanted) -> bool:
    """Whether a request asks for more than memory has, of a stream that is recorded.

    One that names no beginning is for what memory has.
    """
    if not is_recorded(told):
        return False
    if kept is None or not kept.history.started:
        return True
    history = kept.history
    if wanted.epoch not in (None, history.epoch):
        return True
    if wanted.begin is not None:
        return wanted.begin < history.t0(history.first)
    if wanted.epoch is not None:
        return wanted.first < history.first
    return wanted.to is not None and wanted.to < history.t0(history.first)


async def plan(
    handle: int, kept: Kept | None, wanted: Wanted, reader: pasts.Reader = pasts.UNCOUNTED
) -> Plan:
    """Plan an answer. Raises ServiceUnavailableError where the recording cannot be read."""
    past = await reader.step(partial(pasts.find, handle))
    window = _memory_range(kept, wanted)
    made = await reader.step(partial(_recorded, past, wanted, _newest_label(kept, window)))
    made.reader = reader
    if made.by_time is None:
        _go_on_in_memory(made, kept, window)
        _set_strides(made)
    return made


def _memory_range(kept: Kept | None, wanted: Wanted) -> tuple[int, int]:
    """What memory has of what is wanted, as ``[a, b)``."""
    if kept is None or not kept.history.started:
        return 0, 0
    history = kept.history
    if wanted.epoch not in (None, history.epoch):
        return 0, 0
    a, b = history.labelled(wanted.begin, wanted.to)
    return max(a, wanted.first, history.first), min(b, wanted.end, history.next)


def _newest_label(kept: Kept | None, window: tuple[int, int]) -> int | None:
    """When the newest sample in memory is that is wanted, in nanoseconds."""
    a, b = window
    return framing.nanoseconds(kept.history.t0(b - 1)) if kept is not None and a < b else None


def _recorded(past: Past, wanted: Wanted, newest: int | None) -> Plan:
    """The recorded part of a plan. Blocking."""
    made = Plan(past, wanted)
    if wanted.epoch is not None:
        spans = framing.spans_of(past, wanted.epoch, wanted.first, wanted.end, PAGE)
        made.parts = _parts(past, wanted, spans)
        return made
    begin = None if wanted.begin is None else framing.nanoseconds(wanted.begin) - 1000
    end = None if wanted.to is None else framing.nanoseconds(wanted.to) + 1000
    if wanted.columns is not None:
        made.by_time = _by_time(past, begin, end, newest)
        if made.by_time is not None:
            return made
    spans = past.spans(begin, end, PAGE)
    made.parts = _parts(past, wanted, spans)
    made.more = len(spans) == PAGE
    return made


def _by_time(
    past: Past, begin: int | None, end: int | None, newest: int | None
) -> tuple[int, int] | None:
    """The window, where it has so many stretches that its columns are by time."""
    bounds = past.bounds()
    if bounds is None:
        return None
    first = bounds[0] if begin is None else max(begin, bounds[0])
    last = bounds[1] if newest is None else max(bounds[1], newest)
    last = last if end is None else min(end, last)
    is_long = first < last and past.count_spans(first, last) > MOST_STRETCHES
    return (first, last + 1) if is_long else None


def _parts(past: Past, wanted: Wanted, spans: Sequence[Span]) -> list[Part]:
    found = []
    for span in spans:
        a, b = framing.labelled(past, span, wanted.begin, wanted.to)
        a, b = max(a, wanted.first), min(b, wanted.end)
        if a < b:
            found.append(Part(span.epoch, 1, a, b, _rate_of(span), span))
    return found


def _rate_of(span: Span) -> float:
    """Samples a second: on a timed clock as they were."""
    lasts = (span.end - span.begin) / 1e9
    n = span.next - span.first - 1
    return n / lasts if span.clock == "timed" and n > 0 and lasts > 0 else span.rate


def _go_on_in_memory(made: Plan, kept: Kept | None, window: tuple[int, int]) -> None:
    """Leave to memory what it has of its epoch."""
    a, b = window
    if kept is None or a >= b:
        return
    history = kept.history
    own = [part for part in made.parts if part.epoch == history.epoch and part.first < a]
    # By position: the clock may have been set back to before the epoch began.
    own.sort(key=lambda part: part.first)
    others = [part for part in made.parts if part.epoch != history.epoch]
    first = own[-1].first if own else a
    made.parts = [*others, *own[:-1]]
    made.newest = Part(history.epoch, 1, first, b, kept.rate, kept=kept)


def _set_strides(made: Plan) -> None:
    """Columns of one width in time for all epochs; of one epoch by its samples."""
    columns = made.wanted.columns
    if columns is None or not made.every:
        return
    total = sum(part.end - part.first for part in made.every)
    seconds = _lasts(made)

    def widened(part: Part) -> Part:
        samples = seconds * part.rate if made.crosses else total
        return replace(part, stride=column_stride(samples, columns))

    made.parts = [widened(part) for part in made.parts]
    made.newest = None if made.newest is None else widened(made.newest)


def _lasts(made: Plan) -> float:
    """Seconds from the first sample of a plan to its last."""
    begin, end = made.wanted.begin, made.wanted.to
    spans = [part.span for part in made.parts if part.span is not None]
    if spans:
        oldest = framing.seconds(spans[0].begin)
        begin = oldest if begin is None else max(begin, oldest)
    last = made.newest
    if last is not None and last.kept is not None:
        newest = last.kept.history.t0(last.end - 1)
        end = newest if end is None else min(end, newest)
        begin = last.kept.history.t0(last.first) if begin is None else begin
    elif spans:
        newest = framing.seconds(max(span.end for span in spans))
        end = newest if end is None else min(end, newest)
    return max(0.0, (end or 0.0) - (begin or 0.0))


def _read_at_once(parts: Iterable[Part]) -> Iterator[tuple[int, list[Part]]]:
    """Parts, those together whose columns one question brings, with the level of these; 0: none."""
    group: list[Part] = []
    level, columns = 0, 0
    for part in parts:
        own = level_below(part.stride)
        n = 0 if part.span is None else part.span.n >> own
        if group and not (own == level and columns + n <= AT_ONCE):
            yield level if len(group) > 1 else 0, group
            group, columns = [], 0
        group.append(part)
        level, columns = own, columns + n
    if group:
        yield level if len(group) > 1 else 0, group


class Reading:
    """The frames of a plan, oldest first, each with the part that it is of."""

    def __init__(self, handle: int, made: Plan) -> None:
        self._handle = handle
        self._plan = made

    async def frames(self) -> AsyncIterator[list[tuple[Part, Frame]]]:
        """Every frame, some at a time, read as they are asked for."""
        async for parts in self._parts():
            async for some in self._plan.reader.steps(self._recorded(parts), itemgetter(1)):
                yield some
        newest = self._plan.newest
        if newest is not None and newest.kept is not None:
            async for frame in self._newest(newest, newest.kept):
                yield [(newest, frame)]

    async def _parts(self) -> AsyncIterator[list[Part]]:
        """What is recorded, as it is found."""
        made = self._plan
        yield made.parts
        seen = {part.span.key for part in made.parts if part.span is not None}
        last = max((part.span.begin for part in made.parts if part.span is not None), default=0)
        more = made.more
        while more:
            end = None if made.wanted.to is None else framing.nanoseconds(made.wanted.to) + 1000
            spans = await made.reader.step(partial(made.past.spans, last, end, PAGE))
            new = [span for span in spans if span.key not in seen]
            seen |= {span.key for span in new}
            last = max([last, *(span.begin for span in new)])
            more = len(spans) == PAGE and bool(new)
            parts = await made.reader.step(partial(_parts, made.past, made.wanted, new))
            newest = None if made.newest is None else made.newest.epoch
            yield [part for part in parts if part.epoch != newest]

    def _recorded(self, parts: Sequence[Part]) -> Iterator[tuple[Part, Frame]]:
        """Blocking."""
        past = self._plan.past
        for level, group in _read_at_once(parts):
            if level:
                past.read_ahead([part.span for part in group if part.span is not None], level)
            for part in group:
                if part.span is None:
                    continue
                span, stride = part.span, part.stride
                for frame in framing.frames(past, self._handle, span, stride, part.first, part.end):
                    yield part, frame

    async def _newest(self, part: Part, kept: Kept) -> AsyncIterator[Frame]:
        """The recording up to where memory begins (now: it goes on meanwhile), and then memory."""
        stride, at = part.stride, part.first // part.stride * part.stride
        end = -(-part.end // stride) * stride
        most = downloads.chunk(kept.history.signals, stride)
        while at < end:
            if kept.history.epoch != part.epoch:
                async for frame in self._of_epoch(part, at, part.end):
                    yield frame
                return
            if at < kept.history.first:
                stop = kept.history.first
                async for frame in self._up_to_memory(part, kept, at, end):
                    yield frame
                at = -(-min(stop, end) // stride) * stride
                continue
            wanted = Range(part.epoch, stride, at, end, partial=stride > 1)
            piece = next(pieces(kept, wanted, most), None)
            if piece is None:
                return
            at = piece.last
            yield kept.frame(piece)

    async def _up_to_memory(
        self, part: Part, kept: Kept, at: int, end: int
    ) -> AsyncIterator[Frame]:
        """What is recorded before memory, with the column that both have a part of."""
        seam = seam_of(kept, part.stride)
        held: list[Frame] = []
        async for frame in self._of_epoch(part, at, min(end, kept.history.first)):
            # All but the last lie before the seam: what comes next begins behind them.
            for former in held:
                yield former
            held = [frame]
        for frame in spliced(held, seam, at, end, partial=True):
            yield frame

    async def _of_epoch(self, part: Part, first: int, end: int) -> AsyncIterator[Frame]:
        found = framing.epoch_frames(
            self._plan.past,
            self._handle,
            part.epoch,
            part.stride,
            first,
            end,
            framing.SAME_LABEL,
        )
        async for some in self._plan.reader.steps(found, pasts.itself):
            for frame in some:
                yield frame

    async def epoch(self, part: Part, frame: Frame) -> Epoch:
        """What an export is told of the epoch of a part, which begins with a frame."""
        span, kept = part.span, part.kept
        told: Mapping[str, Any] | None = kept.description if kept is not None else None
        if span is None:
            span = await self._plan.reader.step(
                partial(self._plan.past.span_at, part.epoch, frame.sample)
            )
        if told is None or told["epoch"] != part.epoch:
            told = await self._plan.reader.step(
                partial(self._plan.past.description, part.epoch, frame.sample)
            )
        sample_type = next(n for n, t in SAMPLE_TYPES.items() if t == frame.values.dtype)
        return Epoch(
            part.epoch,
            frame.t0,
            part.rate if span is None else span.rate,
            "timed" if frame.times is not None else "regular",
            sample_type,
            tuple(told["signals"]) if told is not None else (),
            "" if span is None else span.why,
        )


def memory_range(kept: Kept, wanted: Wanted) -> Range:
    """What memory alone has of the range that is asked for."""
    history = kept.history
    first, end = history.first, history.next
    if wanted.epoch is not None and wanted.epoch != history.epoch:
        return Range(history.epoch, 1, 0, 0)
    if history.started:
        first, end = history.labelled(wanted.begin, wanted.to)
    first, end = max(first, wanted.first), min(end, wanted.end)
    return kept_range(kept, first, end, wanted.columns, partial=True)
