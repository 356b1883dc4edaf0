"""A stream is made by a program: `POST …/streams`, with a key that may."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as Invalid
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from waves import limits, specs
from waves.addresses import address
from waves.dsp.explanation import first_problem
from waves.exceptions import AccessError, IngestError, UnknownStreamError
from waves.ingest.batch import MOST_SIGNALS
from waves.models import Signal, Stream, key_from
from waves.web.answers import json_answer
from waves.web.credentials import grant_of
from waves.web.lookup import look_up
from waves.web.taking import MADE


class NewSignal(BaseModel):
    """A signal that is known before the first sample comes."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]
    unit: Annotated[str, Field(max_length=16)] = ""


class NewStream(BaseModel):
    """A stream that takes what is pushed. What is not said is as its first push would have it."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=80)]
    slug: Annotated[str, Field(max_length=50, description="Empty: made from the name.")] = ""
    description: Annotated[str, Field(max_length=2000)] = ""
    rate: Annotated[
        float, Field(ge=limits.MIN_RATE, le=limits.MAX_RATE, description="Hz, expected.")
    ] = 10.0
    window: Annotated[
        float, Field(ge=limits.MIN_WINDOW, le=limits.MAX_WINDOW, description="Seconds.")
    ] = 10.0
    history: Annotated[
        float, Field(ge=limits.MIN_HISTORY, le=limits.MAX_HISTORY, description="Seconds.")
    ] = 60.0
    options: Annotated[
        dict[str, Any], Field(description="Those of pushed samples: docs/sources.md.")
    ] = {}
    signals: Annotated[list[NewSignal], Field(max_length=MOST_SIGNALS)] = []


async def make(request: HttpRequest) -> HttpResponseBase:
    """Make a stream: 201, or 200 where it is there. Raises WavesError, and then none is made."""
    grant = await grant_of(request)
    grant.check("make")
    if grant.streams is not None:
        raise AccessError(
            f"The key {grant.prefix} is for some streams only, and so makes none.", status=403
        )
    try:
        asked = NewStream.model_validate_json(request.body)
    except ValidationError as error:
        raise IngestError(first_problem(error)) from None
    told, is_new = await look_up(partial(_make, asked, reads="read" in grant.scopes))
    return json_answer(told, 201 if is_new else 200)


def _make(asked: NewStream, *, reads: bool) -> tuple[Mapping[str, Any], bool]:
    """What is told, and whether the stream is new. Of one that was there a key that does not read
    is told what it said itself."""
    slug = asked.slug or slugify(asked.name)
    try:
        spec, _ = specs.find_stream(slug)
    except UnknownStreamError:
        with contextlib.suppress(IntegrityError):  # somebody else makes it at this moment
            stream = _saved(asked, slug)
            return _told(stream.pk, stream.slug, stream.name), True
        spec, _ = specs.find_stream(slug)
    if spec.source != MADE["source"]:
        raise IngestError(f"There is a stream “{slug}” already, and it takes no pushed samples.")
    if not reads:
        return _told(None, slug, asked.name), False
    return _told(spec.handle, spec.slug, spec.name), False


def _saved(asked: NewStream, slug: str) -> Stream:
    keys = [key_from(each.name) for each in asked.signals]
    if len(set(keys)) < len(keys):
        raise IngestError("signals: two have the same name, or nearly so: their keys are the same.")
    fields = asked.model_dump(exclude={"signals", "slug"})
    stream = Stream(**{**MADE, **fields}, slug=slug, position=Stream.last_position() + 1)
    stream.signal_count = max(1, len(asked.signals))
    try:
        with transaction.atomic():
            stream.full_clean()
            stream.save()
            for position, each in enumerate(asked.signals):
                signal = Signal(stream=stream, position=position, **each.model_dump())
                signal.full_clean(exclude=["stream"])
                signal.save()
    except Invalid as error:
        raise IngestError(_words(error)) from None
    return stream


def _words(error: Invalid) -> str:
    """The first of what is wrong, with its field."""
    field, messages = next(iter(error.message_dict.items()))
    return messages[0] if field == NON_FIELD_ERRORS else f"{field}: {messages[0]}"


def _told(handle: int | None, slug: str, name: str) -> Mapping[str, Any]:
    samples = address("api-samples", slug)
    return {"handle": handle, "slug": slug, "name": name, "samples": samples}
