"""A part of a stream's past on its way into a file, or out of one: stretches, and their samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.protocol.block import SAMPLE_TYPES, Values

Labels = NDArray[np.int64]
Signals = tuple[Mapping[str, Any], ...]

#: What names the facts of a recording within a file.
FACTS = "waves"
VERSION = 1
#: Columns that stand beside the signals: where a sample is, and when.
EPOCH, SAMPLE = "epoch", "sample"
#: What a stretch says of itself in a file, in this order; its signals by the place of their list.
_FIELDS = ("epoch", "first", "next", "begin", "end", "rate", "clock", "sample_type", "why")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples ``[first, next)`` of an epoch, gaps may be among them.

    ``begin`` and ``end`` are nanoseconds since 1970, ``rate`` is in Hz, ``signals`` are those of
    its description, in the order of its values.
    """

    epoch: int
    first: int
    next: int
    begin: int
    end: int
    rate: float
    clock: str
    sample_type: str
    why: str
    signals: Signals

    @property
    def dt(self) -> float:
        """Nanoseconds between two samples; 0 on a timed clock."""
        return 1e9 / self.rate if self.clock == "regular" else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Unbroken samples of a stretch from index ``sample`` on: ``values`` ``[signals, n]``, and the
    nanoseconds since 1970 of each."""

    sample: int
    labels: Labels
    values: Values

    @property
    def n(self) -> int:
        """Samples of a signal."""
        return int(self.values.shape[1])


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, known before its first sample. ``stretches`` are in the order of the file;
    ``signals`` are all of theirs, once for each key, as the newest stretch describes them."""

    name: str
    slug: str
    signals: Signals
    stretches: tuple[Stretch, ...]

    @property
    def n(self) -> int:
        """Samples of a signal, those that are missing in gaps among them."""
        return sum(stretch.next - stretch.first for stretch in self.stretches)

    @property
    def sample_type(self) -> str:
        """The type that holds the values of all stretches."""
        kinds = {stretch.sample_type for stretch in self.stretches}
        return "float64" if "float64" in kinds or not kinds else "float32"

    @property
    def dtype(self) -> np.dtype[Any]:
        """The same, as numpy calls it."""
        return SAMPLE_TYPES[self.sample_type]

    @property
    def bytes(self) -> int:
        """What all values, times and positions take, as numbers."""
        return self.n * (24 + len(self.signals) * self.dtype.itemsize)

    def places(self, stretch: Stretch) -> list[int]:
        """Where among all signals those of a stretch stand."""
        at = {signal["key"]: place for place, signal in enumerate(self.signals)}
        return [at[signal["key"]] for signal in stretch.signals]

    def columns(self) -> list[str]:
        """What the columns of the signals are called: their keys, with a ``_`` behind one that
        a column of ours has."""
        ours = {"time", "time_ns", EPOCH, SAMPLE, FACTS}
        taken = {signal["key"] for signal in self.signals}
        names = []
        for signal in self.signals:
            name = signal["key"]
            while name in ours or (name != signal["key"] and name in taken):
                name += "_"
            taken.add(name)
            names.append(name)
        return names


def all_signals(stretches: Iterable[Stretch]) -> Signals:
    """Each signal of some stretches once, as the last of them has it."""
    found: dict[str, Mapping[str, Any]] = {}
    seen: int = 0
    for stretch in stretches:
        if id(stretch.signals) != seen:  # most have the very list of the one before
            found.update({signal["key"]: signal for signal in stretch.signals})
            seen = id(stretch.signals)
    return tuple(found.values())


def facts(contents: Contents) -> bytes:
    """What a file says of its stretches, as JSON: with it everything can be given back."""
    lists: list[Signals] = []
    places: dict[int, int] = {}
    rows = []
    for stretch in contents.stretches:
        place = places.get(id(stretch.signals))
        if place is None:
            place = places[id(stretch.signals)] = _place(lists, stretch.signals)
        rows.append([*(getattr(stretch, field) for field in _FIELDS), place])
    told = {
        "version": VERSION,
        "name": contents.name,
        "slug": contents.slug,
        "columns": contents.columns(),
        "signals": list(contents.signals),
        "lists": [list(signals) for signals in lists],
        "fields": [*_FIELDS, "signals"],
        "stretches": rows,
    }
    return orjson.dumps(told)


def _place(lists: list[Signals], signals: Signals) -> int:
    if signals not in lists:
        lists.append(signals)
    return lists.index(signals)


def contents_of(told: bytes) -> Contents:
    """What a file says of its stretches. Raises IngestError."""
    try:
        found = orjson.loads(told)
        lists = [_signals(signals) for signals in found["lists"]]
        contents = Contents(
            str(found["name"]),
            str(found["slug"]),
            _signals(found["signals"]),
            tuple(_stretch(row, lists) for row in found["stretches"]),
        )
        for stretch in contents.stretches:
            contents.places(stretch)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise IngestError("What this file says of its recording cannot be read.") from None
    return contents


def _signals(told: Any) -> Signals:
    signals = tuple(dict(signal) for signal in told)
    for signal in signals:
        if not (isinstance(signal["key"], str) and isinstance(signal["name"], str)):
            raise ValueError
    return signals


def _stretch(row: Any, lists: list[Signals]) -> Stretch:
    epoch, first, following, begin, end = (int(value) for value in row[:5])
    rate, clock, kind, why = float(row[5]), row[6], row[7], str(row[8])
    known = clock in ("regular", "timed") and kind in SAMPLE_TYPES and rate > 0
    if not known or epoch < 0 or first < 0 or following < first:
        raise ValueError
    return Stretch(epoch, first, following, begin, end, rate, clock, kind, why, lists[row[9]])
