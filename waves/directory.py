"""Which stream a slug names: from what the workers described, else from the database."""

from __future__ import annotations

import asyncio

from django.db import DatabaseError

from waves import specs
from waves.exceptions import ServiceUnavailableError, UnknownStreamError
from waves.specs import in_thread
from waves.streaming.description import Description, describe
from waves.streaming.spec import StreamSpec
from waves.streaming.status import board

#: A look-up takes longer only where the database hangs: SQLite waits 5 s for a lock, and says so.
LOOKUP_SECONDS = 8.0
#: Look-ups at once. Each is a thread, and many of them leave the event loop no time.
_lookups = asyncio.Semaphore(2)


async def find_stream(slug: str) -> tuple[int, Description | None]:
    """The handle of a slug: from what the workers described, else from the database.

    Raises UnknownStreamError, or ServiceUnavailableError where the database cannot say.
    """
    if not slug.isprintable():
        raise UnknownStreamError("A stream's name in addresses has letters, digits, - and _ only.")
    handle = board.handle_of(slug)
    if handle is not None:
        return handle, None
    try:
        spec, epoch = await _look_up(slug)
    except DatabaseError:
        raise ServiceUnavailableError(
            "The database cannot be read. If it is new, run: python manage.py migrate"
        ) from None
    state, message = "stopped", "This stream is stopped."
    if spec.enabled:
        state, message = "stale", "No worker reports this stream yet."
    description = describe(spec, epoch, spec.signals)
    return spec.handle, {**description, "state": state, "message": message}


async def _look_up(slug: str) -> tuple[StreamSpec, int]:
    """A stream from the database, in its turn. Raises ServiceUnavailableError where that hangs."""
    try:
        async with asyncio.timeout(LOOKUP_SECONDS), _lookups:
            return await in_thread(specs.find_stream)(slug)
    except TimeoutError:
        raise ServiceUnavailableError("The database does not answer. Come back later.") from None
