"""A sheet as a recording: what its times say of rate, gaps and epochs is found first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.ingest import numpy_files
from waves.ingest.batch import MOST_SIGNALS
from waves.ingest.csv_text import TIME
from waves.ingest.table import CORRECTED_IN, EVEN, key_of, plain_rate, positions
from waves.ingest.whole.ours import NpzReading, ParquetReading
from waves.ingest.whole.reading import Reading, Rows
from waves.ingest.whole.sheets import CsvSheet, ParquetSheet, Sheet, TableSheet, WavSheet, moments
from waves.protocol.passage import Contents, Stretch, all_signals

#: Times before 1973 count from the beginning of the file, not from 1970.
LEAST_UNIX = 100_000_000 * 1_000_000_000
_NANOSECONDS = 1_000_000_000
#: Of intervals this long, in periods, a millionth may be the drift of a clock.
DRIFT = 1e-6
IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of a file beside what it says itself.

    ``rate`` in Hz: samples follow one another so. ``start``: when the first sample was, in
    nanoseconds since 1970. ``until`` is when a file without moments ended. ``epoch`` is the number
    of an epoch that has none.
    """

    name: str
    until: int
    epoch: int
    rate: float | None = None
    start: int | None = None


@dataclass(slots=True)
class _Run:
    """What was found of an epoch so far."""

    epoch: int
    first: int
    begin: int
    next: int
    end: int
    #: The median interval of the first part, in nanoseconds.
    period: float = 0.0
    intervals: int = 0
    odd: int = 0
    gaps: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


