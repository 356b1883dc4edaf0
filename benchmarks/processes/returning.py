"""Viewers that come back when their socket closes, as docs/protocol.md and the page have it."""

from __future__ import annotations

import heapq
import itertools
import json
import random
import select
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.dialects import WavesViewer
from benchmarks.load import Load
from benchmarks.tally import Tally
from benchmarks.viewer import CLOSED, OPEN

#: The page's (``static/waves/js/protocol/socket.js``): the first wait in seconds, the bound of the
#: doubling, the least part of a wait, and by what one is longer than the one before.
FIRST_WAIT, LONGEST_WAIT, LEAST_SHARE, GROWTH = 0.5, 15.0, 0.5, 2.0
#: As the page: who is not let in within this leaves, and comes back.
CONNECT_SECONDS = 8.0
#: Who is told this does not come back: that would be a fault here.
FINAL = frozenset(("4400", "4403", "4404"))
#: As the page: after so long without a word it asks, and after so much longer it leaves (s).
SILENT_SECONDS, PONG_SECONDS = 3.0, 8.0
#: What comes is live where its newest sample is no older (s): what was missed has come by then.
LIVE_SECONDS = 1.0
#: Handshakes under way at once before anything is measured.
PACE = 32

Address = tuple[str, int]


def wait_before(attempt: int, chance: float) -> float:
    """Seconds before a try; ``attempt`` is 0 after a greeting, ``chance`` is in [0, 1)."""
    longest = min(FIRST_WAIT * GROWTH**attempt, LONGEST_WAIT)
    return longest * (LEAST_SHARE + (1.0 - LEAST_SHARE) * chance)


@dataclass
class Seat:
    """A person who views: what is kept of one over all sockets. Times are monotonic seconds.

    ``tally`` counts what it sees. ``addresses``: where to come to. The next one is tried when one
    does not let it in, as a proxy does with the servers behind it.
    """

    addresses: Sequence[Address]
    tally: Tally
    epoch: int = -1
    next: int = 0
    attempt: int = 0
    #: When it was cut off last, and when it had live samples again; 0 for neither.
    cut_at: float = 0.0
    back_at: float = 0.0
    #: Samples that were passed over, and that no gap named before.
    untold: int = 0
    tries: int = 0
    place: int = 0

    @property
    def address(self) -> Address:
        """Where it comes to next."""
        return self.addresses[self.place % len(self.addresses)]

    def path(self) -> str:
        """What it asks for: a window as the page's, and what it lacks of it."""
        since = f"&epoch={self.epoch}&sample={self.next}" if self.epoch >= 0 else ""
        return f"/ws/streams/bench/?window=2&columns=1200{since}"

    @property
    def is_there(self) -> bool:
        """Whether it had live samples since it was cut off last."""
        return self.back_at > self.cut_at

    @property
    def out(self) -> float | None:
        """Seconds from the cut until live samples came; None where they have not."""
        return self.back_at - self.cut_at if self.is_there else None


