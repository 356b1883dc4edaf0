"""Answers to ``history``: the samples of a range, or columns of them, as they are kept.

An answer waits as a question. When it is its turn its samples are copied, so that it holds what it
names however long the socket takes; its messages are made one at a time, as they are sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from waves.exceptions import TooMuchError
from waves.history.past import KeptPast
from waves.hub.composing import (
    MAX_HISTORY_BYTES,
    MAX_HISTORY_FRAMES,
    Composed,
    composed,
    fitting,
    history_pieces,
    joined,
)
from waves.hub.kept import Kept
from waves.hub.message import Message, message_of_frames, message_room
from waves.protocol import messages
from waves.protocol.frames import Frame
from waves.protocol.messages import HistoryRequest

__all__ = ["MAX_HISTORY_BYTES", "MAX_HISTORY_FRAMES", "Answer"]


class Answer:
    """What one ``history`` message is answered with: a text, then exactly the frames it names.

    With ``past`` it also has what is recorded, which is read when it is its turn. Until that was
    read ``ready`` says no, and everything else goes on.
    """

    def __init__(self, kept: Kept, request: HistoryRequest, past: KeptPast | None = None) -> None:
        self._kept = kept
        self._request = request
        self._past = past
        self._reading: asyncio.Task[Composed] | None = None
        #: What is still to be sent, in messages; None before it is its turn.
        self._groups: deque[list[Frame]] | None = None

    @property
    def handle(self) -> int:
        """Of which stream it is."""
        return self._kept.handle

    @property
    def done(self) -> bool:
        """Everything was taken."""
        return self._groups is not None and not self._groups

    @property
    def waits(self) -> bool:
        """It is its turn, and what is recorded is still being read."""
        return self._reading is not None and not self._reading.done()

    def ready(self, wake: Callable[[], None]) -> bool:
        """Whether its next message can be taken; ``wake`` is called when it can."""
        if self._past is not None and self._reading is None:
            composing = composed(self._kept, self._request, self._past)
            self._reading = asyncio.get_running_loop().create_task(composing)
            self._reading.add_done_callback(lambda _: wake())
        return not self.waits

    def end(self) -> None:
        """Nobody waits for it any more."""
        if self._reading is not None:
            self._reading.cancel()

    def take(self, *, as_json: bool) -> str | Message:
        """The next message; the first one is the text that says how many frames there are."""
        if self._groups is None:
            return self._begin(message_room(as_json=as_json))
        return message_of_frames(self._groups.popleft(), as_json=as_json)

    def _begin(self, room: int) -> str:
        self._groups = deque()
        try:
            found = self._found(room)
        except TooMuchError as error:
            return messages.error("too_much", str(error))
        frames = found.frames
        self._groups.extend(joined(frames, room))
        said = {"type": "history", "id": self._request.id, "frames": len(frames)}
        if found.problem:
            said["problem"] = found.problem
        return messages.text(said)

    def _found(self, room: int) -> Composed:
        if self._reading is not None:
            return fitting(self._reading.result(), room)
        pieces = history_pieces(self._kept, self._request, room)
        return Composed([self._kept.frame(piece) for piece in pieces])
