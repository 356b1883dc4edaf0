"""What comes in over one socket: whole frames, at a bounded rate, and none that is too large.

A server reads 64 KiB at once: ten thousand frames of six bytes, which it takes apart before anyone
else has a turn, and of which pings and empty fragments are never told to the application. So what
was read is held here, its frames are counted, and the server is given a few of them a turn, as many
a second as a socket may say. While some are held, nothing more is read: TCP lets the peer wait, and
nothing is lost.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from waves.bucket import Bucket
from waves.protocol.messages import MAX_TEXT

#: Frames of one socket a second: a page says two or three, sixty while somebody zooms. A frame
#: costs some 20 µs, so one socket takes 4 ms of a second.
FRAMES_A_SECOND = 200
#: Of all sockets that say more than they may, together: 40 ms of a second, shared evenly.
ALL_FRAMES_A_SECOND = 2000
#: What each may say however many others flood: acknowledgements, a ping, a view.
LEAST_FRAMES_A_SECOND = 5
#: Frames that a quiet socket may say at once: a page that opens subscribes to all its streams.
BURST = 100
#: Bytes of one socket a second, and at once: four messages of the greatest length.
BYTES_A_SECOND = 64 * 1024
#: Frames that one socket may say before others have their turn: a fifth of a millisecond.
FRAMES_A_TURN = 8
#: Steps of the event loop from one frame of those who may send much to the next. A stream's frame
#: takes a dozen on its way to its viewers, and so meets three of those frames, not twelve. Beside
#: 1,000 frames a second this costs a tenth of the core.
STEPS_A_TURN = 4
#: Whoever says more than the rate allows is looked at this often, in seconds: a turn's frames.
PAUSE = 0.04
#: What is read at once, in bytes.
READ_SIZE = 4096
#: The same, of somebody who sends samples.
WIDE_READ_SIZE = 64 * 1024
#: Messages that the application has not taken yet: beyond, it is waited for.
MAX_UNTAKEN = 16
#: The longest message in bytes: 4,096 characters in UTF-8. Nobody needs many parts for that.
MAX_BYTES, MAX_PARTS = 4 * MAX_TEXT, 64
#: Of a peer that asks for pongs and does not read them, pings wait while this much is unwritten.
MAX_UNWRITTEN = 64 * 1024

TOO_LONG = f"A control message has at most {MAX_TEXT} characters, in at most {MAX_PARTS} parts."
_CONTROL, _PING = 0x8, 0x9


class Wire(Protocol):
    """The server's side of a socket."""

    def give(self, data: bytes) -> None:
        """Let the server take bytes."""

    def pause(self) -> None:
        """Read no more."""

    def resume(self) -> None:
        """Read on."""

    def unwritten(self) -> int:
        """Bytes that were sent, and that the kernel did not take yet."""

    def widen(self, size: int) -> None:
        """Read more at once, of messages of up to ``size`` bytes."""


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a frame (RFC 6455, section 5.2); ``size`` counts the head, too."""

    opcode: int
    final: bool
    length: int
    size: int


def read_head(held: bytearray) -> Head | None:
    """The head of the frame that begins here; None where more of it is to come."""
    if len(held) < 2:
        return None
    length, extended = held[1] & 0x7F, 0
    if length > 125:
        extended = 2 if length == 126 else 8
        if len(held) < 2 + extended:
            return None
        length = int.from_bytes(held[2 : 2 + extended])
    masked = 4 if held[1] & 0x80 else 0
    return Head(held[0] & 0x0F, held[0] & 0x80 != 0, length, 2 + extended + masked + length)


class Rate:
    """How much one socket may say: it fills with time, up to a burst."""

    #: Sockets of this process that said more than the rate allows, and were not given all of it.
    waiting: ClassVar[int] = 0
    #: Frames that had to wait for others of their callers, of all sockets of this process.
    held: ClassVar[int] = 0

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._filled_at = monotonic()
        self._frames, self._bytes = float(BURST), float(BYTES_A_SECOND)
        self._frames_a_second, self._bytes_a_second = FRAMES_A_SECOND, BYTES_A_SECOND
        self._is_shared = True
        self._waits = False
        #: Frames that its caller may say over all its sockets, and when this one has its turn.
        self.together: Bucket | None = None
        self._turn_at: float | None = None

    def widen(self, frames: int, size: int) -> None:
        """Frames and bytes a second of somebody who may send much, whatever others do."""
        self._frames_a_second, self._bytes_a_second = frames, size
        self._is_shared = False

    def wait(self, size: int) -> float:
        """Seconds until a frame of ``size`` bytes may be said; where it may now, it is counted."""
        frames = self._fill()
        seconds = max((1 - self._frames) / frames, (size - self._bytes) / self._bytes_a_second, 0)
        if seconds > 0:
            self.waits(True)
            seconds = max(seconds, PAUSE)
        elif (seconds := self._wait_for_others()) == 0:
            self._frames -= 1
            self._bytes -= size
        return seconds

    def _wait_for_others(self) -> float:
        """Seconds until the other sockets of its caller leave it its next frame."""
        if self.together is None or not self._is_shared:
            return 0.0
        now = self._monotonic()
        if self._turn_at is None:
            self.together.take(1)
            self._turn_at = now + self.together.owes
            Rate.held += self._turn_at > now
        seconds = self._turn_at - now
        if seconds <= 0:
            self._turn_at = None
        return max(0.0, seconds)

    def take(self, size: int) -> float:
        """Count what was said already; returns the seconds until more may be."""
        frames = self._fill()
        self._frames -= 1
        self._bytes -= size
        return max(-self._frames / frames, -self._bytes / self._bytes_a_second, 0)

    def _fill(self) -> float:
        """Fill for the time that passed; returns the frames a second at this moment."""
        share = ALL_FRAMES_A_SECOND / max(1, Rate.waiting)
        frames = min(FRAMES_A_SECOND, max(LEAST_FRAMES_A_SECOND, share))
        if not self._is_shared:
            frames = self._frames_a_second
        now = self._monotonic()
        passed, self._filled_at = now - self._filled_at, now
        self._frames = min(BURST, self._frames + passed * frames)
        most = self._bytes_a_second
        self._bytes = min(most, self._bytes + passed * most)
        return frames

    def waits(self, waits: bool) -> None:
        """Count among those who wait until all is given, or no more."""
        Rate.waiting += waits - self._waits
        self._waits = waits


class Turns:
    """What many would do at once is done one at a time, with ``steps`` of the event loop between.

    Fifty writers send at once as soon as the network lets them: 25 ms of the event loop. Between
    two frames of theirs a frame of a stream comes some steps of its way to its viewers.
    """

    def __init__(self, steps: int) -> None:
        self._steps_a_turn = steps
        self._waiting: deque[Callable[[], None]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._steps = 0

    def wait(self, give: Callable[[], None]) -> None:
        """Have ``give`` called in its turn."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # whoever waited for a former one waits for nothing
            self._loop, self._steps = loop, 0
            self._waiting.clear()
        self._waiting.append(give)
        if len(self._waiting) == 1:
            loop.call_soon(self._step)

    def _step(self) -> None:
        self._steps = (self._steps + 1) % self._steps_a_turn
        give = None if self._steps else self._waiting.popleft()
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._step)
        if give is not None:
            give()


