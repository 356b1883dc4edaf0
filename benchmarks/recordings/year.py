"""Makes a recording of 10^9 samples over a year, written at full through the code that records.

``python -m benchmarks.recordings.year PARTS``. Months of 10 Hz, weeks of 100 Hz, and minutes of
2 MS/s: fast enough for a window of 10 µs. In each part stand spikes of one sample, far above all
others.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import django
import numpy as np
from numpy.typing import NDArray

SECOND, DAY = 1_000_000_000, 86_400
#: All samples together.
SAMPLES = 10**9
#: What a spike is; no other sample is above 2.
SPIKE = 4.0
#: Samples of a transaction: 16 MB, and whole rows.
AT_ONCE = 2**22
#: Noise is made once, and used again and again.
NOISE = np.random.default_rng(1).normal(0, 0.1, AT_ONCE).clip(-0.5, 0.5).astype(np.float32)
#: Samples of a period of the sine under it.
PERIOD = 50_000


@dataclass(frozen=True, slots=True)
class Part:
    """An epoch: ``samples`` at ``rate`` Hz from ``begin`` on, in nanoseconds since 1970."""

    epoch: int
    begin: int
    rate: float
    samples: int
    spikes: tuple[int, ...]

    @property
    def dt(self) -> int:
        """Nanoseconds between two samples: whole, so that labels are exact."""
        return round(SECOND / self.rate)

    def label(self, sample: int) -> int:
        """When a sample is, in nanoseconds since 1970."""
        return self.begin + sample * self.dt

    def values(self, first: int, end: int) -> NDArray[np.float32]:
        """The samples ``[first, end)`` of its signal, ``[1, n]``."""
        phases = (np.arange(first, end) % PERIOD * (2 * np.pi / PERIOD)).astype(np.float32)
        made = np.sin(phases) + NOISE[: end - first]
        for spike in self.spikes:
            if first <= spike < end:
                made[spike - first] = SPIKE
        return made[None]


def parts_of(now: int, total: int = SAMPLES) -> list[Part]:
    """The parts of a recording of ``total`` samples that began 365 days before ``now`` (unix
    seconds): 300 days of 10 Hz and 40 of 100 Hz, and between them some minutes of 2 MS/s."""
    slow, medium = int(0.2592 * total), int(0.3456 * total)
    fast = total - slow - medium
    told = ((365, 10.0, slow), (64, 2_000_000.0, fast), (60, 100.0, medium))
    return [
        Part(epoch, (now - days * DAY) * SECOND, rate, n, (n // 7, n // 2, n // 2 + n // 5))
        for epoch, (days, rate, n) in enumerate(told, 1)
    ]


def text_of(parts: Sequence[Part]) -> str:
    """Parts as JSON."""
    return json.dumps([asdict(part) for part in parts])


def parts_in(text: str) -> list[Part]:
    """Parts out of their JSON."""
    return [Part(**{**told, "spikes": tuple(told["spikes"])}) for told in json.loads(text)]


def make(parts: Sequence[Part], slug: str = "bench") -> None:
    """Write them as the past of a stream that is there."""
    from waves.database import installation
    from waves.models import Stream
    from waves.protocol.description import describe
    from waves.protocol.spec import SignalSpec, StreamSpec
    from waves.recording import store
    from waves.recording.levels import Samples
    from waves.recording.writing import StreamWriter

    stream = Stream.objects.get(slug=slug)
    signals = [SignalSpec("signal-1", "Signal 1")]
    writer = StreamWriter(installation.find().identity, stream.uuid, stream.name)
    for part in parts:
        spec = StreamSpec(stream.pk, slug, stream.name, "generator", part.rate)
        steps = writer.begin(describe(spec, part.epoch, signals, "regular"))
        for first in range(0, part.samples, AT_ONCE):
            values = part.values(first, min(part.samples, first + AT_ONCE))
            steps += writer.add_samples([Samples(first, part.label(first), values)])
            store.take(steps)
            steps = []
        store.take([*steps, *writer.end()])
    # The worker counts its own epochs on from here.
    Stream.objects.filter(pk=stream.pk).update(epoch=parts[-1].epoch)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livestream_project.settings")
    django.setup()
    began = time.monotonic()
    make(parts_in(sys.argv[1]))
    print(f"made in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
