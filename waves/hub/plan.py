"""What a view is sent of a stream: samples, columns or sweeps."""

from __future__ import annotations

from typing import NamedTuple

from waves.hub.kept import Kept
from waves.protocol.messages import View

#: Beyond this many values in a window a page can use columns only (its ring's bound).
MAX_WINDOW_VALUES = 4_000_000
#: Nor is a sweep longer than this: 4 MB of float32. It comes whole, however long that takes.
MAX_SWEEP_VALUES = 1_000_000
#: Indices are 53 bits; no window is so long that a column needs more than this.
MAX_STRIDE = 2**30


class Plan(NamedTuple):
    """What a view is sent: ``samples``, ``columns`` of ``stride`` samples, or ``sweeps``."""

    mode: str
    stride: int


def plan(kept: Kept, view: View) -> Plan:
    """What a view of a stream is sent, by the rule of the protocol."""
    if kept.description is None:
        return Plan("samples", 1)
    history = kept.history
    mode, stride = plan_for(kept.rate, history.dtype.itemsize, history.signals, kept.window, view)
    if mode == "sweeps" and history.is_timed:
        return Plan("samples", 1)
    # A column is sent when it is complete, so all of it has to be kept until then.
    return Plan(mode, min(stride, 1 << ((history.size // 2).bit_length() - 1)))


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
