"""The epochs of a stream, as they are recorded and as memory has the newest: time to position.

Within a stretch of an epoch times never go back, so that a time and an epoch's stretch are a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import BaseModel, ConfigDict, Field

from waves.access import Viewer
from waves.exceptions import ServiceUnavailableError
from waves.history.history import SET_BACK
from waves.hub.composing import is_recorded
from waves.hub.kept import Kept
from waves.protocol.description import Description
from waves.recording.framing import nanoseconds, seconds
from waves.recording.past import Past, Span
from waves.server import pasts
from waves.web.answers import json_answer
from waves.web.asking import answering, memory_of, parsed
from waves.web.callers import callers
from waves.web.lookup import find_stream
from waves.web.streaming import with_problem

MOST = 1000
#: Epochs whose descriptions one step reads.
DESCRIBED = 50

Row = dict[str, Any]


class EpochsQuery(BaseModel):
    """The query of ``epochs``: those that reach into a range of time, both ends included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begin: Annotated[
        float | None,
        Field(alias="from", allow_inf_nan=False, description="Not over before these unix seconds."),
    ] = None
    to: Annotated[
        float | None,
        Field(allow_inf_nan=False, description="Not begun after these unix seconds."),
    ] = None
    most: Annotated[
        int, Field(ge=1, le=MOST, description="At most so many stretches, from the oldest on.")
    ] = MOST


@answering
async def epochs(request: HttpRequest, viewer: Viewer, slug: str) -> HttpResponseBase:
    """The epochs of a stream, oldest first."""
    asked = parsed(EpochsQuery, request)
    handle, fallback = await find_stream(slug, viewer)
    kept, told = memory_of(handle, fallback)
    found, problem = Found(), ""
    if is_recorded(told):
        try:
            found = await _recorded(
                handle, asked, pasts.Reader(callers.of_request(request, viewer).account)
            )
        except ServiceUnavailableError as error:
            if kept is None or not kept.history.started:
                raise
            problem = str(error)
    if kept is not None and kept.history.started and not found.more:
        _add_memory(found, kept, asked)
    answer = {"recorded_since": found.since, "epochs": found.rows, "more": found.more}
    return with_problem(json_answer(answer), problem)


class Found:
    """Epochs of an answer; ``more`` begin later than those."""

    def __init__(self) -> None:
        self.since: float | None = None
        self.rows: list[Row] = []
        self.more = False


async def _recorded(handle: int, asked: EpochsQuery, reader: pasts.Reader) -> Found:
    found = Found()
    past = await reader.step(partial(pasts.find, handle))
    bounds = await reader.step(past.bounds)
    if bounds is None:
        return found
    found.since = seconds(bounds[0])
    begin = None if asked.begin is None else nanoseconds(asked.begin)
    end = None if asked.to is None else nanoseconds(asked.to)
    spans = await reader.step(partial(past.spans, begin, end, asked.most + 1))
    found.more = len(spans) > asked.most
    grouped = _grouped(spans[: asked.most])
    for first in range(0, len(grouped), DESCRIBED):
        some = grouped[first : first + DESCRIBED]
        found.rows += await reader.step(partial(_described, past, some))
    return found


def _grouped(spans: Sequence[Span]) -> list[list[Span]]:
    """Stretches by epoch, in the order in which the epochs began."""
    groups: dict[int, list[Span]] = {}
    for span in spans:
        groups.setdefault(span.epoch, []).append(span)
    return list(groups.values())


def _described(past: Past, groups: Sequence[list[Span]]) -> list[Row]:
    ends = {spans[0].epoch: max(span.next for span in spans) - 1 for spans in groups}
    told = past.descriptions(ends)
    return [_row(spans, _signals_of(told.get(spans[0].epoch))) for spans in groups]


def _signals_of(told: Description | None) -> list[dict[str, Any]]:
    return told["signals"] if told is not None else []


def _row(spans: list[Span], signals: list[dict[str, Any]]) -> Row:
    ordered = sorted(spans, key=lambda span: span.first)
    first = ordered[0]
    stretches = [
        _stretch(span.first, span.next - 1, seconds(span.begin), seconds(span.end))
        for span in ordered
    ]
    return {
        "epoch": first.epoch,
        **_ends(stretches),
        "rate": first.rate,
        "clock": first.clock,
        "sample_type": first.sample_type,
        "signals": signals,
        "why": first.why,
        "stretches": stretches,
    }


def _stretch(first: int, last: int, begin: float, end: float) -> Row:
    return {"first": first, "last": last, "from": begin, "to": end}


def _add_memory(found: Found, kept: Kept, asked: EpochsQuery) -> None:
    """The newest samples of the newest epoch are in memory, and may not be recorded yet."""
    history = kept.history
    row = next((row for row in found.rows if row["epoch"] == history.epoch), None)
    own = [
        _stretch(first, end - 1, history.t0(first), history.t0(end - 1))
        for first, end in history.stretches()
    ]
    if row is not None:
        _go_on(row, own, asked)
        return
    own = [stretch for stretch in own if _reaches(stretch, asked)]
    told: Mapping[str, Any] | None = kept.description
    if told is None or not own:
        return
    facts = {key: told[key] for key in ("rate", "clock", "sample_type", "signals")}
    found.rows.append({"epoch": history.epoch, **_ends(own), **facts, "why": "", "stretches": own})
    found.rows.sort(key=lambda row: float(row["from"]))


def _go_on(row: Row, own: Sequence[Row], asked: EpochsQuery) -> None:
    """An epoch's recorded stretches go on as memory has them."""
    stretches = row["stretches"]
    for stretch in own:
        newest = stretches[-1]
        if stretch["last"] <= newest["last"]:
            continue
        if _is_same(newest, stretch):
            newest.update(last=stretch["last"], to=stretch["to"])
        elif _reaches(stretch, asked):
            stretches.append(stretch)
    row.update(_ends(stretches))


def _is_same(recorded: Row, kept: Row) -> bool:
    """Whether a stretch in memory is the recorded one, or follows it without a step back."""
    if kept["first"] <= recorded["last"]:
        return True
    goes_on: bool = kept["from"] >= recorded["to"] - SET_BACK
    return goes_on and kept["first"] == recorded["last"] + 1


def _reaches(stretch: Row, asked: EpochsQuery) -> bool:
    is_late = asked.to is not None and stretch["from"] > asked.to
    is_early = asked.begin is not None and stretch["to"] < asked.begin
    return not (is_late or is_early)


def _ends(stretches: Sequence[Row]) -> Row:
    """First and last sample of stretches in their order, earliest and latest time."""
    return {
        "first": stretches[0]["first"],
        "last": stretches[-1]["last"],
        "from": min(stretch["from"] for stretch in stretches),
        "to": max(stretch["to"] for stretch in stretches),
    }
