"""2,000 viewers of two servers, which are restarted: how soon all have live samples again."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks import document
from benchmarks.compare import shown
from benchmarks.processes.returning import Address, Returning, Seat
from benchmarks.processes.site import Site, over_redis
from benchmarks.servers import KILOHERTZ, ServerError
from benchmarks.tally import Tally

VIEWERS = 2000
#: All shall be back within this (s); what takes longer than ``PATIENCE`` is given up.
BAR, PATIENCE = 10.0, 45.0
#: Seconds in which everything is as it shall be, before.
SETTLED = 4.0


@dataclass(frozen=True, slots=True)
class Case:
    """What befalls the two servers. ``elsewhere``: viewers may come to the other one, too."""

    what: str
    servers: int
    number: signal.Signals
    elsewhere: bool = False


CASES = (
    Case("one restarts (SIGTERM); its viewers wait for it", 1, signal.SIGTERM),
    Case("one restarts (SIGTERM); its viewers go to the other", 1, signal.SIGTERM, elsewhere=True),
    Case("both restart at once (SIGTERM)", 2, signal.SIGTERM),
    Case("both are killed at once, and started", 2, signal.SIGKILL),
)


class Restart(threading.Thread):
    """A server ends and comes back on its port. Times are monotonic seconds."""

    def __init__(self, site: Site, port: int, number: signal.Signals) -> None:
        super().__init__(daemon=True)
        self.site, self.port, self.number = site, port, number
        self.ended_at = self.listens_at = 0.0

    def run(self) -> None:
        """Signal it, wait for its end, start it, wait until it listens."""
        process = self.site.servers[self.port]
        process.send_signal(self.number)
        process.wait()
        self.ended_at = time.monotonic()
        self.site.begin_server(self.port)
        self.site.await_server(self.port)
        self.listens_at = time.monotonic()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case. Times in seconds from the signal."""

    case: Case
    #: How many were cut off, and when each was back; who is not has none.
    cut: int
    back: Sequence[float]
    #: The longest that one was without, from its own cut on.
    longest_out: float
    ended: float
    listens: float
    tries: float
    refused: Counter[str]
    untold: int
    #: The longest silence, in seconds, of those whose server was left alone; None without such.
    others: float | None
    #: Of those, how many were cut off.
    others_cut: int


def seats_of(ports: Sequence[int], viewers: int, victims: Sequence[int], case: Case) -> list[Seat]:
    """As many at each server, and those of the victims counted apart."""
    struck, others = Tally(), Tally()
    seats = []
    for number in range(viewers):
        home = number % len(ports)
        order: list[Address] = [("127.0.0.1", port) for port in (*ports[home:], *ports[:home])]
        tally = struck if ports[home] in victims else others
        seats.append(Seat(order if case.elsewhere else order[:1], tally))
    return seats


def await_all(load: Returning, seats: Sequence[Seat]) -> None:
    """Wait until all have live samples, and a while longer. Raises ServerError."""
    deadline = time.monotonic() + PATIENCE
    while not all(seat.is_there for seat in seats):
        if time.monotonic() > deadline:
            raise ServerError("Not all viewers were there before anything was done to them.")
        load.serve(0.2)
    load.serve(SETTLED)


