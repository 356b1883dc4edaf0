"""One reader's side of the conversation: what it makes of messages, and what it answers.

It does no input or output and reads no clock, so that the readers with async and without are alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from waves.protocol.frames import Frame, parse

#: Close codes after which to come back is of no use.
FINAL = (4400, 4403, 4404)
#: Data messages after which the server is told that they came.
ACK_EVERY = 16


class ReaderError(Exception):
    """The server refuses to be read, or the stream is not there: to come back is of no use."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Samples of a stream, one after the other.

    ``values`` are ``[signals, n]``, NaN where there is none; ``times`` are ``n`` unix seconds.
    ``epoch`` and ``sample`` are the position of the first one. ``missing`` is how many samples lie
    between it and the block before, and were not received; None where that is not known, because a
    new epoch began.
    """

    signals: tuple[str, ...]
    epoch: int
    sample: int
    times: NDArray[np.float64]
    values: NDArray[np.floating[Any]]
    missing: int | None = 0

    def __getitem__(self, signal: str) -> NDArray[np.floating[Any]]:
        """The values of a signal, by its name. Raises KeyError."""
        if signal not in self.signals:
            raise KeyError(f"{signal!r} is none of {', '.join(self.signals)}")
        values: NDArray[np.floating[Any]] = self.values[self.signals.index(signal)]
        return values

    def __len__(self) -> int:
        return int(self.values.shape[1])


class Reading:
    """What is known of a stream, across any number of sockets."""

    def __init__(self, window: float = 0.0) -> None:
        self._window = window
        self._names: tuple[str, ...] = ()
        #: The sample that is lacking first: epoch and index.
        self._at: tuple[int, int] | None = None
        self._count = 0
        self.problem = ""

    def query(self) -> str:
        """Of the address: the window that is asked for first, or where to go on."""
        if self._at is not None:
            return urlencode({"epoch": self._at[0], "sample": self._at[1]})
        return urlencode({"window": self._window}) if self._window > 0 else ""

    def open(self) -> None:
        """A new socket: it counts anew."""
        self._count = 0

    def take(self, message: str | bytes) -> Iterator[Block]:
        """The blocks of a message."""
        if isinstance(message, bytes):
            self._count += 1
            for frame in parse(message):
                if frame.maxima is None:
                    yield self._block(frame)
            return
        told = json.loads(message)
        if told["type"] == "stream":
            self._names = tuple(signal["name"] for signal in told["signals"])
        elif told["type"] == "error":
            self.problem = told["message"]

    def acknowledgement(self) -> str | None:
        """What to answer now, where that is due."""
        due = self._count and self._count % ACK_EVERY == 0
        return json.dumps({"type": "ack", "count": self._count}) if due else None

    def ended(self, code: int, reason: str) -> None:
        """The socket was closed. Raises ReaderError where it is of no use to come back."""
        if code in FINAL:
            raise ReaderError(self.problem or reason or f"The server closed with {code}.")

    def _block(self, frame: Frame) -> Block:
        n = frame.values.shape[1]
        since = frame.dt * np.arange(n) if frame.times is None else frame.times
        times = np.asarray(frame.t0 + since, np.float64)
        missing: int | None = 0
        if self._at is not None:
            goes_on = self._at[0] == frame.epoch
            missing = frame.sample - self._at[1] if goes_on else None
        self._at = frame.epoch, frame.next
        return Block(self._names, frame.epoch, frame.sample, times, frame.values, missing)


def by_time(block: Block) -> Iterator[Mapping[str, Any]]:
    """Each sample as the JSON that is written: ``{"t": …, "signals": {…}}``."""
    for at, t in enumerate(block.times.tolist()):
        values = block.values[:, at].tolist()
        signals = {n: None if v != v else v for n, v in zip(block.signals, values, strict=True)}
        yield {"t": t, "signals": signals}
