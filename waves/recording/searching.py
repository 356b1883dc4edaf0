"""The next or the former crossing of a level in what is recorded, found piece by piece.

The coarsest columns are looked at first: where the least and the greatest value of a column tell
that the signal crosses nothing, its samples are not read. What remains goes down level by level,
and the trigger itself has the last word. So a year is searched by a few reads, if nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from waves.dsp.hysteresis import hysteresis_of
from waves.dsp.trigger import Trigger, TriggerPoint, TriggerSettings
from waves.protocol.block import Values
from waves.recording.past import Past, Span

#: Samples of a column, from the coarsest on: those that are stored, so that none is folded.
STRIDES = (1 << 24, 1 << 20, 1 << 16, 1 << 12, 1 << 8)
#: Columns that one step looks at: a read of a row or two.
COLUMNS = 1024
#: Columns, or samples, that are looked at before a piece to see whether it is armed; and eight
#: times as many again, as long as none of them tells.
LOOK_BACK, AGAIN = 16, 8
#: Samples by which the noise is measured where nobody chose a hysteresis.
MEASURED = 8192
#: Stretches that one read brings.
PAGE = 500
#: So many stretches are first looked at by time, in so many columns: each by itself takes a look
#: into the database or three.
MANY, TIME_COLUMNS = 5, 4096
#: A crossing that is nearer than this to where the search begins is the one that it begins at.
HAIR_NS = 500

Flags = NDArray[np.bool_]


class Found(NamedTuple):
    """A crossing: the sample before it, and its time in nanoseconds."""

    epoch: int
    sample: int
    time: int


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: crossings by a signal, from ``begin`` up to ``end`` in nanoseconds.

    Where it is looked for backwards ``end`` is before ``begin``.
    """

    settings: TriggerSettings
    begin: int
    end: int

    @property
    def is_forward(self) -> bool:
        """Whether later ones are looked for."""
        return self.end >= self.begin

    @property
    def bounds(self) -> tuple[int, int]:
        """The earlier and the later end."""
        return min(self.begin, self.end), max(self.begin, self.end)


class _Columns(NamedTuple):
    """First samples of columns that are recorded, and their extremes for one signal."""

    starts: NDArray[np.int64]
    low: Values
    high: Values


def search(past: Past, sought: Sought) -> Iterator[int | Found]:
    """Look on, by a short read each step. Yields times at which it looks, and then what it found.

    Blocking; raises DatabaseError.
    """
    described: dict[int, Mapping[str, Any] | None] = {}
    groups = _later(past, sought) if sought.is_forward else _earlier(past, sought)
    for group in groups:
        yield group[0].begin if sought.is_forward else group[0].end
        for span in _promising(past, sought, group):
            if span.epoch not in described:
                described = {span.epoch: past.description(span.epoch, span.first)}
            told = described[span.epoch]
            keys = [signal["key"] for signal in told["signals"]] if told is not None else []
            yield span.begin if sought.is_forward else span.end
            if told is not None and sought.settings.signal in keys:
                row = keys.index(sought.settings.signal)
                yield from _InSpan(past, span, row, told["signals"][row], sought).search()


