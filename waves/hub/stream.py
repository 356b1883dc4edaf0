"""One stream in a hub: its description, its history, and the viewers that it feeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from waves.dsp.trigger import TriggerSettings
from waves.history.history import History
from waves.history.resizing import Resizing
from waves.hub.plan import BEHIND_BYTES, BEHIND_SECONDS, Piece, Plan, plan_for
from waves.hub.search import Search
from waves.hub.sweeps import Finder, Sweeper
from waves.protocol import frames as wire
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.description import Description
from waves.protocol.frames import Frame
from waves.protocol.messages import View

if TYPE_CHECKING:
    from waves.hub.viewer import Viewer

_NOTHING = np.dtype("<f4")


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


class LiveStream:
    """What a hub holds of a stream. ``history`` is empty until a description was heard."""

    def __init__(
        self,
        handle: int,
        monotonic: Callable[[], float] = time.monotonic,
        search: Search | None = None,
    ) -> None:
        self.handle = handle
        self.description: Description | None = None
        #: What viewers were told where nobody had described it yet.
        self.fallback: Description | None = None
        #: What clients call it: from the description, or from the database where none was heard.
        self.slug = ""
        self.heard_at = monotonic()
        self.stale = False
        self.viewers: set[Viewer] = set()
        self.history = History(0, 1, _NOTHING, 1)
        self._resizing: Resizing | None = None
        self.shared = Shared()
        self._monotonic = monotonic
        #: Shared by all streams of a process, as the time to look is.
        self.search = search or Search(monotonic)
        self._finders: dict[TriggerSettings, Finder] = {}
        #: Frames of an old or unknown epoch, or that do not fit the description.
        self.dropped = 0

    def begin_epoch(self, description: Description) -> None:
        """Take the description of a new epoch: history is emptied."""
        self.shared.clear()
        for finder in self._finders.values():
            self.search.remove(finder)
        self._finders.clear()
        self._resizing = None
        dtype = SAMPLE_TYPES[description["sample_type"]]
        timed = description["clock"] == "timed"
        signals = max(1, len(description["signals"]))
        capacity = _capacity(description)
        self.history = History(description["epoch"], signals, dtype, capacity, timed=timed)

    def resize(self, description: Description) -> None:
        """History's length was edited: keep the epoch and what fits of its samples."""
        self._resizing = Resizing(self.history, _capacity(description))
        self._resize()

    def _resize(self) -> None:
        if self._resizing is not None and self._resizing.step():
            self.history, self._resizing = self._resizing.new, None

    def accept(self, frame: Frame) -> SampleBlock | None:
        """The frame's block, or None (counted) where it does not belong to this epoch."""
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
            self.dropped += 1
            return None
        return SampleBlock(frame.epoch, frame.sample, frame.t0, frame.dt, frame.values, frame.times)

    # What a viewer asks, at its stride: everything in sample indices.

    @property
    def rate(self) -> float:
        """Samples per second and signal: as described, in Hz (0 before that)."""
        return self.description["rate"] if self.description is not None else 0.0

    def plan(self, view: View) -> Plan:
        """What a view of this stream is sent, by the rule of the protocol."""
        description = self.description
        if description is None:
            return Plan("samples", 1)
        history = self.history
        mode, stride = plan_for(
            self.rate, history.dtype.itemsize, history.signals, description["window"], view
        )
        if mode == "sweeps" and history.is_timed:
            return Plan("samples", 1)
        # A column is sent when it is complete, so all of it has to be kept until then.
        return Plan(mode, min(stride, 1 << ((history.size // 2).bit_length() - 1)))

    def sweeper(self, viewer: Viewer) -> Sweeper | None:
        """What chooses the windows of a viewer that is sent sweeps; None without a trigger."""
        view = viewer.view
        if view.trigger is None:
            return None
        window = view.window or (self.description["window"] if self.description else 1.0)
        per_second = self.rate * self.history.signals * self.history.dtype.itemsize
        interval = window * per_second / view.budget
        return Sweeper(view.trigger, viewer, window, interval, self._monotonic)

    def join_finder(self, trigger: TriggerSettings, viewer: Viewer, window: int) -> Finder | None:
        """The triggers of a setting, found once for all; None where there is no such signal.

        ``window`` in samples. Whoever joins has to leave.
        """
        keys = [signal["key"] for signal in self.description["signals"]] if self.description else []
        if trigger.signal not in keys:
            return None
        finder = self._finders.get(trigger)
        if finder is None:
            finder = self._finders[trigger] = Finder(self, trigger, keys.index(trigger.signal))
            self.search.add(finder)
        finder.users.add(viewer)
        finder.keep(window)
        return finder

    def leave_finder(self, finder: Finder, viewer: Viewer) -> None:
        """A viewer has no use for a finder any more; without any it goes."""
        finder.users.discard(viewer)
        if finder.users:
            return
        self.search.remove(finder)
        if self._finders.get(finder.settings) is finder:
            del self._finders[finder.settings]

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
        most = wire.capacity(history.signals, history.dtype, timed=timed, envelope=envelope)
        return max(1, most * min(room, wire.MAX_PAYLOAD) // wire.MAX_PAYLOAD)

    def most_behind(self, stride: int) -> float:
        """How many samples a viewer that was up to date may be behind."""
        history = self.history
        column = history.signals * history.dtype.itemsize * (2 if stride > 1 else 1)
        rate = self.description["rate"] if self.description else 0.0
        return max(rate * BEHIND_SECONDS, BEHIND_BYTES / column * stride)

    def append(self, block: SampleBlock) -> int:
        """Add a block to the history; return how many samples are missing before it."""
        self.shared.clear()
        missing = self.history.append(block)
        self._resize()
        self.search.wake(self._finders.values())
        return missing

    def encoded(self, piece: Piece) -> bytes:
        """The bytes of a piece of this stream, made once a tick."""
        data: bytes | None = self.shared.get(piece)
        if data is None:
            data = wire.encode(self.frame(piece))
            self.shared.put(piece, data, len(data))
        return data

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
        minima, maxima = history.envelope(stride, a, b)
        times = history.column_times(stride, a, b)
        return Frame(values=minima, maxima=maxima, stride=stride, times=times, **where)


def _capacity(description: Description) -> int:
    return int(description["rate"] * description["history"]) + 1
