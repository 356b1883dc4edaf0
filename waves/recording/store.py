"""What is written, as steps that are taken in one transaction, and taken again where it fails.

A step changes nothing but the database, and finds there what it needs: so a transaction that was
rolled back, or whose process was killed, leaves everything as it was before.
"""

from __future__ import annotations

import abc
import contextlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
from django.db import connections, transaction
from django.db.models import F, Max

from waves.exceptions import BlockError
from waves.protocol.block import SAMPLE_TYPES
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
from waves.recording.levels import LEVELS, ColumnRow, Folding, Samples
from waves.recording.place import alias
from waves.recording.rows import array_bytes, column_row, row_fields, samples_of, times_bytes

#: Rows of one INSERT: 4 MB of the largest.
AT_ONCE = 64
#: Samples that are read at a time where a stretch is finished.
PIECE_ROWS = 16


class FencedError(Exception):
    """Another worker has sealed the stretch: what comes now is not to be recorded over it."""


class UsedError(Exception):
    """Samples of the same numbers are recorded: the database that counts epochs was restored."""


@dataclass(slots=True)
class Place:
    """A recording and a stretch of it, as they are called once they are in the database."""

    identity: str
    stream: uuid.UUID
    name: str
    recording: int = 0
    stretch: int = 0


class Step(abc.ABC):
    """Something to be written."""

    #: Bytes of memory until it is.
    bytes: int = 0
    place: Place

    @abc.abstractmethod
    def take(self, using: str) -> None:
        """Write it. Raises DatabaseError."""


@dataclass(slots=True)
class Begin(Step):
    """A stretch begins with these samples; before the first one of a process, what was left is
    finished."""

    place: Place
    description: Description
    first: int
    begin: int
    why: str = ""
    bytes: int = 1000

    def take(self, using: str) -> None:
        """Make the recording, where there is none yet, and the stretch. Raises UsedError."""
        recording, _ = Recording.objects.using(using).get_or_create(
            installation=self.place.identity,
            stream=self.place.stream,
            defaults={"name": self.place.name},
        )
        self.place.recording = recording.pk
        if recording.begin is None or self.begin < recording.begin:
            recording.begin = self.begin
            recording.save(using=using, update_fields=["begin"])
        finish(recording, using)
        former = last_description(recording.pk, using)
        told = self.description
        known = RecordedStretch.objects.using(using).filter(recording=recording)
        mine = known.filter(epoch=told["epoch"], first__lte=self.first, next__gt=self.first)
        if mine.exists():
            raise UsedError
        stretch = RecordedStretch(
            recording=recording,
            epoch=told["epoch"],
            first=self.first,
            next=self.first,
            begin=self.begin,
            end=self.begin,
            rate=told["rate"],
            clock=told["clock"],
            sample_type=told["sample_type"],
            why=self.why or words.why(former, told),
        )
        stretch.save(using=using)
        self.place.stretch = stretch.pk
        Describe(self.place, told, self.first).take(using)


@dataclass(slots=True)
class Describe(Step):
    """From a sample on the stream is described so."""

    place: Place
    description: Description
    sample: int
    bytes: int = 1000

    def take(self, using: str) -> None:
        """Write it, where the last one said something else."""
        told = words.kept(self.description)
        known = RecordedDescription.objects.using(using).filter(
            recording=self.place.recording, epoch=told["epoch"]
        )
        last = known.order_by("-sample").first()
        if last is not None and last.description == told:
            return
        known.update_or_create(
            sample=self.sample,
            defaults={"description": told},
            create_defaults={
                "description": told,
                "epoch": told["epoch"],
                "recording_id": self.place.recording,
            },
        )


@dataclass(slots=True)
class SampleRow(Step):
    """A row of samples, full or as far as gaps and labels allow."""

    place: Place
    samples: Samples
    is_tail: bool = False

    @property
    def bytes(self) -> int:  # type: ignore[override]
        """Of its values."""
        return self.samples.values.nbytes + 200

    def row(self) -> RecordedRow | RecordedTail:
        """It, as the database has it."""
        fields = row_fields(self.place.stretch, self.samples)
        return RecordedTail(**fields) if self.is_tail else RecordedRow(level=0, **fields)

    def take(self, using: str) -> None:
        """Write it alone."""
        self.row().save(using=using)


