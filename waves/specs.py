"""From models to frozen specs: the only translator, and the only place that counts epochs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When

from waves import limits
from waves.dsp.synthesis import validate_parameters
from waves.exceptions import ConfigurationError, UnknownStreamError
from waves.models import KnownFunction, Signal, Stream
from waves.sources.declarations import Declaration
from waves.streaming.spec import SignalSpec, StreamSpec

#: 2020-01-01 UTC: epochs are at least the seconds since then, which fit 32 bits until 2156.
EPOCHS_BEGIN = 1_577_836_800


def stream_spec(stream: Stream, signals: Iterable[SignalSpec] | None = None) -> StreamSpec:
    """A stream as the worker runs it; its own signals (prefetch them) unless others are given."""
    if signals is None:
        signals = map(signal_spec, stream.signals.all())
    return StreamSpec(
        handle=stream.pk,
        slug=stream.slug,
        name=stream.name,
        source=stream.source,
        rate=stream.rate,
        signals=tuple(signals),
        options=stream.options,
        frames_per_second=stream.frames_per_second,
        window=stream.window,
        history=stream.history,
        sample_type=stream.sample_type,
        enabled=stream.enabled,
        description=stream.description,
        runs_on=stream.runs_on,
    )


def read_streams() -> list[tuple[StreamSpec, int]]:
    """Every stream with its epoch: what the worker compares with, each half second."""
    streams = Stream.objects.prefetch_related("signals")
    return [(stream_spec(stream), stream.epoch) for stream in streams]


def create_decorated_streams(declared: Iterable[Declaration]) -> None:
    """Make a stream for each declared function, once: one that a user deleted stays deleted."""
    for declaration in declared:
        if declaration.create:
            with transaction.atomic():
                _create_once(declaration)


def _create_once(declaration: Declaration) -> None:
    path = declaration.path
    _, new = KnownFunction.objects.get_or_create(path=path)
    if new and not Stream.objects.filter(source="python", options__function=path).exists():
        _stream_of(declaration).save()


def _stream_of(declaration: Declaration) -> Stream:
    """A stream that runs a declared function; its slug gets a number where it is taken."""
    slug, number = declaration.slug, 2
    while Stream.objects.filter(slug=slug).exists():
        slug, number = f"{declaration.slug}-{number}", number + 1
    return Stream(
        name=declaration.name,
        slug=slug,
        description=declaration.description,
        source="python",
        options={"function": declaration.path},
        rate=declaration.rate,
        window=declaration.window,
        history=max(limits.MIN_HISTORY, 10.0, 2 * declaration.window),
        position=Stream.objects.count(),
    )


def next_epoch(handle: int, above: int = 0) -> int:
    """Take the next epoch number of a stream; raises UnknownStreamError where it is gone.

    It is above the stored one, above what the caller knows of (``above``), and at least the
    seconds since 2020: so a number is never used twice, though an older backup of the database
    was put back.
    """
    least = max(above + 1, int(time.time()) - EPOCHS_BEGIN)
    number = Case(When(epoch__lt=least, then=Value(least)), default=F("epoch") + 1)
    with transaction.atomic():
        if not Stream.objects.filter(pk=handle).update(epoch=number):
            raise UnknownStreamError(f"There is no stream with the handle {handle}.")
        return Stream.objects.values_list("epoch", flat=True).get(pk=handle)


def signal_spec(signal: Signal) -> SignalSpec:
    """A signal with complete parameters."""
    return SignalSpec(
        key=signal.key,
        name=signal.name,
        unit=signal.unit,
        colour=signal.colour,
        waveform=signal.waveform,
        parameters=_parameters(signal.waveform, signal.parameters),
    )


def _parameters(waveform: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Complete parameters. What cannot work passes as it is: the source says so, as ``failed``."""
    try:
        return validate_parameters(waveform, parameters)
    except ConfigurationError:
        return parameters


def find_stream(slug: str) -> tuple[StreamSpec, int]:
    """One stream with its epoch, by its slug; raises UnknownStreamError."""
    stream = Stream.objects.prefetch_related("signals").filter(slug=slug).first()
    if stream is None:
        raise UnknownStreamError(f"There is no stream “{slug}”.")
    return stream_spec(stream), stream.epoch
