"""The HTTP API, version 1: the streams, and their samples as JSON, CSV or frames."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Mapping
from functools import wraps
from typing import Annotated, Any

from django.core.exceptions import TooManyFieldsSent
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from waves import downloads, specs
from waves.answers import error_answer, json_answer
from waves.directory import find_stream
from waves.exceptions import BusyError, ServiceUnavailableError, UnknownStreamError, WireError
from waves.exports import EXPORTS, Export
from waves.lifespan import services
from waves.streaming.messages import MAX_INDEX, Columns
from waves.streaming.plan import column_stride
from waves.streaming.status import board
from waves.streaming.stream import LiveStream
from waves.threads import in_thread

#: An answer of so few values is made in one piece or two, and takes nobody's place.
SMALL_VALUES = 8192

# Django's stubs know no coroutine views, so their answer is Any.
AsyncView = Callable[..., Any]


def _known_format(name: str) -> str:
    if name not in EXPORTS:
        *others, last = map(repr, EXPORTS)
        expected = f"{', '.join(others)} or {last}"
        raise PydanticCustomError("format", "Input should be {expected}", {"expected": expected})
    return name


class Range(BaseModel):
    """The query of ``samples``: a range of time, or of an epoch's indices, both ends included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begin: Annotated[float | None, Field(alias="from", allow_inf_nan=False)] = None
    to: Annotated[float | None, Field(allow_inf_nan=False)] = None
    epoch: Annotated[int | None, Field(ge=0)] = None
    first: Annotated[int | None, Field(ge=0, le=MAX_INDEX)] = None
    last: Annotated[int | None, Field(ge=0, le=MAX_INDEX)] = None
    columns: Columns | None = None
    format: Annotated[
        str,
        AfterValidator(_known_format),
        Field(json_schema_extra=lambda schema: schema.update(enum=list(EXPORTS))),
    ] = "json"


def _answering(view: AsyncView) -> AsyncView:
    """Errors as JSON, in words, with the status that fits."""

    @wraps(view)
    async def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = await view(request, **kwargs)
            return response
        except UnknownStreamError as error:
            return error_answer(str(error), 404)
        except WireError as error:
            return error_answer(str(error), 400)
        except (BusyError, ServiceUnavailableError) as error:
            return error_answer(str(error), 503)
        except DatabaseError:
            return error_answer("The database cannot be read at this moment.", 503)

    # Nothing is changed here: a POST needs no token to be told that it is none of these.
    return csrf_exempt(require_safe(answer))


@_answering
async def streams(request: HttpRequest) -> HttpResponseBase:
    """Every stream, as the workers describe it, in the admin's order."""
    found = await in_thread(specs.read_streams)()
    summaries = [_summary(spec.handle, spec.slug, spec.name) for spec, _ in found]
    return json_answer({"streams": summaries})


def _summary(handle: int, slug: str, name: str) -> Mapping[str, Any]:
    description = board.description(handle)
    status = board.of(handle)
    known = {"handle": handle, "slug": slug, "name": name}
    said = description or {"state": status.state, "message": status.message}
    summary = {**said, **known, "viewers": status.viewers}
    summary.pop("type", None)
    return summary


@_answering
async def stream(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One stream, with what is kept of it in this process."""
    handle, fallback = await find_stream(slug)
    live = services().hub.streams.get(handle)
    # Its own slug, where it was asked for by a former one.
    known: Mapping[str, Any] = board.description(handle) or fallback or {"slug": slug, "name": slug}
    kept = None
    if live is not None and live.history.started:
        history = live.history
        kept = {"epoch": history.epoch, "first": history.first, "last": history.next - 1}
    return json_answer({**_summary(handle, known["slug"], known["name"]), "kept": kept})


@_answering
async def samples(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Samples, or about ``columns`` columns, of what this process keeps of a stream."""
    wanted = _parse(request)
    handle, _ = await find_stream(slug)
    live = services().hub.streams.get(handle)
    if live is None or live.description is None:
        raise ServiceUnavailableError(
            "This process keeps nothing of the stream yet: open its page, and ask again."
        )
    stride, first, end = _range(live, wanted)
    export = EXPORTS[wanted.format](live.description["signals"], columns=stride > 1)
    _check_size(live, wanted.format, stride, first, end)
    response = await _download(request, live, export, (stride, first, end))
    if export.saved:
        name = f"{slug}-{live.history.epoch}-{first}.{wanted.format}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


async def _download(
    request: HttpRequest, live: LiveStream, export: Export, range_: tuple[int, int, int]
) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=export.content_type)
    stride, first, end = range_
    small = (end - first) // stride * live.history.signals <= SMALL_VALUES
    give_back = None if small else await downloads.places().take()
    body = _Body(_written(live, export, stride, first, end), give_back)
    if isinstance(request, ASGIRequest) and "waves.finally" in request.scope:
        request.scope["waves.finally"](body.close)
    return StreamingHttpResponse(body, content_type=export.content_type)


class _Body:
    """The pieces of a download, and its place, which is given back however the request ends."""

    def __init__(self, pieces: AsyncIterator[bytes], give_back: Callable[[], None] | None) -> None:
        self._pieces = pieces
        self._give_back = give_back

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces

    def close(self) -> None:
        if self._give_back is not None:
            self._give_back()


async def _written(
    live: LiveStream, export: Export, stride: int, first: int, end: int
) -> AsyncIterator[bytes]:
    if head := export.head():
        yield head
    async for piece in downloads.body(live, stride, first, end, export.pieces):
        yield piece
    if tail := export.tail():
        yield tail


def _parse(request: HttpRequest) -> Range:
    try:
        query = request.GET.dict()
    except TooManyFieldsSent:
        fields = ", ".join(info.alias or name for name, info in Range.model_fields.items())
        raise WireError(f"The query has too many fields: it may have {fields}.") from None
    try:
        return Range.model_validate(query)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise WireError(f"{place}: {problem['msg']}") from None


def _range(live: LiveStream, wanted: Range) -> tuple[int, int, int]:
    """Stride, first sample and end of what is kept of the range that is asked for."""
    history = live.history
    first, end = history.first, history.next
    if wanted.epoch is not None and wanted.epoch != history.epoch:
        return 1, 0, 0
    if wanted.begin is not None and history.started:
        first = max(first, history.index_at(wanted.begin))
    if wanted.to is not None and history.started:
        end = min(end, history.index_at(math.nextafter(wanted.to, math.inf)))
    first = max(first, wanted.first or 0)
    end = end if wanted.last is None else min(end, wanted.last + 1)
    if wanted.columns is None or end <= first:
        return 1, first, max(first, end)
    stride = column_stride(end - first, wanted.columns)
    first = max(first // stride * stride, live.first(stride))
    return stride, first, max(first, end // stride * stride)


def _check_size(live: LiveStream, kind: str, stride: int, first: int, end: int) -> None:
    bound = EXPORTS[kind].max_values
    if bound is None:
        return
    if (end - first) // stride * live.history.signals * min(stride, 2) > bound:
        others = " or ".join(name for name, other in EXPORTS.items() if other.max_values is None)
        raise WireError(
            f"format: {kind.upper()} holds at most {bound} values; ask for {others}, for "
            "columns, or for a shorter range."
        )
