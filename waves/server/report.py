"""What a server says of itself every two seconds, to those who look after the site."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from typing import Any

from waves.bus import Receiver
from waves.hub.figures import Durations
from waves.hub.hub import Hub


def about(
    hub: Hub,
    receivers: Sequence[Receiver],
    turns: Durations,
    since: float,
    problems: Iterable[str],
) -> dict[str, Any]:
    """Its name, how long it runs (``since`` in unix seconds), counts, and what is wrong. There is
    a receiver for each Redis host: the slowest of them is told."""
    lost = {str(handle): s.kept.figures.lost.total() for handle, s in hub.streams.items()}
    return {
        "id": receivers[0].name,
        "name": socket.gethostname(),
        "pid": os.getpid(),
        "since": since,
        "sockets": len(hub.connections),
        "messages": hub.pump.messages,
        "bytes": hub.pump.bytes,
        "slow": hub.pump.closed_slow,
        "history": sum(stream.kept.history.bytes for stream in hub.streams.values()),
        "turn": turns.newest,
        "round_trip": max(receiver.round_trips.newest for receiver in receivers),
        "problems": list(dict.fromkeys(problem for problem in problems if problem)),
        "lost": {handle: samples for handle, samples in lost.items() if samples},
    }
