"""A part of a recording, as a file: what it holds first, and then piece by piece its bytes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from waves.exceptions import ConfigurationError
from waves.exports.files import FILES, FileExport
from waves.protocol.passage import Contents, Piece, Signals, Stretch, all_signals
from waves.recording.levels import Samples
from waves.recording.past import Past, Span

#: Stretches that one read of the database brings.
PAGE = 1000
#: Stretches of one file, at most: what is said of each is held in memory.
MOST_STRETCHES = 200_000


class NothingRecordedError(ConfigurationError):
    """Of what is asked for nothing is recorded."""


class Outgoing:
    """What is recorded of one stream from ``begin`` to ``end``, both included: nanoseconds since
    1970, None for all there is. All of it asks the database, and so runs in a thread.

    Raises ConfigurationError where there is nothing, or more than one file can say.
    """

    def __init__(
        self, past: Past, name: str, slug: str, begin: int | None = None, end: int | None = None
    ) -> None:
        self._past = past
        found = list(self._stretches(begin, end))
        self._spans = [span for span, _ in found]
        stretches = tuple(stretch for _, stretch in found)
        if not stretches:
            raise self._nothing(begin, end)
        self.contents = Contents(name, slug, all_signals(stretches), stretches)
        #: Samples up to which all was read, those that are missing among them; and those read.
        self.done = 0
        self.read = 0

    def _nothing(self, begin: int | None, end: int | None) -> ConfigurationError:
        if begin is not None and end is not None and begin > end:
            words = "The range ends before it begins: exchange from and to."
            return ConfigurationError(words)
        bounds = self._past.bounds()
        if bounds is None:
            return NothingRecordedError("Nothing is recorded of this stream.")
        since, until = (moment / 1e9 for moment in bounds)
        return NothingRecordedError(
            f"Nothing is recorded in this range: it is from {since:.3f} to {until:.3f} (unix)."
        )

    def _stretches(self, begin: int | None, end: int | None) -> Iterator[tuple[Span, Stretch]]:
        known: list[Signals] = []
        for number, span in enumerate(spans(self._past, begin, end)):
            if number >= MOST_STRETCHES:
                raise ConfigurationError(
                    f"There are more than {MOST_STRETCHES:,} epochs in this range: ask for less."
                )
            first, following = self._past.range_of(
                span,
                begin if begin is not None and begin > span.begin else None,
                end if end is not None and end < span.end else None,
            )
            if first < following:
                signals = self._signals(span, following - 1, known)
                yield span, self._stretch(span, first, following, signals)

    def _signals(self, span: Span, last: int, known: list[Signals]) -> Signals:
        """The signals as described last; the very list of the stretch before, where alike."""
        told = self._past.description(span.epoch, last)
        signals: Signals = tuple(_plain(signal) for signal in told["signals"]) if told else ()
        if not known or known[-1] != signals:
            known[:] = [signals]
        return known[-1]

    def _stretch(self, span: Span, first: int, following: int, signals: Signals) -> Stretch:
        begin = span.begin if first == span.first else self._past.label(span, first)
        whole = following == span.next
        end = span.end if whole else self._past.label(span, following - 1)
        return Stretch(
            span.epoch,
            first,
            following,
            begin,
            end,
            span.rate,
            span.clock,
            span.sample_type,
            span.why,
            signals,
        )

    def export(self, kind: str, spool: Path | None = None) -> FileExport:
        """A file of one format. Raises ConfigurationError where it cannot hold this."""
        if kind not in FILES:
            raise ConfigurationError(f"The format {kind!r:.40} is none of {', '.join(FILES)}.")
        return FILES[kind](self.contents, spool)

    def written(self, export: FileExport) -> Iterator[bytes]:
        """The bytes of the file. Some are empty, where more was read and none are written yet."""
        with contextlib.closing(export):
            yield from export.begin()
            before = 0
            for span, stretch in zip(self._spans, self.contents.stretches, strict=True):
                yield from export.stretch(stretch)
                for samples in self._past.samples(span, stretch.first, stretch.next):
                    yield from export.piece(stretch, piece_of(samples, span))
                    self.read += samples.n
                    self.done = before + samples.next - stretch.first
                    yield b""
                before += stretch.next - stretch.first
            self.done = before
            yield from export.end()

    def pieces(self) -> Iterator[tuple[Stretch, Piece]]:
        """The samples of each stretch, in order."""
        for span, stretch in zip(self._spans, self.contents.stretches, strict=True):
            for samples in self._past.samples(span, stretch.first, stretch.next):
                yield stretch, piece_of(samples, span)

    def damage(self) -> list[str]:
        """Sentences on what could not be read, once all was."""
        if not self._past.damaged:
            return []
        return [f"{self._past.damaged} damaged rows of the recording are missing in this file."]


def spans(past: Past, begin: int | None, end: int | None) -> Iterator[Span]:
    """All stretches of a range, oldest first, a page at a time."""
    seen: set[int] = set()
    at = begin
    while page := [span for span in past.spans(at, end, PAGE) if span.key not in seen]:
        seen.update(span.key for span in page)
        yield from page
        if len(page) < PAGE // 2:
            return
        at = page[-1].begin


def piece_of(samples: Samples, span: Span) -> Piece:
    """Samples of a row, with the label of each."""
    after = samples.times
    if after is None:
        after = np.rint(np.arange(samples.n) * span.dt).astype(np.int64)
    return Piece(samples.first, samples.t0 + after, samples.values)


def _plain(signal: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in signal.items() if value not in ("", None, {})} | {
        "unit": signal.get("unit", "")
    }
