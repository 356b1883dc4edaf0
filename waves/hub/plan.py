"""What a view is sent of a stream: samples, columns or sweeps; and in which pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from waves.protocol import frames as wire
from waves.protocol.messages import View

if TYPE_CHECKING:
    from waves.hub.stream import LiveStream

#: Beyond this many values in a window a page can use columns only (its ring's bound).
MAX_WINDOW_VALUES = 4_000_000
#: Nor is a sweep longer than this: 4 MB of float32. It comes whole, however long that takes.
MAX_SWEEP_VALUES = 1_000_000
#: A viewer that was up to date and is now this far behind loses what it has not had.
BEHIND_SECONDS = 2.0
BEHIND_BYTES = 512 * 1024
#: Indices are 53 bits; no window is so long that a column needs more than this.
MAX_STRIDE = 2**30
#: As text a float32 takes up to six times its four bytes.
TEXT_FACTOR = 6
#: What a frame adds to its values, in bytes: header and padding.
FRAMING = wire.HEADER.size + 7


class Piece(NamedTuple):
    """Samples ``[first, last)`` of an epoch of a stream, at a stride, as one frame."""

    stream: LiveStream
    epoch: int
    stride: int
    first: int
    last: int
    flags: int


class Plan(NamedTuple):
    """What a view is sent: ``samples``, ``columns`` of ``stride`` samples, or ``sweeps``."""

    mode: str
    stride: int


def plan_for(rate: float, value_bytes: int, signals: int, window: float, view: View) -> Plan:
    """What a view of a stream is sent.

    Samples where they fit the budget and the page's ring; else, with a trigger, sweeps, where the
    budget allows at least one a second and one is not too long; else columns, of the largest power
    of two that still gives ``columns`` of them in the window. A ``free`` trigger prefers columns
    that fit.
    """
    if view.columns is None:
        return Plan("samples", 1)
    window = view.window or window
    per_second = rate * signals * value_bytes
    if per_second <= view.budget and window * rate * signals <= MAX_WINDOW_VALUES:
        return Plan("samples", 1)
    stride = column_stride(window * rate, view.columns)
    columns_per_second = per_second / stride * min(stride, 2)
    free = view.trigger is not None and view.trigger.mode == "free"
    prefers_columns = free and columns_per_second <= view.budget
    most = min(view.budget, MAX_SWEEP_VALUES * value_bytes)
    if view.trigger is not None and window * per_second <= most and not prefers_columns:
        return Plan("sweeps", 1)
    return Plan("samples" if stride == 1 else "columns", stride)


def column_stride(samples: float, columns: int) -> int:
    """The largest power of two that still makes ``columns`` columns of so many samples."""
    widest = max(1, int(samples / columns))
    return min(MAX_STRIDE, 1 << (widest.bit_length() - 1))


def message_room(*, as_json: bool) -> int:
    """How many bytes of frames one message to a socket may hold."""
    return wire.MAX_MESSAGE // (TEXT_FACTOR if as_json else 1)


def piece_bytes(piece: Piece) -> int:
    """The size of a piece's frame, in bytes."""
    history = piece.stream.history
    columns = (piece.last - piece.first) // piece.stride
    width = history.dtype.itemsize * (2 if piece.stride > 1 else 1)
    timed = 8 if history.is_timed else 0
    return FRAMING + columns * (history.signals * width + timed)
