"""Answers to ``history``: the samples of a range, or columns of them, as they are kept.

An answer waits as a question. When it is its turn its samples are copied, so that it holds what it
names however long the socket takes; its messages are made one at a time, as they are sent.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import islice

from waves.exceptions import TooMuchError
from waves.hub.kept import Kept, Piece
from waves.hub.message import Message, message_of_frames, message_room
from waves.hub.ranges import kept_range, pieces
from waves.protocol import messages
from waves.protocol.frames import Frame
from waves.protocol.messages import HistoryRequest

#: Bytes of the values of one answer. Two columns a pixel of 60 signals fit, and a socket that does
#: not read holds no more than this.
MAX_HISTORY_BYTES = 1536 * 1024
#: Frames of one answer: between two gaps there is one each, and to copy it takes 10 µs.
MAX_HISTORY_FRAMES = 256
#: Seconds: a step of the wall clock of less is no frame of its own in an answer.
LEAST_STEP = 1e-3


class Answer:
    """What one ``history`` message is answered with: a text, then exactly the frames it names."""

    def __init__(self, kept: Kept, request: HistoryRequest) -> None:
        self._kept = kept
        self._request = request
        #: What is still to be sent, in messages; None before it is its turn.
        self._groups: deque[list[Frame]] | None = None

    @property
    def done(self) -> bool:
        """Everything was taken."""
        return self._groups is not None and not self._groups

    def take(self, *, as_json: bool) -> str | Message:
        """The next message; the first one is the text that says how many frames there are."""
        if self._groups is None:
            return self._begin(message_room(as_json=as_json))
        return message_of_frames(self._groups.popleft(), as_json=as_json)

    def _begin(self, room: int) -> str:
        self._groups = deque()
        try:
            found = history_pieces(self._kept, self._request, room)
        except TooMuchError as error:
            return messages.error("too_much", str(error))
        for group in _joined(found, room):
            self._groups.append([self._kept.frame(piece) for piece in group])
        said = {"type": "history", "id": self._request.id, "frames": len(found)}
        return messages.text(said)


def history_pieces(kept: Kept, request: HistoryRequest, room: int) -> list[Piece]:
    """What a ``history`` request is answered with: nothing where that epoch is gone.

    ``room`` bounds a frame, in bytes. Raises TooMuchError for more than an answer holds.
    """
    history = kept.history
    if request.epoch != history.epoch or not history.started:
        return []
    wanted = kept_range(kept, request.first, request.last + 1, request.columns)
    column_bytes = kept.sample_bytes * min(wanted.stride, 2)
    if wanted.columns * column_bytes > MAX_HISTORY_BYTES:
        raise TooMuchError(
            f"history: one answer holds at most {MAX_HISTORY_BYTES // column_bytes} of these; ask "
            "for a shorter range, or for fewer columns."
        )
    found: list[Piece] = []
    # Where there are too many steps of the wall clock, samples go before their labels.
    for least in (LEAST_STEP, math.inf):
        all_pieces = pieces(kept, wanted, kept.fitting(wanted.stride, room), least)
        found = list(islice(all_pieces, MAX_HISTORY_FRAMES + 1))
        if len(found) <= MAX_HISTORY_FRAMES:
            break
    if len(found) > MAX_HISTORY_FRAMES:
        raise TooMuchError(
            f"history: there are more than {MAX_HISTORY_FRAMES} gaps in this; ask for a shorter "
            "range, or for fewer columns."
        )
    return found


def _joined(found: list[Piece], most: int) -> list[list[Piece]]:
    """Pieces in groups whose messages have room."""
    groups: list[list[Piece]] = []
    room = 0
    for piece in found:
        if not groups or piece.bytes > room:
            groups.append([])
            room = most
        groups[-1].append(piece)
        room -= piece.bytes
    return groups