@dataclass(slots=True)
class LevelRow(Step):
    """A row of columns."""

    place: Place
    columns: ColumnRow

    @property
    def bytes(self) -> int:  # type: ignore[override]
        """Of its values."""
        return self.columns.values.nbytes + 200

    def row(self) -> RecordedRow:
        """It, as the database has it."""
        columns = self.columns
        return RecordedRow(
            stretch_id=self.place.stretch,
            level=columns.level,
            first=columns.first,
            n=columns.n,
            t0=columns.t0,
            times=times_bytes(columns.times),
            payload=array_bytes(columns.values),
        )

    def take(self, using: str) -> None:
        """Write it alone."""
        self.row().save(using=using)


@dataclass(slots=True)
class DropTails(Step):
    """Samples from ``first`` on stand elsewhere by now."""

    place: Place
    first: int
    bytes: int = 100

    def take(self, using: str) -> None:
        """Delete the short rows."""
        tails = RecordedTail.objects.using(using)
        tails.filter(stretch=self.place.stretch, first__gte=self.first).delete()


@dataclass(slots=True)
class Reach(Step):
    """So far goes the stretch by now."""

    place: Place
    next: int
    end: int
    size: int
    bytes: int = 100

    def take(self, using: str) -> None:
        """Write it. Raises FencedError where the stretch is sealed."""
        mine = RecordedStretch.objects.using(using).filter(pk=self.place.stretch, is_sealed=False)
        if not mine.update(next=self.next, end=self.end):
            raise FencedError
        Recording.objects.using(using).filter(pk=self.place.recording).update(
            bytes=F("bytes") + self.size, name=self.place.name
        )


@dataclass(slots=True)
class Fold(Step):
    """Columns by time, and until when they hold everything."""

    place: Place
    rows: Mapping[tuple[int, str], bytime.Cells]
    until: int
    bytes: int = field(default=0)

    def take(self, using: str) -> None:
        """Widen what is stored, and the coarser levels by it."""
        fold(self.place.recording, self.rows, self.until, using)


@dataclass(slots=True)
class Seal(Step):
    """The stretch has ended: its levels are finished."""

    place: Place
    bytes: int = 100

    def take(self, using: str) -> None:
        """Finish it."""
        stretch = RecordedStretch.objects.using(using).filter(pk=self.place.stretch).first()
        if stretch is not None and not stretch.is_sealed:
            seal(stretch, using)


def take(steps: Iterable[Step]) -> None:
    """Take steps in one transaction, in their order.

    Raises DatabaseError, FencedError, UsedError.
    """
    using = alias()
    # With DEBUG on Django keeps the text of the last 9,000 statements: samples would be among them.
    connection: Any = connections[using]
    connection.make_debug_cursor = connection.make_cursor
    with transaction.atomic(using=using):
        for kind, group in groupby(steps, _kind):
            if kind is None:
                for step in group:
                    step.take(using)
                continue
            rows = [step.row() for step in group if isinstance(step, SampleRow | LevelRow)]
            table: Any = kind._default_manager.using(using)
            table.bulk_create(rows, batch_size=AT_ONCE)


def was_taken(steps: Sequence[Step]) -> bool:
    """Whether steps that were taken are written, where the database did not say so. Whoever adds
    samples says how far they reach; all other steps may be taken twice. Raises DatabaseError."""
    reach = next((step for step in reversed(steps) if isinstance(step, Reach)), None)
    if reach is None:
        return False
    place = reach.place
    mine = RecordedStretch.objects.using(alias()).filter(
        pk=place.stretch, recording__stream=place.stream, next__gte=reach.next
    )
    return mine.exists()


def _kind(step: Step) -> type[RecordedRow] | type[RecordedTail] | None:
    if isinstance(step, SampleRow):
        return RecordedTail if step.is_tail else RecordedRow
    return RecordedRow if isinstance(step, LevelRow) else None


