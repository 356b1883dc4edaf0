"""Who may see a stream: asked by page, list, API, export and socket alike.

``Stream.visibility`` decides, or one function of the host in its place: ``WAVES["may_view"]`` names
it, ``(viewer, stream) -> bool``; the stream is the row of the database. Whoever asks does so in a
thread, never on the event loop. A program's key, where one is shown, decides alone.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DatabaseError
from django.db.models import prefetch_related_objects

from waves.conf import function_of, get_config
from waves.models import EVERYONE, SIGNED_IN, Stream
from waves.specs import no_stream, row_named

logger = logging.getLogger("waves")

#: An answer is used for so long; an open socket asks again as often. So what it is sent rests on
#: an answer that is 5 s old at most.
REMEMBER_SECONDS = 2.5
#: A function that fails is told of again after this.
TELL_SECONDS = 10.0
#: Answers that are remembered; beyond, all are forgotten.
MOST_REMEMBERED = 10_000
#: What Django calls the right to see a stream in the admin.
VIEW_STREAM = "waves.view_stream"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. ``user`` is Django's, anonymous or not; None in a project without users.

    ``grant`` is what a program's key may (``keys.Grant``): then it alone decides.
    """

    user: Any = None
    grant: Any = None

    @property
    def identity(self) -> Hashable:
        """What tells viewers apart whose answers may differ. It may read the database."""
        return getattr(self.user, "pk", None)


#: Who is asked for where nobody is known: an unknown viewer may see what everyone may.
NOBODY = Viewer()


def own_function() -> str:
    """The dotted path of the function of the host that decides, where it has one; else empty."""
    return get_config().may_view


_function = lru_cache(maxsize=1)(function_of)


def by_visibility(viewer: Viewer, stream: Stream) -> bool:
    """What a stream's own setting says of a viewer. It may read the database."""
    if stream.visibility == EVERYONE:
        return True
    user = viewer.user
    if user is None or not (user.is_authenticated and user.is_active):
        return False
    if stream.visibility == SIGNED_IN or str(user.pk) in _listed(stream.listed_users):
        return True
    return _is_in_listed_group(user, stream) or _is_staff_for(user, stream)


def _listed(keys: object) -> list[object]:
    """Keys as they are stored; past the form, the field may hold anything."""
    return keys if isinstance(keys, list) else []


def _is_in_listed_group(user: Any, stream: Stream) -> bool:
    listed = _listed(stream.listed_groups)
    if not listed or not hasattr(user, "groups"):
        return False
    prefetch_related_objects([user], "groups")  # once for all streams of a list
    return any(str(group.pk) in listed for group in user.groups.all())


def _is_staff_for(user: Any, stream: Stream) -> bool:
    """Whether Django's permissions let staff view it: all streams, or, by a backend of the host
    that knows of objects, this one."""
    if not user.is_staff:
        return False
    return bool(user.has_perm(VIEW_STREAM) or user.has_perm(VIEW_STREAM, stream))


class Memory:
    """What was answered of late, by viewer and stream."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told_at = -TELL_SECONDS
        self._answers: dict[tuple[str, Hashable, int], tuple[float, bool]] = {}

    def sees(self, viewer: Viewer, handle: int, stream: Stream | None = None) -> bool:
        """Whether a viewer may see a stream, which is read where it is not given.

        Raises DatabaseError. A function that fails lets nobody see, and its log says so.
        """
        path = own_function()
        key = (path, viewer.identity, handle)
        at, answer = self._answers.get(key, (-REMEMBER_SECONDS, False))
        if self._monotonic() - at < REMEMBER_SECONDS:
            return answer
        at = self._monotonic()  # before anyone looks at what it is decided by
        answer = self.ask(path, viewer, handle, stream)
        if len(self._answers) >= MOST_REMEMBERED:
            self._answers.clear()
        self._answers[key] = (at, answer)
        return answer

    def ask(self, path: str, viewer: Viewer, handle: int, stream: Stream | None) -> bool:
        """The same, whatever was answered before. Raises DatabaseError."""
        stream = stream or Stream.objects.filter(pk=handle).first()
        if stream is None:
            return False
        if not path:
            return by_visibility(viewer, stream)
        try:
            answer = _function(path)(viewer, stream)
            if not isinstance(answer, bool):
                raise TypeError(f"it returned {_described(answer)}, and neither True nor False")
        except DatabaseError:
            raise
        except Exception:
            self._tell(stream.slug)
            return False
        return answer

    def _tell(self, slug: str) -> None:
        """Log what the function failed of: it may do so for each stream, a few times a second."""
        if self._monotonic() - self._told_at > TELL_SECONDS:
            self._told_at = self._monotonic()
            logger.exception("may_view failed; nobody sees what it fails for, such as %r.", slug)


def _described(answer: object) -> str:
    if inspect.iscoroutine(answer):
        answer.close()
    return f"a {type(answer).__name__}"


class Public:
    """Which streams everyone may see: one look at the database for all who ask of them.

    So where nothing is restricted, nobody's session is read.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._read_at: float | None = None
        self.handles: frozenset[int] = frozenset()
        #: Those that only some may see.
        self.restricted: frozenset[int] = frozenset()

    @property
    def was_read(self) -> bool:
        """Whether it was read at all."""
        return self._read_at is not None

    @property
    def is_fresh(self) -> bool:
        """Whether what was read may be used still."""
        return self._read_at is not None and self._monotonic() - self._read_at < REMEMBER_SECONDS

    def read(self) -> None:
        """Look at all streams. Raises DatabaseError, and what was known stays."""
        at = self._monotonic()
        rows = dict(Stream.objects.order_by().values_list("pk", "visibility"))
        self.handles = frozenset(pk for pk, visibility in rows.items() if visibility == EVERYONE)
        self.restricted = frozenset(rows) - self.handles
        self._read_at = at


_memory = Memory()
#: What everyone may see, for this process.
public = Public()


def may_view(viewer: Viewer, stream: Stream) -> bool:
    """Whether a viewer may see a stream. Raises DatabaseError; not for the event loop."""
    if viewer.grant is not None:
        return bool(viewer.grant.covers(stream.pk))
    if not own_function() and stream.visibility == EVERYONE:
        return True
    return _memory.sees(viewer, stream.pk, stream)


def may_view_now(viewer: Viewer, stream: Stream) -> bool:
    """The same, whatever was answered of late: for who remembers the answer by themselves."""
    return _memory.ask(own_function(), viewer, stream.pk, stream)


def may_view_handle(viewer: Viewer, handle: int) -> bool:
    """The same of a stream that is known by its handle."""
    if viewer.grant is not None:
        return bool(viewer.grant.covers(handle))
    return _memory.sees(viewer, handle)


def seen(viewer: Viewer, streams: Iterable[Stream]) -> list[Stream]:
    """Of some streams those that a viewer may see."""
    return [stream for stream in streams if may_view(viewer, stream)]


def handle_seen(viewer: Viewer, slug: str) -> int:
    """The handle of a slug, or of a former one, of a stream that a viewer may see.

    The same work whether there is none or it may not be seen, so that the time tells nothing: of a
    row no more is read than decides. Raises UnknownStreamError for both, DatabaseError; not for the
    event loop.
    """
    viewer.identity  # noqa: B018  reads the session and the user: also where there is no stream
    streams = Stream.objects.all()
    if not own_function():
        streams = streams.only("slug", "visibility", "listed_users", "listed_groups")
    stream = row_named(slug, streams)
    if stream is None or not may_view(viewer, stream):
        raise no_stream(slug)
    return stream.pk
