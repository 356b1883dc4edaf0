"""Frames as CSV: sample index, time in seconds, and the value of each signal."""

from __future__ import annotations

import csv
import io
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import numpy as np
import orjson
from numpy.typing import NDArray

from waves.exports import Epoch, Export
from waves.protocol.frames import BY_TIME, INCOMPLETE, Frame
from waves.protocol.plaintext import is_control, is_unseen

#: Fields that are written at a time, about a millisecond; a line's own cost is that of six.
FIELDS, LINE = 4096, 6
#: Decimals of a time, at least: microseconds.
LEAST_DECIMALS = 6
#: Decimals of unix seconds, at most: today a float64 tells 0.24 µs apart.
UNIX_DECIMALS = 7
#: A label that differs by less from the line of the frame before is on that line.
SAME_LABEL = 1e-6
#: What begins a formula in one spreadsheet or another.
_SIGNS = "=+-@"


def needs_relative_times(t0: float, dt: float) -> bool:
    """Whether unix seconds near ``t0`` do not tell samples apart that are ``dt`` seconds apart."""
    return 0.0 < dt < 8 * math.ulp(t0)


def time_decimals(dt: float, *, relative: bool) -> int:
    """Decimals of times that are ``dt`` seconds apart (0: at any moment): a thousandth of it."""
    most = UNIX_DECIMALS if dt == 0.0 or not relative else 15
    needed = UNIX_DECIMALS if dt == 0.0 else 3 + math.ceil(-math.log10(dt) - 1e-9)
    return min(most, max(LEAST_DECIMALS, needed))


class CsvExport(Export):
    """A heading, then a line for each sample or column. A missing value is an empty field.

    Values are written with the fewest digits that read back as the same number, and as the name of
    their state where they have one. Times are unix seconds; where these cannot tell samples apart,
    seconds after the first, which the heading names. A column says whether it is ``complete``.
    Where epochs are crossed a line that begins with ``#`` says so, and a heading follows where that
    changes.
    """

    content_type = "text/csv; charset=utf-8"
    #: What stands before the heading, between fields, and before decimals.
    mark: ClassVar[str] = ""
    separator: ClassVar[str] = ","
    point: ClassVar[str] = "."

    def __init__(self, signals: Iterable[Mapping[str, Any]], *, columns: bool) -> None:
        super().__init__(signals, columns=columns)
        self._names = self._state_names()
        self._local = str.maketrans({",": self.separator, ".": self.point})
        #: Sample, label and relative time of the last frame's beginning.
        self._line: tuple[int, float, float] | None = None
        self._heading = ""

    def _state_names(self) -> list[dict[str, str]]:
        """The names of each value's states, by the number as it is written."""
        return [
            {f"{float(code)}": quoted(plain(name)) for code, name in _states(signal).items()}
            for signal in self.signals
            for _ in range(2 if self.columns else 1)
        ]

    @property
    def _is_relative(self) -> bool:
        return self.t0 is not None and needs_relative_times(self.t0, self.dt)

    def head(self) -> bytes:
        """The first line: names with their units; min and max of each signal for columns."""
        self._heading = self._line_of_names()
        return (self.mark + self._heading).encode()

    def begin(self, epoch: Epoch) -> bytes:
        """A line that names the epoch, and the heading anew where it is another one."""
        super().begin(epoch)
        if not self.crosses:
            return b""
        self._names, self._line = self._state_names(), None
        began = datetime.fromtimestamp(epoch.since, UTC).isoformat(timespec="milliseconds")
        why = f": {plain(epoch.why)}" if epoch.why else ""
        line = f"# epoch {epoch.number} from {began.replace('+00:00', 'Z')}{why}\r\n"
        former, self._heading = self._heading, self._line_of_names()
        return (line + (self._heading if self._heading != former else "")).encode()

    def _line_of_names(self) -> str:
        since = f" after {self.t0:.{UNIX_DECIMALS}f}" if self._is_relative else ""
        names = ["sample", f"time (s{since})"]
        for signal in self.signals:
            unit = f" ({signal['unit']})" if signal["unit"] else ""
            kinds = (" min", " max") if self.columns else ("",)
            names += [plain(f"{signal['name']}{kind}{unit}") for kind in kinds]
        if self.columns:
            names.append("complete")
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator).writerow(names)
        return text.getvalue()

    def pieces(self, frame: Frame) -> Iterator[bytes]:
        """The lines of a frame, some at a time."""
        index: list[Any] = (frame.sample + np.arange(frame.n) * frame.stride).tolist()
        if frame.flags & BY_TIME:  # of no epoch: they have no index
            index = [""] * frame.n
        times, decimals = self._times(frame), time_decimals(frame.dt, relative=self._is_relative)
        values = frame.values
        if self.columns or frame.maxima is not None:
            # A slow epoch beside a fast one has columns of one sample.
            maxima = values if frame.maxima is None else frame.maxima
            values = np.stack((values, maxima), axis=1).reshape(-1, frame.n)
        complete = f",{int(not frame.flags & INCOMPLETE)}" if self.columns else ""
        step = max(1, FIELDS // (LINE + len(values)))
        for first in range(0, frame.n, step):
            some = slice(first, first + step)
            stamped = zip(
                index[some], times[some].tolist(), self._rows(values[:, some]), strict=True
            )
            stamps = ((f"{i},{t:.{decimals}f},", row) for i, t, row in stamped)
            yield "".join(
                f"{stamp.translate(self._local)}{row}{complete.translate(self._local)}\r\n"
                for stamp, row in stamps
            ).encode()

    def _times(self, frame: Frame) -> NDArray[np.float64]:
        passed: NDArray[np.float64] = np.arange(frame.n, dtype=np.float64) * frame.dt
        if frame.times is not None:
            passed = frame.times
        if not self._is_relative or self.t0 is None:
            return passed + frame.t0
        # By index from the frame before, as long as it goes on: labels are too coarse.
        start = frame.t0 - self.t0
        if self._line is not None:
            sample, t0, relative = self._line
            later = (frame.sample - sample) * frame.dt / frame.stride
            if abs(frame.t0 - t0 - later) < SAME_LABEL:
                start = relative + later
        self._line = (frame.sample, frame.t0, start)
        return passed + start

    def _rows(self, values: NDArray[Any]) -> list[str]:
        """The values of each line, as text."""
        text = orjson.dumps(np.ascontiguousarray(values.T), option=orjson.OPT_SERIALIZE_NUMPY)
        rows = text.decode().replace("null", "")[2:-2]
        if not any(self._names):
            return rows.replace("],[", "\n").translate(self._local).split("\n")
        return [self._named(row.split(",")) for row in rows.split("],[")]

    def _named(self, fields: list[str]) -> str:
        named = zip(self._names, fields, strict=True)
        texts = (names.get(field) or field.translate(self._local) for names, field in named)
        return self.separator.join(texts)


class SheetExport(CsvExport):
    """CSV as spreadsheets open it: with a byte-order mark, so that they read °C and µ rightly."""

    content_type = "text/csv; charset=utf-8"
    ending = "csv"
    mark = "\ufeff"


class SheetCommaExport(SheetExport):
    """The same where a decimal comma is usual: fields are parted by semicolons."""

    separator, point = ";", ","


def _states(signal: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = signal.get("states") or {}
    return found


def quoted(text: str) -> str:
    """A field as CSV has it, whichever of both separators is used."""
    if not any(character in text for character in '",;\r\n'):
        return text
    return '"' + text.replace('"', '""') + '"'


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
