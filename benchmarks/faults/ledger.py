"""What viewers were sent, and when: so much is due in the recording of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from waves.tests.client.frames import Frame

#: A process that is killed loses what was published so shortly before, and no more (s).
LOST_SECONDS = 5.0

#: Ranges ``[first, next)`` of samples, ascending and apart.
Ranges = list[list[int]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples ``[first, next)`` that came at a moment; the first has this label (unix s)."""

    at: float
    first: int
    next: int
    label: float


class Ledger:
    """All pieces that any viewer was sent of the streams that are recorded."""

    def __init__(self) -> None:
        #: The streams that are; of others nothing is kept.
        self.slugs: tuple[str, ...] = ()
        self._pieces: dict[tuple[str, int], list[Piece]] = defaultdict(list)
        #: When who recorded was killed, and from when to when nothing could be written.
        self.kills: list[float] = []
        self.outages: list[tuple[float, float]] = []

    def take(self, slug: str, frame: Frame, now: float) -> None:
        """A frame of samples came."""
        if slug in self.slugs:
            label = frame.t0 + (0.0 if frame.times is None else float(frame.times[0]))
            piece = Piece(now, frame.first, frame.end, label)
            self._pieces[slug, frame.epoch].append(piece)

    def due(self, pieces: list[Piece], now: float) -> list[Piece]:
        """Those of an epoch that must have been written by now.

        A kill ends the epoch that runs. What of it comes to a viewer later was on its way.
        """
        began = min(piece.at for piece in pieces)
        end = min((kill for kill in self.kills if kill >= began), default=now)
        return [
            piece
            for piece in pieces
            if piece.at + LOST_SECONDS < end
            and not any(a <= piece.at <= b for a, b in self.outages)
        ]

    def as_dict(self, now: float, since: float = 0.0) -> dict[str, Any]:
        """By slug and epoch: the ranges that were published, those that are due, and labels.

        Of epochs of which something came since a moment.
        """
        told: dict[str, Any] = {slug: {} for slug in self.slugs}
        for (slug, epoch), pieces in self._pieces.items():
            if pieces[-1].at < since:
                continue
            told[slug][str(epoch)] = {
                "published": joined(pieces),
                "due": joined(self.due(pieces, now)),
                "labels": [[piece.first, piece.label] for piece in pieces],
            }
        return told


def joined(pieces: list[Piece]) -> Ranges:
    """Their samples, as few ranges as can be."""
    ranges: Ranges = []
    for piece in sorted(pieces, key=lambda piece: piece.first):
        if ranges and piece.first <= ranges[-1][1]:
            ranges[-1][1] = max(ranges[-1][1], piece.next)
        else:
            ranges.append([piece.first, piece.next])
    return ranges
