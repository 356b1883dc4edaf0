"""What is sent to a socket, and what a socket is to those who send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from waves.hub.kept import Piece
from waves.protocol import frames
from waves.protocol.frames import Frame

#: As text a float32 takes up to six times its four bytes.
TEXT_FACTOR = 6


@dataclass(slots=True, eq=False)
class Message:
    """A data message, made once for all who wait for the same frames."""

    payload: bytes
    is_text: bool = False
    #: The complete WebSocket frame: made by the first transport that wants it.
    framed: bytes = b""


class Transport(Protocol):
    """How bytes reach a socket. Nothing here waits; a full socket says so."""

    @property
    def closed(self) -> bool:
        """The socket is gone."""

    @property
    def writable(self) -> bool:
        """A message that is sent now would not have to be buffered without bound."""

    def send(self, message: Message) -> None:
        """Send a data message."""

    def send_text(self, text: str) -> None:
        """Send a control message."""

    def close(self, code: int, reason: str = "") -> None:
        """Close with a code; a peer that does not answer is dropped."""


def message_room(*, as_json: bool) -> int:
    """How many bytes of frames one message to a socket may hold."""
    return frames.MAX_MESSAGE // (TEXT_FACTOR if as_json else 1)


def message_of_frames(made: Iterable[Frame], *, as_json: bool) -> Message:
    """One data message of frames."""
    if as_json:
        return Message(frames.to_json(made).encode(), is_text=True)
    return Message(b"".join(map(frames.encode, made)))


def message_of_pieces(pieces: Iterable[Piece], *, as_json: bool) -> Message:
    """One data message of pieces; the bytes of each are made once for all."""
    if as_json:
        return message_of_frames((piece.kept.frame(piece) for piece in pieces), as_json=True)
    return Message(b"".join([piece.kept.encoded(piece) for piece in pieces]))
