"""Frames as CSV: sample index, unix time in seconds, and the value of each signal."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator

import numpy as np
import orjson

from waves.exports import Export
from waves.protocol.frames import Frame
from waves.protocol.plaintext import is_control, is_unseen

#: Fields that are written at a time, about a millisecond; a line's own cost is that of six.
FIELDS, LINE = 4096, 6
#: What begins a formula in one spreadsheet or another.
_SIGNS = "=+-@"


class CsvExport(Export):
    """A heading, then a line for each sample or column. A missing value is an empty field.

    Values are written with the fewest digits that read back as the same number.
    """

    content_type = "text/csv; charset=utf-8"

    def head(self) -> bytes:
        """The first line: names with their units; min and max of each signal for columns."""
        names = ["sample", "time (s)"]
        for signal in self.signals:
            unit = f" ({signal['unit']})" if signal["unit"] else ""
            kinds = (" min", " max") if self.columns else ("",)
            names += [plain(f"{signal['name']}{kind}{unit}") for kind in kinds]
        text = io.StringIO()
        csv.writer(text).writerow(names)
        return text.getvalue().encode()

    def pieces(self, frame: Frame) -> Iterator[bytes]:
        """The lines of a frame, some at a time."""
        index = frame.sample + np.arange(frame.n) * frame.stride
        times = frame.t0 + (np.arange(frame.n) * frame.dt if frame.times is None else frame.times)
        values = frame.values
        if frame.maxima is not None:
            values = np.stack((values, frame.maxima), axis=1).reshape(-1, frame.n)
        step = max(1, FIELDS // (LINE + len(values)))
        for first in range(0, frame.n, step):
            some = slice(first, first + step)
            text = orjson.dumps(
                np.ascontiguousarray(values[:, some].T), option=orjson.OPT_SERIALIZE_NUMPY
            )
            lines = text.decode().replace("null", "")[2:-2].split("],[")
            stamped = zip(index[some].tolist(), times[some].tolist(), lines, strict=True)
            yield "".join(f"{i},{t:.6f},{line}\r\n" for i, t, line in stamped).encode()


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line.

    They look past what is not seen, some take full-width signs (U+FF1D …) for the plain ones, and
    some begin a cell at a semicolon.
    """
    line = "".join(" " if is_control(character) else character for character in text)
    return ";".join(f"'{cell}" if _is_formula(cell) else cell for cell in line.split(";"))


def _is_formula(cell: str) -> bool:
    seen = next((character for character in cell if not is_unseen(character)), "")
    return seen != "" and unicodedata.normalize("NFKC", seen)[0] in _SIGNS
