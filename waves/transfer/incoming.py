"""A file as a recorded stream: it is made, and what the file holds is written as its past."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.text import slugify

from waves import limits
from waves.database import installation
from waves.exceptions import IngestError
from waves.ingest.whole.reading import Reading, lines
from waves.models import Signal, Stream, key_from
from waves.protocol.block import SAMPLE_TYPES
from waves.protocol.description import Description, describe
from waves.protocol.passage import Contents, Piece, Signals, Stretch
from waves.recorded import Recording
from waves.recording import store
from waves.recording.levels import ROW_SAMPLES, Samples
from waves.recording.place import alias
from waves.recording.writing import StreamWriter
from waves.specs import free_key, stream_spec

#: What an imported stream is, once it is started: samples are pushed to it.
SOURCE = "push"
#: Bytes that are written in one transaction: some 50 ms.
BATCH = 4 * 1024 * 1024
#: The highest number of an epoch: frames have 32 bits of it.
MOST_EPOCH = 2**32 - 1


class Incoming:
    """Makes a stopped stream of a file. ``written`` does it, and yields samples done meanwhile.

    All of it asks the database, and so runs in a thread. Raises IngestError where the file or the
    name cannot be used; then, and where it is broken off, nothing of the stream is left.
    """

    def __init__(self, reading: Reading, name: str = "", slug: str = "") -> None:
        self._reading = reading
        self.stream = _stream(reading.contents, name, slug)

    def written(self) -> Iterator[int]:
        """Write all of it."""
        try:
            yield from self._write()
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        recordings = Recording.objects.using(alias()).filter(stream=self.stream.uuid)
        recordings.delete()
        if self.stream.pk:
            Stream.objects.filter(pk=self.stream.pk).delete()

    def _write(self) -> Iterator[int]:
        _save(self.stream, self._reading.contents)
        writer = StreamWriter(installation.find().identity, self.stream.uuid, self.stream.name)
        steps: list[store.Step] = []
        current: Stretch | None = None
        done, before = 0, 0
        for stretch, piece in self._reading.pieces():
            if stretch is not current:
                before += 0 if current is None else current.next - current.first
                steps += writer.begin(self._description(stretch), stretch.why)
                current = stretch
            for part in lines(stretch, piece, ROW_SAMPLES, self._reading.tolerance):
                steps += writer.add_samples([_samples(stretch, part)])
            if sum(step.bytes for step in steps) >= BATCH:
                store.take(steps)
                steps = []
            done = before + piece.sample + piece.n - stretch.first
            yield done
        store.take([*steps, *writer.end()])

    def _description(self, stretch: Stretch) -> Description:
        told = describe(stream_spec(self.stream), stretch.epoch, (), stretch.clock)
        return {
            **told,
            "signals": [_described(signal) for signal in stretch.signals],
            "rate": stretch.rate,
            "sample_type": stretch.sample_type,
        }


def _described(signal: Mapping[str, Any]) -> dict[str, Any]:
    return {"unit": "", "colour": "", **signal}


def _samples(stretch: Stretch, piece: Piece) -> Samples:
    t0 = int(piece.labels[0])
    times = piece.labels - t0 if stretch.clock == "timed" else None
    values = piece.values.astype(SAMPLE_TYPES[stretch.sample_type], copy=False)
    return Samples(piece.sample, t0, values, times)


def _stream(contents: Contents, name: str, slug: str) -> Stream:
    """The stream of a file, not saved yet. Raises IngestError."""
    called = (name or contents.name)[:80]
    own = slug or _free_slug(slugify(called)[:80] or "imported")
    last = contents.stretches[-1]
    epochs = [stretch.epoch for stretch in contents.stretches]
    if max(epochs) > MOST_EPOCH:
        raise IngestError(f"Epoch {max(epochs)} is beyond {MOST_EPOCH}: epochs have 32 bits.")
    rate = min(max(last.rate, limits.MIN_RATE), limits.MAX_RATE)
    stream = Stream(
        name=called,
        slug=own,
        source=SOURCE,
        rate=rate,
        sample_type=contents.sample_type,
        enabled=False,
        record=False,
        epoch=max(epochs),
        uuid=uuid.uuid4(),
        position=Stream.last_position() + 1,
    )
    stream.signal_count = max(1, len(contents.signals))
    stream.history = _fitting_history(stream)
    try:
        stream.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        words = messages[0] if field == NON_FIELD_ERRORS else f"{field}: {messages[0]}"
        raise IngestError(words) from None
    return stream


def _free_slug(slug: str) -> str:
    return free_key(slug, Stream.objects.values_list("slug", flat=True))


def _fitting_history(stream: Stream) -> float:
    """Seconds of memory that the bounds allow, should it be started."""
    history = 10.0
    size = (stream.rate, stream.signal_count, stream.sample_type)
    while history > limits.MIN_HISTORY and limits.history_problem(*size, history):
        history = max(limits.MIN_HISTORY, history / 2)
    return history


def _save(stream: Stream, contents: Contents) -> None:
    """Write the stream and its signals. Raises IngestError."""
    taken: set[str] = set()
    with transaction.atomic():
        stream.save()
        for position, signal in enumerate(_known(contents)):
            key = signal["key"] if signal["key"] not in taken else free_key(signal["key"], taken)
            taken.add(key)
            row = _signal(stream, signal, key, position)
            try:
                row.full_clean(exclude=["stream", "colour"])
            except ValidationError as error:
                words = "; ".join(error.messages)
                raise IngestError(f"The signal “{signal['name'][:80]}”: {words}") from None
            row.save()


def _known(contents: Contents) -> Signals:
    """Those of the newest stretch: as the stream was last."""
    return contents.stretches[-1].signals or contents.signals


def _signal(stream: Stream, signal: Mapping[str, Any], key: str, position: int) -> Signal:
    name = str(signal["name"])[:80] or key
    return Signal(
        stream=stream,
        name=name,
        key=key or key_from(name),
        unit=str(signal.get("unit") or "")[:16],
        colour=str(signal.get("colour") or ""),
        line=str(signal.get("line") or ""),
        missing=str(signal.get("missing") or ""),
        states=dict(signal.get("states") or {}),
        position=position,
    )
