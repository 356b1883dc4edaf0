"""Takes what was sent by whichever door: finds the stream, parses, and hands over, in its turn."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from waves import specs
from waves.database.readiness import SILENT
from waves.exceptions import (
    AccessError,
    BusyError,
    IngestError,
    ServiceUnavailableError,
    UnknownStreamError,
)
from waves.ingest import formats
from waves.intake import Answer, intake
from waves.keys import Grant
from waves.limits import streams_problem
from waves.models import Stream
from waves.protocol.spec import StreamSpec
from waves.server.lifespan import serving
from waves.web.allowance import allowance
from waves.web.lookup import look_up_once

#: Bytes of a body that is parsed on the event loop, in 0.6 ms at worst; the way to a thread and
#: back costs half of that.
SHORT_BYTES = 512
#: Bodies that are parsed or wait for that at once; beyond, a writer comes back.
MOST_PARSED = 32
#: What is known of a stream is used for so long.
REMEMBER_SECONDS = 2.5
#: The same where a body has no names of signals, but only their places among those of the stream.
REMEMBER_PLACES_SECONDS = 0.25
MOST_REMEMBERED = 10_000
#: A stream that is made by its first push, until somebody says otherwise.
MADE = {"source": "push", "rate": 10.0, "window": 10.0, "history": 60.0}

#: Parses bodies beside the event loop, one at a time: Python runs one thread at a time anyway.
_parser = ThreadPoolExecutor(1, thread_name_prefix="waves ingest")
_waiting = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A stream as doors need to know it."""

    handle: int
    source: str
    enabled: bool
    template: str
    names: tuple[str, ...]


_targets: dict[str, tuple[float, Target]] = {}
#: Slugs that somebody asks for at this moment.
_asking: set[str] = set()


async def hand_over(
    grant: Grant,
    slug: str,
    body: bytes,
    media_type: str,
    *,
    encoding: str = "",
    precision: str = "ns",
    number: str = "",
    writer: str = "",
    to: str = "",
) -> Answer:
    """Parse a body and hand its samples over; what is returned waits for what becomes of them.

    Raises WavesError, and so does what is returned: then nothing of the body is taken.
    """
    allowance.take(grant.prefix, "bytes", len(body))
    by_places = media_type == formats.FRAMES
    stream = await target(slug, grant, REMEMBER_PLACES_SECONDS if by_places else REMEMBER_SECONDS)
    if encoding not in ("", "identity", "gzip"):
        raise IngestError(f"The encoding {encoding[:20]!r} is not known: gzip is, and none.")
    parse = partial(formats.parse, body, media_type, encoding=encoding, precision=precision)
    here = len(body) <= SHORT_BYTES and encoding != "gzip"
    try:
        batch = await _parsed(
            partial(parse, template=stream.template, names=stream.names), here=here
        )
    except IngestError:
        if not by_places:
            raise
        # The stream may have signals that it had not a moment ago.
        stream = await target(slug, grant, 0)
        batch = await _parsed(
            partial(parse, template=stream.template, names=stream.names), here=here
        )
    allowance.take(grant.prefix, "values", batch.values.size)
    installation = serving().installation
    if installation is None:
        raise ServiceUnavailableError(SILENT)
    return await intake().hand_over(installation.identity, stream.handle, batch, number, writer, to)


async def _parsed(parse: Callable[[], Any], *, here: bool) -> Any:
    """What a parser makes of a body; unless ``here``, off the event loop, in its turn.

    Raises BusyError.
    """
    global _waiting
    if here:
        return parse()
    if _waiting >= MOST_PARSED:
        raise BusyError("More is sent at once than this process parses. Come back a little later.")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_parser, parse)
    finally:
        _waiting -= 1


async def target(slug: str, grant: Grant, seconds: float = REMEMBER_SECONDS) -> Target:
    """The stream of a slug as it was at most so long ago; made where the key may.

    A key for some streams learns of no other whether it is there, in time neither. Raises
    WavesError.
    """
    at, found = _targets.get(slug, (-REMEMBER_SECONDS, None))
    age = time.monotonic() - at
    if found is None or age >= seconds or not grant.covers(found.handle):
        try:
            found = await _looked_at(slug, _may_make(grant))
        except UnknownStreamError:
            if grant.streams is None:
                raise
            raise grant.not_for_it() from None
    elif age >= seconds / 2 and slug not in _asking:
        with contextlib.suppress(ServiceUnavailableError):  # what is known holds a moment longer
            found = await _looked_at(slug, _may_make(grant))
    grant.check("write", found.handle)
    if found.source != "push":
        raise IngestError(
            f"The source of “{slug}” is not “Pushed samples”: choose that one in the admin, or "
            "send to another stream."
        )
    if not found.enabled:
        raise ServiceUnavailableError(f"The stream “{slug}” is stopped: start it in the admin.")
    return found


async def _looked_at(slug: str, may_make: bool) -> Target:
    """Ask for a stream before what is known is too old: one writer waits, not all at once."""
    at = time.monotonic()
    _asking.add(slug)
    try:
        found = await look_up_once((slug, may_make), partial(_look, slug, may_make))
    finally:
        _asking.discard(slug)
    if len(_targets) >= MOST_REMEMBERED:
        _targets.clear()
    _targets[slug] = at, found
    return found


def _may_make(grant: Grant) -> bool:
    """A key for some streams only would make one that it is not for."""
    return "make" in grant.scopes and grant.streams is None


def _look(slug: str, may_make: bool) -> Target:
    try:
        spec, _ = specs.find_stream(slug)
    except UnknownStreamError as error:
        if not may_make:
            raise UnknownStreamError(
                f"{error} Make it in the admin, with the source “Pushed samples”; or send with a "
                "key that may make streams."
            ) from None
        spec = _made(slug)
    return _as_target(spec)


def _made(slug: str) -> StreamSpec:
    name = slug[:80]
    if slugify(name) != slug.lower() or not slug:
        raise IngestError(f"{slug[:60]!r} cannot name a stream: letters, digits, - and _ can.")
    if full := streams_problem(Stream.objects.count()):
        raise AccessError(full, status=403)
    try:
        with transaction.atomic():
            last = Stream.objects.order_by("-position").values_list("position", flat=True).first()
            Stream.objects.create(name=name, slug=slug, position=(last or 0) + 1, **MADE)
    except IntegrityError:  # two first pushes at once
        pass
    return specs.find_stream(slug)[0]


def _as_target(spec: StreamSpec) -> Target:
    names = tuple(signal.key for signal in spec.signals)
    return Target(
        spec.handle, spec.source, spec.enabled, str(spec.options.get("template", "field")), names
    )
