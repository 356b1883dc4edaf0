"""The recorded past of one stream, read. All of it asks the database, and so runs in a thread.

Times are whole nanoseconds since 1970 (``int``) throughout. What a range holds is read piece by
piece: an iterator holds a few rows of the database at a time, and each step is a short read of its
own, so that no transaction stays open while somebody is slow.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from waves.database import installation
from waves.exceptions import BlockError
from waves.protocol.block import SAMPLE_TYPES, SampleBlock, Values
from waves.protocol.description import Description
from waves.recorded import (
    RecordedColumns,
    RecordedDescription,
    RecordedRow,
    RecordedStretch,
    RecordedTail,
    Recording,
)
from waves.recording import bytime, levels, words
from waves.recording.levels import LEVELS, NANOSECONDS, ColumnRow, Samples
from waves.recording.pieces import Columns, Piece, together, without_doubles
from waves.recording.place import alias
from waves.recording.rows import column_row, samples_of

T = TypeVar("T")

#: Rows that one read of the database brings: at most 4 MB.
PAGE = 16
#: Before a moment begin so many stretches that may reach beyond it: clocks that were set back.
OVERLAPPING = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that is recorded: samples ``[first, next)`` of an epoch, gaps may be among them.

    ``begin`` and ``end`` are the labels of the first and of the last sample. ``rate`` in Hz.
    ``why`` says in words why it began: "started", "restarted", "1 kHz → 2 kHz", …
    """

    key: int
    epoch: int
    first: int
    next: int
    begin: int
    end: int
    rate: float
    clock: str
    sample_type: str
    why: str

    @property
    def dt(self) -> float:
        """Nanoseconds between two samples; 0 on a timed clock."""
        return levels.dt_of(self.rate, self.clock)

    @property
    def n(self) -> int:
        """Samples from the first to the last, those that are missing among them."""
        return self.next - self.first


@dataclass(frozen=True, slots=True, eq=False)
class TimeColumns:
    """Minima and maxima by time, across epochs: ``[signals, n]``, float64, NaN where nothing is.

    Column i covers ``[begin + i·width, begin + (i + 1)·width)`` in nanoseconds.
    """

    begin: int
    width: int
    minima: NDArray[np.float64]
    maxima: NDArray[np.float64]

    @property
    def end(self) -> int:
        """Where the last column ends."""
        return self.begin + self.width * int(self.minima.shape[1])