def last_description(recording: int, using: str) -> Description | None:
    """How the stream was described last."""
    rows = RecordedDescription.objects.using(using).filter(recording=recording)
    return rows.order_by("-epoch", "-sample").values_list("description", flat=True).first()


def finish(recording: Recording, using: str) -> None:
    """Finish what a process that was killed, or that lost the database, left behind."""
    left = RecordedStretch.objects.using(using).filter(recording=recording)
    for stretch in left.filter(is_sealed=False):
        seal(stretch, using)
    recording.refresh_from_db(using=using, fields=["folded_until"])
    behind = left.filter(end__gte=recording.folded_until)
    for stretch in behind.iterator(chunk_size=100):
        _fold_rest(recording, stretch, using)


def seal(stretch: RecordedStretch, using: str) -> None:
    """Write the rows of each level that were not full; nothing comes after them."""
    place = Place("", uuid.UUID(int=0), "", stretch.recording_id, stretch.pk)
    columns = [LevelRow(place, row).row() for row in _unfinished(stretch, using)]
    rows = [*columns, *_joined_tails(place, stretch, using)]
    RecordedRow.objects.using(using).bulk_create(rows, batch_size=AT_ONCE)
    RecordedTail.objects.using(using).filter(stretch=stretch).delete()
    size = sum(len(row.payload) + len(row.times or b"") for row in columns)
    Recording.objects.using(using).filter(pk=stretch.recording_id).update(bytes=F("bytes") + size)
    RecordedStretch.objects.using(using).filter(pk=stretch.pk).update(is_sealed=True)


def _unfinished(stretch: RecordedStretch, using: str) -> list[ColumnRow]:
    """The columns that stand in no row of their level yet."""
    dtype, dt = SAMPLE_TYPES[stretch.sample_type], levels.dt_of(stretch.rate, stretch.clock)
    ends = _ends(stretch, using)
    stored = list(_rows_beyond(stretch, ends, using))
    newest = _samples_from(stretch, ends[0] << LEVELS[0], using)
    first = next(newest, None)
    if first is None and not stored:
        return []
    signals = (first.values if first is not None else stored[0].values).shape[0]
    folding = Folding(signals, dtype, dt)
    done = folding.go_on(ends, stored)
    while first is not None:
        done += folding.add(first)
        first = next(newest, None)
    return done + folding.rest()


def _joined_tails(place: Place, stretch: RecordedStretch, using: str) -> Iterator[RecordedRow]:
    """The samples that stand in short rows, in as few as can be."""
    dtype, dt = SAMPLE_TYPES[stretch.sample_type], levels.dt_of(stretch.rate, stretch.clock)
    tails = RecordedTail.objects.using(using).filter(stretch=stretch).order_by("first")
    for part in levels.joined([samples_of(row, dtype) for row in tails], dt):
        for piece in levels.split_at(part, levels.ROW_SAMPLES, dt):
            yield RecordedRow(level=0, **row_fields(place.stretch, piece))


def _ends(stretch: RecordedStretch, using: str) -> list[int]:
    """The column after the last one that is stored, of each level."""
    rows = RecordedRow.objects.using(using).filter(stretch=stretch, level__gt=0).order_by()
    stored = {
        row["level"]: row["end"]
        for row in rows.values("level").annotate(end=Max(F("first") + F("n")))
    }
    return [stored.get(level, 0) for level in LEVELS]


def _rows_beyond(stretch: RecordedStretch, ends: list[int], using: str) -> Iterator[ColumnRow]:
    """Rows of each level that reach beyond the end of the next one."""
    for level, above in zip(LEVELS, ends[1:], strict=False):
        rows = RecordedRow.objects.using(using).filter(
            stretch=stretch, level=level, first__gt=above * levels.FACTOR - levels.ROW_COLUMNS
        )
        for row in rows.order_by("first"):
            if row.first + row.n > above * levels.FACTOR:
                with contextlib.suppress(BlockError):  # it is damaged
                    yield column_row(row, SAMPLE_TYPES[stretch.sample_type])


