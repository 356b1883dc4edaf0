"""What a viewer knows of one stream, across any number of sockets."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .frames import Frame


@dataclass(frozen=True)
class Gap:
    """Samples that the server said will not come; `last` is None where an epoch's rest is gone."""

    epoch: int
    first: int
    last: int | None
    reason: str
    lost: int


@dataclass
class Promise:
    """One answer to a subscribe or a view: from `first` on nothing may be missing, up to `end`."""

    epoch: int
    stride: int
    first: int
    end: int


@dataclass
class StreamState:
    """Rebuilt from join, live and rejoin: frames as they came, gaps told, and the position."""

    slug: str
    description: dict[str, Any] = field(default_factory=dict)
    view: dict[str, Any] = field(default_factory=dict)
    since: tuple[int, int] | None = None
    gaps: list[Gap] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    doubled: list[Frame] = field(default_factory=list)
    pieces: dict[tuple[int, int], list[Frame]] = field(default_factory=lambda: defaultdict(list))
    looked_up: list[Frame] = field(default_factory=list)

    @property
    def position(self) -> tuple[int, int] | None:
        """The first sample that is lacking: what a rejoin says."""
        if self.since is not None or not self.promises:
            return self.since
        return (self.promises[-1].epoch, self.promises[-1].end)

    def take_view(self, message: dict[str, Any]) -> None:
        """A new promise. A rejoin's begins where the client said, whatever the server says; and
        another view of the same tier takes nothing back of the one before.
        """
        self.view = message
        epoch, stride, first = message["epoch"], message["stride"], message["first"]
        last = self.promises[-1] if self.promises else None
        end = first
        if self.since is not None and self.since[0] == epoch:
            first, end = self.since[1], self.since[1] // stride * stride
        elif self.since is None and last and (last.epoch, last.stride) == (epoch, stride):
            first = min(first, last.end)
        self.since = None
        self.promises.append(Promise(epoch, stride, first, end))

    def take_gap(self, message: dict[str, Any]) -> None:
        """What was told as lost is not lacking: the position moves behind it."""
        fields = ("epoch", "first", "last", "reason", "lost")
        gap = Gap(*(message[name] for name in fields))
        self.gaps.append(gap)
        if self.position is None or gap.last is None or gap.epoch != self.position[0]:
            return
        if gap.first <= self.position[1] <= gap.last:
            if self.since is not None:
                self.since = (gap.epoch, gap.last + 1)
            else:
                self.promises[-1].end = gap.last + 1

    def take_frame(self, frame: Frame) -> None:
        promise = self.promises[-1]
        assert (frame.epoch, frame.stride) == (promise.epoch, promise.stride), "another tier"
        if frame.first < promise.end:
            self.doubled.append(frame)
        self.pieces[frame.epoch, frame.stride].append(frame)
        promise.end = max(promise.end, frame.end)

    def held(self, epoch: int, stride: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """First sample of each column held, ascending, and values (signals, rows, n).

        What overlaps replaces: of several columns at one place the last to come counts.
        """
        pieces = self.pieces.get((epoch, stride), [])
        if not pieces:
            return np.empty(0, np.int64), np.empty((0, 0, 0))
        places = [piece.first + stride * np.arange(piece.count) for piece in pieces]
        newest_first = np.concatenate(places)[::-1]
        values = np.concatenate([piece.values for piece in pieces], axis=2)[:, :, ::-1]
        indices, chosen = np.unique(newest_first, return_index=True)
        return indices, values[:, :, chosen]

    def told_lost(self, epoch: int, indices: np.ndarray) -> np.ndarray:
        """For each index, whether a gap said that it will not come."""
        told = np.zeros(len(indices), dtype=bool)
        for gap in self.gaps:
            if gap.epoch == epoch:
                last = np.inf if gap.last is None else gap.last
                told |= (indices >= gap.first) & (indices <= last)
        return told
