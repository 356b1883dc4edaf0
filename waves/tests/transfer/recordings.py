"""Streams with a recording, made without a worker, and what is read back of one."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from django.core.management import call_command

from waves.database import installation
from waves.models import Signal, Stream
from waves.protocol.description import describe
from waves.protocol.spec import SignalSpec
from waves.recording import store
from waves.recording.levels import Samples
from waves.recording.past import past_of
from waves.recording.writing import StreamWriter
from waves.specs import stream_spec

#: 2027-01-15 08:00 UTC, in nanoseconds.
T0 = 1_800_000_000_000_000_000
VOLTS = SignalSpec("volts", "Voltage", "V", colour="#4cc2ff")
DOOR = SignalSpec("door", "Door", line="step", missing="held", states={0: "closed", 1: "open"})


@dataclass
class Recorded:
    """A stream, and a writer of its past."""

    stream: Stream
    writer: StreamWriter = field(init=False)

    def __post_init__(self):
        identity = installation.find().identity
        self.writer = StreamWriter(identity, self.stream.uuid, self.stream.name)

    def begin(self, epoch, signals=(VOLTS, DOOR), rate=1000.0, clock="regular", kind="float32"):
        told = describe(stream_spec(self.stream), epoch, signals, clock)
        told |= {"rate": rate, "sample_type": kind}
        store.take(self.writer.begin(told))
        self.kind = kind

    def add(self, first, values, t0, times=None):
        values = np.atleast_2d(np.asarray(values, self.kind))
        times = None if times is None else np.asarray(times, np.int64)
        store.take(self.writer.add_samples([Samples(first, t0, values, times)]))

    def end(self):
        store.take(self.writer.end())


def make(slug="boiler", **fields) -> Recorded:
    """A stream without a past."""
    stream = Stream.objects.create(name=slug.title(), slug=slug, source="push", **fields)
    Signal.objects.create(stream=stream, name="Voltage", key="volts", unit="V")
    return Recorded(stream)


def two_epochs(slug="boiler") -> Recorded:
    """Two epochs of 6,000 and 3,000 samples, with a gap, a missing value, and another rate."""
    recorded = make(slug)
    rng = np.random.default_rng(1)
    values = np.vstack((rng.normal(size=6000), rng.integers(0, 2, 6000))).astype(np.float32)
    values[:, 17] = np.nan
    recorded.begin(100)
    recorded.add(0, values[:, :2500], T0)
    recorded.add(2600, values[:, 2500:], T0 + 2600 * 1_000_000)
    recorded.begin(101, rate=2000.0)
    recorded.add(0, values[:, :3000], T0 + 60_000_000_001)
    recorded.end()
    return recorded


def read(stream: Stream):
    """All that is recorded: for each stretch what it says of itself, and its samples."""
    past = past_of(stream.uuid.hex)
    found = []
    for span in past.spans(None, None):
        parts = list(past.samples(span, span.first, span.next))
        index = np.concatenate([np.arange(part.first, part.next) for part in parts])
        labels = np.concatenate([_labels(part, span.dt) for part in parts])
        values = np.concatenate([part.values for part in parts], axis=1)
        signals = past.description(span.epoch, span.next - 1)["signals"]
        about = (span.epoch, span.first, span.next, span.begin, span.end, span.rate)
        about += (span.clock, span.sample_type, span.why)
        found.append((about, signals, index, labels, values))
    return found


def _labels(part, dt):
    if part.times is not None:
        return part.t0 + part.times
    return part.t0 + np.rint(np.arange(part.n) * dt).astype(np.int64)


def assert_same(one, other, off=0):
    """Two pasts hold the same, to the last bit; labels of a regular clock may be off by ``off`` ns,
    where that is rounded once more."""
    assert len(one) == len(other)
    for (about, signals, index, labels, values), (same, others, *arrays) in zip(
        one, other, strict=True
    ):
        most = off if about[6] == "regular" else 0
        assert (about[:3], about[5:]) == (same[:3], same[5:])
        assert max(abs(a - b) for a, b in zip(about[3:5], same[3:5], strict=True)) <= most
        assert signals == others
        assert index.tolist() == arrays[0].tolist()
        assert np.abs(labels - arrays[1]).max() <= most
        assert values.dtype == arrays[2].dtype
        assert values.tobytes() == arrays[2].tobytes()


def export(slug, path, **options) -> tuple[str, str]:
    """Run ``exportstream``; return what it says on both outputs."""
    out, err = io.StringIO(), io.StringIO()
    call_command("exportstream", slug, output=str(path), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def imported(path, **options) -> Stream:
    """Run ``importstream``; return the stream."""
    known = set(Stream.objects.values_list("pk", flat=True))
    call_command("importstream", str(path), stdout=io.StringIO(), stderr=io.StringIO(), **options)
    return Stream.objects.exclude(pk__in=known).get()
