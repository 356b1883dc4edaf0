"""From models to frozen specs: the only translator, and the only place that counts epochs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections, transaction
from django.db.models import F

from waves import limits, stored
from waves.dsp.synthesis import validate_parameters
from waves.exceptions import ConfigurationError, UnknownStreamError
from waves.models import KnownFunction, Signal, Stream
from waves.sources.declarations import Declaration
from waves.streaming.spec import SignalSpec, StreamSpec

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(function: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """A database function for the event loop, in a thread of its own.

    Not in asgiref's one shared thread: a locked SQLite would block every connect with it.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return sync_to_async(call, thread_sensitive=False)


def stream_spec(stream: Stream, signals: Iterable[SignalSpec] | None = None) -> StreamSpec:
    """A stream as the worker runs it; its own signals (prefetch them) unless others are given."""
    problem = ""
    if signals is None:
        rows = stream.signals.all()
        problem = stored.mapping_problem(stream, rows)
        signals = map(signal_spec, rows)
    signals = tuple(signals)
    values, impossible = stored.values(stream, len(signals))
    return StreamSpec(
        handle=stream.pk,
        slug=stored.name(stream.slug, f"{stream.pk}"),
        name=stored.name(stream.name, stream.slug),
        source=stream.source,
        signals=signals,
        options=stored.mapping(stream.options),
        enabled=stream.enabled,
        description=stream.description[: stored.DESCRIPTION],
        problem=impossible or problem,
        **values,
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


def next_epoch(handle: int) -> int:
    """Take the next epoch number of a stream; raises UnknownStreamError where it is gone."""
    with transaction.atomic():
        if not Stream.objects.filter(pk=handle).update(epoch=F("epoch") + 1):
            raise UnknownStreamError(f"There is no stream with the handle {handle}.")
        return Stream.objects.values_list("epoch", flat=True).get(pk=handle)


def signal_spec(signal: Signal) -> SignalSpec:
    """A signal with complete parameters."""
    return SignalSpec(
        key=stored.name(signal.key, f"signal-{signal.pk}"),
        name=stored.name(signal.name, signal.key),
        unit=stored.unit(signal.unit),
        colour=stored.colour(signal.colour),
        waveform=signal.waveform,
        parameters=_parameters(signal.waveform, stored.mapping(signal.parameters)),
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
