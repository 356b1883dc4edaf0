"""From models to frozen specs: the only translator, and the only place that counts epochs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.urls import NoReverseMatch

from waves import limits
from waves.addresses import address
from waves.database import stored
from waves.dsp.synthesis import validate_parameters
from waves.exceptions import ConfigurationError, UnknownStreamError
from waves.models import FormerSlug, KnownFunction, Signal, Stream, key_from
from waves.protocol.reading import LINES, MISSING
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.sources import SOURCES, examples
from waves.sources.base import Example, Proposal, Source

logger = logging.getLogger("waves")

#: 2020-01-01 UTC: epochs are at least the seconds since then, which fit 32 bits until 2156.
EPOCHS_BEGIN = 1_577_836_800


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
        runs_on=stream.runs_on,
        record=stream.record,
        keep_seconds=stored.positive(stream.keep_seconds),
        keep_bytes=stored.positive(stream.keep_bytes),
        uuid=stream.uuid.hex,
        problem=impossible or problem,
        **values,
    )


def read_streams() -> list[tuple[StreamSpec, int]]:
    """Every stream with its epoch: what the worker compares with, each half second."""
    streams = Stream.objects.prefetch_related("signals")
    return within_totals([(stream_spec(stream), stream.epoch) for stream in streams])


def within_totals(streams: list[tuple[StreamSpec, int]]) -> list[tuple[StreamSpec, int]]:
    """The same, where those that are one too many for the installation say so, and do not run.

    Those that were made first go first, so that every worker decides alike.
    """
    values, history = 0.0, 0
    refused: dict[int, str] = {}
    for spec in sorted((spec for spec, _ in streams), key=attrgetter("handle")):
        if not spec.enabled or spec.problem:
            continue
        signals = max(1, len(spec.signals))
        more = values + spec.rate * signals
        longer = history + limits.history_bytes(spec.rate, signals, spec.sample_type, spec.history)
        if problems := limits.total_problems(more, longer):
            refused[spec.handle] = next(iter(problems.values()))
        else:
            values, history = more, longer
    return [
        (replace(spec, problem=refused[spec.handle]) if spec.handle in refused else spec, epoch)
        for spec, epoch in streams
    ]


class Looks:
    """Reads every stream again and again, and keeps the slugs that were changed in between.

    ``Stream.save`` does not see what ``QuerySet.update``, a fixture or SQL changes; who looks
    twice a second does.
    """

    def __init__(self) -> None:
        self._slugs: dict[int, str] = {}

    def read(self) -> list[tuple[StreamSpec, int]]:
        """As ``read_streams``; raises DatabaseError where it cannot be read."""
        streams = read_streams()
        self._slugs = {spec.handle: self._known(spec) for spec, _ in streams}
        return streams

    def _known(self, spec: StreamSpec) -> str:
        """The slug to compare with at the next look: the former one until it is kept."""
        former = self._slugs.get(spec.handle, spec.slug)
        if former == spec.slug:
            return former
        try:
            FormerSlug.keep(former, spec.handle)
        except DatabaseError:
            return former
        return spec.slug


def create_proposed_streams() -> None:
    """Make each stream that a source proposes, once: one that a user deleted stays deleted."""
    for kind, source in SOURCES.items():
        for proposal in _proposals(kind, source):
            with transaction.atomic():
                _create_once(kind, proposal)


def _proposals(kind: str, source: type[Source]) -> list[Proposal]:
    try:
        return list(source.proposals())
    except Exception as error:  # a fault of one source hinders no other
        logger.error(
            "The source %s proposes no stream: %s", kind, f"{type(error).__name__}: {error}"
        )
        return []


def _create_once(kind: str, proposal: Proposal) -> None:
    _, new = KnownFunction.objects.get_or_create(path=proposal.key)
    options = {f"options__{name}": value for name, value in proposal.options.items()}
    same = Stream.objects.filter(source=kind, **options) if options else Stream.objects.none()
    if new and not same.exists():
        _stream_of(kind, proposal).save()


def _stream_of(kind: str, proposal: Proposal) -> Stream:
    """The stream that is proposed; its slug gets a number where it is taken."""
    slug, number = proposal.slug, 2
    while Stream.objects.filter(slug=slug).exists():
        slug, number = f"{proposal.slug}-{number}", number + 1
    return Stream(
        name=proposal.name,
        slug=slug,
        description=proposal.description,
        source=kind,
        options=dict(proposal.options),
        rate=proposal.rate,
        window=proposal.window,
        history=max(limits.MIN_HISTORY, 10.0, 2 * proposal.window),
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


def stop(handle: int, epoch: int) -> None:
    """Stop a stream whose source has ended, unless it has begun anew meanwhile."""
    Stream.objects.filter(pk=handle, epoch=epoch).update(enabled=False)


def signal_spec(signal: Signal) -> SignalSpec:
    """A signal with complete parameters."""
    return SignalSpec(
        key=stored.name(signal.key, f"signal-{signal.pk}"),
        name=stored.name(signal.name, signal.key),
        unit=stored.unit(signal.unit),
        colour=stored.colour(signal.colour),
        palette=signal.palette,
        line=stored.chosen(signal.line, LINES),
        missing=stored.chosen(signal.missing, MISSING),
        states=stored.states(signal.states),
        waveform=signal.waveform,
        parameters=_parameters(signal.waveform, stored.mapping(signal.parameters)),
    )


def _parameters(waveform: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Complete parameters. What cannot work passes as it is: the source says so, as ``failed``."""
    try:
        return validate_parameters(waveform, parameters)
    except ConfigurationError:
        return parameters


