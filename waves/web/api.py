"""The HTTP API, version 1: the streams, and their samples as JSON, CSV or frames."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from waves.access import Viewer
from waves.exceptions import (
    ServiceUnavailableError,
)
from waves.exports import EXPORTS, Epoch, Export
from waves.hub.kept import Kept
from waves.hub.ranges import Range
from waves.hub.status import board
from waves.protocol.description import Description
from waves.protocol.messages import MAX_INDEX, Columns
from waves.server.lifespan import serving
from waves.web import downloads, onepast
from waves.web.answers import json_answer
from waves.web.asking import answering, known_format, memory_of, parsed
from waves.web.callers import Caller, callers
from waves.web.lookup import every_stream, find_stream
from waves.web.onepast import Wanted
from waves.web.pastanswer import PastAnswer
from waves.web.streaming import check_values, place_for, streamed, with_problem


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
        AfterValidator(known_format(EXPORTS)),
        Field(
            description="waves is the frames of docs/protocol.md, one after the other.",
            json_schema_extra=lambda schema: schema.update(enum=list(EXPORTS)),
        ),
    ] = "json"


@answering
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


@answering
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


@answering
async def samples(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """Samples, or about ``columns`` columns, of what is kept of a stream: of memory, and beyond
    that of what is recorded."""
    asked = parsed(SamplesQuery, request)
    handle, fallback = await find_stream(slug, viewer)
    problem = ""
    kept, told = memory_of(handle, fallback)
    wanted, caller = _wanted(asked, kept), callers.of_request(request, viewer)
    if told is not None and onepast.reaches(kept, told, wanted):
        try:
            answer = PastAnswer(request, handle, slug, kept, told, asked.format, caller)
            return await answer.response(wanted)
        except ServiceUnavailableError as error:
            if kept is None or not kept.history.started:
                raise
            problem = str(error)
    response = await _of_memory(request, slug, _kept(handle, fallback), asked, caller)
    return with_problem(response, problem)


async def _of_memory(
    request: HttpRequest,
    slug: str,
    found: tuple[Kept, Description],
    asked: SamplesQuery,
    caller: Caller,
) -> HttpResponseBase:
    """What this process keeps in memory."""
    kept, description = found
    range_ = onepast.memory_range(kept, _wanted(asked, kept))
    export = EXPORTS[asked.format](description["signals"], columns=range_.stride > 1)
    _check_size(kept, asked.format, range_)
    if kept.history.started:
        export.t0, export.dt = kept.history.t0(range_.first), kept.history.dt * range_.stride
    give_back = await place_for(request, range_.columns * kept.history.signals, caller)
    parts = _written(kept, description, export, range_)
    name = f"{slug}-{kept.history.epoch}-{range_.first}"
    return streamed(request, export, asked.format, parts, name, give_back)


async def _written(
    kept: Kept, description: Description, export: Export, range_: Range
) -> AsyncIterator[bytes]:
    if head := export.head():
        yield head
    if begun := export.begin(_epoch(kept, description, range_)):
        yield begun
    async for piece in downloads.body(kept, range_, export.pieces):
        yield piece
    if tail := export.tail():
        yield tail


def _epoch(kept: Kept, description: Description, range_: Range) -> Epoch:
    """The epoch that memory has, as an export is told of it."""
    return Epoch(
        kept.history.epoch,
        kept.history.t0(range_.first) if kept.history.started else 0.0,
        description["rate"],
        description["clock"],
        description["sample_type"],
        tuple(description["signals"]),
    )


def _wanted(asked: SamplesQuery, kept: Kept | None) -> Wanted:
    """The range that is asked for; an index without an epoch is one of what memory has."""
    epoch = asked.epoch
    by_index = asked.first is not None or asked.last is not None
    if epoch is None and by_index and kept is not None and kept.history.started:
        epoch = kept.history.epoch
    end = MAX_INDEX + 1 if asked.last is None else asked.last + 1
    return Wanted(asked.begin, asked.to, epoch, asked.first or 0, end, asked.columns)


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


def _check_size(kept: Kept, kind: str, range_: Range) -> None:
    check_values(kind, range_.values * kept.history.signals)
