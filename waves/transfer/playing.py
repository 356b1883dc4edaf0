"""A recording as a source reads it: piece by piece, off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from itertools import islice
from typing import TypeVar

from django.db import DatabaseError

from waves.database import installation
from waves.database.threads import in_thread
from waves.exceptions import ConfigurationError, SourceError, UnknownStreamError
from waves.models import Stream
from waves.protocol.passage import Piece, Stretch
from waves.recorded import Recording
from waves.recording.past import past_of
from waves.recording.place import alias
from waves.sources.base import RecordedPart
from waves.specs import stream_named
from waves.transfer.outgoing import Outgoing

T = TypeVar("T")

#: Pieces that are read in one turn of a thread: 1 MB of four signals.
AHEAD = 16
#: A database that does not answer in this time is not waited for; the source is started again.
ANSWER_SECONDS = 30.0


async def open_recording(slug: str, begin: int | None, end: int | None) -> RecordedPart:
    """The recording of a stream, for a source. Raises SourceError."""
    outgoing = await _asked(lambda: _opened(slug, begin, end))

    async def pieces() -> AsyncGenerator[tuple[Stretch, Piece], None]:
        found = outgoing.pieces()
        while some := await _asked(lambda: list(islice(found, AHEAD))):
            for each in some:
                yield each

    return RecordedPart(outgoing.contents, pieces)


def _opened(slug: str, begin: int | None, end: int | None) -> Outgoing:
    stream = stream_named(slug)
    return Outgoing(past_of(stream.uuid.hex), stream.name, stream.slug, begin, end)


async def _asked(ask: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await in_thread(ask)()
    except (UnknownStreamError, ConfigurationError) as error:
        raise SourceError(str(error)) from None
    except (DatabaseError, TimeoutError):
        raise SourceError("The recording cannot be read: its database does not answer.") from None


def recorded_streams() -> list[tuple[str, str]]:
    """The slug and the name of each stream that has a recording. Raises DatabaseError."""
    known = Recording.objects.using(alias()).filter(installation=installation.find().identity)
    streams = set(known.values_list("stream", flat=True))
    found = Stream.objects.values_list("uuid", "slug", "name")
    return [(slug, name) for uuid, slug, name in found if uuid in streams]
