"""Who may see a stream: one function of the host decides, for page, API and socket alike.

``WAVES["may_view"]`` names it: ``(viewer, stream) -> bool``; the stream is the row of the database.
It is called in a thread, never on the event loop. Without it everyone may who reaches the pages.
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

from waves.conf import function_of, get_config
from waves.models import Stream
from waves.protocol.spec import StreamSpec

logger = logging.getLogger("waves")

#: An answer is used for so long; an open socket asks again as often. So what it is sent rests on
#: an answer that is 5 s old at most.
REMEMBER_SECONDS = 2.5
#: A function that fails is told of again after this.
TELL_SECONDS = 10.0
#: Answers that are remembered; beyond, all are forgotten.
MOST_REMEMBERED = 10_000


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


def everyone() -> bool:
    """Whether nobody has to be asked."""
    return not get_config().may_view


_function = lru_cache(maxsize=1)(function_of)


class Memory:
    """What the host's function answered of late, by viewer and stream."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told_at = -TELL_SECONDS
        self._answers: dict[tuple[str, Hashable, int], tuple[float, bool]] = {}

    def sees(self, viewer: Viewer, handle: int, stream: Stream | None = None) -> bool:
        """Whether a viewer may see a stream, which is read where it is not given.

        Raises DatabaseError. A function that fails lets nobody see, and its log says so.
        """
        path = get_config().may_view
        key = (path, viewer.identity, handle)
        at, answer = self._answers.get(key, (-REMEMBER_SECONDS, False))
        if self._monotonic() - at < REMEMBER_SECONDS:
            return answer
        at = self._monotonic()  # before the function looks at what it decides by
        answer = self._ask(path, viewer, handle, stream)
        if len(self._answers) >= MOST_REMEMBERED:
            self._answers.clear()
        self._answers[key] = (at, answer)
        return answer

    def _ask(self, path: str, viewer: Viewer, handle: int, stream: Stream | None) -> bool:
        stream = stream or Stream.objects.filter(pk=handle).first()
        if stream is None:
            return False
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


_memory = Memory()


def may_view(viewer: Viewer, stream: Stream) -> bool:
    """Whether a viewer may see a stream. Raises DatabaseError; not for the event loop."""
    if viewer.grant is not None:
        return bool(viewer.grant.covers(stream.pk))
    return everyone() or _memory.sees(viewer, stream.pk, stream)


def may_view_handle(viewer: Viewer, handle: int) -> bool:
    """The same of a stream that is known by its handle."""
    if viewer.grant is not None:
        return bool(viewer.grant.covers(handle))
    return everyone() or _memory.sees(viewer, handle)


def seen(viewer: Viewer, specs: Iterable[StreamSpec]) -> list[StreamSpec]:
    """Of some streams those that a viewer may see."""
    return [spec for spec in specs if may_view_handle(viewer, spec.handle)]
