"""Which streams there are, and which one a slug names: as described, else from the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar, cast

from django.db import DatabaseError

from waves import specs
from waves.database.threads import in_thread
from waves.exceptions import ServiceUnavailableError, UnknownStreamError
from waves.hub.status import board
from waves.protocol.description import Description, describe
from waves.protocol.spec import StreamSpec

#: A look-up takes longer only where the database hangs: SQLite waits 5 s for a lock, and says so.
LOOKUP_SECONDS = 8.0
#: Look-ups at once, and lists. Each is a thread, and many of them leave the event loop no time.
_lookups, _lists = asyncio.Semaphore(2), asyncio.Semaphore(2)

T = TypeVar("T")


async def find_stream(slug: str) -> tuple[int, Description | None]:
    """The handle of a slug, and a description where no other comes.

    Of one that was described, else from the database, where a former slug finds its stream too.
    Raises UnknownStreamError, or ServiceUnavailableError where the database cannot say.
    """
    if not slug.isprintable():
        raise UnknownStreamError("A stream's name in addresses has letters, digits, - and _ only.")
    handle = board.handle_of(slug)
    if handle is not None:
        return handle, _before_its_first_epoch(handle)
    try:
        spec, epoch = await _ask(_lookups, lambda: specs.find_stream(slug))
    except DatabaseError:
        handle = board.handle_of(slug, aged=True)
        if handle is not None:
            return handle, None
        raise ServiceUnavailableError(
            "The database cannot be read. If it is new, run: python manage.py migrate"
        ) from None
    state, message = "stopped", "This stream is stopped."
    if spec.enabled:
        state, message = "stale", board.problem or "No worker reports this stream yet."
    description = describe(spec, epoch, spec.signals)
    return spec.handle, {**description, "state": state, "message": message}


async def every_stream() -> list[StreamSpec]:
    """Every stream, in the admin's order.

    Raises DatabaseError, or ServiceUnavailableError where the database hangs.
    """
    return [spec for spec, _ in await _ask(_lists, lambda: specs.read_streams())]


async def _ask(turns: asyncio.Semaphore, question: Callable[[], T]) -> T:
    """What the database says, in its turn. Raises ServiceUnavailableError where it hangs."""
    try:
        async with asyncio.timeout(LOOKUP_SECONDS), turns:
            return await in_thread(question)()
    except TimeoutError:
        raise ServiceUnavailableError("The database does not answer. Come back later.") from None


def _before_its_first_epoch(handle: int) -> Description | None:
    """What a stream that never ran is described as, such as failed: hubs are told of runs only."""
    description = board.description(handle)
    if description is None or description.get("epoch") != 0:
        return None
    return cast(Description, description)
