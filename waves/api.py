"""The HTTP API, version 1: the streams, and their samples as JSON, CSV or frames."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping
from functools import wraps
from typing import Annotated, Any, Literal

import orjson
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waves import csvtext, specs
from waves.directory import find_stream
from waves.exceptions import ServiceUnavailableError, UnknownStreamError, WireError
from waves.lifespan import services
from waves.streaming import wire
from waves.streaming.messages import MAX_INDEX, Columns
from waves.streaming.plan import Piece, column_stride
from waves.streaming.status import board
from waves.streaming.stream import LiveStream

#: Rows of CSV, or columns of a frame, that are made at a time: the event loop waits meanwhile.
CHUNK = 8192
#: A JSON answer is made whole, so it is bounded; the other formats are streamed.
MAX_JSON_VALUES = 1_000_000

# Django's stubs know no coroutine views, so their answer is Any.
AsyncView = Callable[..., Any]


class Range(BaseModel):
    """The query of ``samples``: a range of time, or of an epoch's indices, both ends included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begin: Annotated[float | None, Field(alias="from", allow_inf_nan=False)] = None
    to: Annotated[float | None, Field(allow_inf_nan=False)] = None
    epoch: Annotated[int | None, Field(ge=0)] = None
    first: Annotated[int | None, Field(ge=0, le=MAX_INDEX)] = None
    last: Annotated[int | None, Field(ge=0, le=MAX_INDEX)] = None
    columns: Columns | None = None
    format: Literal["json", "csv", "waves"] = "json"


def _answering(view: AsyncView) -> AsyncView:
    """Errors as JSON, in words, with the status that fits."""

    @wraps(view)
    async def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = await view(request, **kwargs)
            return response
        except UnknownStreamError as error:
            return _json({"error": str(error)}, 404)
        except WireError as error:
            return _json({"error": str(error)}, 400)
        except ServiceUnavailableError as error:
            return _json({"error": str(error)}, 503)

    return require_safe(answer)


def _json(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(value), content_type="application/json", status=status)


@_answering
async def streams(request: HttpRequest) -> HttpResponseBase:
    """Every stream, as the workers describe it, in the admin's order."""
    found = await sync_to_async(specs.read_streams)()
    return _json({"streams": [_summary(spec.handle, spec.slug, spec.name) for spec, _ in found]})


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
    return _json({**_summary(handle, known["slug"], known["name"]), "kept": kept})


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
    if wanted.format == "json":
        return _json_samples(live, stride, first, end)
    body = (
        _csv(live, stride, first, end)
        if wanted.format == "csv"
        else _frames(live, stride, first, end)
    )
    types = {"csv": "text/csv; charset=utf-8", "waves": "application/octet-stream"}
    response = StreamingHttpResponse(body, content_type=types[wanted.format])
    name = f"{slug}-{live.history.epoch}-{first}.{wanted.format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _parse(request: HttpRequest) -> Range:
    try:
        return Range.model_validate(request.GET.dict())
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


def _pieces(live: LiveStream, stride: int, first: int, end: int) -> list[tuple[int, int]]:
    """The unbroken runs of a range, in chunks."""
    chunks = []
    while first < end:
        begin, last = live.run(stride, first, end)
        if begin >= end:
            break
        first = min(last, begin + CHUNK * stride)
        chunks.append((begin, first))
    return chunks


def _json_samples(live: LiveStream, stride: int, first: int, end: int) -> HttpResponse:
    history = live.history
    if (end - first) // stride * history.signals * min(stride, 2) > MAX_JSON_VALUES:
        raise WireError(
            f"format: JSON holds at most {MAX_JSON_VALUES} values; ask for csv or waves, for "
            "columns, or for a shorter range."
        )
    frames = [_frame(live, stride, *piece) for piece in _pieces(live, stride, first, end)]
    return HttpResponse(wire.to_json(frames), content_type="application/json")


def _frame(live: LiveStream, stride: int, first: int, last: int) -> wire.Frame:
    piece = Piece(live, live.history.epoch, stride, first, last, wire.ANSWER)
    return live.frame(piece)


async def _chunks(live: LiveStream, stride: int, first: int, end: int) -> AsyncIterator[wire.Frame]:
    """Frame after frame, as long as their epoch is kept; what was overwritten is left out."""
    epoch = live.history.epoch
    for begin, last in _pieces(live, stride, first, end):
        begin = max(begin, live.first(stride))
        if live.history.epoch != epoch:
            return
        if begin < last:
            yield _frame(live, stride, begin, last)
        await asyncio.sleep(0)


async def _csv(live: LiveStream, stride: int, first: int, end: int) -> AsyncIterator[bytes]:
    assert live.description is not None  # noqa: S101 (samples() has looked)
    yield csvtext.heading(live.description["signals"], columns=stride > 1)
    async for frame in _chunks(live, stride, first, end):
        yield await asyncio.to_thread(csvtext.rows, frame)


async def _frames(live: LiveStream, stride: int, first: int, end: int) -> AsyncIterator[bytes]:
    async for frame in _chunks(live, stride, first, end):
        yield wire.encode(frame)