class SheetReading(Reading):
    """A file of others, or CSV of ours, which has positions beside its times.

    Without positions a regular clock is one whose intervals are whole periods: of more than one
    period, samples are missing. All others are timed.
    """

    def __init__(self, sheet: Sheet, wanted: Wanted) -> None:
        self._sheet, self._wanted = sheet, wanted
        names = [column.name for column in sheet.columns]
        self._time = next((k for k, name in enumerate(names) if TIME.fullmatch(name)), None)
        self._beside = positions(names, self._time)
        used = (self._time, *self._beside)
        self._signals = [k for k in range(len(names)) if k not in used]
        if wanted.rate is not None:
            self._time, self._beside = None, []
        rate = wanted.rate or sheet.rate
        if self._time is None and not rate:
            raise IngestError("This file has no column of times: say --rate, in Hz.")
        if not 1 <= len(self._signals) <= MOST_SIGNALS:
            raise IngestError(
                f"There are {len(self._signals)} columns of values: 1 to {MOST_SIGNALS} are read."
            )
        self._rate = rate
        self._runs: list[_Run] = []
        self._scan()
        self._shift = self._start() - self._runs[0].begin
        signals = tuple(self._described())
        stretches = tuple(self._stretch(run, signals) for run in self._runs)
        self.contents = Contents(wanted.name, "", all_signals(stretches[:1]), stretches)
        self.tolerance = self._off(stretches)

    def _off(self, stretches: Sequence[Stretch]) -> int:
        """Times of floats are as coarse as that; our own are not."""
        return 1 if self._beside else max(1, int(EVEN * min(s.dt for s in stretches)))

    def _described(self) -> Iterator[Mapping[str, Any]]:
        states = self._sheet.states()
        taken: list[str] = []
        for place in self._signals:
            column = self._sheet.columns[place]
            key = key_of(column.name, taken)
            taken.append(key)
            signal: dict[str, Any] = {"key": key, "name": column.name, "unit": column.unit}
            if states[place]:
                signal |= {"line": "step"}
                signal |= {"states": {str(code): name for code, name in states[place].items()}}
            yield signal

    def _scan(self) -> None:
        n = 0
        for part in self._sheet.parts():
            if self._time is None:
                n += len(part[self._signals[0]])
                continue
            self._look(part, self._labels(part))
        if self._time is None and n:
            last = round((n - 1) * _NANOSECONDS / self._rate)
            self._runs = [_Run(self._wanted.epoch, 0, 0, n, last)]
        if not self._runs:
            raise IngestError("There is no sample in this file.")

    def _labels(self, part: list[NDArray[Any]]) -> NDArray[np.int64]:
        assert self._time is not None  # noqa: S101
        return moments(self._sheet.columns[self._time], part[self._time])

    def _positions(
        self, part: list[NDArray[Any]], n: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
        """The epoch of each row, and its index where the file has one."""
        found = [_whole(part[place]) for place in self._beside]
        epochs = np.full(n, self._wanted.epoch, np.int64) if len(found) < 2 else found[0]
        return epochs, found[-1] if found else None

    def _look(self, part: list[NDArray[Any]], labels: NDArray[np.int64]) -> None:
        epochs, index = self._positions(part, len(labels))
        bounds = [0, *(np.flatnonzero(np.diff(epochs)) + 1).tolist(), len(labels)]
        for a, b in pairwise(bounds):
            if a < b:
                own = None if index is None else index[a:b]
                self._look_at(int(epochs[a]), labels[a:b], own)

    def _look_at(
        self, epoch: int, labels: NDArray[np.int64], index: NDArray[np.int64] | None
    ) -> None:
        run = self._runs[-1] if self._runs and self._runs[-1].epoch == epoch else None
        if run is None:
            if any(other.epoch == epoch for other in self._runs):
                raise IngestError(f"The lines of epoch {epoch} do not stand together.")
            first = 0 if index is None else int(index[0])
            run = _Run(epoch, first, int(labels[0]), first + 1, int(labels[0]))
            self._runs.append(run)
            times, places = labels, index
        else:
            times = np.concatenate(([run.end], labels))
            places = None if index is None else np.concatenate(([run.next - 1], index))
        self._compare(run, np.diff(times), None if places is None else np.diff(places))
        run.end = int(labels[-1])

    def _compare(self, run: _Run, gaps: NDArray[np.int64], steps: NDArray[np.int64] | None) -> None:
        """Whether these intervals are whole periods; ``steps`` are those of the index."""
        if steps is not None and (steps < 1).any():
            raise IngestError(f"The sample index of epoch {run.epoch} goes back.")
        if steps is None and (gaps < 0).any():
            raise IngestError("The times go back in this file.")
        if not run.period and gaps.size:
            each = gaps if steps is None else gaps / steps
            run.period = float(np.median(each)) or 1.0
        if not gaps.size:
            return
        whole = np.maximum(1, np.rint(gaps / run.period)) if steps is None else steps
        off = np.abs(gaps - whole * run.period)
        allowed = EVEN * run.period + np.maximum(1.0, DRIFT * np.abs(gaps))
        run.odd += int((off > allowed).sum())
        run.intervals += gaps.size
        run.next += int(whole.sum())

    def _start(self) -> int:
        """When the first sample was."""
        first, last = self._runs[0], self._runs[-1]
        if self._wanted.start is not None:
            return self._wanted.start
        if self._time is not None and first.begin >= LEAST_UNIX:
            return first.begin
        return self._wanted.until - (last.end - first.begin)

    def _is_regular(self, run: _Run) -> bool:
        if self._time is None:
            return True
        few = run.odd * CORRECTED_IN <= run.intervals if self._beside else not run.odd
        return few and (run.period > 1.0 or run.intervals == 0)

    def _stretch(self, run: _Run, signals: tuple[Mapping[str, Any], ...]) -> Stretch:
        rate = self._rate or _NANOSECONDS
        if self._time is not None:
            rate = plain_rate(_NANOSECONDS / (run.period or _NANOSECONDS), 10_000)
        is_regular = self._is_regular(run)
        if not is_regular and not self._beside:
            run.next = run.first + run.intervals + 1
        kinds = {self._sheet.columns[place].kind for place in self._signals}
        return Stretch(
            run.epoch,
            run.first,
            run.next,
            run.begin + self._shift,
            run.end + self._shift,
            rate,
            "regular" if is_regular else "timed",
            "float32" if kinds == {"float32"} else "float64",
            IMPORTED,
            signals,
        )

    def rows(self) -> Iterator[Rows]:
        """Parts of the sheet, with the positions of their rows."""
        done = 0
        last: tuple[int, int] | None = None
        for part in self._sheet.parts():
            values = np.array([part[place] for place in self._signals], self.contents.dtype)
            n = values.shape[1]
            if self._time is None:
                index = np.arange(done, done + n)
                labels = self._runs[0].begin + np.rint(index * (_NANOSECONDS / self._rate))
                yield self._row(np.full(n, self._wanted.epoch), index, labels, values)
                done += n
                continue
            labels = self._labels(part)
            epochs, own = self._positions(part, n)
            if own is None:
                own, last = self._counted(labels, last)
            yield self._row(epochs, own, labels, values)

    def _row(
        self, epochs: NDArray[Any], index: NDArray[Any], labels: NDArray[Any], values: NDArray[Any]
    ) -> Rows:
        moved = labels.astype(np.int64) + self._shift
        return Rows(epochs.astype(np.int64), index.astype(np.int64), moved, values)

    def _counted(
        self, labels: NDArray[np.int64], last: tuple[int, int] | None
    ) -> tuple[NDArray[np.int64], tuple[int, int]]:
        """The index of each row: on a regular clock by its periods, on a timed one counted."""
        run = self._runs[0]
        begin = run.begin if last is None else last[1]
        gaps = np.diff(labels, prepend=begin)
        steps: NDArray[Any] = np.ones(len(labels), np.int64)
        if self.contents.stretches[0].clock == "regular":
            steps = np.maximum(1, np.rint(gaps / (run.period or 1.0))).astype(np.int64)
        index = np.cumsum(steps) + (-1 if last is None else last[0])
        if last is None:
            index -= index[0]
        return index, (int(index[-1]), int(labels[-1]))


def _whole(column: NDArray[Any]) -> NDArray[np.int64]:
    if column.dtype.kind == "f" and not np.isfinite(column).all():
        raise IngestError("An epoch or a sample index is missing.")
    return column.astype(np.int64)


def open_file(path: Path, wanted: Wanted) -> Reading:
    """A file of any format that is read, told by its first bytes. Raises IngestError, OSError."""
    with path.open("rb") as file:
        begin = file.read(1024)
    if begin.startswith(b"PAR1"):
        return ParquetReading.of(path) or SheetReading(ParquetSheet(path), wanted)
    if begin.startswith(b"PK\x03\x04"):
        return NpzReading.of(path) or SheetReading(TableSheet(path), wanted)
    if begin.startswith((b"RIFF", b"RF64")):
        return SheetReading(WavSheet(path), wanted)
    if begin.startswith(numpy_files.MAGIC):
        return SheetReading(TableSheet(path), wanted)
    if b"\0" in begin and not begin.startswith(b"\x1f\x8b"):
        raise IngestError("This is no CSV, WAV, NPY, NPZ or Parquet file.")
    try:
        return SheetReading(CsvSheet(path), wanted)
    except UnicodeDecodeError:
        raise IngestError("This is no UTF-8: save it as CSV UTF-8.") from None
