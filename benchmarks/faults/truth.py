"""The truth about samples: what each viewer of a stream may be sent, by docs/protocol.md alone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.faults import values
from benchmarks.faults.ledger import Ledger
from waves.tests.client.frames import SAMPLES, Frame
from waves.tests.client.state import Promise, StreamState

#: Breaches that are kept in words; the rest are only counted.
SHOWN = 12
#: The demo's sine, in Hz, and how far a float32 of it may be off.
SINE_HZ, SINE_OFF = 2.0, 1e-4


class Truth:
    """What all viewers of one installation saw together."""

    def __init__(self, site: int) -> None:
        self.site = site
        #: The run that each (stream, epoch) belongs to: a second one breaks the promise.
        self.runs: dict[tuple[str, int], int] = {}
        #: Samples "lost untold", "doubled" and "wrong", and gaps by their reason.
        self.counts: Counter[str] = Counter()
        self.breaches: list[str] = []
        #: What was published, where that is to be found again in a recording.
        self.ledger = Ledger()
        #: The least and the most that the amplitude of the sine may be.
        self.amplitudes = (1.0, 1.0)

    def breach(self, kind: str, samples: int, words: str) -> None:
        """Count what must not be."""
        self.counts[kind] += samples
        if len(self.breaches) < SHOWN:
            self.breaches.append(f"{kind}: {words}")

    def check(self, slug: str, frame: Frame, rate: float) -> None:
        """Compare the samples of a frame with what they must be."""
        judge = self._sine if slug == "sine" else self._counted
        if not judge(slug, frame, rate):
            where = f"{slug} {frame.epoch}:{frame.first}+{frame.count}"
            self.breach("wrong", frame.count, f"{where} are not those samples")

    def _sine(self, slug: str, frame: Frame, rate: float) -> bool:
        t = values.times(frame.first, frame.count, rate)
        sine = np.sin(2 * np.pi * SINE_HZ * t)
        ends = sine * self.amplitudes[0], sine * self.amplitudes[1]
        got = frame.values[0, 0]
        inside = (got > np.minimum(*ends) - SINE_OFF) & (got < np.maximum(*ends) + SINE_OFF)
        return bool(inside.all())

    def _counted(self, slug: str, frame: Frame, rate: float) -> bool:
        if frame.values.shape[0] != 2:
            return False
        if frame.times is not None:
            rate = values.STAMPED_RATE
        got = frame.values[:, 0]
        run = values.run_of(got[1, 0])
        known = self.runs.setdefault((slug, frame.epoch), run)
        expected = values.of(values.times(frame.first, frame.count, rate), run)
        ours = known == run and values.site_of(run) == self.site
        return ours and bool(np.array_equal(got, expected))


class Followed(StreamState):
    """One viewer's stream: each frame is judged as it comes, and none is kept."""

    def __init__(
        self, slug: str, truth: Truth, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(slug)
        self.truth = truth
        self.clock = clock
        #: When the last sample came.
        self.sample_at = 0.0
        #: How far it came in each epoch of which samples came: the index after the last.
        self.reached: dict[int, int] = {}
        #: The label of the newest sample (unix s).
        self.label = 0.0
        #: The epoch whose end was told last, and how many were.
        self._ended: int | None = None
        self.ends = 0

    def take_view(self, message: dict[str, Any]) -> None:
        """A new promise; where it is of another epoch, the end of the old one has been told."""
        before = self.position
        super().take_view(message)
        if before is None:
            return
        promise = self.promises[-1]
        if promise.epoch < before[0]:
            self._breach("wrong", 1, f"epoch {promise.epoch} after {before[0]}")
        elif promise.epoch > before[0] and self._ended != before[0]:
            self._breach("lost untold", 1, f"the end of epoch {before[0]}")
        elif promise.epoch == before[0] and promise.end > before[1]:
            self._breach("lost untold", promise.end - before[1], f"a view after {before[1]}")

    def take_gap(self, message: dict[str, Any]) -> None:
        """What was told as lost is not lacking."""
        super().take_gap(message)
        self.gaps.clear()
        self.truth.counts[message["reason"]] += 1
        if message["reason"] == "too slow":
            # Nobody here is: it is the wrong word, or the server held its viewers up.
            self._breach("too slow", 0, f"[{message['first']}, {message['last']}]")
        if message["last"] is None:
            self._ended = message["epoch"]
            self.ends += 1

    def take_frame(self, frame: Frame) -> None:
        """Hold a frame against the promise."""
        self.sample_at = self.clock()
        self.label = frame.t0 + frame.dt * (frame.count - 1)
        promise = self.promises[-1] if self.promises else Promise(-1, 1, 0, 0)
        del self.promises[:-1]
        if (frame.epoch, frame.stride) != (promise.epoch, promise.stride):
            self._breach("wrong", frame.count, f"a frame of epoch {frame.epoch}")
            return
        self._follow(frame, promise)
        if frame.values.shape[1] == SAMPLES:
            self.reached[frame.epoch] = promise.end
            self.truth.check(self.slug, frame, self.description["rate"])
            self.truth.ledger.take(self.slug, frame, self.sample_at)

    def _follow(self, frame: Frame, promise: Promise) -> None:
        where = f"[{min(promise.end, frame.first)}, {max(promise.end, frame.first)})"
        if frame.first < promise.end:
            self._breach("doubled", min(promise.end, frame.end) - frame.first, where)
        elif frame.first > promise.end:
            self._breach("lost untold", frame.first - promise.end, where)
        promise.end = max(promise.end, frame.end)

    def _breach(self, kind: str, samples: int, words: str) -> None:
        epoch = self.promises[-1].epoch if self.promises else -1
        self.truth.breach(kind, samples, f"{self.slug}, epoch {epoch}: {words}")