def run_case(case: Case, viewers: int) -> Outcome:
    """Let all come, let it happen, and wait until all are back. Raises ServerError."""
    with over_redis([KILOHERTZ], 2) as site, contextlib.closing(Returning()) as load:
        ports = list(site.servers)
        victims = ports[: case.servers]
        seats = seats_of(ports, viewers, victims, case)
        load.take(seats)
        await_all(load, seats)
        load.forget()
        struck = [seat for seat in seats if seat.address[1] in victims]
        others = [seat for seat in seats if seat.address[1] not in victims]
        tries = sum(seat.tries for seat in struck)
        began = time.monotonic()
        restarts = [Restart(site, port, case.number) for port in victims]
        for restart in restarts:
            restart.start()
        while time.monotonic() - began < PATIENCE and not _over(restarts, struck, began):
            load.serve(0.1)
        load.serve(1.0)
        site.check()
        tell(load, seats)
        return Outcome(
            case,
            sum(seat.cut_at > began for seat in struck),
            sorted(s.back_at - began for s in struck if s.cut_at > began and s.is_there),
            max((s.out or PATIENCE for s in struck if s.cut_at), default=0.0),
            max(restart.ended_at for restart in restarts) - began,
            max(restart.listens_at for restart in restarts) - began,
            (sum(seat.tries for seat in struck) - tries) / len(struck),
            load.refused,
            sum(seat.untold for seat in seats),
            others[0].tally.silence if others else None,
            sum(seat.cut_at > began for seat in others),
        )


def tell(load: Returning, seats: Sequence[Seat]) -> None:
    """Say what became of sockets, for whoever looks at the run."""
    errors = sum((seat.tally.errors for seat in seats[:2]), Counter[str]())
    print("    sockets lost by", dict(load.lost), "told", dict(errors), file=sys.stderr)
    if load.final:
        print("    told not to come back:", Counter(load.final), file=sys.stderr)


def _over(restarts: Sequence[Restart], struck: Sequence[Seat], began: float) -> bool:
    listen = all(restart.listens_at for restart in restarts)
    return listen and all(seat.cut_at > began and seat.is_there for seat in struck)


HEAD = (
    *("what happens", "cut off", "back", "servers ended after s", "listen after s"),
    *("half are back after s", "95 %", "the last", "longest without, each, s"),
    *("tries each", "tries refused", "lost, not told", "others: cut off", "longest silence s"),
)


def row(outcome: Outcome) -> list[str]:
    """A line of the table."""
    back = np.asarray(outcome.back or [PATIENCE])
    refused = ", ".join(f"{code}: {n:,}" for code, n in sorted(outcome.refused.items()))
    return [
        outcome.case.what,
        f"{outcome.cut:,}",
        f"{len(outcome.back):,}",
        *(f"{seconds:.1f}" for seconds in (outcome.ended, outcome.listens)),
        *(f"{float(np.percentile(back, q)):.1f}" for q in (50, 95, 100)),
        f"{outcome.longest_out:.1f}",
        f"{outcome.tries:.1f}",
        refused or "–",
        shown(outcome.untold),
        *(["–", "–"] if outcome.others is None else _others(outcome)),
    ]


def _others(outcome: Outcome) -> list[str]:
    return [f"{outcome.others_cut:,}", f"{outcome.others:.2f}"]


def is_held(outcome: Outcome) -> bool:
    """Whether all were back in time, and nothing was lost without a word."""
    in_time = len(outcome.back) == outcome.cut and max(outcome.back, default=0.0) <= BAR
    return in_time and not outcome.untold and not outcome.others_cut


def text(outcomes: Sequence[Outcome], viewers: int) -> str:
    """The part of the section on it."""
    held = sum(map(is_held, outcomes))
    words = (
        f"{viewers:,} viewers of two servers over Redis, each at one of them. Times are from the "
        "signal, so the end of the old process and the start of the new one are in them; who is "
        "back has live samples. All were back within "
        f"{BAR:.0f} s in {held} of {len(outcomes)} cases."
    )
    return "\n\n".join([words, document.table(HEAD, [row(outcome) for outcome in outcomes])])


def run(viewers: int = VIEWERS, cases: Sequence[Case] = CASES) -> list[Outcome]:
    """All cases, each on a site of its own; one that cannot be judged is said, and left out."""
    outcomes = []
    for case in cases:
        try:
            outcomes.append(run_case(case, viewers))
            print("  ", " | ".join(row(outcomes[-1])), file=sys.stderr)
        except ServerError as error:
            print(error, file=sys.stderr)
    return outcomes
