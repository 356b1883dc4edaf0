"""What is recorded of a stream as one file, made while it is read: of any length, in little memory.

An export may take hours, so it has a thread of its own, which rests as that of the downloads does,
and no place of theirs. To stop one is to close the request.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, TypeVar

from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from waves import specs
from waves.access import Viewer
from waves.exceptions import BusyError, ConfigurationError, UnknownStreamError, WireError
from waves.exports.files import FILES, FileExport
from waves.protocol.spec import StreamSpec
from waves.recording.past import past_of
from waves.recording.writing import nanoseconds
from waves.transfer.outgoing import NothingRecordedError, Outgoing
from waves.web.asking import answering, known_format, parsed
from waves.web.callers import callers
from waves.web.downloads import REST
from waves.web.lookup import find_stream, look_up

logger = logging.getLogger("waves")
T = TypeVar("T")

#: Exports of a process at once: they take turns in one thread.
MOST_OPEN = 2
#: What a format may put aside on the server's disk before the first byte is sent, and how long
#: nothing comes then: a minute or so.
MOST_PUT_ASIDE = 1024 * 1024 * 1024
#: An answer goes out in pieces of at least so many bytes: each is a turn of the event loop.
LEAST = 64 * 1024
#: So long a step takes, about: who waits for Python meanwhile is a viewer.
STEP_SECONDS = 0.002
#: Unix seconds whose nanoseconds fit 64 bits.
MOST_SECONDS = 9.2e9

#: The numbers of samples of each signal that come, about: gaps count as samples.
SAMPLES = "Waves-Samples"
#: In words: what the format cannot hold of this recording.
LEFT_OUT = "Waves-Left-Out"

_maker = ThreadPoolExecutor(1, thread_name_prefix="waves export")
_open: set[str] = set()


class ExportQuery(BaseModel):
    """The query of ``export``: a format, and a range of time whose ends are included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    format: Annotated[
        str,
        AfterValidator(known_format(FILES)),
        Field(
            description="docs/recording.md says what each holds.",
            json_schema_extra=lambda schema: schema.update(enum=list(FILES)),
        ),
    ] = "csv"
    begin: Annotated[
        float | None,
        Field(
            alias="from",
            ge=-MOST_SECONDS,
            le=MOST_SECONDS,
            allow_inf_nan=False,
            description="Not before these unix seconds.",
        ),
    ] = None
    to: Annotated[
        float | None,
        Field(
            ge=-MOST_SECONDS,
            le=MOST_SECONDS,
            allow_inf_nan=False,
            description="Not after these unix seconds.",
        ),
    ] = None


@answering
async def export(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """A part of a recording, or all of it, as a file."""
    wanted = parsed(ExportQuery, request)
    await find_stream(slug, viewer)
    spec, _ = await look_up(partial(specs.find_stream, slug))
    place = _take_place(callers.of_request(request, viewer).name)
    try:
        outgoing, made = await _in_maker(partial(_opened, spec, wanted))
        response = _answer(request, outgoing, made, partial(_open.discard, place))
    except BaseException as error:
        _open.discard(place)
        if isinstance(error, NothingRecordedError):
            raise UnknownStreamError(str(error)) from None
        if isinstance(error, ConfigurationError):
            raise WireError(str(error)) from None
        raise
    begin = datetime.fromtimestamp(outgoing.contents.stretches[0].begin / 1e9, UTC)
    name = f"{spec.slug}-{begin:%Y%m%dT%H%M%SZ}.{wanted.format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response[SAMPLES] = str(outgoing.contents.n)
    if said := " ".join(made.left_out()):
        response[LEFT_OUT] = said.encode("ascii", "replace").decode()
    return response


def _take_place(name: str) -> str:
    """The place of a caller: one has one of them, so that it is another's, too."""
    if len(_open) >= MOST_OPEN or name in _open:
        raise BusyError(
            f"This process makes {MOST_OPEN} exports at once, one of them for you: ask again later."
        )
    _open.add(name)
    return name


def _opened(spec: StreamSpec, wanted: ExportQuery) -> tuple[Outgoing, FileExport]:
    """What is exported, and how. Raises ConfigurationError."""
    begin = None if wanted.begin is None else nanoseconds(wanted.begin)
    end = None if wanted.to is None else nanoseconds(wanted.to)
    outgoing = Outgoing(past_of(spec.uuid), spec.name, spec.slug, begin, end)
    made = outgoing.export(wanted.format)
    if made.is_put_aside and outgoing.contents.bytes > MOST_PUT_ASIDE:
        made.close()
        raise ConfigurationError(
            f"format: {wanted.format.upper()} of more than {MOST_PUT_ASIDE // 2**30} GiB is made "
            "by manage.py exportstream only; ask for parquet, or for a shorter range."
        )
    return outgoing, made


def _answer(
    request: HttpRequest, outgoing: Outgoing, made: FileExport, give_back: Callable[[], None]
) -> HttpResponseBase:
    if request.method == "HEAD":
        made.close()
        give_back()
        return HttpResponse(content_type=made.content_type)
    body = _Body(outgoing, made, give_back)
    if isinstance(request, ASGIRequest) and "waves.finally" in request.scope:
        request.scope["waves.finally"](body.close)
    return StreamingHttpResponse(body, content_type=made.content_type)


class _Body:
    """The pieces of a file. What it has open is closed however the request ends."""

    def __init__(self, outgoing: Outgoing, made: FileExport, give_back: Callable[[], None]) -> None:
        self._outgoing, self._made = outgoing, made
        self._steps = outgoing.written(made)
        self._give_back = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while (part := await _in_maker(partial(_joined, self._steps))) is not None:
                if part:
                    yield part
            for sentence in self._outgoing.damage():
                logger.warning("Export of %s: %s", self._outgoing.contents.slug, sentence)
        finally:
            self.close()

    def close(self) -> None:
        """Close it in its thread, after the step that may be under way."""
        self._give_back()
        _maker.submit(_closed, self._steps, self._made)


def _joined(steps: Iterator[bytes]) -> bytes | None:
    """Some of the file; some milliseconds' work, which may be none, None at its end."""
    found: list[bytes] = []
    size, until = 0, time.monotonic() + STEP_SECONDS
    for part in steps:
        found.append(part)
        size += len(part)
        if size >= LEAST or time.monotonic() > until:
            return b"".join(found)
    return b"".join(found) or None


def _closed(steps: Iterator[bytes], made: FileExport) -> None:
    getattr(steps, "close", lambda: None)()
    made.close()


async def _in_maker(make: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_maker, _rested, make)


def _rested(make: Callable[[], T]) -> T:
    """One step, with a connection of the database, and a rest after it."""
    close_old_connections()
    started = time.thread_time()
    try:
        return make()
    finally:
        close_old_connections()
        time.sleep(REST * (time.thread_time() - started))
