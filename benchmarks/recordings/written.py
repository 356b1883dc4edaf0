"""Writes a stretch of the known signals at full, through the code that records.

``python -m benchmarks.recordings.written BEGIN SAMPLES``: from so many nanoseconds since 1970 on.
"""

from __future__ import annotations

import os
import sys

import django

from benchmarks.recordings import counts

#: Samples of a block, and blocks of a transaction: half a second of 1 MS/s.
BLOCK, BLOCKS = 65_536, 8


def write(begin: int, samples: int, rate: float = 1000.0) -> None:
    """Write it as the past of the stream ``bench``."""
    from waves.database import installation
    from waves.models import Stream
    from waves.protocol.block import SampleBlock
    from waves.protocol.description import describe
    from waves.protocol.spec import SignalSpec, StreamSpec
    from waves.recording import store
    from waves.recording.writing import StreamWriter

    stream = Stream.objects.get(slug="bench")
    spec = StreamSpec(stream.pk, "bench", "Bench", "generator", rate, sample_type="float32")
    signals = [SignalSpec(key, key) for key in counts.KEYS]
    writer = StreamWriter(installation.find().identity, stream.uuid, stream.name)
    steps = writer.begin(describe(spec, 1, signals, "regular"))
    for number, first in enumerate(range(0, samples, BLOCK), 1):
        values = counts.samples(first, min(samples, first + BLOCK))
        t0 = begin / 1e9 + first / rate
        steps += writer.add([SampleBlock(1, first, t0, 1 / rate, values, None)])
        if number % BLOCKS == 0:
            store.take([*steps, *writer.flush()])
            steps = []
    store.take([*steps, *writer.end()])
    Stream.objects.filter(pk=stream.pk).update(epoch=1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livestream_project.settings")
    django.setup()
    write(int(sys.argv[1]), int(sys.argv[2]))