def _samples_from(stretch: RecordedStretch, first: int, using: str) -> Iterator[Samples]:
    """The samples from an index on, in order."""
    dtype = SAMPLE_TYPES[stretch.sample_type]
    dt = levels.dt_of(stretch.rate, stretch.clock)
    rows: Any = RecordedRow.objects.using(using).filter(
        stretch=stretch, level=0, first__gt=first - levels.ROW_SAMPLES
    )
    tails = RecordedTail.objects.using(using).filter(stretch=stretch)
    for found in (rows, tails):
        for row in found.order_by("first").iterator(chunk_size=PIECE_ROWS):
            with contextlib.suppress(BlockError):  # it is damaged
                samples = samples_of(row, dtype)
                if samples.next > first:
                    yield samples.part(max(first, samples.first), samples.next, dt)


def _fold_rest(recording: Recording, stretch: RecordedStretch, using: str) -> None:
    """Fold by time what a stretch has that was recorded after the last folding."""
    told = RecordedDescription.objects.using(using).filter(recording=recording, epoch=stretch.epoch)
    description = told.order_by("-sample").values_list("description", flat=True).first()
    if description is None:
        return
    keys = [signal["key"] for signal in description["signals"]]
    dt = levels.dt_of(stretch.rate, stretch.clock)
    folding = bytime.TimeFolding()
    start = first_row_from(stretch, recording.folded_until, using)
    for samples in _samples_from(stretch, start, using):
        folding.add(keys, samples, dt)
    fold(recording.pk, folding.take(), folding.until, using)


def first_row_from(stretch: RecordedStretch, label: int, using: str) -> int:
    """The first sample of the last row that begins at a label or before it."""
    rows = RecordedRow.objects.using(using).filter(stretch=stretch, level=0)
    low, high = stretch.first, stretch.next
    while high - low > levels.ROW_SAMPLES:
        middle = (low + high) // 2
        row = rows.filter(first__lte=middle).order_by("-first").values_list("first", "t0").first()
        if row is not None and row[1] <= label:
            low = middle
        else:
            high = middle
    found = rows.filter(first__lte=low).order_by("-first").values_list("first", flat=True).first()
    return stretch.first if found is None else found


def fold(
    recording: int, rows: Mapping[tuple[int, str], bytime.Cells], until: int, using: str
) -> None:
    """Widen the columns by time by these of the finest level, and the coarser ones by them."""
    level = bytime.TIME_LEVELS[0]
    size = 0
    for (number, key), cells in rows.items():
        size += _widen(recording, level, number, key, cells, using)
        here, place, narrow = number, 0, cells
        for above in bytime.TIME_LEVELS[1:]:
            part = bytime.coarser_part(narrow)
            here, place = divmod(here, bytime.FACTOR)
            narrow = bytime.empty()
            at = place * (bytime.ROW // bytime.FACTOR)
            narrow[:, at : at + bytime.ROW // bytime.FACTOR] = part
            size += _widen(recording, above, here, key, narrow, using)
    Recording.objects.using(using).filter(pk=recording, folded_until__lt=until).update(
        folded_until=until
    )
    if size:
        Recording.objects.using(using).filter(pk=recording).update(bytes=F("bytes") + size)


def _widen(
    recording: int, level: int, number: int, key: str, cells: bytime.Cells, using: str
) -> int:
    """Widen a stored row; return by how many bytes the recording grew."""
    where = {"recording_id": recording, "level": level, "number": number, "key": key}
    table = RecordedColumns.objects.using(using)
    stored = table.filter(**where).first()
    if stored is None:
        payload = cells.tobytes()
        table.create(**where, payload=payload)
        return len(payload)
    known = np.frombuffer(bytes(stored.payload)).reshape(2, bytime.ROW).copy()
    bytime.fold_into(known, cells)
    payload = known.tobytes()
    if payload != bytes(stored.payload):
        stored.payload = payload
        stored.save(using=using, update_fields=["payload"])
    return 0
