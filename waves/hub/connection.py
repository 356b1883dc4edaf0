"""One socket, as the pump sees it: its viewers, what waits to be sent, and its allowance."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from waves.exceptions import WireError
from waves.hub.account import Account
from waves.hub.answers import Answer
from waves.hub.finder import Watcher
from waves.hub.message import Transport
from waves.hub.viewer import Viewer
from waves.protocol import messages

#: What may be on its way without an acknowledgement.
MAX_UNACKED_MESSAGES = 64
MAX_UNACKED_BYTES = 1024 * 1024
#: Control messages that wait for a socket: one that lets more pile up talks without reading.
MAX_CONTROLS = 256
#: So many may pile up in one turn of the event loop: three for each stream that a socket may view.
MOST_CONTROLS = 1024
#: History answers that may wait for a socket, the one that is sent included: a page asks for one
#: at a time. None holds samples before it is its turn.
MAX_ANSWERS = 8
#: Streams that one socket may view: every visit asks each of them.
MAX_VIEWERS = 256
#: Messages to one socket are at least this far apart, so that many streams on one socket are
#: joined, and a second of them stays below the allowance.
SPACING = 0.02


@dataclass(slots=True, eq=False, weakref_slot=True)
class Connection:
    """A socket with its viewers. Owned by its session, sent to by the pump."""

    transport: Transport
    #: True where the subprotocol is ``waves.v1.json``.
    json: bool = False
    viewers: dict[int, Viewer] = field(default_factory=dict)
    #: By handle, of each stream that it viewed once.
    watchers: dict[int, Watcher] = field(default_factory=dict)
    controls: deque[str] = field(default_factory=deque)
    #: Answers to ``history``, sent before live frames.
    answers: deque[Answer] = field(default_factory=deque)
    #: Seconds that heavy messages of its caller may take; None where nobody is counted.
    account: Account | None = None
    #: It has much to be sent, or its messages take long to make: served after the others.
    heavy: bool = False
    sent: int = 0
    unacked: deque[int] = field(default_factory=deque)
    unacked_bytes: int = 0
    #: Monotonic time at which ``count`` last grew, or at which something became outstanding.
    progress_at: float = 0.0
    #: Not before this monotonic time is the next data message due.
    due_at: float = 0.0
    #: Which viewer is served first: each in turn, so that a slow socket starves none of them.
    turn: int = 0

    @property
    def allowed(self) -> bool:
        """Whether the allowance permits another data message."""
        return len(self.unacked) < MAX_UNACKED_MESSAGES and self.unacked_bytes < MAX_UNACKED_BYTES

    def count_sent(self, size: int, now: float) -> None:
        """A data message of ``size`` bytes was sent."""
        if not self.unacked:
            self.progress_at = now
        self.sent += 1
        self.unacked.append(size)
        self.unacked_bytes += size
        self.due_at = now + SPACING

    def acknowledge(self, count: int, now: float) -> None:
        """The peer has received ``count`` data messages in all. Raises WireError if it cannot."""
        if count > self.sent:
            raise WireError(f"ack: {count} messages cannot be received, {self.sent} were sent.")
        outstanding = self.sent - count
        if outstanding < len(self.unacked):
            self.progress_at = now
        while len(self.unacked) > outstanding:
            self.unacked_bytes -= self.unacked.popleft()

    def drop_answers(self, handle: int) -> None:
        """A stream is viewed no more: what was asked of its past is not sent either."""
        kept: deque[Answer] = deque()
        for answer in self.answers:
            if answer.handle == handle:
                answer.end()
            else:
                kept.append(answer)
        self.answers = kept

    def say(self, text: str) -> None:
        """Queue a control message: never dropped, and ahead of the frames that follow it."""
        self.controls.append(text)

    def refuse(
        self, code: str, message: str, close: int | None = None, stream: str | None = None
    ) -> None:
        """Tell the peer what is wrong (with which stream), and close where that is final."""
        self.say(messages.error(code, message, stream))
        if close is not None:
            self.finish(close, message)

    def finish(self, code: int, reason: str = "") -> None:
        """Send what control messages wait, and close."""
        while self.controls and not self.transport.closed:
            self.transport.send_text(self.controls.popleft())
        self.transport.close(code, reason)
