"""Deletes what is older, or more, than a stream keeps: in pieces, since to delete 160 MB at once
would hold up whoever writes for 1.5 s.
"""

from __future__ import annotations

from django.db import connections, transaction
from django.db.models import F, Min

from waves.recorded import (
    RecordedColumns,
    RecordedDescription,
    RecordedRow,
    RecordedStretch,
    RecordedTail,
    Recording,
)
from waves.recording import bytime
from waves.recording.levels import LEVELS, ROW_SAMPLES
from waves.recording.past import Past
from waves.recording.place import alias

#: Rows that are deleted in one transaction: 4 MB of the largest, in some 10 ms.
AT_ONCE = 64
#: Pages of SQLite that are given back to the disk after that.
PAGES = 2048
#: A share of a bound that is deleted beyond it, so that not every look has to.
SPARE = 0.02


def trim(past: Past, before: int | None, most: int | None) -> bool:
    """Delete a piece of what was recorded before a label, or is more than ``most`` bytes.

    Returns whether there may be more to delete. Raises DatabaseError.
    """
    recording = past.recording()
    if recording is None:
        return False
    using = alias()
    oldest = (
        RecordedStretch.objects.using(using).filter(recording=recording).order_by("begin", "pk")
    )
    stretch = oldest.first()
    if stretch is None:
        return False
    if most is not None and recording.bytes > most:
        return _delete(recording, stretch, stretch.next, using) or _is_over(recording, most, using)
    if before is None or stretch.begin >= before:
        return False
    if stretch.end < before:
        return _delete(recording, stretch, stretch.next, using) or True
    first = past.first_sample(stretch, before) // ROW_SAMPLES * ROW_SAMPLES
    return first > stretch.first and _delete(recording, stretch, first, using)


def _is_over(recording: Recording, most: int, using: str) -> bool:
    recording.refresh_from_db(using=using, fields=["bytes"])
    return recording.bytes > most * (1 - SPARE)


def _delete(recording: Recording, stretch: RecordedStretch, until: int, using: str) -> bool:
    """Delete a piece of the samples below an index, with what was made of them; whether any is
    left."""
    with transaction.atomic(using=using):
        rows = RecordedRow.objects.using(using).filter(stretch=stretch)
        old = rows.filter(level=0, first__lt=until).order_by("first")[:AT_ONCE]
        found = [(row.pk, row.first + row.n, _size(row)) for row in old]
        freed = sum(size for _, _, size in found)
        rows.filter(pk__in=[pk for pk, _, _ in found]).delete()
        reached = min(until, found[-1][1]) if len(found) == AT_ONCE else until
        for level in LEVELS:
            columns = rows.filter(level=level, first__lt=reached >> level)
            for row in columns.order_by("first")[:AT_ONCE]:
                if (row.first + row.n) << level <= reached or reached >= stretch.next:
                    freed += _size(row)
                    row.delete(using=using)
        if reached >= stretch.next and stretch.is_sealed:
            freed += _delete_stretch(stretch, using)
        else:
            _shorten(stretch, reached, using)
        left = RecordedStretch.objects.using(using).filter(recording=recording)
        begin = left.aggregate(begin=Min("begin"))["begin"]
        freed += _delete_by_time(recording, begin, using)
        Recording.objects.using(using).filter(pk=recording.pk).update(
            bytes=F("bytes") - freed, begin=begin
        )
    _give_back(using)
    return len(found) == AT_ONCE


def _size(row: RecordedRow) -> int:
    return len(row.payload) + len(row.times or b"")


def _delete_stretch(stretch: RecordedStretch, using: str) -> int:
    """The stretch with all that is left of it."""
    rows = RecordedRow.objects.using(using).filter(stretch=stretch)
    freed = sum(_size(row) for row in rows.iterator(chunk_size=AT_ONCE))
    rows.delete()
    RecordedTail.objects.using(using).filter(stretch=stretch).delete()
    told = RecordedDescription.objects.using(using).filter(
        recording=stretch.recording_id, epoch=stretch.epoch
    )
    others = RecordedStretch.objects.using(using).filter(
        recording=stretch.recording_id, epoch=stretch.epoch
    )
    if not others.exclude(pk=stretch.pk).exists():
        told.delete()
    RecordedStretch.objects.using(using).filter(pk=stretch.pk).delete()
    return freed


def _shorten(stretch: RecordedStretch, first: int, using: str) -> None:
    """The stretch begins with the first sample that is left."""
    rows = RecordedRow.objects.using(using).filter(stretch=stretch, level=0)
    row = rows.order_by("first").values_list("first", "t0").first()
    if row is None:
        tails = RecordedTail.objects.using(using).filter(stretch=stretch)
        row = tails.order_by("first").values_list("first", "t0").first()
    first, begin = row if row is not None else (stretch.next, stretch.end)
    RecordedStretch.objects.using(using).filter(pk=stretch.pk).update(first=first, begin=begin)


def _delete_by_time(recording: Recording, begin: int | None, using: str) -> int:
    """Rows of columns by time that end before the oldest sample."""
    freed = 0
    for level in bytime.TIME_LEVELS:
        rows = RecordedColumns.objects.using(using).filter(recording=recording, level=level)
        if begin is not None:
            rows = rows.filter(number__lt=(begin >> level) // bytime.ROW)
        old = rows[:AT_ONCE]
        freed += sum(len(row.payload) for row in old)
        RecordedColumns.objects.using(using).filter(pk__in=[row.pk for row in old]).delete()
    return freed


def _give_back(using: str) -> None:
    """Have SQLite give free pages back to the disk; PostgreSQL uses them again."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA incremental_vacuum({PAGES})")
            cursor.fetchall()


def forget(past: Past) -> bool:
    """Delete a piece of a whole recording; returns whether there is more. Raises DatabaseError."""
    recording = past.recording()
    if recording is None:
        return False
    using = alias()
    stretches = RecordedStretch.objects.using(using).filter(recording=recording)
    stretch = stretches.order_by("begin", "pk").first()
    if stretch is not None:
        if not stretch.is_sealed:
            stretches.filter(pk=stretch.pk).update(is_sealed=True)
            stretch.is_sealed = True
        _delete(recording, stretch, stretch.next, using)
        return True
    RecordedColumns.objects.using(using).filter(recording=recording).delete()
    RecordedDescription.objects.using(using).filter(recording=recording).delete()
    Recording.objects.using(using).filter(pk=recording.pk).delete()
    return False
