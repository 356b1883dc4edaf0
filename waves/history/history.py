"""The last samples of one epoch of a stream: a ring by absolute sample index, and its gaps."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.history.tiers import TOP_STRIDE, Ring, Tiers
from waves.protocol.block import SampleBlock, Values

#: Gaps that are kept. To look at them all takes about a millisecond; a stream with more of them has
#: a history that is shorter, so that nobody's question about it takes long.
MOST_GAPS = 4096
#: A label that differs by less from the ring's own arithmetic is the same label.
SAME_LABEL = 1e-6
#: Of a sample: a label names it though text has rounded it; what is nearer to another never.
HAIR = 2e-3
#: The same in seconds, on a timed clock: float64 has unix seconds to 0.24 µs.
TIMED_HAIR = 5e-7
#: A clock that goes back by more than this was set: the same in what is recorded. In seconds.
SET_BACK = 1e-3


class History:
    """Samples ``[first, next)`` of one epoch; what is missing among them is known as gaps.

    ``capacity`` samples are kept at least. Appending copies a block once; reading samples copies
    what is asked for. Nothing here awaits, so a reader sees one state.
    """

    def __init__(
        self, epoch: int, signals: int, dtype: np.dtype[Any], capacity: int, *, timed: bool = False
    ) -> None:
        self.epoch = epoch
        self.signals = signals
        self.dtype = dtype
        # A multiple of the top stride: columns of every tier are whole in the ring.
        self._ring = Ring(signals, -(-max(capacity, 1) // TOP_STRIDE) * TOP_STRIDE, dtype)
        self._tiers = Tiers(self._ring)
        self._times = Ring(1, self._ring.size, np.dtype("<f8")) if timed else None
        self.started = False
        self._begin = 0
        #: What lies below was given up, with the gaps in it.
        self._floor = 0
        self.next = 0
        self.dt = 0.0
        self._gaps: list[tuple[int, int]] = []
        self._anchors: list[tuple[int, float]] = []

    @property
    def begin(self) -> int:
        """Index of the first sample that came, kept or not."""
        return self._begin

    @property
    def first(self) -> int:
        """Index of the oldest sample that is kept."""
        return max(self._begin, self._floor, self.next - self._ring.size)

    @property
    def size(self) -> int:
        """How many samples are kept."""
        return self._ring.size

    @property
    def is_timed(self) -> bool:
        """Whether every sample has a time of its own."""
        return self._times is not None

    @property
    def bytes(self) -> int:
        """Memory of the rings, in bytes."""
        times = self._times.nbytes if self._times is not None else 0
        return self._ring.nbytes + self._tiers.nbytes + times

    def append(self, block: SampleBlock) -> int:
        """Add a block; return how many samples are missing before it (0 where it follows on).

        A block that lies before ``next`` was seen already and is ignored.
        """
        if not self.started:
            self._start(block.sample)
        missing = block.sample - self.next
        if missing < 0:
            return 0
        if missing:
            self._skip(block.sample)
        self._anchor(block)
        values, sample = block.values, block.sample
        excess = max(0, block.n - self._ring.size)
        self._ring.write(sample + excess, values[:, excess:])
        if self._times is not None and block.times is not None:
            seconds = (block.t0 - self._anchors[0][1]) + block.times[None, :]
            # Times stay in order: what is missing has the time of the sample after it.
            self._times.fill(max(sample - missing, sample - self.size), sample, seconds[0, 0])
            self._times.write(sample + excess, seconds[:, excess:])
        self.next = block.next
        self.dt = block.dt
        self._tiers.extend(self.next)
        self._prune()
        return missing

    def _start(self, sample: int) -> None:
        self.started = True
        self._begin = self.next = sample
        floor = sample // TOP_STRIDE * TOP_STRIDE
        self._ring.fill(floor, sample)
        self._tiers.start(floor)

    def _skip(self, sample: int) -> None:
        self._gaps.append((self.next, sample))
        self._ring.fill(max(self.next, sample - self._ring.size), sample)
        self.next = sample
        self._tiers.extend(sample)

    def _anchor(self, block: SampleBlock) -> None:
        # Times of a timed clock all count from the first anchor.
        follows = bool(self._anchors) and (
            self.is_timed or abs(self.t0(block.sample) - block.t0) <= SAME_LABEL
        )
        if not follows:
            self._anchors.append((block.sample, block.t0))

    def _prune(self) -> None:
        if len(self._gaps) > MOST_GAPS:
            # An eighth at a time, so that nobody is moved forward at every block.
            self._floor = self._gaps[MOST_GAPS // 8][1]
        first = self.first
        del self._gaps[: self._gaps_before(first)]
        while len(self._anchors) > 1 and self._anchors[1][0] <= first:
            self._anchors.pop(0)

    def t0(self, sample: int) -> float:
        """The label of a sample, in unix seconds."""
        if self._times is not None:
            sample = min(max(sample, self.first), self.next - 1)
            return self._anchors[0][1] + float(self._times.read(sample, sample + 1)[0, 0])
        index = max(0, bisect_right(self._anchors, sample, key=lambda anchor: anchor[0]) - 1)
        at, t0 = self._anchors[index]
        return t0 + (sample - at) * self.dt

    def labels(self, samples: NDArray[np.int64]) -> NDArray[np.float64]:
        """The labels of many samples, which ascend: what ``t0`` says of each."""
        if self._times is not None:
            samples = np.clip(samples, self.first, self.next - 1)
            seconds: NDArray[np.float64] = self._times.take(samples)
            return seconds + self._anchors[0][1]
        if not samples.size:
            return np.empty(0)
        # Of the anchors only those that lie among them.
        begin, end = (
            bisect_right(self._anchors, at, key=lambda anchor: anchor[0])
            for at in (int(samples[0]), int(samples[-1]))
        )
        anchors = self._anchors[max(0, begin - 1) : max(1, end)]
        at = np.array([sample for sample, _ in anchors], np.int64)
        t0 = np.array([label for _, label in anchors])
        index = np.maximum(np.searchsorted(at, samples, side="right") - 1, 0)
        labels: NDArray[np.float64] = t0[index] + (samples - at[index]) * self.dt
        return labels

    def index_at(self, unix: float) -> int:
        """The first sample at or after a time in unix seconds, within ``[first, next]``.

        After a step of the wall clock back two samples may have one label: it is the first.
        """
        if self._times is not None and self._anchors:
            return self._times.search(self.first, self.next, unix - self._anchors[0][1])
        found = (self._at_or_after(segment, unix) for segment in self._segments())
        return next((index for index in found if index is not None), self.next)

    def labelled(self, begin: float | None, end: float | None) -> tuple[int, int]:
        """The range ``[a, b)`` that holds all samples with labels from ``begin`` to ``end``.

        Labels that were copied from an answer name their samples, as far as text and float64 hold
        them; None names the oldest or the newest. Where ``end`` is before ``begin`` a step of the
        clock lies between: the range goes from the first sample that is not before ``begin`` to the
        last that is not after ``end``.
        """
        if not self._anchors:
            return self.next, self.next
        if self._times is not None:
            return self._timed_range(self._times, begin, end)
        ends: list[tuple[int | None, int | None]] = [
            (
                segment[0] if begin is None else self._at_or_after(segment, begin, HAIR),
                segment[1] - 1 if end is None else self._at_or_before(segment, end, HAIR),
            )
            for segment in self._segments()
        ]
        if begin is not None and end is not None:
            within = [e for e in ends if e[0] is not None and e[1] is not None and e[0] <= e[1]]
            ends = within if within or begin <= end else ends
        firsts = [a for a, _ in ends if a is not None]
        lasts = [b for _, b in ends if b is not None]
        return (min(firsts), max(lasts) + 1) if firsts and lasts else (self.next, self.next)

    def _timed_range(self, times: Ring, begin: float | None, end: float | None) -> tuple[int, int]:
        zero, first, last = self._anchors[0][1], self.first, self.next
        if begin is not None:
            first = times.search(self.first, self.next, begin - zero - TIMED_HAIR)
        if end is not None:
            after = math.nextafter(end - zero + TIMED_HAIR, math.inf)
            last = times.search(self.first, self.next, after)
        return first, last

    def _segments(self) -> Iterator[tuple[int, int, float]]:
        """Samples ``[a, b)`` that are kept and whose labels lie on one line, and the label of a."""
        ends = [at for at, _ in self._anchors[1:]] + [self.next]
        for (at, t0), end in zip(self._anchors, ends, strict=False):
            first = max(at, self.first)
            if first < end:
                yield first, end, t0 + (first - at) * self.dt

    def stretches(self) -> list[tuple[int, int]]:
        """The runs ``[a, b)`` of samples that are kept whose labels never go back: there is one
        more for each time that the clock was set back. In order of the samples."""
        if not self.started or self.is_timed:  # times of a timed clock are in order
            return [(self.first, self.next)] if self.started else []
        found: list[tuple[int, int]] = []
        newest = -math.inf
        for first, end, t0 in self._segments():
            goes_on = bool(found) and t0 >= newest - SET_BACK
            begin = found.pop()[0] if goes_on else first
            found.append((begin, end))
            newest = t0 + (end - 1 - first) * self.dt
        return found

    def _at_or_after(
        self, segment: tuple[int, int, float], unix: float, hair: float = 1e-9
    ) -> int | None:
        first, end, t0 = segment
        # Bounded before it is made whole: a time may be as far away as a float can say.
        after = min(max((unix - t0) / self.dt, -1.0), float(end - first))
        index = first + max(0, math.ceil(after - self._hair(t0, hair)))
        return index if index < end else None

    def _at_or_before(
        self, segment: tuple[int, int, float], unix: float, hair: float
    ) -> int | None:
        first, end, t0 = segment
        after = min(max((unix - t0) / self.dt, -1.0), float(end - first))
        index = min(end - 1, first + math.floor(after + self._hair(t0, hair)))
        return index if index >= first else None

    def _hair(self, t0: float, least: float) -> float:
        """Of a sample: what the text of a label, and float64, may take from it."""
        return least if least < HAIR else min(0.49, max(least, 4 * math.ulp(t0) / self.dt))

    def same_label(self, first: int, last: int, stride: int = 1, least: float = 0.0) -> int:
        """How far ``[first, last)`` has the labels of a line from its first sample.

        A step of less than a thousandth of a column, or than ``least`` seconds, is none.
        """
        if self.is_timed:
            return last
        t0, begin = self.t0(first), bisect_right(self._anchors, first, key=lambda a: a[0])
        for at, label in self._anchors[begin:]:
            if at >= last:
                break
            step = abs(label - (t0 + (at - first) * self.dt))
            if step > max(least, SAME_LABEL, 1e-3 * self.dt * stride):
                return min(last, -(-at // stride) * stride)
        return last

    def runs(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The unbroken runs ``[a, b)`` of samples within ``[first, last)``."""
        at, last = max(first, self.first), min(last, self.next)
        for begin, end in self._gaps_after(at):
            if begin >= last:
                break
            if begin > at:
                yield at, begin
            at = end
        if at < last:
            yield at, last

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """The ranges ``[a, b)`` that are missing between ``first`` and ``next``."""
        return tuple(self._gaps)

    def _gaps_before(self, sample: int) -> int:
        """How many gaps end at or before a sample."""
        return bisect_right(self._gaps, sample, key=lambda gap: gap[1])

    def _gaps_after(self, sample: int) -> Iterator[tuple[int, int]]:
        """The gaps that end beyond a sample."""
        return (self._gaps[at] for at in range(self._gaps_before(sample), len(self._gaps)))

    def produced(self, first: int, last: int) -> int:
        """How many samples of ``[first, last)`` are not known to be missing."""
        produced = max(0, last - first)
        for begin, end in self._gaps_after(first):
            if begin >= last:
                break
            produced -= min(end, last) - max(begin, first)
        return produced

    def alike(self, stride: int, first: int, last: int) -> tuple[int, bool]:
        """How far all columns of ``[first, last)`` are missing, or none is; and which of both.

        A column is missing where it lies whole in a gap; ``first`` is a multiple of ``stride``.
        """
        for begin, end in self._gaps_after(first):
            begin, end = -(-begin // stride) * stride, end // stride * stride
            if end <= max(begin, first):
                continue
            return (min(begin, last), False) if begin > first else (min(end, last), True)
        return last, False

    def row(self, signal: int, first: int, last: int) -> Values:
        """``[first, last)`` of one signal, to be read at once; NaN where a sample is missing."""
        return self._ring.row(signal, first, last)

    def samples(self, first: int, last: int) -> Values:
        """A copy of ``[first, last)``, ``[signals, n]``; the range must be kept."""
        return self._ring.read(first, last)

    def times(self, first: int, last: int) -> NDArray[np.float64] | None:
        """Seconds after ``t0(first)`` of ``[first, last)`` on a timed clock, else None."""
        if self._times is None:
            return None
        seconds: NDArray[np.float64] = self._times.read(first, last)[0]
        return seconds - float(seconds[0])

    def column_times(self, stride: int, first: int, last: int) -> NDArray[np.float64] | None:
        """Seconds after the first column's of columns ``[first, last)``, on a timed clock.

        A column's time is that of its first sample, where that is kept.
        """
        if self._times is None:
            return None
        at = np.clip(np.arange(first, last) * stride, self.first, self.next - 1)
        seconds = self._times.take(at)
        return seconds - float(seconds[0])

    def first_column(self, stride: int) -> int:
        """The oldest column of a stride that is whole, or that covers where history begins."""
        whole = -((self._ring.size - self.next) // stride)
        return max(whole, -(-self._floor // stride), self._begin // stride)

    def envelope(self, stride: int, first: int, last: int) -> tuple[Values, Values]:
        """Minima and maxima, ``[signals, n]`` each, of the columns ``[first, last)``.

        ``stride`` is a power of two; the columns must be complete and kept: ``first_column`` and
        ``next // stride`` bound them. NaN where a column holds no value.
        """
        return self._tiers.envelope(stride, first, last)

    def extremes(self, first: int, last: int) -> tuple[Values, Values]:
        """Minima and maxima, ``[signals, 1]`` each, of the kept samples of ``[first, last)``.

        For a column that is not complete; NaN where there is no value.
        """
        first, last = max(first, self.first), min(last, self.next)
        parts = list(self._tiers.parts(first, last))
        minima = np.concatenate([low for low, _ in parts], axis=1)
        maxima = np.concatenate([high for _, high in parts], axis=1)
        return (
            np.fmin.reduce(minima, axis=1, keepdims=True),
            np.fmax.reduce(maxima, axis=1, keepdims=True),
        )

    def column_runs(self, stride: int, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The runs ``[a, b)`` of complete columns within ``[first, last)`` that hold a sample."""
        at, last = max(first, self.first_column(stride)), min(last, self.next // stride)
        for begin, end in self._gaps_after(at * stride):
            # Columns that lie whole in the gap.
            a, b = -(-begin // stride), end // stride
            if a >= last:
                break
            if b <= at or b <= a:
                continue
            if a > at:
                yield at, a
            at = b
        if at < last:
            yield at, last
