"""The processes of a site that say something of themselves, again and again: servers, workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: Workers speak every second, servers every two: who was silent for longer is not there.
PRESENT_SECONDS = 5.0
#: Who was silent for so long is forgotten; until then one sees that it was there.
REMEMBER_SECONDS = 60.0
#: More than this are no processes of one site.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Member:
    """What a process said of itself last, and for how many seconds it has been silent."""

    id: str
    told: Mapping[str, Any]
    silent: float

    @property
    def is_present(self) -> bool:
        """Whether it was heard of lately."""
        return self.silent < PRESENT_SECONDS


class Members:
    """All of one kind. Written on the event loop, and read from any thread."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._heard: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def hear(self, told: Mapping[str, Any]) -> None:
        """A process spoke of itself."""
        now = self._monotonic()
        kept = {k: v for k, v in self._heard.items() if now - v[0] < REMEMBER_SECONDS}
        if len(kept) < MOST:
            kept[str(told["id"])] = (now, told)
        self._heard = kept

    def all(self) -> list[Member]:
        """Everyone that is remembered, by name."""
        now = self._monotonic()
        members = [
            Member(key, told, now - at)
            for key, (at, told) in self._heard.items()
            if now - at < REMEMBER_SECONDS
        ]
        return sorted(members, key=lambda m: (str(m.told.get("name", "")), m.id))

    def present(self) -> list[Member]:
        """Those that were heard of lately."""
        return [member for member in self.all() if member.is_present]


def work_of(workers: list[Member], handle: int) -> tuple[Member, Mapping[str, Any]] | None:
    """Who runs a stream, and what it says of its work there; None where nobody does.

    While a stream moves two may say that they run it: it is whoever spoke last.
    """
    key = str(handle)
    found = [m for m in workers if m.is_present and key in m.told.get("runners", {})]
    if not found:
        return None
    newest = min(found, key=lambda m: m.silent)
    return newest, newest.told["runners"][key]
