"""The state of the whole site for its staff: servers, workers, and who runs which stream."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waves.hub.members import Member, work_of
from waves.hub.status import StatusBoard
from waves.models import Stream

#: Counts of a description that say what a source, or whoever sends, lost; with their words.
_LOSSES = {
    "skipped": "skipped",
    "late": "too late",
    "left_out": "left out",
    "nameless": "without a name",
    "infinities": "infinite",
    "unpublished": "frames not published",
}


@dataclass(frozen=True, slots=True)
class Process:
    """A server or a worker: what it is called, and what it says of itself."""

    name: str
    told: Mapping[str, Any]
    running: str
    #: How late its event loop was, and how long the channel layer took: of a server.
    turn: str
    round_trip: str
    #: Seconds since it was heard of, where it is not there any more; else "".
    gone: str


@dataclass(frozen=True, slots=True)
class Row:
    """A stream, as the page shows it."""

    stream: Stream
    state: str
    message: str
    owner: str
    rate: str
    viewers: int
    age: str
    lag: str
    losses: str
    error: str


def state_of(board: StatusBoard) -> dict[str, Any]:
    """What the page shows, as it is now."""
    now, workers, servers = time.time(), board.workers.all(), board.servers.all()
    lost: Counter[str] = Counter()
    for server in servers:
        if server.is_present:
            lost.update(server.told.get("lost", {}))
    streams = Stream.objects.all()
    return {
        "servers": [_process(member, now) for member in servers],
        "workers": [_process(member, now) for member in workers],
        "rows": [_row(s, board, workers, lost[str(s.pk)], now) for s in streams],
        "problem": board.problem,
    }


def _process(member: Member, now: float) -> Process:
    host = f", Redis host {shard}" if (shard := member.told.get("shard")) else ""
    name = f"{member.told.get('name', '?')} ({member.told.get('pid', '?')}{host})"
    running = span(now - float(member.told.get("since", now)))
    gone = "" if member.is_present else span(member.silent)
    turn, round_trip = (span(float(member.told.get(k, 0))) for k in ("turn", "round_trip"))
    return Process(name, member.told, running, turn, round_trip, gone)


def _row(stream: Stream, board: StatusBoard, workers: list[Member], lost: int, now: float) -> Row:
    status, said = board.of(stream.pk), board.description(stream.pk) or {}
    found = work_of(workers, stream.pk)
    work = found[1] if found is not None else {}
    newest, failed_at = work.get("newest"), work.get("failed_at")
    error = f"{work.get('error', '')} ({span(now - failed_at)} ago)" if failed_at else ""
    return Row(
        stream,
        status.state if stream.enabled else "stopped",
        status.message,
        owner=str(found[0].told.get("name", "?")) if found is not None else "–",
        rate=f"{status.measured_rate:,.5g}" if stream.enabled and found is not None else "–",
        viewers=status.viewers,
        age="–" if newest is None else span(max(0.0, now - newest)),
        lag="–" if newest is None else span(max(0.0, float(work.get("lag", 0.0)))),
        losses=_losses(said, work, lost),
        error=error,
    )


def _losses(said: Mapping[str, Any], work: Mapping[str, Any], lost: int) -> str:
    counts = {"lost by viewers": lost, "ticks late": work.get("late_ticks", 0)}
    counts |= {words: said.get(key, 0) for key, words in _LOSSES.items()}
    return ", ".join(f"{count:,} {words}" for words, count in counts.items() if count) or "–"


def span(seconds: float) -> str:
    """A time as people say it: 12 ms, 3.2 s, 5 min, 2 h, 3 d."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    units = (("d", 86_400), ("h", 3600), ("min", 60))
    unit, length = next(each for each in units if seconds >= each[1])
    return f"{seconds / length:.0f} {unit}"