def examples_of(spec: StreamSpec, absolute: Callable[[str], str]) -> tuple[Example, ...]:
    """How data gets into a stream, where others send it; ``absolute`` makes a path an address."""
    try:
        site, samples = address("index"), address("api-samples", spec.slug)
    except NoReverseMatch:  # a slug that no form would take: it has no address
        return ()
    return examples(spec, absolute(site), absolute(samples))


def add_signals(handle: int, signals: Mapping[str, str]) -> None:
    """Add signals, by name with their units, after those that a stream has. One that is there, by
    its name or its key, stays as it is. Raises DatabaseError."""
    with transaction.atomic():
        stream = Stream.objects.select_for_update().filter(pk=handle).first()
        if stream is None:
            return
        known = list(stream.signals.values_list("name", "key", "position"))
        taken = {each for name, key, _ in known for each in (name, key)}
        last = max((position for *_, position in known), default=-1)
        for name, unit in signals.items():
            if name in taken:
                continue
            last += 1
            key = free_key(key_from(name), taken)
            taken |= {name, key}
            Signal(stream=stream, name=name, key=key, unit=unit[:16], position=last).save()


def free_key(key: str, taken: Iterable[str]) -> str:
    """A key that no other signal has: with a number where it is taken."""
    number, free = 2, key
    while free in taken:
        free, number = f"{key[:75]}-{number}", number + 1
    return free


def stream_named(slug: str) -> Stream:
    """The stream of a slug, or of one that it had before; raises UnknownStreamError."""
    stream = row_named(slug, Stream.objects.prefetch_related("signals"))
    if stream is None:
        raise no_stream(slug)
    return stream


def row_named(slug: str, streams: QuerySet[Stream]) -> Stream | None:
    """Of some streams the one of a slug, else the one that had it before; in one look."""
    named = streams.filter(Q(slug=slug) | Q(former_slugs__slug=slug)).order_by()
    found = {stream.slug == slug: stream for stream in named}
    return found.get(True) or found.get(False)


def no_stream(slug: str) -> UnknownStreamError:
    """What is said of a stream that there is not, or that one may not see: the same."""
    return UnknownStreamError(f"There is no stream “{slug}”.")


def find_stream(slug: str) -> tuple[StreamSpec, int]:
    """One stream with its epoch, by its slug or a former one; raises UnknownStreamError."""
    stream = stream_named(slug)
    return stream_spec(stream), stream.epoch
