"""What a recording takes and has, in words for the form; and what becomes of it with its stream."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.db import Error, connections
from django.utils import timezone

from waves import limits
from waves.database import installation
from waves.models import Stream
from waves.recorded import Recording
from waves.recording.levels import NANOSECONDS
from waves.recording.place import alias

DAY, YEAR = 86_400.0, 365 * 86_400.0


def disk(stream: Stream) -> str:
    """What a recording of a stream takes at its rate, and what the disk has left."""
    a_second = limits.recording_bytes(stream.rate, stream.signal_count, stream.sample_type_used)
    words = f"{size(a_second * DAY)} a day, {size(a_second * YEAR)} a year at this rate"
    if stream.keep_seconds:
        words += f"; {size(a_second * stream.keep_seconds)} for what it keeps"
    return f"{words}. {_free()}".strip()


def recorded(stream: Stream) -> str:
    """What is recorded of it so far; empty where nothing is, or it cannot be read."""
    try:
        row = of(stream)
    except Error:
        return "The database of recordings cannot be read. Run: python manage.py migrate"
    if row is None or row.begin is None:
        return ""
    begin = datetime.fromtimestamp(row.begin / NANOSECONDS, timezone.get_current_timezone())
    return f"{size(row.bytes)} since {begin:%Y-%m-%d %H:%M}."


def of(stream: Stream) -> Recording | None:
    """The recording of a stream. Raises Error."""
    return next(iter(of_streams([stream])), None)


def of_streams(streams: Iterable[Stream]) -> Iterable[Recording]:
    """The recordings of these streams. Raises Error."""
    identity = installation.find().identity
    uuids = [stream.uuid for stream in streams]
    return Recording.objects.using(alias()).filter(installation=identity, stream__in=uuids)


def give_up(rows: Iterable[Recording]) -> None:
    """Have recordings deleted, by the worker and in pieces. Nobody finds them any more."""
    for row in rows:
        row.installation, row.stream = "", uuid.uuid4()
        row.save(using=alias(), update_fields=["installation", "stream"])


def size(count: float) -> str:
    """Bytes, as people say it."""
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.3g} {unit}"
    return f"{count / 1000:.3g} kB"


def _free() -> str:
    settings = connections[alias()].settings_dict
    folder = Path(str(settings["NAME"])).parent
    if not settings["ENGINE"].endswith("sqlite") and "sqlite3" not in settings["ENGINE"]:
        return ""
    try:
        return f"{size(shutil.disk_usage(folder).free)} are free."
    except OSError:
        return ""
