"""CSV of a whole recording: epoch, sample index, unix seconds, and the value of each signal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exports.csvtext import CsvExport, plain
from waves.exports.files import FileExport
from waves.protocol.passage import EPOCH, SAMPLE, Contents, Piece, Stretch

#: Lines that are written at a time: some two milliseconds.
LINES = 1024
_NANOSECONDS = 1_000_000_000


class _Rows(CsvExport):
    """Writes values as every CSV of ours has them."""

    def lines(self, values: NDArray[Any]) -> list[str]:
        """The values ``[signals, n]`` of ``n`` lines, as text."""
        return self._rows(values)


class CsvFile(FileExport):
    """A heading, then a line for each sample. A missing value is an empty field, a state is its
    name.

    Times have nine decimals: all that is recorded. A gap is seen by the index, which goes on by
    more than one.
    """

    content_type = "text/csv; charset=utf-8"

    def __init__(self, contents: Contents, *args: Any) -> None:
        super().__init__(contents, *args)
        self._lines = _Rows((), columns=False)

    def left_out(self) -> list[str]:
        """Rates, codes of states, and why an epoch began."""
        told = ["CSV holds no rate and no reason of an epoch; a gap shows as a step of the index."]
        if any(signal.get("states") for signal in self.contents.signals):
            told.append("CSV holds the names of states, and not their codes.")
        if len(self.contents.stretches) > 1:
            told.append(
                "CSV holds epochs as a number in each line; the clock may step between two."
            )
        return told

    def begin(self) -> Iterator[bytes]:
        """Names, with their units."""
        names = [EPOCH, SAMPLE, "time (s)"]
        for signal in self.contents.signals:
            unit = f" ({signal['unit']})" if signal.get("unit") else ""
            names.append(plain(f"{signal['name']}{unit}"))
        text = io.StringIO()
        csv.writer(text).writerow(_each_once(names))
        yield text.getvalue().encode()

    def stretch(self, stretch: Stretch) -> Iterator[bytes]:
        """Its own names of states hold for its lines."""
        own = {signal["key"]: signal for signal in stretch.signals}
        signals = [own.get(signal["key"], signal) for signal in self.contents.signals]
        self._lines = _Rows(signals, columns=False)
        return iter(())

    def piece(self, stretch: Stretch, piece: Piece) -> Iterator[bytes]:
        """Its lines, some at a time."""
        values = piece.values
        places = self.contents.places(stretch)
        if places != [*range(len(self.contents.signals))]:
            values = np.full((len(self.contents.signals), piece.n), np.nan, piece.values.dtype)
            values[places] = piece.values
        for at in range(0, piece.n, LINES):
            some = slice(at, at + LINES)
            rows = self._lines.lines(values[:, some])
            labels = piece.labels[some].tolist()
            begin = f"{stretch.epoch},"
            yield "".join(
                f"{begin}{index},{label // _NANOSECONDS}.{label % _NANOSECONDS:09d},{row}\r\n"
                for index, label, row in zip(
                    range(piece.sample + at, piece.sample + at + len(rows)),
                    labels,
                    rows,
                    strict=True,
                )
            ).encode()


def _each_once(names: list[str]) -> list[str]:
    """Headings of which no two are the same: with a number where one is."""
    found: list[str] = []
    for name in names:
        free, number = name, 2
        while free in found:
            free, number = f"{name} {number}", number + 1
        found.append(free)
    return found