class Returner(WavesViewer):
    """One socket of a seat."""

    def __init__(self, load: Returning, seat: Seat) -> None:
        host = f"{seat.address[0]}:{seat.address[1]}"
        super().__init__(seat.tally, host, seat.path())
        self.load, self.seat = load, seat
        self.epoch, self.next = seat.epoch, seat.next
        #: The first sample that no gap has named.
        self.excused = 0
        #: Monotonic seconds of the last message, and of the ping after it; 0 where there was none.
        self.word_at = self.asked_at = 0.0

    def opening(self) -> None:
        """It is open: from now on silence counts."""
        super().opening()
        self.word_at = time.monotonic()

    def idle(self, now: float) -> None:
        """Ask where nothing came for long, and leave where nothing is answered."""
        super().idle(now)
        if self.asked_at and now - self.asked_at > PONG_SECONDS:
            self.end("silent")
        elif not self.asked_at and now - self.word_at > SILENT_SECONDS:
            self.asked_at = now
            self._ping()

    def binary(self, buffer: bytearray, start: int, stop: int) -> None:
        """Samples."""
        self.word_at, self.asked_at = time.monotonic(), 0.0
        super().binary(buffer, start, stop)

    def text(self, payload: bytearray) -> None:
        """A greeting: it was let in. A gap names what will not come."""
        self.word_at, self.asked_at = time.monotonic(), 0.0
        super().text(payload)
        message = json.loads(payload)
        if message["type"] == "hello":
            self.seat.attempt = 0
        elif message["type"] == "gap" and message["last"] is not None:
            self.excused = max(self.excused, message["last"] + 1)

    def _jump(self, epoch: int, sample: int) -> None:
        if epoch == self.epoch:
            self.seat.untold += max(0, sample - max(self.next, self.excused))
        super()._jump(epoch, sample)

    def came(self, now: float, seconds: float) -> None:
        """A live frame."""
        age = now - self.newest
        self.tally.latency(age)
        if not self.seat.is_there and age < LIVE_SECONDS:
            self.seat.back_at = time.monotonic()

    def end(self, code: str) -> None:
        """The socket is over: the seat comes back, unless it was its own wish."""
        if self.state == CLOSED:
            return
        was_open = bool(self.newest)
        super().end(code)
        seat = self.seat
        seat.epoch, seat.next = self.epoch, self.next
        if not self.leaving:
            self.load.come_back(seat, code, cut=was_open)


class Returning(Load):
    """A load whose viewers come back."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Tally())
        self.seats: list[Seat] = []
        self.final: list[str] = []
        #: Tries that failed, by close code or what the kernel said.
        self.refused: Counter[str] = Counter()
        #: Sockets that were lost, in the same words.
        self.lost: Counter[str] = Counter()
        self._due: list[tuple[float, int, Seat]] = []
        self._number = itertools.count()
        self._opening: list[Returner] = []

    def take(self, seats: Sequence[Seat]) -> None:
        """Open them, a few at a time."""
        waiting = list(seats)
        self.seats += waiting
        while waiting or self._opening:
            while waiting and len(self._opening) < PACE:
                self._open(waiting.pop())
            self.turn(0.05)

    def forget(self) -> None:
        """It begins: what was seen before does not count."""
        for tally in {id(seat.tally): seat.tally for seat in self.seats}.values():
            tally.restart()
            tally.errors.clear()
        self.refused.clear()
        self.lost.clear()
        for seat in self.seats:
            seat.untold = 0

    def come_back(self, seat: Seat, code: str, *, cut: bool) -> None:
        """A seat lost its socket, or was not let in."""
        now = time.monotonic()
        if cut:
            self.lost[code] += 1
            seat.cut_at = now if seat.is_there else seat.cut_at
        else:
            self.refused[code] += 1
            seat.place += 1
        if code in FINAL:
            self.final.append(code)
            return
        wait = wait_before(seat.attempt, random.random())
        seat.attempt += 1
        heapq.heappush(self._due, (now + wait, next(self._number), seat))

    def turn(self, timeout: float) -> None:
        """Serve the sockets once, and open those that are due."""
        self._round(timeout)
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            self._open(heapq.heappop(self._due)[2])
        for viewer in self._opening:
            if viewer.state not in (OPEN, CLOSED) and now - viewer.started > CONNECT_SECONDS:
                viewer.end("no answer")
        self._opening = [v for v in self._opening if v.state not in (OPEN, CLOSED)]

    def serve(self, seconds: float) -> None:
        """Serve the sockets for ``seconds``."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.turn(min(left, 0.02))

    def _open(self, seat: Seat) -> None:
        seat.tries += 1
        viewer = Returner(self, seat)
        try:
            viewer.connect(seat.address)
        except OSError as error:
            viewer.end(f"refused {error.errno}")
            return
        self.viewers[viewer.fileno()] = viewer
        self.epoll.register(viewer.fileno(), select.EPOLLOUT)
        self._opening.append(viewer)
