"""Uploaded files: kept in parts, none too long for a database, and read by the worker."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, transaction

from waves.database.threads import in_thread
from waves.exceptions import SourceError
from waves.ingest.table import Layout, Table
from waves.models import Stream, Upload, UploadPart

T = TypeVar("T")

#: Bytes of a part: read in some 10 ms, between two looks at the streams.
PART_BYTES = 4 * 1024 * 1024
#: A database that does not answer in this time is not waited for.
ANSWER_SECONDS = 10.0

GONE = "The file is not there (any more): upload it in the admin."


@dataclass(frozen=True, slots=True, eq=False)
class Uploaded:
    """A file that somebody sent, checked and not yet stored."""

    token: str
    name: str
    table: Table


def new_token() -> str:
    """A name that no other upload has, so that another file is another option."""
    return uuid.uuid4().hex


def store(stream: Stream, uploaded: Uploaded) -> None:
    """Keep a file with its stream. Raises DatabaseError."""
    with transaction.atomic():
        upload = Upload.objects.create(
            token=uploaded.token,
            stream=stream,
            name=uploaded.name,
            layout=uploaded.table.layout.model_dump(),
        )
        for number, data in enumerate(_parts(uploaded.table)):
            UploadPart.objects.create(upload=upload, number=number, data=data)


def _parts(table: Table) -> Iterator[bytes]:
    """The values of the columns one after another, in pieces."""
    pending = bytearray()
    for values in table.values:
        step = PART_BYTES // values.dtype.itemsize
        for first in range(0, len(values), step):
            some = values[first : first + step]
            pending += some.astype(some.dtype.newbyteorder("<"), copy=False).tobytes()
            while len(pending) >= PART_BYTES:
                yield bytes(pending[:PART_BYTES])
                del pending[:PART_BYTES]
    if pending:
        yield bytes(pending)


def keep_named(stream: Stream) -> None:
    """Delete the files of a stream that its options do not name any more."""
    named = [value for value in stream.options.values() if isinstance(value, str)]
    stream.uploads.exclude(token__in=named).delete()


def copy(stream: Stream, to: Stream) -> None:
    """Give a copy of a stream copies of its files, and let its options name them."""
    for upload in stream.uploads.all():
        token = new_token()
        own = Upload.objects.create(token=token, stream=to, name=upload.name, layout=upload.layout)
        for part in upload.parts.iterator(chunk_size=1):
            UploadPart.objects.create(upload=own, number=part.number, data=part.data)
        to.options = {
            name: token if value == upload.token else value for name, value in to.options.items()
        }


async def read(token: str) -> Table:
    """A table, for a worker. Raises SourceError where it is not there, or cannot be read."""
    try:
        layout = Layout.of(await _asked(lambda: _layout(token)))
        data = bytearray()
        while len(data) < layout.bytes:
            number = len(data) // PART_BYTES
            data += await _asked(lambda number=number: _part(token, number))  # type: ignore[misc]
    except (DatabaseError, TimeoutError):
        raise SourceError("The database cannot be read; the file waits for it.") from None
    except ObjectDoesNotExist:
        raise SourceError(GONE) from None
    return Table.of(layout, data)


async def _asked(ask: Callable[[], T]) -> T:
    async with asyncio.timeout(ANSWER_SECONDS):
        return await in_thread(ask, worker=True)()


def _layout(token: str) -> object:
    return Upload.objects.values_list("layout", flat=True).get(token=token)


def _part(token: str, number: int) -> bytes:
    parts = UploadPart.objects.filter(upload_id=token, number=number)
    return bytes(parts.values_list("data", flat=True).get())
