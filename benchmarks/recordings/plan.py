"""Which recording is made, and what is asked of it: both follow from a few numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.recordings.counts import BLOCK

SECOND = 1_000_000_000
#: Columns that are asked for: as many as a page has pixels.
COLUMNS = 1280
#: Samples of a window that may be answered from samples; longer ones are answered from levels.
MOST_SAMPLES = COLUMNS * BLOCK


@dataclass(frozen=True, slots=True)
class Plan:
    """A recording of ``stretches`` epochs of ``samples`` each, begun every ``period`` nanoseconds.

    ``begin`` in nanoseconds since 1970, ``rate`` in Hz. ``samples`` are a multiple of 256.
    """

    begin: int
    stretches: int
    samples: int
    period: int
    questions: int
    #: The shortest window that is asked for, in seconds.
    shortest: float
    rate: float = 1000.0

    @property
    def dt(self) -> int:
        """Nanoseconds between two samples: whole, so that labels are exact."""
        return round(SECOND / self.rate)

    @property
    def end(self) -> int:
        """The label of the last sample."""
        return self.label(self.stretches - 1, self.samples - 1)

    def label(self, stretch: int, sample: int) -> int:
        """The label of a sample of a stretch."""
        return self.begin + stretch * self.period + sample * self.dt

    def epoch(self, stretch: int) -> int:
        """The epoch of a stretch: they are counted from 1 on."""
        return stretch + 1

    def range_of(self, stretch: int, begin: int, end: int) -> tuple[int, int]:
        """Samples ``[first, next)`` of a stretch with labels in ``[begin, end]``."""
        own = self.label(stretch, 0)
        first, last = -(-(begin - own) // self.dt), (end - own) // self.dt + 1
        return min(max(first, 0), self.samples), min(max(last, 0), self.samples)

    def stretches_in(self, begin: int, end: int) -> range:
        """The stretches that may reach into ``[begin, end]``."""
        first = (begin - self.begin) // self.period
        last = (end - self.begin) // self.period
        return range(max(0, first), min(self.stretches - 1, last) + 1)

    def windows(self) -> list[tuple[int, int]]:
        """What is asked: begin and end in nanoseconds, lengths evenly spread over their powers."""
        rng = np.random.default_rng(self.questions)
        whole = (self.end - self.begin) / SECOND
        lengths = self.shortest * (whole / self.shortest) ** rng.random(self.questions)
        found = []
        for length, place in zip(lengths, rng.random(self.questions), strict=True):
            begin = self.begin + int((whole - length) * place * SECOND)
            # Whole microseconds, which unix seconds as float64 tell apart.
            begin -= begin % 1000
            found.append((begin, begin + max(1000, int(length * 1e6) * 1000)))
        return found

    def text(self) -> str:
        """It as JSON."""
        return json.dumps(asdict(self))


def days(begin: int, count: float, questions: int) -> Plan:
    """So many days of 1 kHz in one epoch."""
    samples = int(count * 86_400_000) // BLOCK * BLOCK
    return Plan(begin, 1, samples, samples * 1_000_000, questions, 0.001)


def restarts(begin: int, count: int, seconds: float, questions: int) -> Plan:
    """So many epochs of 1 kHz that lie within so many seconds, half a second between two."""
    period = int(seconds / count * SECOND)
    samples = (period - SECOND // 2) // 1_000_000 // BLOCK * BLOCK
    return Plan(begin, count, samples, period, questions, 1.0)