#: The turns of those who may send much.
turns = Turns(STEPS_A_TURN)


class Inflow:
    """Holds what was read of one socket, and gives it to the server frame by frame.

    ``received`` stands where the server's own function was. Nothing is given before ``open``;
    after ``end`` only control frames are, so that the closing handshake comes through.
    """

    def __init__(self, wire: Wire, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._wire = wire
        self._held = bytearray()
        self._rate = Rate(monotonic)
        self._timer: asyncio.Handle | None = None
        self._reads, self._opened, self._ended = True, False, False
        #: Whoever may send much takes its turn among the others who may.
        self._in_turn = self._awaits_turn = False
        #: Bytes that are still to come of a frame that is too long.
        self._skip = 0
        #: Of the message that is coming in, in several frames or in one.
        self._message_bytes = self._message_parts = 0
        self._untaken = 0
        self._max_bytes = MAX_BYTES
        self._too_long = TOO_LONG
        #: Called with words where a message is too long.
        self.on_refused: Callable[[str], object] = lambda words: None

    def received(self, data: bytes) -> None:
        """The server read something."""
        self._held += data
        if self._timer is None and not self._awaits_turn:
            self._begin()

    def open(self) -> None:
        """The handshake is done: what was said meanwhile may be given."""
        self._opened = True
        self._go_on_after(0)

    def widen(self, *, size: int, frames: int, a_second: int) -> None:
        """Let somebody who showed a key say messages of ``size`` bytes, so many frames and bytes a
        second."""
        self._max_bytes = size
        self._too_long = f"A message has at most {size} bytes, in at most {MAX_PARTS} parts."
        self._rate.widen(frames, a_second)
        self._wire.widen(size)
        self._in_turn = True

    def share(self, together: Bucket) -> None:
        """It is one socket of a caller, who may say so many frames over all of them."""
        self._rate.together = together

    def taken(self) -> None:
        """The application took a message."""
        self._untaken -= 1
        if self._untaken == MAX_UNTAKEN - 1:
            self._go_on_after(0)

    def end(self) -> None:
        """The socket is being closed: what else is said is of no interest."""
        self._ended = True
        self._go_on_after(0)

    def _go_on_after(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    def _begin(self) -> None:
        self._timer = None
        if not self._in_turn:
            self._go_on()
        elif not self._awaits_turn:
            self._awaits_turn = True
            turns.wait(self._take_turn)

    def _take_turn(self) -> None:
        self._awaits_turn = False
        if self._timer is None:
            self._go_on()

    def _go_on(self) -> None:
        """Give what may be given now; read on where all of it was."""
        left = 1 if self._in_turn else FRAMES_A_TURN
        while (head := self._complete()) is not None:
            seconds = self._wait(head) if left else 0.0
            if not left or seconds != 0:
                self._read(False)
                if seconds is not None:
                    self._go_on_after(seconds)
                return
            self._give(head)
            left -= 1
        self._rate.waits(False)
        self._read(True)

    def _read(self, reads: bool) -> None:
        if reads != self._reads:
            self._reads = reads
            (self._wire.resume if reads else self._wire.pause)()

    def _complete(self) -> Head | None:
        """The head of the next frame, once all of it is held; a frame too long is left out."""
        while True:
            left_out = min(self._skip, len(self._held))
            del self._held[:left_out]
            self._skip -= left_out
            head = read_head(self._held)
            if head is None or head.length <= self._max_bytes:
                break
            self._refuse()
            self._skip = head.size
        return head if head is not None and head.size <= len(self._held) else None

    def _wait(self, head: Head) -> float | None:
        """Seconds until a frame may be given; None where that is not known."""
        ready = self._ended or self._untaken < MAX_UNTAKEN
        if not self._opened or not (ready or head.opcode & _CONTROL):
            self._rate.waits(False)
            return None
        if self._ended and not head.opcode & _CONTROL:
            self._rate.waits(False)
            return 0.0  # it is left out: nobody is to wait for that
        if head.opcode == _PING and self._wire.unwritten() > MAX_UNWRITTEN:
            return PAUSE
        return self._rate.wait(head.size)

    def _give(self, head: Head) -> None:
        frame = bytes(self._held[: head.size])
        del self._held[: head.size]
        if not head.opcode & _CONTROL:
            self._count(head)
            if self._ended:
                return
        self._wire.give(frame)

    def _count(self, head: Head) -> None:
        """A message may neither grow nor go on for ever."""
        self._message_bytes += head.length
        self._message_parts += 1
        if self._message_bytes > self._max_bytes or self._message_parts > MAX_PARTS:
            self._refuse()
        elif head.final:
            self._message_bytes = self._message_parts = 0
            self._untaken += 1

    def _refuse(self) -> None:
        if not self._ended:
            self.on_refused(self._too_long)
            self.end()
