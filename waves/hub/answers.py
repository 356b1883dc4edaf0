"""Answers to ``history``: the samples of a range, or columns of them, as they are kept.

An answer waits as a question. When it is its turn its samples are copied, so that it holds what it
names however long the socket takes; its messages are made one at a time, as they are sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from waves.exceptions import TooMuchError
from waves.hub.connection import Connection, Message
from waves.hub.plan import Piece, column_stride, message_room, piece_bytes
from waves.protocol import frames as wire
from waves.protocol import messages
from waves.protocol.frames import Frame
from waves.protocol.messages import HistoryRequest

if TYPE_CHECKING:
    from waves.hub.stream import LiveStream

#: Bytes of the values of one answer. Two columns a pixel of 60 signals fit, and a socket that does
#: not read holds no more than this.
MAX_HISTORY_BYTES = 1536 * 1024
#: Frames of one answer: between two gaps there is one each, and to copy it takes 10 µs.
MAX_HISTORY_FRAMES = 256


class Answer:
    """What one ``history`` message is answered with: a text, then exactly the frames it names."""

    def __init__(self, stream: LiveStream, request: HistoryRequest) -> None:
        self._stream = stream
        self._request = request
        #: What is still to be sent, in messages; None before it is its turn.
        self._groups: deque[list[Frame]] | None = None

    @property
    def done(self) -> bool:
        """Everything was taken."""
        return self._groups is not None and not self._groups

    def take(self, connection: Connection) -> str | Message:
        """The next message; the first one is the text that says how many frames there are."""
        if self._groups is None:
            return self._begin(message_room(as_json=connection.json))
        return wire_message(self._groups.popleft(), as_json=connection.json)

    def _begin(self, room: int) -> str:
        self._groups = deque()
        try:
            pieces = history_pieces(self._stream, self._request, room)
        except TooMuchError as error:
            return messages.error("too_much", str(error))
        for group in _joined(pieces, room):
            self._groups.append([self._stream.frame(piece) for piece in group])
        said = {"type": "history", "id": self._request.id, "frames": len(pieces)}
        return messages.text(said)


def wire_message(frames: list[Frame], *, as_json: bool) -> Message:
    """One data message of frames."""
    if as_json:
        return Message(wire.to_json(frames).encode(), is_text=True)
    return Message(b"".join(map(wire.encode, frames)))


def history_pieces(stream: LiveStream, request: HistoryRequest, room: int) -> list[Piece]:
    """What a ``history`` request is answered with: nothing where that epoch is gone.

    ``room`` bounds a frame, in bytes. Raises TooMuchError for more than an answer holds.
    """
    history = stream.history
    if request.epoch != history.epoch or not history.started:
        return []
    end = min(request.last + 1, history.next)
    first = max(request.first, history.first)
    stride = 1
    if request.columns is not None and end > first:
        stride = column_stride(end - first, request.columns)
        first = max(first // stride * stride, stream.first(stride))
        end = end // stride * stride
    value_bytes = history.signals * history.dtype.itemsize * min(stride, 2)
    if max(0, end - first) // stride * value_bytes > MAX_HISTORY_BYTES:
        most = MAX_HISTORY_BYTES // value_bytes
        raise TooMuchError(
            f"history: one answer holds at most {most} of these; ask for a shorter range, or for "
            "fewer columns."
        )
    pieces = list(islice(_pieces(stream, stride, first, end, room), MAX_HISTORY_FRAMES + 1))
    if len(pieces) > MAX_HISTORY_FRAMES:
        raise TooMuchError(
            f"history: there are more than {MAX_HISTORY_FRAMES} gaps in this; ask for a shorter "
            "range, or for fewer columns."
        )
    return pieces


def _pieces(stream: LiveStream, stride: int, first: int, end: int, room: int) -> Iterator[Piece]:
    most = stream.fitting(stride, room) * stride
    for begin, last in stream.runs(stride, first, end):
        for at in range(begin, last, most):
            stop = min(at + most, last)
            yield Piece(stream, stream.history.epoch, stride, at, stop, wire.ANSWER)


def _joined(pieces: list[Piece], most: int) -> list[list[Piece]]:
    """Pieces in groups whose messages have room."""
    groups: list[list[Piece]] = []
    room = 0
    for piece in pieces:
        size = piece_bytes(piece)
        if not groups or size > room:
            groups.append([])
            room = most
        groups[-1].append(piece)
        room -= size
    return groups
