"""The next or the former crossing of a level: searched in what is recorded, and in memory.

The answer is a text of lines, each JSON: while it is searched where that is, and at last what was
found. Who closes the request ends the search.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from functools import partial
from typing import Annotated, Any, Literal
from weakref import WeakKeyDictionary

import orjson
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from pydantic import BaseModel, ConfigDict, Field

from waves.access import Viewer
from waves.bucket import Bucket
from waves.dsp.trigger import TriggerSettings
from waves.exceptions import AllowanceError, BusyError, ServiceUnavailableError, WireError
from waves.hub.composing import is_recorded
from waves.hub.kept import Kept
from waves.recording.framing import nanoseconds, seconds
from waves.recording.searching import Found, Sought, search
from waves.server import pasts
from waves.web.answers import RETRY_SECONDS, error_answer
from waves.web.asking import answering, memory_of, parsed
from waves.web.callers import by_request, by_viewer, callers
from waves.web.inmemory import InMemory
from waves.web.lookup import find_stream, look_up

#: Searches of a process at once: each reads the database all the time.
MOST = 4
#: Who looks anew closes the former request first; it takes a moment until that has ended.
CLOSING_SECONDS = 2.0
#: Lines that say how far it is, a second: a bar that moves needs no more.
PROGRESS_SECONDS = 0.25
#: A step goes on for so long: then others have their turn.
STEP_SECONDS = 0.02
#: The part of a core that all searches of memory may take of the event loop, and seconds of it
#: that may be saved up.
SHARE, MOST_SAVED = 0.25, 0.005
#: Later and earlier than anything: 64 bits of nanoseconds end in 2262.
FAR = 9e9

SEARCHES = (
    "You search already, or somebody else at your address does: stop that search, or ask again in "
    "a moment."
)


class CrossingQuery(BaseModel):
    """The query of ``crossing``: where the search begins, in which direction, and for what."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begin: Annotated[
        float,
        Field(alias="from", allow_inf_nan=False, description="Unix seconds where it begins."),
    ]
    direction: Annotated[
        Literal["next", "previous"], Field(description="Later ones, or earlier ones.")
    ] = "next"
    signal: Annotated[str, Field(min_length=1, max_length=200, description="Key of the signal.")]
    kind: Annotated[Literal["edge"], Field(description="Edges only, so far.")] = "edge"
    slope: Annotated[
        Literal["rising", "falling", "either"], Field(description="Which edges count.")
    ] = "rising"
    level: Annotated[
        float, Field(allow_inf_nan=False, description="What is crossed, in the signal's unit.")
    ] = 0.0
    hysteresis: Annotated[
        float | None,
        Field(
            ge=0,
            allow_inf_nan=False,
            description="How far it was on the other side before; as its noise asks for where left "
            "out.",
        ),
    ] = None
    within: Annotated[
        float | None,
        Field(gt=0, allow_inf_nan=False, description="Seconds that are searched at most."),
    ] = None

    @property
    def trigger(self) -> TriggerSettings:
        """What is looked for, as a trigger."""
        return TriggerSettings(
            kind="edge",
            signal=self.signal,
            slope=self.slope,
            level=self.level,
            hysteresis=self.hysteresis,
        )

    @property
    def end(self) -> float:
        """Unix seconds where the search ends."""
        sign = 1.0 if self.direction == "next" else -1.0
        if self.within is None:
            return sign * FAR
        return min(FAR, max(-FAR, self.begin + sign * self.within))


class Searches:
    """Who searches now: each caller once, and so many in all."""

    def __init__(self) -> None:
        self._underway: dict[Hashable, asyncio.Event] = {}
        #: Seconds of the event loop that they may take, all together.
        self.share = Bucket(SHARE, MOST_SAVED)

    async def begin(self, caller: Hashable) -> Callable[[], None]:
        """Begin a search; returns what ends it. Raises AllowanceError, or BusyError."""
        former = self._underway.get(caller)
        if former is not None:
            try:
                async with asyncio.timeout(CLOSING_SECONDS):
                    await former.wait()
            except TimeoutError:
                former = self._underway.get(caller)
        if caller in self._underway:
            raise AllowanceError(SEARCHES, seconds=RETRY_SECONDS)
        if len(self._underway) >= MOST:
            raise BusyError(f"This process searches {MOST} streams at once: ask again in a moment.")
        ended = self._underway[caller] = asyncio.Event()

        def end() -> None:
            if self._underway.get(caller) is ended:
                del self._underway[caller]
            ended.set()

        return end


_searches: WeakKeyDictionary[asyncio.AbstractEventLoop, Searches] = WeakKeyDictionary()