class Past:
    """What is recorded of one stream. Cheap to make; nothing is read before it is asked for.

    Every method raises DatabaseError where the database cannot be read. A row that is damaged is
    left out and counted in ``damaged``.
    """

    def __init__(self, identity: str, stream: uuid.UUID) -> None:
        self.damaged = 0
        self._identity, self._stream = identity, stream
        self._ahead: dict[int, list[RecordedRow]] = {}
        self._ahead_level = 0
        #: The key of the recording, once it was found.
        self._key: int | None = None

    @cached_property
    def _using(self) -> str:
        return alias()

    def recording(self) -> Recording | None:
        """The row that names it; None where nothing was ever recorded."""
        known = Recording.objects.using(self._using)
        return known.filter(installation=self._identity, stream=self._stream).first()

    def _known_key(self) -> int | None:
        if self._key is None:
            recording = self.recording()
            self._key = None if recording is None else recording.pk
        return self._key

    def _stretches(self) -> QuerySet[RecordedStretch]:
        key, found = self._known_key(), RecordedStretch.objects.using(self._using)
        return found.none() if key is None else found.filter(recording=key)

    def bounds(self) -> tuple[int, int] | None:
        """Labels of the oldest and of the newest recorded sample; None where there is none."""
        stretches = self._stretches()
        first, last = stretches.order_by("begin").first(), stretches.order_by("-begin").first()
        return None if first is None or last is None else (first.begin, last.end)

    def spans(self, begin: int | None, end: int | None, most: int = 1000) -> list[Span]:
        """The stretches that reach into ``[begin, end]``, oldest first, at most ``most``."""
        stretches = self._stretches()
        if end is not None:
            stretches = stretches.filter(begin__lte=end)
        before: list[RecordedStretch] = []
        if begin is not None:
            earlier = stretches.filter(begin__lt=begin).order_by("-begin", "-pk")[:OVERLAPPING]
            before = [stretch for stretch in earlier if stretch.end >= begin][::-1]
            stretches = stretches.filter(begin__gte=begin)
        found = [*before, *stretches.order_by("begin", "pk")[:most]]
        return [_span(stretch) for stretch in found[:most]]

    def count_spans(self, begin: int, end: int) -> int:
        """About how many stretches reach into ``[begin, end]``: those that begin there, and one."""
        return self._stretches().filter(begin__gte=begin, begin__lte=end).count() + 1

    def spans_of(self, epoch: int) -> list[Span]:
        """The stretches of an epoch, in the order of their samples."""
        return [
            _span(stretch) for stretch in self._stretches().filter(epoch=epoch).order_by("first")
        ]

    def span_at(self, epoch: int, sample: int) -> Span | None:
        """The stretch that holds a sample of an epoch, or the next one after it in that epoch."""
        later = self._stretches().filter(epoch=epoch, next__gt=sample).order_by("first").first()
        return None if later is None else _span(later)

    def last_span(self) -> Span | None:
        """The stretch that was recorded last."""
        last = self._stretches().order_by("-pk").first()
        return None if last is None else _span(last)

    def description(self, epoch: int, sample: int) -> Description | None:
        """The ``stream`` message of an epoch as it was at a sample."""
        return self.descriptions({epoch: sample}).get(epoch)

    def descriptions(self, samples: Mapping[int, int]) -> dict[int, Description]:
        """The ``stream`` messages of epochs, each as it was at a sample; read at once."""
        told = RecordedDescription.objects.using(self._using)
        told = told.filter(recording=self._known_key(), epoch__in=list(samples))
        found: dict[int, Any] = {}
        rows = told.order_by("epoch", "sample").values_list("epoch", "sample", "description")
        for epoch, sample, description in rows:
            if sample <= samples[epoch] or epoch not in found:
                found[epoch] = description
        return {epoch: words.description_of(each) for epoch, each in found.items()}

    def last_description(self) -> Description | None:
        """The ``stream`` message as it was recorded last."""
        last = self.last_span()
        return None if last is None else self.description(last.epoch, last.next)

    def range_of(self, span: Span, begin: int | None, end: int | None) -> tuple[int, int]:
        """Samples ``[first, next)`` of a stretch with labels from ``begin`` to ``end``, both of
        which belong to it."""
        first = span.first if begin is None else self._index(span, begin)
        last = span.next if end is None else self._index(span, end + 1)
        return first, max(first, last)

    def label(self, span: Span, sample: int) -> int:
        """The label of a sample (of the next one that is recorded, where it lies in a gap)."""
        for block in self._samples(span, sample, span.next):
            return block.t0
        return span.end

    def first_sample(self, stretch: RecordedStretch, label: int) -> int:
        """The first sample of a stretch whose label is not before ``label``."""
        return self._index(_span(stretch), label)

    def _index(self, span: Span, label: int) -> int:
        """The first recorded sample whose label is not before ``label``."""
        if label <= span.begin:
            return span.first
        if label > span.end:
            return span.next
        row = self._row_at(span, label)
        for samples in self._samples(span, span.first if row is None else row, span.next):
            place = samples.place(label, span.dt)
            if place < samples.n:
                return samples.first + place
        return span.next

    def _row_at(self, span: Span, label: int) -> int | None:
        """The first sample of the last row that begins at a label or before it.

        Labels never go back in a stretch, so it is found by halves, each a look into the index; of
        a regular clock without gaps the first look hits.
        """
        rows = self._rows(span, 0).values_list("first", "t0")
        low, high, found = span.first, span.next, None
        guess = low + int((label - span.begin) / span.dt) if span.dt else (low + high) // 2
        while low < high:
            at = min(max(guess, low), high - 1)
            row = rows.filter(first__lte=at, first__gte=low).order_by("-first").first()
            if row is not None and row[1] > label:
                high = row[0]
            else:
                found = found if row is None else row[0]
                after = rows.filter(first__gt=at, first__lt=high).order_by("first").first()
                if after is None or after[1] > label:
                    return found
                low = found = after[0]
                low += 1
            guess = (low + high) // 2
        return found

    def _rows(self, span: Span, level: int) -> QuerySet[RecordedRow]:
        return RecordedRow.objects.using(self._using).filter(stretch=span.key, level=level)

    def _read(self, row: Any, read: Callable[[Any, np.dtype[Any]], T], span: Span) -> T | None:
        try:
            return read(row, SAMPLE_TYPES[span.sample_type])
        except BlockError:
            self.damaged += 1
            return None

    def read_ahead(self, spans: Sequence[Span], level: int) -> None:
        """Read the columns of a level of several short stretches at once, for ``columns`` to take.

        To ask for each of two hundred stretches by itself takes longer than a viewer waits. It
        takes the place of what was read ahead before.
        """
        rows = RecordedRow.objects.using(self._using)
        rows = rows.filter(stretch__in=[span.key for span in spans], level=level)
        self._ahead, self._ahead_level = {span.key: [] for span in spans}, level
        for row in rows.order_by("stretch", "first"):
            self._ahead[row.stretch_id].append(row)

    def _paged(self, span: Span, level: int, first: int, last: int) -> Iterator[RecordedRow]:
        """The rows of a level that reach into ``[first, last)``, each page a read of its own."""
        if level and level == self._ahead_level and span.key in self._ahead:
            known = self._ahead[span.key]
            yield from (row for row in known if row.first < last and row.first + row.n > first)
            return
        rows = self._rows(span, level)
        # A row that begins earlier cannot reach so far: so it needs no look of its own.
        at = first + 1 - (levels.ROW_COLUMNS if level else levels.ROW_SAMPLES)
        while page := list(rows.filter(first__gte=at, first__lt=last).order_by("first")[:PAGE]):
            yield from (row for row in page if row.first + row.n > first)
            if len(page) < PAGE:
                return
            at = page[-1].first + 1
            if at <= first:  # many short rows, between gaps: the last one before is looked for
                before = rows.filter(first__lte=first).order_by("-first").first()
                at = first + 1 if before is None else max(at, before.first)

    def _samples(self, span: Span, first: int, last: int) -> Iterator[Samples]:
        """Unbroken samples of ``[first, last)``, a row at a time."""
        # First those that stand in short rows: what becomes a full one meanwhile is not missed.
        tails = RecordedTail.objects.using(self._using).filter(stretch=span.key)
        newest = list(tails.filter(first__lt=last).order_by("first"))
        at = first
        for row in self._both(span, newest, first, last):
            samples = self._read(row, samples_of, span)
            if samples is None or samples.next <= at:
                continue
            begin, end = max(at, samples.first), min(last, samples.next)
            if begin < end:
                yield samples.part(begin, end, span.dt)
                at = end

    def _both(
        self, span: Span, newest: list[RecordedTail], first: int, last: int
    ) -> Iterator[RecordedRow | RecordedTail]:
        yield from self._paged(span, 0, first, last)
        yield from newest

    def blocks(self, span: Span, first: int, last: int) -> Iterator[SampleBlock]:
        """The samples ``[first, last)`` that are recorded, in order: a block for each unbroken run
        of one row (at most 4,096 samples). What is missing between two blocks is a gap."""
        for samples in self._samples(span, first, last):
            times = None if samples.times is None else samples.times / NANOSECONDS
            t0, dt = samples.t0 / NANOSECONDS, span.dt / NANOSECONDS
            yield SampleBlock(span.epoch, samples.first, t0, dt, samples.values, times)

    def samples(self, span: Span, first: int, last: int) -> Iterator[Samples]:
        """As ``blocks``, with times in whole nanoseconds."""
        return self._samples(span, first, last)

    def columns(self, span: Span, stride: int, first: int, last: int) -> Iterator[Columns]:
        """Columns of ``stride`` (a power of two, at least 2) that touch samples ``[first, last)``.

        A column covers what is recorded of it, so that the last one may not be complete. Where a
        whole stretch of columns is missing, none are yielded for it.
        """
        level = levels.level_below(stride)
        pieces = self._folded(span, level, stride, first, last)
        yield from together(pieces, span.epoch, stride, span.dt)

    def _folded(
        self, span: Span, level: int, stride: int, first: int, last: int
    ) -> Iterator[Piece]:
        """Columns of a stride, out of a level's rows and what is finer."""
        first = first // stride * stride
        last = -(-last // stride) * stride
        if not level:
            for samples in _gathered(self._samples(span, first, last), span.dt):
                yield Piece(*levels.columns_of(samples, stride, span.dt))
            return
        factor = stride >> level
        for row in self._level(span, level, first >> level, last >> level):
            yield Piece(*levels.coarser(row, span.dt, factor))

    def _level(self, span: Span, level: int, first: int, last: int) -> Iterator[ColumnRow]:
        """Rows of the columns ``[first, last)`` of a level: stored, and beyond those made of what
        is finer."""
        at = first
        for row in self._paged(span, level, first, last):
            at = max(at, row.first + row.n)
            found = self._read(row, column_row, span)
            if found is not None:
                yield found.part(first, last, span.dt)
        if at >= last or at << level >= span.next:
            return
        stride = 1 << level
        below = LEVELS[LEVELS.index(level) - 1] if level > LEVELS[0] else 0
        finer = self._folded(span, below, stride, at * stride, min(last * stride, span.next))
        for piece in without_doubles(finer):
            yield piece.row(level, span.dt)

    def by_time(self, begin: int, end: int, columns: int, keys: Sequence[str]) -> TimeColumns:
        """At least ``columns`` columns over ``[begin, end)`` by time, across all epochs.

        Signals are found by their keys, whatever epoch they are of. Widths are powers of two of
        nanoseconds. For windows of many stretches; its columns are at least 2^36 ns (69 s) wide.
        """
        finest = bytime.TIME_LEVELS[0]
        exponent = max(finest, ((end - begin) // max(columns, 1)).bit_length() - 1)
        level = max(each for each in bytime.TIME_LEVELS if each <= exponent)
        first, last = begin >> exponent, -(-end >> exponent)
        cells = np.full((len(keys), 2, last - first), np.nan)
        found = TimeColumns(first << exponent, 1 << exponent, cells[:, 0], cells[:, 1])
        recording = self.recording()
        if recording is not None:
            self._add_stored(found, recording, level, exponent, keys)
            self._add_newest(found, max(begin, recording.folded_until), end, keys)
        return found

    def _add_stored(
        self,
        found: TimeColumns,
        recording: Recording,
        level: int,
        exponent: int,
        keys: Sequence[str],
    ) -> None:
        first, last = found.begin >> level, (found.end - 1) >> level
        rows = RecordedColumns.objects.using(self._using).filter(
            recording=recording,
            level=level,
            number__gte=first // bytime.ROW,
            number__lte=last // bytime.ROW,
            key__in=keys,
        )
        places = {key: place for place, key in enumerate(keys)}
        for row in rows.iterator(chunk_size=PAGE):
            payload = bytes(row.payload)
            if len(payload) != 2 * bytime.ROW * 8:
                self.damaged += 1
                continue
            cells = np.frombuffer(payload).reshape(2, bytime.ROW)
            at = (row.number * bytime.ROW + np.arange(bytime.ROW)) >> (exponent - level)
            _widen(found, places[row.key], at - (found.begin >> exponent), cells[0], cells[1])

    def _add_newest(self, found: TimeColumns, begin: int, end: int, keys: Sequence[str]) -> None:
        """What was recorded after the columns by time were written last."""
        if begin >= end:
            return
        for span in self.spans(begin, end, 200):
            told = self.description(span.epoch, span.next)
            if told is None:
                continue
            own = [signal["key"] for signal in told["signals"]]
            first, last = self.range_of(span, begin, end)
            per_column = found.width / (span.dt or (span.end - span.begin) / span.n)
            stride = max(2, 1 << max(0, int(per_column / 8)).bit_length())
            for columns in self.columns(span, stride, first, last):
                at = (columns.labels(span.dt) - found.begin) // found.width
                for place, key in enumerate(keys):
                    if key in own:
                        here = own.index(key)
                        _widen(found, place, at, columns.minima[here], columns.maxima[here])


def past_of(stream: str) -> Past:
    """The past of a stream by its UUID. Raises DatabaseError."""
    return Past(installation.find().identity, uuid.UUID(stream))


def _gathered(parts: Iterator[Samples], dt: float) -> Iterator[Samples]:
    """Samples of so many rows as one read brings, as one: columns of many cost hardly more."""
    while group := list(islice(parts, PAGE)):
        yield from levels.joined(group, dt)


def _widen(
    found: TimeColumns, place: int, at: NDArray[np.int64], low: Values, high: Values
) -> None:
    inside = (at >= 0) & (at < found.minima.shape[1])
    np.fmin.at(found.minima[place], at[inside], low[inside])
    np.fmax.at(found.maxima[place], at[inside], high[inside])


def _span(stretch: RecordedStretch) -> Span:
    return Span(
        stretch.pk,
        stretch.epoch,
        stretch.first,
        stretch.next,
        stretch.begin,
        stretch.end,
        stretch.rate,
        stretch.clock,
        stretch.sample_type,
        stretch.why,
    )
