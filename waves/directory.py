"""Which stream a slug names: from what the workers described, else from the database."""

from __future__ import annotations

from django.db import DatabaseError

from waves import specs
from waves.exceptions import ServiceUnavailableError, UnknownStreamError
from waves.streaming.description import Description, describe
from waves.streaming.status import board
from waves.threads import in_thread


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
        spec, epoch = await in_thread(specs.find_stream)(slug)
    except DatabaseError:
        raise ServiceUnavailableError(
            "The database cannot be read. If it is new, run: python manage.py migrate"
        ) from None
    state, message = "stopped", "This stream is stopped."
    if spec.enabled:
        state, message = "stale", board.problem or "No worker reports this stream yet."
    description = describe(spec, epoch, spec.signals)
    return spec.handle, {**description, "state": state, "message": message}
