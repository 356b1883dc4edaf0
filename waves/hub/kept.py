"""What is kept of a stream: its description, its last samples, and what was made of them.

All of it is in sample indices. Who views it, and what they are sent, is told elsewhere: by plan,
viewer and live.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from waves.history.history import History
from waves.history.resizing import Resizing
from waves.hub.figures import Figures, Fresh
from waves.protocol import frames
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.description import Description
from waves.protocol.frames import Frame

#: What a frame adds to its values, in bytes: header and padding.
FRAMING = frames.HEADER.size + 7
_NOTHING = np.dtype("<f4")
#: Of a stream that is recorded at least so many seconds are kept: a recorder writes every 3 s, and
#: between what it has written and what memory has nothing is to be missing.
RECORDED_SECONDS = 8.0

#: Made frames and messages of one tick that a stream keeps for others: they are the same for
#: those who are up to date; those who are behind may each need their own, so there is a bound.
SHARED_BYTES = 8 * 1024 * 1024


class Shared:
    """What was made for one viewer and serves others, until the stream has more."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        self._bytes = 0

    def get(self, key: Any) -> Any:
        """What was made, or None."""
        return self._made.get(key)

    def put(self, key: Any, made: Any, size: int) -> None:
        """Keep what was made, of ``size`` bytes, if there is room."""
        if self._bytes + size <= SHARED_BYTES:
            self._made[key] = made
            self._bytes += size

    def clear(self) -> None:
        """The stream has more: what was made is old."""
        if self._made:
            self._made.clear()
            self._bytes = 0


class Piece(NamedTuple):
    """Samples ``[first, last)`` of an epoch of a stream, at a stride, as one frame."""

    kept: Kept
    epoch: int
    stride: int
    first: int
    last: int
    flags: int

    @property
    def bytes(self) -> int:
        """The size of its frame."""
        columns = (self.last - self.first) // self.stride
        return FRAMING + columns * self.kept.column_bytes(self.stride)


