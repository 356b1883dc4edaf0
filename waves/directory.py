"""Which stream a slug names: from what the workers described, else from the database."""

from __future__ import annotations

from typing import cast

from django.db import DatabaseError

from waves import specs
from waves.exceptions import ServiceUnavailableError, UnknownStreamError
from waves.streaming.description import Description, describe
from waves.streaming.status import board
from waves.threads import in_thread


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
        spec, epoch = await in_thread(specs.find_stream)(slug)
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


def _before_its_first_epoch(handle: int) -> Description | None:
    """What a stream that never ran is described as, such as failed: hubs are told of runs only."""
    description = board.description(handle)
    if description is None or description.get("epoch") != 0:
        return None
    return cast(Description, description)
