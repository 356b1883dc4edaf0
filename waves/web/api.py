"""The HTTP API, version 1: the streams, and their samples as JSON, CSV or frames."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from functools import wraps
from typing import Annotated, Any

from django.contrib.auth.decorators import login_not_required
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from waves.access import Viewer
from waves.database.readiness import SILENT, problem_of
from waves.dsp.explanation import first_problem
from waves.exceptions import (
    AccessError,
    BusyError,
    ServiceUnavailableError,
    UnknownStreamError,
    WireError,
)
from waves.exports import EXPORTS, Export
from waves.hub.kept import Kept
from waves.hub.ranges import Range, kept_range
from waves.hub.status import board
from waves.protocol.description import Description
from waves.protocol.messages import MAX_INDEX, Columns
from waves.server.lifespan import serving
from waves.web import downloads
from waves.web.answers import MOMENTARY, View, error_answer, in_any_project, json_answer
from waves.web.lookup import every_stream, find_stream
from waves.web.visitors import reader_of

#: An answer of so few values is made in one piece or two, and takes nobody's place.
SMALL_VALUES = 8192


def _known_format(name: str) -> str:
    if name not in EXPORTS:
        *others, last = map(repr, EXPORTS)
        expected = f"{', '.join(others)} or {last}"
        raise PydanticCustomError("format", "Input should be {expected}", {"expected": expected})
    return name


class SamplesQuery(BaseModel):
    """The query of ``samples``: a range of time, or of an epoch's indices, both ends included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begin: Annotated[
        float | None,
        Field(alias="from", allow_inf_nan=False, description="Not before these unix seconds."),
    ] = None
    to: Annotated[
        float | None, Field(allow_inf_nan=False, description="Not after these unix seconds.")
    ] = None
    epoch: Annotated[int | None, Field(ge=0, description="Only this epoch.")] = None
    first: Annotated[
        int | None, Field(ge=0, le=MAX_INDEX, description="The first sample, by its index.")
    ] = None
    last: Annotated[
        int | None, Field(ge=0, le=MAX_INDEX, description="The last sample, by its index.")
    ] = None
    columns: Annotated[
        Columns | None,
        Field(description="About so many columns, least and greatest of each, not samples."),
    ] = None
    format: Annotated[
        str,
        AfterValidator(_known_format),
        Field(
            description="waves is the frames of docs/protocol.md, one after the other.",
            json_schema_extra=lambda schema: schema.update(enum=list(EXPORTS)),
        ),
    ] = "json"


def _answering(view: View) -> View:
    """A view for a viewer: errors are JSON, in words, with the status that fits."""

    @wraps(view)
    async def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            viewer = await reader_of(request, view, **kwargs)
            if not isinstance(viewer, Viewer):
                return viewer
            response: HttpResponseBase = await view(request, viewer, **kwargs)
        except AccessError as error:
            return error_answer(str(error), error.status)
        except UnknownStreamError as error:
            return error_answer(str(error), 404)
        except WireError as error:
            return error_answer(str(error), 400)
        except (BusyError, ServiceUnavailableError) as error:
            return error_answer(str(error), 503)
        except DatabaseError as error:
            return error_answer(problem_of(error) or SILENT, 503)
        response.headers.setdefault("Cache-Control", MOMENTARY)
        return response

    # Nothing is changed here: a POST needs no token to be told that it is none of these. A key
    # stands for a login, which is asked for above.
    return login_not_required(in_any_project(csrf_exempt(require_safe(answer))))


@_answering
async def streams(request: HttpRequest, viewer: Viewer) -> HttpResponseBase:
    """Every stream, as the workers describe it, in the admin's order."""
    found = await every_stream(viewer)
    summaries = [_summary(spec.handle, spec.slug, spec.name) for spec in found]
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
async def stream(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """One stream, with what is kept of it in this process."""
    handle, fallback = await find_stream(slug, viewer)
    live = serving().hub.streams.get(handle)
    # Its own slug, where it was asked for by a former one.
    known: Mapping[str, Any] = board.description(handle) or fallback or {"slug": slug, "name": slug}
    kept = None
    if live is not None and live.kept.history.started:
        history = live.kept.history
        kept = {"epoch": history.epoch, "first": history.first, "last": history.next - 1}
    return json_answer({**_summary(handle, known["slug"], known["name"]), "kept": kept})


@_answering
async def samples(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Samples, or about ``columns`` columns, of what this process keeps of a stream."""
    wanted = _parse(request)
    handle, fallback = await find_stream(slug, viewer)
    kept, description = _kept(handle, fallback)
    range_ = _range(kept, wanted)
    export = EXPORTS[wanted.format](description["signals"], columns=range_.stride > 1)
    _check_size(kept, wanted.format, range_)
    if kept.history.started:
        export.t0, export.dt = kept.history.t0(range_.first), kept.history.dt * range_.stride
    response = await _download(request, kept, export, range_)
    if export.saved:
        name = f"{slug}-{kept.history.epoch}-{range_.first}.{export.ending or wanted.format}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _kept(handle: int, fallback: Description | None) -> tuple[Kept, Description]:
    """What is kept of a stream, with its description; nothing of one that never had a sample.

    Raises ServiceUnavailableError where there may be samples that this process does not keep.
    """
    live = serving().hub.streams.get(handle)
    if live is not None and live.kept.description is not None:
        return live.kept, live.kept.description
    told: Any = board.description(handle) or fallback
    if told is None or "signals" not in told or told["epoch"]:
        raise ServiceUnavailableError(
            "This process keeps nothing of the stream yet: open its page, and ask again."
        )
    kept = Kept(handle)
    kept.description = told
    return kept, told


async def _download(
    request: HttpRequest, kept: Kept, export: Export, range_: Range
) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=export.content_type)
    small = range_.columns * kept.history.signals <= SMALL_VALUES
    give_back = None if small else await downloads.places().take()
    body = _Body(_written(kept, export, range_), give_back)
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


async def _written(kept: Kept, export: Export, range_: Range) -> AsyncIterator[bytes]:
    if head := export.head():
        yield head
    async for piece in downloads.body(kept, range_, export.pieces):
        yield piece
    if tail := export.tail():
        yield tail


def _parse(request: HttpRequest) -> SamplesQuery:
    try:
        return SamplesQuery.model_validate(request.GET.dict())
    except ValidationError as error:
        raise WireError(first_problem(error)) from None


def _range(kept: Kept, wanted: SamplesQuery) -> Range:
    """What is kept of the range that is asked for."""
    history = kept.history
    first, end = history.first, history.next
    if wanted.epoch is not None and wanted.epoch != history.epoch:
        return Range(history.epoch, 1, 0, 0)
    if history.started:
        first, end = history.labelled(wanted.begin, wanted.to)
    first = max(first, wanted.first or 0)
    end = end if wanted.last is None else min(end, wanted.last + 1)
    return kept_range(kept, first, end, wanted.columns, partial=True)


def _check_size(kept: Kept, kind: str, range_: Range) -> None:
    bound = EXPORTS[kind].max_values
    if bound is None:
        return
    if range_.values * kept.history.signals > bound:
        others = " or ".join(name for name, other in EXPORTS.items() if other.max_values is None)
        raise WireError(
            f"format: {kind.upper()} holds at most {bound} values; ask for {others}, for "
            "columns, or for a shorter range."
        )