class Kept:
    """What a process keeps of a stream. ``history`` is empty until a description was heard."""

    def __init__(self, handle: int, fresh: Fresh | None = None) -> None:
        self.handle = handle
        #: What clients call it: from the description, or from the database where none was heard.
        self.slug = ""
        self.description: Description | None = None
        self.history = History(0, 1, _NOTHING, 1)
        self.shared = Shared()
        self.figures = Figures()
        #: Of whoever hands frames to sockets.
        self._fresh: Fresh = [] if fresh is None else fresh
        #: What this hub lacks is being read: who joins meanwhile is sent nothing before that.
        self.filling = False
        self._resizing: Resizing | None = None

    def begin_epoch(self, description: Description) -> None:
        """Take the description of a new epoch: history is emptied."""
        self.description = description
        self.shared.clear()
        self._resizing = None
        dtype = SAMPLE_TYPES[description["sample_type"]]
        timed = description["clock"] == "timed"
        signals = max(1, len(description["signals"]))
        capacity = _capacity(description)
        self.history = History(description["epoch"], signals, dtype, capacity, timed=timed)

    def edit(self, description: Description) -> None:
        """The epoch is described anew: where history's length was edited, keep what fits."""
        old, self.description = self.description, description
        if old is not None and _seconds(old) != _seconds(description):
            self._resizing = Resizing(self.history, _capacity(description))
            self._resize()

    def _resize(self) -> None:
        if self._resizing is not None and self._resizing.step():
            self.history, self._resizing = self._resizing.new, None

    def accept(self, frame: Frame) -> SampleBlock | None:
        """The frame's block, or None where it does not belong to this epoch as described."""
        history = self.history
        fits = (
            self.description is not None
            and frame.epoch == history.epoch
            and frame.maxima is None
            and frame.values.shape[0] == history.signals
            and frame.values.dtype == history.dtype
            and (frame.times is not None) == history.is_timed
        )
        if not fits:
            return None
        return SampleBlock(frame.epoch, frame.sample, frame.t0, frame.dt, frame.values, frame.times)

    def append(self, block: SampleBlock) -> int:
        """Add a block to the history; return how many samples are missing before it."""
        self.shared.clear()
        missing = self.history.append(block)
        self._resize()
        return missing

    @property
    def rate(self) -> float:
        """Samples per second and signal: as described, in Hz (0 before that)."""
        return self.description["rate"] if self.description is not None else 0.0

    @property
    def window(self) -> float:
        """The window in seconds that the description proposes (1 before that)."""
        return self.description["window"] if self.description is not None else 1.0

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample of all signals."""
        return self.history.signals * self.history.dtype.itemsize

    def column_bytes(self, stride: int) -> int:
        """Bytes of a column of all signals in a frame (of a sample, where the stride is 1)."""
        time = 8 if self.history.is_timed else 0
        return self.sample_bytes * min(stride, 2) + time

    # At a stride: everything in sample indices.

    def end(self, stride: int) -> int:
        """The end of what can be sent: of the samples, or of the last complete column."""
        return self.history.next // stride * stride

    def first(self, stride: int) -> int:
        """The oldest sample that is kept, or the first of the oldest column."""
        return self.history.first_column(stride) * stride

    def window_start(self, stride: int, seconds: float) -> int:
        """Where the last ``seconds`` begin, as far as they are kept."""
        return max(self.index_before(seconds) // stride * stride, self.first(stride))

    def run(self, stride: int, cursor: int, end: int) -> tuple[int, int]:
        """The first unbroken run of ``[cursor, end)``; ``(end, end)`` where all is missing."""
        whole = end // stride * stride
        return next(self.runs(stride, cursor, end), (whole, whole))

    def runs(self, stride: int, cursor: int, end: int) -> Iterator[tuple[int, int]]:
        """The unbroken runs of ``[cursor, end)``, of samples or of whole columns."""
        if stride == 1:
            return self.history.runs(cursor, end)
        runs = self.history.column_runs(stride, cursor // stride, end // stride)
        return ((first * stride, last * stride) for first, last in runs)

    def index_before(self, seconds: float) -> int:
        """The index that is ``seconds`` before the newest sample."""
        history = self.history
        if history.dt:
            return max(0, history.next - round(seconds / history.dt))
        if not history.started:
            return 0
        return history.index_at(history.t0(history.next - 1) - seconds)

    def fitting(self, stride: int, room: int) -> int:
        """Columns whose values fit into ``room`` bytes (at least one)."""
        history = self.history
        timed, envelope = history.is_timed, stride > 1
        most = frames.capacity(history.signals, history.dtype, timed=timed, envelope=envelope)
        return max(1, most * min(room, frames.MAX_PAYLOAD) // frames.MAX_PAYLOAD)

    def encoded(self, piece: Piece) -> bytes:
        """The bytes of a piece of this stream, made once a tick."""
        data: bytes | None = self.shared.get(piece)
        if data is None:
            data = frames.encode(self.frame(piece))
            self.shared.put(piece, data, len(data))
            self.note_fresh(piece)
        return data

    def note_fresh(self, piece: Piece) -> None:
        """A frame was made for sockets: once for all who are sent it. The past is not counted."""
        if not piece.flags:
            self._fresh.append((self.figures, self.history.t0(piece.last - 1)))

    def frame(self, piece: Piece) -> Frame:
        """The frame of a piece of this stream."""
        history, stride = self.history, piece.stride
        t0 = history.t0(piece.first)
        where: dict[str, Any] = {
            "handle": self.handle,
            "epoch": history.epoch,
            "sample": piece.first,
            "t0": t0,
            "dt": history.dt * stride,
            "flags": piece.flags,
        }
        if stride == 1:
            values = history.samples(piece.first, piece.last)
            return Frame(values=values, times=history.times(piece.first, piece.last), **where)
        a, b = piece.first // stride, piece.last // stride
        if piece.flags & frames.INCOMPLETE:
            minima, maxima = history.extremes(piece.first, piece.last)
        else:
            minima, maxima = history.envelope(stride, a, b)
        times = history.column_times(stride, a, b)
        return Frame(values=minima, maxima=maxima, stride=stride, times=times, **where)


def _capacity(description: Description) -> int:
    return int(description["rate"] * _seconds(description)) + 1


def _seconds(description: Description) -> float:
    history = description["history"]
    return max(history, RECORDED_SECONDS) if description.get("record") else history
