"""WAV of a whole recording: floats of 32 bits at one rate, a channel a signal.

RIFF, and RF64 (EBU Tech 3306) where the sound takes more than 4 GiB.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from waves.exceptions import ConfigurationError
from waves.exports.files import FileExport
from waves.protocol.passage import Contents, Piece, Stretch

FLOAT = 3
#: What does not fit into the 32 bits of a size.
_TOO_LONG = 0xFFFFFFFF
#: Samples of silence that are written at a time: 256 KiB of a signal.
SILENCE = 64 * 1024
_NANOSECONDS = 1_000_000_000


class WavFile(FileExport):
    """The stretches one after the other, with silence where nothing is recorded between them, so
    that the sound goes on in time. A missing value is silence, too: a NaN would stay in a filter
    for ever."""

    content_type = "audio/wav"

    def __init__(self, contents: Contents, *args: Any) -> None:
        super().__init__(contents, *args)
        self._rate = _rate(contents)
        self._width = 4 * len(contents.signals)
        #: Samples of sound at which each stretch begins, and of all.
        self._starts, self._n = _starts(contents, self._rate)
        self._at = 0
        self._stretch = -1

    def left_out(self) -> list[str]:
        """Nearly everything that is no sound."""
        told = [
            "WAV holds no times, names, units, states or epochs.",
            "In WAV, gaps and missing values are silence (0).",
        ]
        if self.contents.sample_type == "float64":
            told.append("WAV holds values as float32: 7 digits.")
        if any(b.begin < a.end for a, b in _pairs(self.contents)):
            told.append("Where the clock was set back, the stretches follow one another in WAV.")
        return told

    def begin(self) -> Iterator[bytes]:
        """The header: all sizes are known, since gaps are filled."""
        size = self._n * self._width
        lanes = len(self.contents.signals)
        sound = struct.pack(
            "<4sIHHIIHHH", b"fmt ", 18, FLOAT, lanes, self._rate, self._rate * self._width,
            self._width, 32, 0,
        )  # fmt: skip
        sound += struct.pack("<4sII", b"fact", 4, min(self._n, _TOO_LONG))
        whole = 4 + len(sound) + 8 + size
        if whole <= _TOO_LONG:
            yield struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + sound
            yield struct.pack("<4sI", b"data", size)
            return
        yield struct.pack("<4sI4s", b"RF64", _TOO_LONG, b"WAVE")
        yield struct.pack("<4sIQQQI", b"ds64", 28, whole + 36, size, self._n, 0) + sound
        yield struct.pack("<4sI", b"data", _TOO_LONG)

    def stretch(self, stretch: Stretch) -> Iterator[bytes]:
        """Silence until it begins."""
        self._stretch += 1
        return self._silence(self._starts[self._stretch])

    def piece(self, stretch: Stretch, piece: Piece) -> Iterator[bytes]:
        """Silence until the piece begins, and its sound."""
        yield from self._silence(self._starts[self._stretch] + piece.sample - stretch.first)
        sound = np.zeros((piece.n, len(self.contents.signals)), "<f4")
        with np.errstate(over="ignore"):
            sound[:, self.contents.places(stretch)] = piece.values.T
        np.nan_to_num(sound, copy=False)
        self._at += piece.n
        yield sound.tobytes()

    def end(self) -> Iterator[bytes]:
        """Silence until the last stretch ends."""
        return self._silence(self._n)

    def _silence(self, until: int) -> Iterator[bytes]:
        while self._at < until:
            n = min(SILENCE, until - self._at)
            self._at += n
            yield bytes(n * self._width)


def _rate(contents: Contents) -> int:
    """The one whole rate in Hz of all stretches. Raises ConfigurationError."""
    rates = [stretch.rate for stretch in contents.stretches]
    if any(stretch.clock == "timed" for stretch in contents.stretches):
        raise ConfigurationError(
            "WAV has one rate, and the samples of this recording have times of their own: choose "
            "Parquet, NPZ or CSV."
        )
    for stretch in contents.stretches:
        if stretch.rate != rates[0]:
            moment = stretch.begin / _NANOSECONDS
            raise ConfigurationError(
                f"WAV has one rate, and that of this recording changes from {rates[0]:,.10g} to "
                f"{stretch.rate:,.10g} Hz at the unix second {moment:.6f}: export until then "
                "(--to) or from there on (--from)."
            )
    rate = round(rates[0]) if rates else 0
    if rates and (rate != rates[0] or not 1 <= rate < 2**32):
        raise ConfigurationError(
            f"WAV has a whole number of samples a second, and this recording has {rates[0]:g} Hz: "
            "choose Parquet, NPZ or CSV."
        )
    if len(contents.signals) * 4 * rate > _TOO_LONG:
        raise ConfigurationError("So many signals at this rate are more than WAV can say.")
    return rate


def _pairs(contents: Contents) -> Iterator[tuple[Stretch, Stretch]]:
    return pairwise(contents.stretches)


def _starts(contents: Contents, rate: int) -> tuple[list[int], int]:
    """Where each stretch begins in the sound, by its time, but never before the former ended."""
    starts: list[int] = []
    at = 0
    origin = contents.stretches[0].begin if contents.stretches else 0
    for stretch in contents.stretches:
        due = round((stretch.begin - origin) * rate / _NANOSECONDS)
        starts.append(max(at, due))
        at = starts[-1] + stretch.next - stretch.first
    return starts, at
