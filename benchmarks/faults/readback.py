"""Reads recordings back, in a process of its own: ``python -m benchmarks.faults.readback LEDGER``.

LEDGER is a file of JSON, as ``ledger`` makes it: what is read are the epochs that it names, and
what has no epoch of it is not looked at. What was found is printed as JSON: what is not as
it shall be, and how many samples are recorded, and how many of those that were published are not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import numpy as np
from numpy.typing import NDArray

django.setup()

from benchmarks.faults import values  # noqa: E402
from benchmarks.faults.ledger import Ranges  # noqa: E402
from waves.database import installation  # noqa: E402
from waves.models import Stream  # noqa: E402
from waves.protocol.block import SAMPLE_TYPES  # noqa: E402
from waves.recorded import RecordedRow, RecordedStretch, RecordedTail  # noqa: E402
from waves.recording.past import Past, Span  # noqa: E402
from waves.recording.place import alias  # noqa: E402
from waves.recording.rows import samples_of  # noqa: E402

Indices = NDArray[np.int64]
Values = NDArray[np.float64]

#: Strides whose columns are compared: made of samples, of the finest levels, and between them.
STRIDES = (16, 256, 1024, 4096, 1 << 16)
#: Rows are joined, at most three times, where labels are off their line by less than 1 µs; and
#: labels are float64 seconds twice, each of which may be off by 240 ns.
SAME_LABEL = 4e-6
KEYS = ("time", "mark")


class Reader:
    """Holds the recording of one stream against what was published of it."""

    def __init__(self, slug: str, ledger: dict[str, Any]) -> None:
        stream = Stream.objects.get(slug=slug)
        self.slug, self.ledger = slug, ledger
        self.past = Past(installation.find().identity, stream.uuid)
        self.problems: list[str] = []
        self.recorded = self.missing = 0
        self._runs: dict[int, int] = {}
        #: Labels in nanoseconds, and values, of all that is finished.
        self._all: list[tuple[Indices, Values]] = []

    def check(self, condition: object, words: str) -> bool:
        """Note what shall be and is not."""
        if not condition:
            self.problems.append(f"{self.slug}, {words}")
        return bool(condition)

    def read(self) -> None:
        """Everything."""
        recording = self.past.recording()
        folded = 0 if recording is None else recording.folded_until
        epochs: dict[int, list[Indices]] = {}
        spans = self.past.spans(None, None, 1_000_000)
        for span in spans:
            if str(span.epoch) in self.ledger:
                epochs.setdefault(span.epoch, []).append(self._span(span))
        for epoch, told in self.ledger.items():
            self._epoch(int(epoch), epochs.get(int(epoch), []), told)
        if len(spans) == sum(map(len, epochs.values())):
            self._by_time(folded)
        self.check(not self.past.damaged, f"{self.past.damaged} rows are damaged")

    def _span(self, span: Span) -> Indices:
        """Its samples and columns; returns the indices of the samples."""
        where = f"epoch {span.epoch} from {span.first}"
        blocks = list(self.past.blocks(span, span.first, span.next))
        if not self.check(blocks, f"{where} has no samples"):
            return np.empty(0, np.int64)
        at = np.concatenate([np.arange(block.sample, block.next) for block in blocks])
        got = np.concatenate([block.values for block in blocks], axis=1)
        self.check((np.diff(at) > 0).all(), f"{where} has a position twice")
        self._values(span, at, got, where)
        for stride in STRIDES:
            self._columns(span, stride, at, got, where)
        self._rows(span, at, got, where)
        self.recorded += len(at)
        labels = [b.t0 + (np.arange(b.n) * b.dt if b.times is None else b.times) for b in blocks]
        self._labels(span, at, np.concatenate(labels))
        return at

    def _values(self, span: Span, at: Indices, got: Values, where: str) -> None:
        run = self._runs.setdefault(span.epoch, values.run_of(got[1, 0]))
        rate = values.STAMPED_RATE if span.clock == "timed" else span.rate
        due = values.of(at / rate, run)
        wrong = int((due != got).any(axis=0).sum())
        self.check(not wrong, f"{where} has {wrong} wrong values")

    def _labels(self, span: Span, at: Indices, labels: Values) -> None:
        """They are those that were published."""
        told = np.array(self.ledger[str(span.epoch)]["labels"]).reshape(-1, 2)
        samples = told[:, 0].astype(np.int64)
        places = np.searchsorted(at, samples).clip(max=len(at) - 1)
        there = at[places] == samples
        off = np.abs(labels[places] - told[:, 1])[there]
        worst = float(off.max(initial=0.0))
        self.check(worst <= SAME_LABEL, f"epoch {span.epoch}: a label is off by {worst} s")

    def _columns(self, span: Span, stride: int, at: Indices, got: Values, where: str) -> None:
        """Those that are complete are the minima and maxima of the samples."""
        due, starts = np.unique(at // stride, return_index=True)
        low, high = (f.reduceat(got, starts, axis=1) for f in (np.minimum, np.maximum))
        found = list(self.past.columns(span, stride, span.first, span.next))
        if not self.check(found, f"{where} has no columns of {stride}"):
            return
        places = np.concatenate([c.first // stride + np.arange(c.minima.shape[1]) for c in found])
        minima = np.concatenate([column.minima for column in found], axis=1)
        maxima = np.concatenate([column.maxima for column in found], axis=1)
        there = ~np.isnan(minima).all(axis=0)
        places, minima, maxima = places[there], minima[:, there], maxima[:, there]
        if not self._is_sealed(span):  # the last one may have grown meanwhile
            due, low, high = due[:-1], low[:, :-1], high[:, :-1]
            places, minima, maxima = (a[..., : len(due)] for a in (places, minima, maxima))
        same = np.array_equal(places, due)
        same = same and np.array_equal(minima, low) and np.array_equal(maxima, high)
        self.check(same, f"{where}: columns of {stride} are not those of the samples")

    def _is_sealed(self, span: Span) -> bool:
        return RecordedStretch.objects.using(alias()).get(pk=span.key).is_sealed

    def _rows(self, span: Span, at: Indices, got: Values, where: str) -> None:
        """No two rows have the same position; labels and values are kept for columns by time."""
        if not self._is_sealed(span):
            return
        rows = list(_samples(span))
        firsts = np.array([row.first for row in rows])
        ends = np.array([row.next for row in rows])
        self.check((firsts[1:] >= ends[:-1]).all(), f"{where}: two rows have the same position")
        labels = np.concatenate(
            [
                row.t0 + (np.rint(np.arange(row.n) * span.dt) if row.times is None else row.times)
                for row in rows
            ]
        )
        self._all.append((labels.astype(np.int64), got))

    def _epoch(self, epoch: int, parts: list[Indices], told: dict[str, Any]) -> None:
        """What is due is there, and nothing that was never published."""
        at = np.concatenate(parts) if parts else np.empty(0, np.int64)
        at.sort()
        self.check((np.diff(at) > 0).all(), f"epoch {epoch} has a position in two stretches")
        due = _indices(told["due"])
        lost = np.setdiff1d(due, at)
        words = f"epoch {epoch}: {len(lost)} samples are lost of {len(due)} that are due"
        self.check(not len(lost), f"{words}, from {lost[:1]}")
        published = _indices(told["published"])
        inside = at[(at >= published[0]) & (at <= published[-1])]
        made_up = len(np.setdiff1d(inside, published))
        self.check(not made_up, f"epoch {epoch}: {made_up} samples that nobody was sent")
        self.missing += len(np.setdiff1d(published, at))

    def _by_time(self, folded: int) -> None:
        """Columns by time of what is finished are minima and maxima of the samples by label."""
        bounds = self.past.bounds()
        if bounds is None or not self._all:
            return
        found = self.past.by_time(bounds[0], bounds[1] + 1, 1000, KEYS)
        labels = np.concatenate([labels for labels, _ in self._all])
        got = np.concatenate([values for _, values in self._all], axis=1)
        end = min(folded, int(labels.max()))
        for column in range(found.minima.shape[1]):
            begin = found.begin + column * found.width
            if begin + found.width > end:
                break
            inside = got[:, (labels >= begin) & (labels < begin + found.width)]
            extremes = found.minima[:, column], found.maxima[:, column]
            if inside.shape[1]:
                same = all(map(np.array_equal, extremes, (inside.min(axis=1), inside.max(axis=1))))
            else:
                same = bool(np.isnan(extremes).all())
            self.check(same, f"column {column} by time is not that of the samples")


def _samples(span: Span) -> Iterator[Any]:
    dtype = SAMPLE_TYPES[span.sample_type]
    for table in (RecordedRow, RecordedTail):
        rows: Any = table.objects.using(alias()).filter(stretch=span.key)
        rows = rows.filter(level=0) if table is RecordedRow else rows
        for row in rows.order_by("first"):
            yield samples_of(row, dtype)


def _indices(ranges: Ranges) -> Indices:
    if not ranges:
        return np.empty(0, np.int64)
    return np.concatenate([np.arange(first, end) for first, end in ranges])


def main(path: Path) -> None:
    """Read all streams of a ledger."""
    readers = [Reader(slug, ledger) for slug, ledger in json.loads(path.read_text()).items()]
    for reader in readers:
        reader.read()
    problems = [problem for reader in readers for problem in reader.problems]
    recorded = sum(reader.recorded for reader in readers)
    missing = sum(reader.missing for reader in readers)
    print(json.dumps({"problems": problems[:12], "recorded": recorded, "missing": missing}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