@answering
async def crossing(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """The crossing that is next to a moment, with lines about how far the search is."""
    asked = parsed(CrossingQuery, request)
    handle, fallback = await find_stream(slug, viewer)
    kept, told = memory_of(handle, fallback)
    if told is not None and not is_recorded(told) and _row_of(kept, asked.signal) is None:
        raise WireError(f"signal: the stream has no signal {asked.signal!r}.")
    if request.method == "HEAD":
        return HttpResponse(content_type="application/x-ndjson")
    searches = _searches.setdefault(asyncio.get_running_loop(), Searches())
    try:
        caller = await _caller(request, viewer)
        end = await searches.begin(caller)
    except AllowanceError as error:
        refused = error_answer(str(error), 429)
        refused["Retry-After"] = str(error.seconds)
        return refused
    if isinstance(request, ASGIRequest) and "waves.finally" in request.scope:
        request.scope["waves.finally"](end)
    reader = pasts.Reader(callers.caller(caller).account) if is_recorded(told) else None
    search = _search(handle, kept, asked, searches.share, reader)
    lines = _lines(search, end)
    return StreamingHttpResponse(lines, content_type="application/x-ndjson")


async def _caller(request: HttpRequest, viewer: Viewer) -> str:
    """Who is counted for a search: by the key or the user, and anybody else by the address.

    The database is read only for who may be signed in, and where it is silent the address counts.
    """
    known = ""
    if viewer.grant is not None or settings.SESSION_COOKIE_NAME in request.COOKIES:
        with contextlib.suppress(ServiceUnavailableError):
            known = await look_up(partial(by_viewer, viewer))
    return known or by_request(request)


async def _lines(
    search: AsyncIterator[int | Found], end: Callable[[], None]
) -> AsyncIterator[bytes]:
    told_at = time.monotonic() - PROGRESS_SECONDS
    found: Found | None = None
    said: dict[str, Any] = {}
    try:
        async for each in search:
            if isinstance(each, Found):
                found = each
                break
            if time.monotonic() - told_at >= PROGRESS_SECONDS:
                told_at = time.monotonic()
                yield _line({"at": seconds(each)})
    except ServiceUnavailableError as error:
        said["problem"] = str(error)
    finally:
        end()
    yield _line({"found": None if found is None else _told(found), **said})


def _line(message: dict[str, Any]) -> bytes:
    return orjson.dumps(message) + b"\n"


def _told(found: Found) -> dict[str, Any]:
    return {"epoch": found.epoch, "sample": found.sample, "time": seconds(found.time)}


async def _search(
    handle: int,
    kept: Kept | None,
    asked: CrossingQuery,
    share: Bucket,
    reader: pasts.Reader | None,
) -> AsyncIterator[int | Found]:
    """Where it looks, in nanoseconds, and what it found: in the order of the direction."""
    parts: list[AsyncIterator[int | Found]] = []
    if reader is not None:
        parts.append(_in_recording(handle, asked, reader))
    if kept is not None and kept.history.started:
        parts.append(_in_memory(kept, asked, share))
    for part in parts if asked.direction == "next" else reversed(parts):
        async for each in part:
            yield each
            if isinstance(each, Found):
                return


async def _in_recording(
    handle: int, asked: CrossingQuery, reader: pasts.Reader
) -> AsyncIterator[int | Found]:
    past = await reader.step(partial(pasts.find, handle))
    sought = Sought(asked.trigger, nanoseconds(asked.begin), nanoseconds(asked.end))
    searching = search(past, sought)
    while some := await reader.step(partial(_steps, searching)):
        for each in some:
            yield each


def _steps(searching: Iterator[int | Found]) -> list[int | Found]:
    """Some steps of a search: the last time at which it looked, or what it found."""
    until = time.monotonic() + STEP_SECONDS
    last: list[int | Found] = []
    for each in searching:
        last = [each]
        if isinstance(each, Found) or time.monotonic() >= until:
            break
    return last


def _row_of(kept: Kept | None, signal: str) -> int | None:
    told = kept.description if kept is not None else None
    keys = [each["key"] for each in told["signals"]] if told is not None else []
    return keys.index(signal) if signal in keys else None


async def _in_memory(kept: Kept, asked: CrossingQuery, share: Bucket) -> AsyncIterator[int | Found]:
    """Look on in memory: a step a turn of the event loop, and within the share of all searches."""
    row = _row_of(kept, asked.signal)
    if row is None:
        return
    epoch, forward = kept.history.epoch, asked.direction == "next"
    steps = InMemory(kept, row, asked.trigger, asked.begin, asked.end, forward=forward).steps()
    while kept.history.epoch == epoch:
        began = time.thread_time()
        each = next(steps, None)
        share.take(time.thread_time() - began)
        if each is None:
            return
        yield each
        await asyncio.sleep(share.owes)
