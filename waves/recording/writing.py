"""Blocks of one stream, as steps of the store. Nothing here asks the database, or waits.

Of a stream's newest samples short rows are written as they come; 64 of them become one, and a row
of 4,096 samples replaces them all. So a slow stream's samples are written three times.
"""

from __future__ import annotations

import uuid

import numpy as np

from waves.protocol.block import SampleBlock
from waves.protocol.description import Description
from waves.recording import levels, store, words
from waves.recording.bytime import ROW, TIME_LEVELS, TimeFolding
from waves.recording.levels import NANOSECONDS, ROW_SAMPLES, Folding, Samples
from waves.recording.store import (
    Begin,
    Describe,
    DropTails,
    Fold,
    LevelRow,
    Reach,
    SampleRow,
    Seal,
    Step,
)

#: Short rows that become one.
MOST_TAILS = 64
#: A clock that goes back by more than this begins another stretch. In nanoseconds.
BACK = 1_000_000
#: The columns by time are written where so many times their own bytes have been recorded.
FOLD_EVERY = 2


def samples_of_block(block: SampleBlock) -> Samples:
    """A block with its times in nanoseconds."""
    times = None
    if block.times is not None:
        times = np.rint(block.times * NANOSECONDS).astype(np.int64)
    return Samples(block.sample, nanoseconds(block.t0), block.values, times)


