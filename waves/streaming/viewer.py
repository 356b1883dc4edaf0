"""One subscription of one socket to one stream: a cursor into the hub's history."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from waves.streaming import messages, wire
from waves.streaming.messages import Position, View

if TYPE_CHECKING:
    from waves.streaming.connection import Connection
    from waves.streaming.stream import LiveStream

#: Beyond this many values in a window a page can use columns only (its ring's bound).
MAX_WINDOW_VALUES = 4_000_000
#: A viewer that was up to date and is now this far behind loses what it has not had.
BEHIND_SECONDS = 2.0
BEHIND_BYTES = 512 * 1024
#: Indices are 53 bits; no window is so long that a column needs more than this.
MAX_STRIDE = 2**30


class Piece(NamedTuple):
    """Samples ``[first, last)`` of an epoch of a stream, at a stride, as one frame."""

    stream: LiveStream
    epoch: int
    stride: int
    first: int
    last: int
    flags: int


def stride_for(rate: float, value_bytes: int, signals: int, window: float, view: View) -> int:
    """Samples per column for a view of a stream; 1 where it is sent the samples themselves.

    Samples where they fit the budget and the page's ring; else the largest power of two that
    still gives ``columns`` columns in the window.
    """
    if view.columns is None:
        return 1
    window = view.window or window
    fits = rate * signals * value_bytes <= view.budget
    if fits and window * rate * signals <= MAX_WINDOW_VALUES:
        return 1
    samples = window * rate / view.columns
    return min(MAX_STRIDE, 1 << max(0, int(math.log2(max(1.0, samples)))))


class Viewer:
    """A cursor, and a count of what this viewer lost.

    ``cursor`` is the next sample to send (a multiple of ``stride``), or None until the stream has
    a sample. Positions below ``past`` answer the last ``subscribe`` or ``view``.
    """

    __slots__ = (
        "_since",
        "caught_up",
        "connection",
        "cursor",
        "epoch",
        "lost",
        "past",
        "stream",
        "stride",
        "view",
    )

    def __init__(self, stream: LiveStream, connection: Connection, view: View) -> None:
        self.stream = stream
        self.connection = connection
        self.view = view
        self.stride = 1
        self.cursor: int | None = None
        self.epoch = -1
        self.past = 0
        self.lost = 0
        self.caught_up = False
        self._since: Position | None = None

    def place(self, since: Position | None = None) -> None:
        """Answer a view: put the cursor at the start of its window, or at what it lacks."""
        stream = self.stream
        description = stream.description
        if description is None or (not stream.history.started and description["state"] == "live"):
            self._since, self.cursor = since, None
            return
        history = stream.history
        self.stride = stream.stride_for(self.view)
        self.epoch = history.epoch
        self.caught_up = False
        end = stream.end(self.stride)
        begin = min(end, self._window_start())
        if since is not None:
            begin = self._rejoin(since, begin, end)
        self.cursor = begin
        self.past = end
        mode = "samples" if self.stride == 1 else "columns"
        handle = stream.handle
        self.connection.say(
            messages.view(handle, self.epoch, self.stride, mode, begin, max(begin, end))
        )

    def _window_start(self) -> int:
        history, window = self.stream.history, self.view.window
        if window is None:
            return self.stream.end(self.stride)
        first = max(history.first, self.stream.index_before(window))
        if self.stride == 1:
            return first
        column = max(first // self.stride, history.first_column(self.stride))
        return column * self.stride

    def _rejoin(self, since: Position, begin: int, end: int) -> int:
        """The cursor of a viewer that lacks what begins at ``since``; says what is gone."""
        if since.epoch != self.epoch:
            self._say_gap(since.epoch, since.sample, None, "a new epoch began")
            return begin
        # Columns are sent whole: the one that was incomplete is sent again.
        sample = since.sample // self.stride * self.stride
        if sample > end:
            return end
        first = self.stream.first(self.stride)
        if sample < first:
            self.lost += first - since.sample
            self._say_gap(self.epoch, since.sample, first - 1, "no longer kept")
            return first
        return sample

    def first_frame(self) -> None:
        """The stream has its first sample: place a cursor that waited for it."""
        if self.cursor is None:
            since, self._since = self._since, None
            self.place(since)

    def new_epoch(self, lacking: int | None) -> None:
        """The stream begins a new epoch at index 0; ``lacking`` was the cursor in the old one."""
        if self.cursor is None:
            self.first_frame()
            return
        self._say_gap(self.epoch, lacking, None, "a new epoch began")
        self.epoch = self.stream.history.epoch
        self.stride = self.stream.stride_for(self.view)
        self.cursor = self.past = 0
        mode = "samples" if self.stride == 1 else "columns"
        self.connection.say(messages.view(self.stream.handle, self.epoch, self.stride, mode, 0, 0))

    @property
    def waiting(self) -> bool:
        """Whether there is something beyond the cursor."""
        return self.cursor is not None and self.cursor < self.stream.end(self.stride)

    def take(self, room: int) -> Piece | str | None:
        """The next frame of at most ``room`` bytes, or a gap message, or None when up to date."""
        stream, stride, cursor = self.stream, self.stride, self.cursor
        if cursor is None:
            return None
        end = stream.end(stride)
        if cursor >= end:
            self.caught_up = True
            return None
        lost_to = self._overtaken(cursor, end)
        if lost_to is not None:
            self.cursor = lost_to
            self.lost += lost_to - cursor
            reason = "too slow" if self.caught_up else "no longer kept"
            return self._gap_text(self.epoch, cursor, lost_to - 1, reason)
        first, last = stream.run(stride, cursor, end)
        if first > cursor:
            self.cursor = first
            self.lost += first - cursor
            return self._gap_text(self.epoch, cursor, first - 1, "missing")
        last = min(last, first + stride * stream.fitting(stride, room))
        flags = 0
        if first < self.past:
            last, flags = min(last, self.past), wire.ANSWER
        self.cursor = last
        return Piece(stream, self.epoch, stride, first, last, flags)

    def _overtaken(self, cursor: int, end: int) -> int | None:
        """Where the cursor has to go because what it points at is gone, or is too old."""
        stream = self.stream
        if self.caught_up and end - cursor > stream.most_behind(self.stride):
            return end
        first = stream.first(self.stride)
        return first if cursor < first else None

    def _say_gap(self, epoch: int, first: int | None, last: int | None, reason: str) -> None:
        self.connection.say(self._gap_text(epoch, first, last, reason))

    def _gap_text(self, epoch: int, first: int | None, last: int | None, reason: str) -> str:
        return messages.gap(self.stream.handle, epoch, first, last, reason, self.lost)
