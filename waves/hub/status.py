"""What this process knows of every stream: state, measured rate, viewers."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waves.hub.members import Members

#: Without news of a stream for this long it is stale (descriptions come every second).
STALE_SECONDS = 3.0
#: States that a worker has to confirm: without news of it such a stream is stale.
MOVING = ("live", "silent")
#: A hub publishes its viewer counts every 2 s; a count older than this is forgotten.
COUNT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """A line of the admin's list. ``measured_rate`` in samples per second and signal."""

    state: str
    message: str = ""
    measured_rate: float = 0.0
    #: Samples that the source skipped since its epoch began.
    skipped: int = 0
    #: Viewers in all server processes.
    viewers: int = 0


class StatusBoard:
    """The newest description of each stream, and the viewer counts of each hub."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._descriptions: dict[int, tuple[float, Mapping[str, Any]]] = {}
        self._counts: dict[str, tuple[float, Mapping[int, int]]] = {}
        #: Servers and workers, as they speak of themselves.
        self.servers, self.workers = Members(monotonic), Members(monotonic)
        #: When a worker last spoke of its streams, whether it has any or not.
        self.worker_heard_at = -math.inf
        #: Why no stream is produced for this process, in words; empty where some are.
        self.problem = ""
        #: Why nothing is heard of one stream, where its way to us is cut; else empty.
        self.cut_off: Callable[[int], str] = lambda handle: ""

    def describe(self, description: Mapping[str, Any]) -> None:
        """Remember a description (the ``stream`` message), now.

        A worker that was paused may still speak of an epoch that another one has followed: it is
        not listened to, unless the newer one is silent.
        """
        now, handle = self._monotonic(), int(description["handle"])
        at, known = self._descriptions.get(handle, (-math.inf, description))
        newer = description.get("epoch", 0) >= known.get("epoch", 0)
        if newer or now - at > STALE_SECONDS:
            self._descriptions[handle] = (now, description)

    def hear(
        self,
        descriptions: Iterable[Mapping[str, Any]],
        worker: Mapping[str, Any] | None = None,
    ) -> None:
        """A worker spoke of its streams, whole or in brief, and perhaps of itself; what is not
        said is as it was."""
        self.worker_heard_at = self._monotonic()
        if worker is not None:
            self.workers.hear(worker)
        for description in descriptions:
            _, known = self._descriptions.get(int(description["handle"]), (0.0, {}))
            same = known.get("epoch") == description.get("epoch")
            self.describe({**known, **description} if same else description)

    def forget(self, handle: int) -> None:
        """A stream was deleted."""
        self._descriptions.pop(handle, None)

    def handles(self) -> list[int]:
        """Every stream that was described."""
        return list(self._descriptions)

    def handle_of(self, slug: str, *, aged: bool = False) -> int | None:
        """The handle of a stream that was described lately (or once: ``aged``), by its slug."""
        now = self._monotonic()
        for handle, (at, description) in list(self._descriptions.items()):
            if description["slug"] == slug and (aged or now - at <= STALE_SECONDS):
                return handle
        return None

    def count(
        self, hub: str, viewers: Mapping[int, int], server: Mapping[str, Any] | None = None
    ) -> None:
        """Remember how many viewers the hub of one process has, by handle, and what its server
        says of itself."""
        if server is not None:
            self.servers.hear(server)
        now = self._monotonic()
        known = {name: c for name, c in self._counts.items() if now - c[0] < COUNT_SECONDS}
        self._counts = {**known, hub: (now, viewers)}

    def viewers(self, handle: int) -> int:
        """Viewers of a stream, over the hubs that were heard of lately."""
        now = self._monotonic()
        fresh = [c for at, c in list(self._counts.values()) if now - at < COUNT_SECONDS]
        return sum(counts.get(handle, 0) for counts in fresh)

    def description(self, handle: int) -> Mapping[str, Any] | None:
        """The newest description of a stream, its state made ``stale`` where it has aged."""
        entry = self._descriptions.get(handle)
        if entry is None:
            return None
        at, description = entry
        if description["state"] in MOVING and self._monotonic() - at > STALE_SECONDS:
            message = self.why_silent(handle) or "No worker reports this stream."
            return {**description, "state": "stale", "message": message}
        return description

    def why_silent(self, handle: int) -> str:
        """Why nothing is heard of a stream, in words; empty where that is not known."""
        return self.cut_off(handle) or self.problem

    def of(self, handle: int) -> StreamStatus:
        """State, rate and viewers of a stream; ``unknown`` where no worker has spoken of it."""
        description = self.description(handle)
        if description is None:
            message = self.why_silent(handle) or "No worker has reported this stream yet."
            return StreamStatus("unknown", message)
        return StreamStatus(
            state=description["state"],
            message=description.get("message", ""),
            measured_rate=description.get("measured_rate", 0.0),
            skipped=description.get("skipped", 0),
            viewers=self.viewers(handle),
        )


#: The one board of this process: written by the hub, read by admin, views, API and metrics.
board = StatusBoard()
