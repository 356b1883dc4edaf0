"""Which streams there are, and which one a slug names: as described, else from the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar, cast

from django.db import DatabaseError, Error
from django.utils.functional import LazyObject

from waves import access, specs
from waves.access import NOBODY, Viewer, handle_seen
from waves.database.threads import in_thread
from waves.exceptions import ServiceUnavailableError, UnknownStreamError
from waves.hub.status import board
from waves.models import Stream
from waves.protocol.description import Description, describe
from waves.protocol.spec import StreamSpec
from waves.recording.framing import seconds
from waves.recording.past import past_of

T = TypeVar("T")

UNREADABLE = "The database cannot be read. If it is new, run: python manage.py migrate"

#: A look-up takes longer only where the database hangs: SQLite waits 5 s for a lock, and says so.
LOOKUP_SECONDS = 8.0
#: How long a look at what is for everyone may keep those waiting who could go on with what was
#: known before: a database that hangs ends nobody's view.
PUBLIC_SECONDS = 1.0
#: Look-ups at once, and lists. Each is a thread, and many of them leave the event loop no time.
_lookups, _lists = asyncio.Semaphore(2), asyncio.Semaphore(2)
_underway: dict[Hashable, asyncio.Task[Any]] = {}


async def find_stream(slug: str, viewer: Viewer = NOBODY) -> tuple[int, Description | None]:
    """The handle of a slug, and a description where no other comes.

    Of one that was described, else from the database, where a former slug finds its stream too.
    Raises UnknownStreamError, also of one that the viewer may not see, or ServiceUnavailableError
    where the database cannot say.
    """
    if not slug.isprintable():
        raise UnknownStreamError("A stream's name in addresses has letters, digits, - and _ only.")
    handle = board.handle_of(slug)
    if handle is not None and _is_known_in_brief_only(handle):
        handle = None
    if handle is not None and await _is_seen_at_once(viewer, handle):
        return handle, _before_its_first_epoch(handle)
    try:
        seen = partial(handle_seen, viewer, slug)
        # Where a server has just begun, and no worker was heard yet, a thousand ask at once.
        found = await (look_up_once(("seen", slug), seen) if _is_nobody(viewer) else look_up(seen))
        return found, await _description(found, slug, described=found == handle)
    except ServiceUnavailableError:
        handle = board.handle_of(slug, aged=True)
        if handle is None or not await _is_seen_at_once(viewer, handle):
            raise
        return handle, None


def _is_nobody(viewer: Viewer) -> bool:
    """Whether a viewer is like all others of whom nothing is known. Reads no database.

    A host's own function may tell apart whom nobody else does.
    """
    user = viewer.user
    if access.own_function() or viewer.grant is not None or issubclass(type(user), LazyObject):
        return False
    return user is None or bool(user.is_anonymous)


async def may_view(viewer: Viewer, handle: int) -> bool:
    """Whether a viewer may see a stream, asked off the event loop, in its turn.

    Raises ServiceUnavailableError where the database cannot say.
    """
    if await _is_seen_at_once(viewer, handle):
        return True
    return await look_up(partial(access.may_view_handle, viewer, handle))


async def is_open_to_all(slug: str) -> bool:
    """Whether it matters to nobody who asks for a slug: a stream that everyone may see.

    Raises ServiceUnavailableError where the database cannot say, and never could.
    """
    handle = board.handle_of(slug, aged=True)
    return handle is not None and not access.own_function() and await is_public(handle)


async def is_public(handle: int) -> bool:
    """Whether everyone may see a stream, by what all who ask of late share.

    Raises ServiceUnavailableError where the database cannot say, and never could.
    """
    return handle in (await _public()).handles


async def is_gone(handle: int) -> bool:
    """Whether a stream was deleted. Raises ServiceUnavailableError as ``is_public`` does."""
    public = await _public()
    return handle not in public.handles and handle not in public.restricted


async def _public() -> access.Public:
    public = access.public
    if not public.is_fresh:
        wait = PUBLIC_SECONDS if public.was_read else LOOKUP_SECONDS
        try:
            async with asyncio.timeout(wait):
                await look_up_once("public", public.read)
        except (TimeoutError, ServiceUnavailableError):
            if not public.was_read:
                raise ServiceUnavailableError(UNREADABLE) from None
    return public


async def _is_seen_at_once(viewer: Viewer, handle: int) -> bool:
    """Whether a viewer may see a stream for sure, without a question of their own."""
    if viewer.grant is not None:
        return bool(viewer.grant.covers(handle))
    return not access.own_function() and await is_public(handle)


async def _description(handle: int, slug: str, *, described: bool) -> Description | None:
    """What is said of a stream that was found, until a worker speaks of it."""
    if described:
        return _before_its_first_epoch(handle)
    spec, epoch = await look_up_once(("described", slug), partial(specs.find_stream, slug))
    if spec.handle != handle:  # another has taken the slug since
        raise specs.no_stream(slug)
    state, message = "stopped", "This stream is stopped."
    if spec.enabled:
        state, message = "stale", board.why_silent(handle) or "No worker reports this stream yet."
    heard = board.description(spec.handle)
    if heard is not None:
        state, message, since = heard["state"], heard["message"], heard.get("recorded_since")
    else:
        ask = partial(_recorded_since, spec)
        since = None
        if epoch or spec.record:
            since = await look_up_once(("recorded since", handle), ask)
    return {
        **describe(spec, epoch, spec.signals),
        "state": state,
        "message": message,
        "recorded_since": since,
    }


def _recorded_since(spec: StreamSpec) -> float | None:
    """Since when a stream is recorded of which no worker spoke, as far as that can be read."""
    try:
        bounds = past_of(spec.uuid).bounds()
    except Error:
        return None
    return None if bounds is None else seconds(bounds[0])


async def every_stream(viewer: Viewer = NOBODY) -> list[StreamSpec]:
    """Every stream that a viewer may see, in the admin's order.

    Raises ServiceUnavailableError where the database cannot say.
    """
    return await _ask(_lists, partial(_seen, viewer))


def _seen(viewer: Viewer) -> list[StreamSpec]:
    rows = Stream.objects.prefetch_related("signals")
    return [specs.stream_spec(stream) for stream in access.seen(viewer, rows)]


async def look_up(question: Callable[[], T]) -> T:
    """What the database says, asked off the event loop, in its turn.

    Raises ServiceUnavailableError where it cannot be read, or hangs.
    """
    return await _ask(_lookups, question)


async def look_up_once(key: Hashable, question: Callable[[], T]) -> T:
    """The same; whoever asks by the same key meanwhile gets the same answer."""
    task = _underway.get(key)
    if task is None:
        task = _underway[key] = asyncio.ensure_future(look_up(question))
        task.add_done_callback(partial(_forget, key))
    return cast(T, await asyncio.shield(task))


def _forget(key: Hashable, task: asyncio.Task[Any]) -> None:
    _underway.pop(key, None)
    if not task.cancelled():
        task.exception()  # whoever asked may be gone


async def _ask(turns: asyncio.Semaphore, question: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(LOOKUP_SECONDS), turns:
            return await in_thread(question)()
    except TimeoutError:
        raise ServiceUnavailableError("The database does not answer. Come back later.") from None
    except DatabaseError:
        raise ServiceUnavailableError(UNREADABLE) from None


def _is_known_in_brief_only(handle: int) -> bool:
    """Whether only state and counts of a stream that never ran were heard so far."""
    description = board.description(handle)
    return description is not None and not description.get("epoch") and "signals" not in description


def _before_its_first_epoch(handle: int) -> Description | None:
    """What a stream that never ran is described as, such as failed: hubs are told of runs only."""
    description = board.description(handle)
    if description is None or description.get("epoch") != 0:
        return None
    return cast(Description, description)
