"""Makes the recording of a plan, in the database of the environment.

``python -m benchmarks.recordings.made PLAN``. Each row of every level is there and true; of the
samples those are that the questions look at, since all would be 41 GB for a month. What is
folded from level to level, and by time, goes through the code that records.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

import django
import numpy as np

from benchmarks.recordings import counts
from benchmarks.recordings.plan import MOST_SAMPLES, Plan

#: Stretches of one transaction, and rows of one INSERT.
STRETCHES, ROWS = 200, 64


def make(plan: Plan, slug: str = "bench") -> None:
    """Make it, as the past of a stream that is there."""
    from django.db import connections, transaction

    from waves.database import installation
    from waves.models import Stream
    from waves.recorded import Recording
    from waves.recording.place import alias

    stream, using = Stream.objects.get(slug=slug), alias()
    recording = Recording.objects.using(using).create(
        installation=installation.find().identity,
        stream=stream.uuid,
        name=stream.name,
        begin=plan.begin,
        folded_until=plan.end + 1,
    )
    wanted = rows_wanted(plan)
    size = 0
    for first in range(0, plan.stretches, STRETCHES):
        numbers = range(first, min(plan.stretches, first + STRETCHES))
        with transaction.atomic(using=using):
            size += _stretches(plan, recording, numbers, wanted, using)
    with transaction.atomic(using=using):
        _fold_by_time(plan, recording.pk, using)
    table = Recording.objects.using(using).filter(pk=recording.pk)
    table.update(bytes=table.values_list("bytes", flat=True)[0] + size)
    # The worker counts its own epochs on from here.
    Stream.objects.filter(pk=stream.pk).update(epoch=plan.epoch(plan.stretches - 1))
    connections[using].close()


def rows_wanted(plan: Plan) -> dict[int, set[int]]:
    """Which rows of samples the questions look at, by stretch: at both ends, or all of a window."""
    from waves.recording.levels import ROW_SAMPLES

    wanted: dict[int, set[int]] = {}
    last = (plan.samples - 1) // ROW_SAMPLES
    for begin, end in plan.windows():
        within = plan.stretches_in(begin, end)
        # Strides are powers of two below the wanted width, so that of twice as many none is.
        short = (end - begin) // plan.dt <= 2 * MOST_SAMPLES
        for stretch in within if short else {*within[:1], *within[-1:]}:
            own = plan.label(stretch, 0)
            rows = [(at - own) // plan.dt // ROW_SAMPLES for at in (begin, end)]
            a, b = (min(max(row, 0), last) for row in rows)
            found = range(a, b + 1) if short else (a, b)
            # One more on each side: a label within a microsecond of a border.
            near = {row + step for row in found for step in (-1, 0, 1)}
            wanted.setdefault(stretch, set()).update(row for row in near if 0 <= row <= last)
    return wanted


def _stretches(
    plan: Plan, recording: Any, numbers: range, wanted: dict[int, set[int]], using: str
) -> int:
    """Write stretches with their descriptions and rows; returns the bytes of their payloads."""
    from waves.recorded import RecordedDescription, RecordedRow, RecordedStretch

    made = [
        RecordedStretch(
            recording=recording,
            epoch=plan.epoch(number),
            first=0,
            next=plan.samples,
            begin=plan.label(number, 0),
            end=plan.label(number, plan.samples - 1),
            rate=plan.rate,
            clock="regular",
            sample_type="float32",
            why="restarted" if number else "recording began",
            is_sealed=True,
        )
        for number in numbers
    ]
    RecordedStretch.objects.using(using).bulk_create(made)
    told = [
        RecordedDescription(
            recording=recording, epoch=s.epoch, sample=0, description=_described(plan, s.epoch)
        )
        for s in made
    ]
    RecordedDescription.objects.using(using).bulk_create(told)
    size = 0
    for number, stretch in zip(numbers, made, strict=True):
        batch = []
        for row in _rows(plan, number, stretch.pk, wanted.get(number, set())):
            size += len(row.payload)
            batch.append(row)
            if len(batch) == ROWS:
                RecordedRow.objects.using(using).bulk_create(batch)
                batch = []
        RecordedRow.objects.using(using).bulk_create(batch)
    return size


def _described(plan: Plan, epoch: int) -> dict[str, Any]:
    from waves.protocol.description import describe
    from waves.protocol.spec import SignalSpec, StreamSpec
    from waves.recording import words

    spec = StreamSpec(1, "bench", "Bench", "generator", plan.rate, sample_type="float32")
    signals = [SignalSpec(key, key) for key in counts.KEYS]
    return words.kept(describe(spec, epoch, signals, "regular"))


def _rows(plan: Plan, number: int, stretch: int, wanted: Iterable[int]) -> Iterator[Any]:
    """The rows of one stretch, of samples and of every level."""
    from waves.recorded import RecordedRow
    from waves.recording.levels import LEVELS, ROW_SAMPLES, Folding, Samples
    from waves.recording.rows import row_fields
    from waves.recording.store import LevelRow, Place

    begin, offset = plan.label(number, 0), number * plan.samples
    for row in sorted(wanted):
        first = row * ROW_SAMPLES
        end = min(plan.samples, first + ROW_SAMPLES)
        values = counts.samples(offset + first, offset + end)
        part = Samples(first, begin + first * plan.dt, values)
        yield RecordedRow(level=0, **row_fields(stretch, part))
    place = Place("", None, "", stretch=stretch)  # type: ignore[arg-type]
    folding = Folding(counts.SIGNALS, np.dtype(np.float32), float(plan.dt))
    fine = list(_finest(plan, begin, offset))
    coarse = folding.go_on([0] * len(LEVELS), fine) + folding.rest()
    for columns in (*fine, *coarse):
        yield LevelRow(place, columns).row()


def _finest(plan: Plan, begin: int, offset: int) -> Iterator[Any]:
    """The rows of the first level, out of the numbers of their blocks."""
    from waves.recording.levels import FIRST_LEVEL, ROW_COLUMNS, ColumnRow

    blocks, base = plan.samples // counts.BLOCK, offset // counts.BLOCK
    for first in range(0, blocks, ROW_COLUMNS):
        last = min(blocks, first + ROW_COLUMNS)
        values = counts.columns(base + first, base + last)
        yield ColumnRow(FIRST_LEVEL, first, begin + first * counts.BLOCK * plan.dt, values)


def _fold_by_time(plan: Plan, recording: int, using: str) -> None:
    """The columns by time across all stretches, each true to the sample."""
    from waves.recording import bytime, store

    level, rows = bytime.TIME_LEVELS[0], dict[tuple[int, str], Any]()
    for number in range(plan.stretches):
        begin, end = plan.label(number, 0), plan.label(number, plan.samples - 1)
        for column in range(begin >> level, (end >> level) + 1):
            first, last = plan.range_of(number, column << level, ((column + 1) << level) - 1)
            if first >= last:
                continue
            offset = number * plan.samples
            low, high = counts.extremes(offset + first, offset + last)
            at, place = divmod(column, bytime.ROW)
            for signal, key in enumerate(counts.KEYS):
                cells = rows.setdefault((at, key), bytime.empty())
                cells[0, place] = np.fmin(cells[0, place], low[signal])
                cells[1, place] = np.fmax(cells[1, place], high[signal])
    store.fold(recording, rows, plan.end + 1, using)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livestream_project.settings")
    django.setup()
    began = time.monotonic()
    make(Plan(**json.loads(sys.argv[1])))
    print(f"made in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