def _promising(past: Past, sought: Sought, group: list[Span]) -> list[Span]:
    """Of many stretches those in which the signal is beyond the level, by the columns by time."""
    if len(group) < MANY:
        return group
    begin, end = min(span.begin for span in group), max(span.end for span in group) + 1
    recording, settings = past.recording(), sought.settings
    until = 0 if recording is None else recording.folded_until
    found = past.by_time(begin, end, TIME_COLUMNS, [settings.signal])
    with np.errstate(invalid="ignore"):
        rising, falling = found.maxima[0] >= settings.level, found.minima[0] <= settings.level
    beyond = {"rising": rising, "falling": falling}.get(settings.slope, rising | falling)

    def may_cross(span: Span) -> bool:
        a, b = ((at - found.begin) // found.width for at in (span.begin, span.end))
        return span.end >= until or bool(beyond[a : b + 1].any())

    return [span for span in group if may_cross(span)]


def _later(past: Past, sought: Sought) -> Iterator[list[Span]]:
    begin, end = sought.bounds
    seen: set[int] = set()
    while True:
        spans = past.spans(begin, end, PAGE)
        new = [span for span in spans if span.key not in seen]
        if new:
            yield new
        if len(spans) < PAGE or not new:
            return
        seen = {span.key for span in spans}
        begin = max(begin, spans[-1].begin)


def _earlier(past: Past, sought: Sought) -> Iterator[list[Span]]:
    """Stretches from the newest on: windows that double as long as they hold few of them."""
    begin, end = sought.bounds
    bounds = past.bounds()
    if bounds is None:
        return
    begin, end = max(begin, bounds[0]), min(end, bounds[1])
    width, seen = 3600 * 10**9, set[int]()
    while end >= begin:
        first = max(begin, end - width)
        if first < end and past.count_spans(first, end) > PAGE:
            width = max(1, width // 2)
            continue
        spans = past.spans(first, end, 2 * PAGE)
        new = [span for span in reversed(spans) if span.key not in seen]
        if new:
            yield new
        seen = {span.key for span in spans}
        end, width = first - 1, width * 2


class _InSpan:
    """One stretch, searched for one signal."""

    def __init__(
        self, past: Past, span: Span, row: int, told: Mapping[str, Any], sought: Sought
    ) -> None:
        self._past = past
        self._span = span
        self._row = row
        self._told = told
        self._sought = sought
        self._forward = sought.is_forward
        self._hysteresis = sought.settings.hysteresis or 0.0

    def search(self) -> Iterator[int | Found]:
        begin, end = self._sought.bounds
        first, last = self._past.range_of(self._span, begin, end)
        # A crossing lies before the sample that completes it.
        last = min(self._span.next, last + 1)
        if first >= last:
            return
        if self._sought.settings.hysteresis is None:
            self._measure(first, last)
            yield self._label_near(first if self._forward else last)
        yield from self._pieces(first, last, 0)

    def _measure(self, first: int, last: int) -> None:
        """Take the hysteresis that the noise asks for near where the search begins."""
        at = first if self._forward else last - MEASURED
        at = max(self._span.first, min(at, self._span.next - MEASURED))
        _, values = self._samples(at, min(self._span.next, at + MEASURED))
        self._hysteresis = hysteresis_of(self._sought.settings, values)

    def _pieces(self, first: int, last: int, level: int) -> Iterator[int | Found]:
        """Look at ``[first, last)`` by columns of a level, and closer where that does not tell."""
        if level == len(STRIDES):
            yield from self._look(first, last)
            return
        stride = STRIDES[level]
        if last - first <= stride:
            yield from self._pieces(first, last, level + 1)
            return
        for a, b in self._chunks(first // stride, -(-last // stride)):
            yield self._label_near((a if self._forward else b) * stride)
            candidates = self._candidates(stride, a, b)
            for column in candidates if self._forward else reversed(candidates):
                start = max(first, column)
                yield from self._pieces(start, min(last, column + stride), level + 1)

    def _chunks(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        starts = range(first, last, COLUMNS)
        for a in starts if self._forward else reversed(starts):
            yield a, min(last, a + COLUMNS)

    def _candidates(self, stride: int, first: int, last: int) -> list[int]:
        """The first samples of those of the columns ``[first, last)`` that may have a crossing."""
        back = LOOK_BACK
        while True:
            begin = max(self._span.first // stride, first - back)
            found = self._columns(stride, begin, last)
            told = self._tells(found) & (found.starts < first * stride)
            if told.any() or begin * stride <= self._span.first:
                break
            back *= AGAIN
        may = np.zeros(found.starts.size, np.bool_)
        for arming, beyond in self._sides(found.low, found.high):
            may |= _completing(arming, beyond)
        may &= found.starts >= first * stride
        candidates: list[int] = found.starts[may].tolist()
        return candidates

    def _tells(self, found: _Columns) -> Flags:
        """Which columns tell for each slope whether it is armed."""
        tells = np.ones(found.starts.size, np.bool_)
        for arming, beyond in self._sides(found.low, found.high):
            tells &= arming | beyond
        return tells

    def _sides(self, low: Values, high: Values) -> Iterator[tuple[Flags, Flags]]:
        """For each slope that counts: where it is armed, and where it is beyond the level."""
        settings = self._sought.settings
        low, high = low.astype(np.float64), high.astype(np.float64)
        with np.errstate(invalid="ignore"):
            if settings.slope != "falling":
                yield low < settings.level - self._hysteresis, high >= settings.level
            if settings.slope != "rising":
                yield high > settings.level + self._hysteresis, low <= settings.level

    def _columns(self, stride: int, first: int, last: int) -> _Columns:
        span, row = self._span, self._row
        starts, low, high = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0)]
        begin, end = max(span.first, first * stride), min(span.next, last * stride)
        if begin < end:
            for each in self._past.columns(span, stride, begin, end):
                n = each.minima.shape[1]
                starts.append(each.first + np.arange(n, dtype=np.int64) * stride)
                low.append(each.minima[row].astype(np.float64))
                high.append(each.maxima[row].astype(np.float64))
        return _Columns(np.concatenate(starts), np.concatenate(low), np.concatenate(high))

    def _samples(self, first: int, last: int) -> tuple[list[tuple[int, Values]], Values]:
        """Unbroken runs of one signal, with their first indices; and all values together."""
        runs = [
            (block.sample, block.values[self._row])
            for block in self._past.blocks(self._span, first, last)
        ]
        values = [run for _, run in runs]
        return runs, np.concatenate(values) if values else np.empty(0, np.float32)

    def _look(self, first: int, last: int) -> Iterator[int | Found]:
        """Look at samples, from where it is known whether they are armed."""
        runs = self._armed_runs(first, last)
        trigger = Trigger(
            self._sought.settings,
            self._span.rate,
            str(self._told.get("line", "step" if self._told.get("states") else "linear")),
            str(self._told.get("missing", "hole")),
        )
        trigger.arm_beyond(self._hysteresis)
        points = [point for at, values in runs for point in trigger.feed(at, values)]
        for point in points if self._forward else reversed(points):
            time = self._time_of(point)
            if self._counts(time):
                yield Found(self._span.epoch, point.sample, time)
                return

    def _armed_runs(self, first: int, last: int) -> list[tuple[int, Values]]:
        back = LOOK_BACK
        while True:
            begin = max(self._span.first, first - back)
            runs, before = self._samples(begin, first)
            starts = np.zeros(before.size, np.int64)
            told = self._tells(_Columns(starts, before, before))
            if told.any() or begin == self._span.first:
                return runs + self._samples(first, last)[0]
            back *= AGAIN

    def _time_of(self, point: TriggerPoint) -> int:
        label = self._past.label(self._span, point.sample)
        if not point.fraction:
            return label
        step = self._span.dt or self._past.label(self._span, point.sample + 1) - label
        return label + round(point.fraction * step)

    def _counts(self, time: int) -> bool:
        begin, end = self._sought.bounds
        hair = max(HAIR_NS, round(1e-3 * self._span.dt))
        if self._forward:
            return begin + hair < time <= end
        return begin <= time < end - hair

    def _label_near(self, sample: int) -> int:
        """About when a sample was."""
        span = self._span
        share = (sample - span.first) / max(1, span.next - span.first)
        return span.begin + round(min(1.0, max(0.0, share)) * (span.end - span.begin))


def _completing(arming: Flags, beyond: Flags) -> Flags:
    """Which columns may complete a crossing: beyond the level, and armed in them or before."""
    place = np.arange(arming.size)
    known = np.maximum.accumulate(np.where(arming | beyond, place, -1)) if arming.size else place
    former = np.concatenate((np.full(1, -1), known[:-1])) if arming.size else place
    before = (former >= 0) & arming[former]
    return beyond & (arming | before)
