"""The pump: one task that sends, to each socket in turn, what lies beyond its viewers' cursors.

Why one task: a task per viewer costs a wake-up of the event loop each, a loop that awaits each send
lets one slow reader delay all. The pump never awaits a socket. It visits those that have something
to be sent; a socket whose allowance or buffer is full is left alone, its frames stay where they
are, in the history, and leave joined into fewer and larger messages.

Nor does one socket hold up the others: those with much to be sent, or whose messages take long to
make, are served after the rest, each in turn, and only so long at a time. The same holds for
triggers, which are looked for between the rounds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Iterable
from enum import Enum, auto
from functools import partial

from waves.hub.account import Account
from waves.hub.connection import MAX_CONTROLS, MOST_CONTROLS, Connection
from waves.hub.figures import Fresh
from waves.hub.kept import FRAMING, Piece
from waves.hub.message import Message, message_of_pieces, message_room
from waves.hub.search import Search
from waves.hub.viewer import Viewer
from waves.protocol import messages

#: Sockets that are visited before the event loop has its turn: a sample passes through the loop a
#: few times on its way, and those who are visited after that are sent it too.
BATCH = 64
#: When sockets are left with frames that they cannot take, the next look is after this.
RETRY = 0.01
#: An allowance (or a buffer) that stays used up this long, without an acknowledgement, closes.
STUCK_SECONDS = 10.0
#: Seconds that heavy sockets are served before the event loop has its turn, and before everybody
#: else has theirs, with what the kernel takes for their messages. As long again they wait, so that
#: a sample that passes through the event loop a few times on its way is not held up each time.
HEAVY_SECONDS = 0.002
#: A socket whose message is longer than this, in bytes, or took longer to make, in seconds, is
#: heavy: five times what a calm stream takes. A sweep takes 0.2 ms, a message of text up to 2 ms.
LIGHT_BYTES = 64 * 1024
LIGHT_SECONDS = 0.00025
#: Control messages that a socket is sent in one visit.
CONTROLS_A_VISIT = 64
#: Seconds that the end of an epoch may take, beyond one message to each viewer.
FLUSH_SECONDS = 0.01
#: A message with less room than this is full: a frame of a few samples is mostly header.
LEAST_ROOM = 4096
#: Bytes that a core hands to the kernel in a second, at least: what an answer costs beside its
#: making. Through loopback it is 0.9 GB.
SENT_A_SECOND = 500_000_000

logger = logging.getLogger("waves")


class Outcome(Enum):
    """What a visit of a socket came to."""

    DONE = auto()
    #: There is more to be sent, in the next round.
    MORE = auto()
    #: There is more, but not now: the socket is full, or was served a moment ago.
    LATER = auto()
    #: The allowance is used up: an acknowledgement wakes it.
    BLOCKED = auto()


class Pump:
    """Sends. ``run`` is the task; ``wake`` and ``wake_all`` are how it learns of work."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.thread_time,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self.search = Search(monotonic, cpu)
        self._ready: dict[Connection, None] = {}
        #: Sockets with something to be sent that they could not take, or not yet.
        self._later: dict[Connection, None] = {}
        #: Sockets that are served after the others, in the order of their turns, and not before.
        self._heavy: dict[Connection, None] = {}
        self._heavy_at = 0.0
        #: Sockets that could not be sent to, and since when.
        self._stuck: dict[Connection, float] = {}
        self._wake = asyncio.Event()
        #: The frames that were made in this round.
        self.fresh: Fresh = []
        #: Data messages and bytes that were sent, and sockets closed for being slow.
        self.messages = 0
        self.bytes = 0
        self.closed_slow = 0
        #: Visits of heavy sockets whose caller had its share already.
        self.put_off = 0

    def wake(self, connection: Connection) -> None:
        """A socket has something to be sent, or may be sent to again."""
        self._ready[connection] = None
        self._wake.set()

    def wake_all(self, connections: Iterable[Connection]) -> None:
        """A stream has news for its audience."""
        self._ready.update(dict.fromkeys(connections))
        self._wake.set()

    def forget(self, connection: Connection) -> None:
        """A socket is gone."""
        self._ready.pop(connection, None)
        self._later.pop(connection, None)
        self._heavy.pop(connection, None)
        self._stuck.pop(connection, None)

    async def run(self) -> None:
        """Go round for ever; cancelled by its owner."""
        while True:
            # Those who cannot take their frames are tried again; nobody else waits for that.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            self._wake.clear()
            await self.round()
            await asyncio.sleep(0)

    def _pause(self) -> float | None:
        """Seconds until the next round, where nobody wakes us; None where there is nothing."""
        if self._heavy:
            return max(0.0, self._heavy_at - self._monotonic())
        return RETRY if self._later or self.search.pending else None

    async def round(self) -> bool:
        """Visit every socket that is ready, once; return whether one can take more at once."""
        batch = list(self._ready | self._later)
        self._ready.clear()
        self._later.clear()
        for i, connection in enumerate(batch, 1):
            if connection.heavy:
                self._heavy[connection] = None
            elif (outcome := self._guarded_visit(connection)) is not Outcome.DONE:
                self._settle(connection, outcome)
            if i % BATCH == 0:
                await asyncio.sleep(0)
        self._serve_heavy()
        self._count_handed()
        return self._look() or bool(self._heavy)

    def _count_handed(self) -> None:
        """All who were ready have what is new: how old it was by then is counted once a frame."""
        if not self.fresh:
            return
        now = self._wall()
        for figures, newest in self.fresh:
            figures.ages.add(now - newest)
        self.fresh.clear()

    def _serve_heavy(self) -> None:
        began = self._monotonic()
        if not self._heavy or began < self._heavy_at:
            return
        sent, spent = self.bytes, 0.0
        used_up: set[Account] = set()
        for connection in list(self._heavy):
            del self._heavy[connection]
            account = connection.account
            if account is not None and (account in used_up or account.is_used_up):
                used_up.add(account)
                self.put_off += 1
                self._later[connection] = None
                continue
            self._settle(connection, self._guarded_visit(connection))
            if account is not None:
                account.sent(connection.transport)
            spent = self._monotonic() - began + (self.bytes - sent) / SENT_A_SECOND
            if spent >= HEAVY_SECONDS:
                break
        self._heavy_at = self._monotonic() + spent

    def _settle(self, connection: Connection, outcome: Outcome) -> None:
        """Keep a socket for when it is to be visited again."""
        if outcome is Outcome.MORE:
            connection.heavy = True
            self._heavy[connection] = None
        elif outcome is Outcome.LATER:
            self._later[connection] = None

    def _look(self) -> bool:
        """Look for triggers a moment; return whether somebody has something of it at once."""
        looked = self.search.step()
        for finder in looked:
            for watcher in finder.watchers:
                watcher.wake()
        return bool(looked)

    def flush(self, connections: Collection[Connection]) -> None:
        """Send the audience of a stream what it lacks now, as far as the sockets take it.

        Who is up to date lacks one message; who is not is given more while there is time.
        """
        until = self._monotonic() + FLUSH_SECONDS
        for connection in list(connections):
            connection.due_at = 0.0
            while self._guarded_visit(connection) is Outcome.MORE:
                if self._monotonic() >= until:
                    self.wake(connection)
                    break

    def relieve(self, connection: Connection) -> None:
        """Before a socket says more: send what answers wait, or close one that reads none."""
        if len(connection.controls) < MOST_CONTROLS or connection.transport.closed:
            return
        self._guarded_visit(connection)
        if len(connection.controls) >= MOST_CONTROLS:
            self._close_slow(connection)

    def _guarded_visit(self, connection: Connection) -> Outcome:
        """A fault in serving one socket closes that one: the task serves all."""
        try:
            return self._visit(connection)
        except Exception:
            logger.exception("A socket could not be served, and is closed.")
            connection.transport.close(messages.CLOSE_FAULT, "The server made a mistake.")
            return Outcome.DONE

    def _visit(self, connection: Connection) -> Outcome:
        transport = connection.transport
        if transport.closed:
            return Outcome.DONE
        if connection.controls:
            if not self._send_controls(connection):
                return Outcome.LATER
            if connection.controls:
                return Outcome.MORE
        now = self._monotonic()
        if not connection.allowed:
            self._stuck.setdefault(connection, now)
            return Outcome.BLOCKED
        if not transport.writable:
            self._stuck.setdefault(connection, now)
            return Outcome.LATER if self._has_work(connection) else Outcome.DONE
        if now < connection.due_at:
            return Outcome.LATER if self._has_work(connection) else Outcome.DONE
        message = self._next_message(connection)
        if message is None:
            return Outcome.MORE if connection.controls else Outcome.DONE
        transport.send(message)
        size = len(message.payload)
        connection.count_sent(size, now)
        self.messages += 1
        self.bytes += size
        if connection.controls or self._has_work(connection):
            # A replay goes on at once; spacing is for those who are up to date.
            connection.due_at = now
            return Outcome.MORE
        return Outcome.DONE

    def _send_controls(self, connection: Connection) -> bool:
        """Send some of the control messages that wait; return False where the socket is full."""
        transport = connection.transport
        for _ in range(min(len(connection.controls), CONTROLS_A_VISIT)):
            if not transport.writable:
                self._stuck.setdefault(connection, self._monotonic())
                return False
            transport.send_text(connection.controls.popleft())
        return True

    @staticmethod
    def _has_work(connection: Connection) -> bool:
        if connection.answers and not connection.answers[0].waits:
            return True
        return any(viewer.waiting for viewer in connection.viewers.values())

    def _next_message(self, connection: Connection) -> Message | None:
        if connection.answers and connection.answers[0].ready(partial(self.wake, connection)):
            return self._timed(connection, self._answer)
        if len(connection.viewers) == 1:
            return self._shared_message(connection, *connection.viewers.values())
        return self._timed(connection, self._joined_message)

    def _timed(
        self, connection: Connection, make: Callable[[Connection], Message | None]
    ) -> Message | None:
        """A message that is made for this socket; where that takes long, it is a heavy one."""
        began = self._monotonic()
        message = make(connection)
        size = len(message.payload) if message is not None else 0
        took = self._monotonic() - began
        connection.heavy = size > LIGHT_BYTES or took > LIGHT_SECONDS
        if connection.heavy and connection.account is not None:
            connection.account.take(took + size / SENT_A_SECOND)
        return message

    @staticmethod
    def _answer(connection: Connection) -> Message | None:
        """The next message of the answer whose turn it is; what it says comes before it."""
        answer = connection.answers[0]
        part = answer.take(as_json=connection.json)
        if answer.done:
            connection.answers.popleft()
        if isinstance(part, Message):
            return part
        connection.say(part)
        return None

    def _shared_message(self, connection: Connection, viewer: Viewer) -> Message | None:
        """One viewer on a socket, as most are: all at the same position share one message."""
        shared, position = viewer.kept.shared, viewer.position
        if position is None:
            return self._timed(connection, self._joined_message)
        key = (connection.json, *position)
        found = shared.get(key)
        if found is not None:
            made: Message
            made, viewer.cursor, viewer.caught_up = found
            connection.heavy = False
            return made
        message = self._timed(connection, self._joined_message)
        if message is not None and not connection.controls:
            shared.put(key, (message, viewer.cursor, viewer.caught_up), len(message.payload))
        return message

    def _joined_message(self, connection: Connection) -> Message | None:
        pieces = self._pieces(connection)
        if not pieces:
            return None
        message = message_of_pieces(pieces, as_json=connection.json)
        for piece in pieces if connection.json else ():
            piece.kept.note_fresh(piece)
        return message

    def _pieces(self, connection: Connection) -> list[Piece]:
        pieces: list[Piece] = []
        room = message_room(as_json=connection.json)
        viewers = list(connection.viewers.values())
        connection.turn = (connection.turn + 1) % max(1, len(viewers))
        for viewer in viewers[connection.turn :] + viewers[: connection.turn]:
            room = self._take(connection, viewer, pieces, room)
            if connection.controls or room < LEAST_ROOM:
                break
        return pieces

    @staticmethod
    def _take(connection: Connection, viewer: Viewer, pieces: list[Piece], room: int) -> int:
        """Add a viewer's pieces while there is room; stop at a gap, which must be told first."""
        while room >= LEAST_ROOM:
            taken = viewer.take(room - FRAMING)
            if taken is None:
                break
            if isinstance(taken, str):
                connection.say(taken)
                break
            pieces.append(taken)
            room -= taken.bytes
        return room

    def check_stuck(self) -> None:
        """Once a second: close sockets that do not read, or do not say that they do."""
        now = self._monotonic()
        for connection, since in list(self._stuck.items()):
            transport = connection.transport
            if transport.closed or (connection.allowed and transport.writable):
                del self._stuck[connection]
                continue
            idle = now - max(since, connection.progress_at)
            if idle > STUCK_SECONDS or len(connection.controls) > MAX_CONTROLS:
                self._close_slow(connection)

    def _close_slow(self, connection: Connection) -> None:
        self.closed_slow += 1
        self.forget(connection)
        connection.transport.close(
            messages.CLOSE_SLOW, "This connection does not read what it is sent."
        )