def nanoseconds(seconds: float) -> int:
    """Unix seconds as nanoseconds: whole seconds exactly, the rest as float64 has it."""
    whole = int(seconds // 1)
    return whole * NANOSECONDS + round((seconds - whole) * NANOSECONDS)


class _Newest:
    """The samples of the row that is not full yet, and which of them stand in short rows."""

    def __init__(self, dt: float) -> None:
        self._dt = dt
        self.parts: list[Samples] = []
        #: How many of the parts stand in short rows, and how many of those rows are not joined.
        self._stored = 0
        self._tails = 0
        #: The first sample of the short rows that are not joined.
        self._from = 0

    def add(self, place: store.Place, samples: Samples) -> list[Step]:
        """Take samples; return the rows that they fill."""
        steps: list[Step] = []
        for piece in levels.split_at(samples, ROW_SAMPLES, self._dt):
            if self.parts and piece.first // ROW_SAMPLES != self.parts[0].first // ROW_SAMPLES:
                steps += self.close(place)
            self.parts.append(piece)
            if piece.next % ROW_SAMPLES == 0:
                steps += self.close(place)
        return steps

    def close(self, place: store.Place) -> list[Step]:
        """Nothing more comes into this row."""
        steps: list[Step] = []
        if self._stored:
            steps.append(DropTails(place, self.parts[0].first))
        steps += [SampleRow(place, part) for part in levels.joined(self.parts, self._dt)]
        self.parts, self._stored, self._tails = [], 0, 0
        return steps

    def flush(self, place: store.Place) -> list[Step]:
        """Short rows of what stands in none yet."""
        fresh = levels.joined(self.parts[self._stored :], self._dt)
        if not fresh:
            return []
        if not self._tails:
            self._from = fresh[0].first
        self.parts[self._stored :] = fresh
        self._stored = len(self.parts)
        self._tails += len(fresh)
        if self._tails <= MOST_TAILS:
            return [SampleRow(place, part, is_tail=True) for part in fresh]
        at = next(i for i, part in enumerate(self.parts) if part.first >= self._from)
        together = levels.joined(self.parts[at:], self._dt)
        self.parts[at:] = together
        self._stored, self._tails = len(self.parts), 0
        dropped: list[Step] = [DropTails(place, self._from)]
        return dropped + [SampleRow(place, part, is_tail=True) for part in together]


class _Stretch:
    """A stretch that is being written."""

    def __init__(self, place: store.Place, description: Description, first: Samples) -> None:
        self.place = place
        self.dt = levels.dt_of(description["rate"], description["clock"])
        self.newest = _Newest(self.dt)
        self.folding = Folding(first.values.shape[0], first.values.dtype, self.dt)
        self.next, self.end = first.first, first.t0
        self.size = 0
        self._reached = -1

    def add(self, samples: Samples) -> list[Step]:
        """Take unbroken samples; return the rows that they fill, at all levels."""
        steps = self.newest.add(self.place, samples)
        steps += [LevelRow(self.place, row) for row in self.folding.add(samples)]
        self.next, self.end = samples.next, samples.last_label(self.dt)
        self.size += samples.values.nbytes
        self.size += 0 if samples.times is None else samples.times.nbytes
        self.size += sum(s.columns.values.nbytes for s in steps if isinstance(s, LevelRow))
        return steps

    def flush(self) -> list[Step]:
        """Write the newest samples, and how far they reach."""
        if self._reached == self.next:
            return []
        steps = self.newest.flush(self.place)
        steps.append(Reach(self.place, self.next, self.end, self.size))
        self._reached, self.size = self.next, 0
        return steps


class StreamWriter:
    """What is recorded of one stream, in the order in which it comes: steps for the store.

    ``begin`` an epoch, ``add`` its blocks, ``end`` it; ``flush`` writes the newest samples.
    """

    def __init__(self, identity: str, stream: uuid.UUID, name: str) -> None:
        self._identity, self._stream, self.name = identity, stream, name
        self._description: Description | None = None
        self._stretch: _Stretch | None = None
        self._why = ""
        self._by_time = TimeFolding()
        self._place: store.Place | None = None
        #: Bytes that were recorded since the columns by time were written.
        self._unfolded = 0

    def begin(self, description: Description, why: str = "") -> list[Step]:
        """An epoch begins with the next block; ``why`` in words where the past cannot tell."""
        steps = self.end()
        self._description, self._why = description, why
        return steps

    def describe(self, description: Description) -> list[Step]:
        """The epoch is described otherwise from the next sample on."""
        self._description = description
        if self._stretch is None:
            return []
        return [Describe(self._stretch.place, description, self._stretch.next)]

    def add(self, blocks: list[SampleBlock]) -> list[Step]:
        """Take blocks of this epoch, in their order."""
        description = self._description
        if description is None:
            return []
        dt = levels.dt_of(description["rate"], description["clock"])
        steps: list[Step] = []
        for samples in levels.joined([samples_of_block(block) for block in blocks], dt):
            steps += self._take(description, samples, dt)
        return steps

    def _take(self, description: Description, samples: Samples, dt: float) -> list[Step]:
        steps: list[Step] = []
        stretch = self._stretch
        if stretch is not None and samples.t0 < stretch.end - BACK:
            steps += self._close()
            self._why = words.CLOCK_SET
            stretch = None
        if stretch is None:
            place = store.Place(self._identity, self._stream, self.name)
            self._place = place
            stretch = self._stretch = _Stretch(place, description, samples)
            steps.append(Begin(place, description, samples.first, samples.t0, self._why))
        steps += stretch.add(samples)
        self._by_time.add([signal["key"] for signal in description["signals"]], samples, dt)
        self._unfolded += samples.values.nbytes
        return steps

    def flush(self) -> list[Step]:
        """Write what was not written, and the columns by time where that is worth it."""
        steps = self._stretch.flush() if self._stretch is not None else []
        stored = len(self._by_time.rows) * len(TIME_LEVELS) * 2 * ROW * 8
        if self._unfolded > FOLD_EVERY * stored:
            steps += self._fold()
        return steps

    def _fold(self) -> list[Step]:
        if not self._by_time.rows or self._place is None:
            return []
        self._unfolded = 0
        return [Fold(self._place, self._by_time.take(), self._by_time.until)]

    def _close(self) -> list[Step]:
        if self._stretch is None:
            return []
        stretch, self._stretch = self._stretch, None
        return [*stretch.flush(), *self._fold(), Seal(stretch.place)]

    def end(self) -> list[Step]:
        """The epoch has ended: its levels are finished."""
        steps = self._close()
        self._description = None
        return steps
