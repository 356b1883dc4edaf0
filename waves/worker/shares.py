"""Who runs which stream: a register that each worker reads and writes once a second.

The register is one small document in a store that several workers reach (``stores``). Writing it
is one compare-and-set, which renews all leases of a worker at once. No clock stands in it, so that
no clock needs to agree with another: each worker counts its renewals, and the others see by their
own monotonic clock for how long the count has stood still.

Nothing here waits or touches a store, so that every case can be tried.
"""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

#: How often a worker renews its leases.
RENEW_SECONDS = 1.0
#: A worker whose count stood still this long is gone: three renewals, and a takeover within 5 s.
#: Of a time in which we did not look (the store hung, or we did), one renewal counts.
GONE_SECONDS = 3.0
#: In a store that may lose the register, nobody takes streams of others sooner than this after a
#: new one began: each worker has the time to say again what it runs.
SETTLE_SECONDS = 1.5
WAITS = (
    "Another process ran the streams of this database a moment ago. Whether it still does shows "
    f"within {GONE_SECONDS:g} s."
)


@dataclass(frozen=True, slots=True)
class Member:
    """A worker in the register: its name, and how often it has renewed."""

    name: str
    beat: int


@dataclass(frozen=True, slots=True)
class Register:
    """Who is there, and who runs what. ``seal`` proves the SECRET_KEY that they share, ``shard``
    that they know the same Redis hosts (``shards.mark_of``)."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    seal: str = ""
    workers: Mapping[str, Member] = field(default_factory=dict)
    owners: Mapping[int, str] = field(default_factory=dict)
    shard: str = ""

    def dumps(self) -> str:
        """The register as text, for a store."""
        document = {
            "id": self.id,
            "seal": self.seal,
            "shard": self.shard,
            "workers": {worker: [m.name, m.beat] for worker, m in self.workers.items()},
            "owners": {str(handle): worker for handle, worker in self.owners.items()},
        }
        return orjson.dumps(document).decode()

    @classmethod
    def loads(cls, text: str | None) -> Register:
        """The register of a text; an empty one where there is none or it cannot be read."""
        try:
            document: Any = orjson.loads(text or "")
            return cls(
                str(document["id"]),
                str(document["seal"]),
                {str(w): Member(str(n), int(b)) for w, (n, b) in document["workers"].items()},
                {int(handle): str(worker) for handle, worker in document["owners"].items()},
                str(document.get("shard", "")),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a worker does now, by handles."""

    #: The streams that are ours to run.
    own: frozenset[int] = frozenset()
    #: The one that is given up next, so that another worker has its share.
    give_up: int | None = None
    #: Streams that may run on a worker of a name only, and none of that name is there.
    orphans: frozenset[int] = frozenset()
    #: Whether we describe the streams that nobody runs.
    leads: bool = False
    #: Streams of ours that a worker ran which is gone, with its name.
    followed: Mapping[int, str] = field(default_factory=dict)
    #: Why we run nothing, in words for a person; empty where we may.
    refusal: str = ""
    #: Whoever ran them may be gone, and has not been heard since we came: nothing is wrong so far.
    waits: bool = False


class Share:
    """One worker's part in the register.

    ``exclusive``: it runs all streams or none, and next to no other worker (an embedded one: its
    streams do not leave its process). ``volatile``: the store may lose the register.
    ``seals`` are those that this worker accepts, its own first. ``shard`` names the Redis host of
    the register, where there are several.
    """

    def __init__(
        self,
        name: str,
        *,
        exclusive: bool = False,
        volatile: bool = True,
        seals: Iterable[str] = ("",),
        shard: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.worker = uuid.uuid4().hex
        self.name = name
        self.exclusive = exclusive
        self._volatile = volatile
        self._seals = tuple(seals)
        self._shard = shard
        self._monotonic = monotonic
        self._beat = 0
        self._register = ""
        self._settled_at = 0.0
        self._looked_at = monotonic()
        #: Beat of each other worker, and for how many seconds it has stood still.
        self._seen: dict[str, tuple[int, float]] = {}
        #: Other workers that have renewed since we came.
        self._heard: set[str] = set()

    def renew(
        self, register: Register, running: Iterable[int], wanted: Mapping[int, str]
    ) -> tuple[Register, Decision]:
        """The register as it shall be written, and what we do once that is done.

        ``running``: what we run now. ``wanted``: every stream that shall run, with the name of
        the worker that it may run on ("" for any). May be called again with a newer register.
        """
        self._look(register)
        others = {w: m for w, m in register.workers.items() if self._is_there(w)}
        refusal = self._refusal(register, others)
        if refusal and self._heard.isdisjoint(others):
            return register, Decision(refusal=WAITS, waits=True)
        if refusal:
            return register, Decision(refusal=refusal)
        self._beat += 1
        workers = {**others, self.worker: Member(self.name, self._beat)}
        owners = {h: w for h, w in register.owners.items() if w in others}
        mine = set(running) | {h for h, w in register.owners.items() if w == self.worker}
        for handle in mine:
            if handle not in owners and self._may_run(wanted.get(handle)):
                owners[handle] = self.worker
        orphans = self._take(owners, workers, wanted)
        own = frozenset(handle for handle, worker in owners.items() if worker == self.worker)
        decision = Decision(
            own,
            self._surplus(owners, workers, wanted),
            orphans,
            leads=self.worker == min(workers),
            followed=self._followed(register, own),
        )
        return Register(register.id, self._seals[0], workers, owners, self._shard), decision

    def _followed(self, register: Register, own: Iterable[int]) -> dict[int, str]:
        """The names of those who ran what is ours now."""
        former = {h: register.owners[h] for h in own if h in register.owners}
        gone = {h: w for h, w in former.items() if w != self.worker}
        return {h: register.workers[w].name for h, w in gone.items() if w in register.workers}

    def leave(self, register: Register, gone: int | None = None) -> Register:
        """The register without us, or without one stream of ours (``gone``)."""
        ours = {h for h, w in register.owners.items() if w == self.worker and gone in (None, h)}
        owners = {h: w for h, w in register.owners.items() if h not in ours}
        workers = dict(register.workers)
        if gone is None:
            workers.pop(self.worker, None)
        return replace(register, workers=workers, owners=owners)

    def _look(self, register: Register) -> None:
        """Note who has renewed since we last looked."""
        now = self._monotonic()
        if register.id != self._register:
            # Not at the first look: whoever starts where a register is, finds everyone in it.
            fresh = bool(self._register) or not register.workers
            self._settled_at = now + (SETTLE_SECONDS if fresh and self._volatile else 0.0)
            self._register = register.id
        passed = min(now - self._looked_at, RENEW_SECONDS)
        self._looked_at = now
        seen = {}
        for worker, member in register.workers.items():
            beat, still = self._seen.get(worker, (-1, 0.0))
            seen[worker] = (member.beat, still + passed if beat == member.beat else 0.0)
            if beat not in (-1, member.beat):
                self._heard.add(worker)
        self._seen = seen
        self._heard &= seen.keys()

    def _is_there(self, worker: str) -> bool:
        if worker == self.worker:
            return False
        return self._seen[worker][1] < GONE_SECONDS

    def _refusal(self, register: Register, others: Mapping[str, Member]) -> str:
        if not others:
            return ""
        names = ", ".join(sorted({member.name for member in others.values()}))
        if register.seal not in self._seals:
            return (
                f"A worker of this installation ({names}) runs with another SECRET_KEY. Give all "
                "processes the same one; a copy of a database needs WAVES_INSTALLATION."
            )
        if register.shard != self._shard:
            return (
                f"A worker of this installation ({names}) runs with other hosts in REDIS_URL, or "
                "names them in another order. Give all processes the same list."
            )
        if self.exclusive:
            return (
                f"Another server process ({names}) produces the streams of this database, and "
                "this one cannot reach it. Run one process only, or set REDIS_URL."
            )
        return ""

    def _may_run(self, pin: str | None) -> bool:
        return pin is not None and pin in ("", self.name)

    def _take(
        self, owners: dict[int, str], workers: Mapping[str, Member], wanted: Mapping[int, str]
    ) -> frozenset[int]:
        """Take our part of the streams that nobody runs; return those that nobody may run.

        Every worker comes to the same plan: each stream goes to whoever has the fewest.
        """
        counts = Counter(dict.fromkeys(workers, 0))
        counts.update(owners.values())
        orphans = set()
        settled = self._monotonic() >= self._settled_at
        for handle in sorted(wanted.keys() - owners.keys()):
            pin = wanted[handle]
            able = [w for w, member in workers.items() if pin in ("", member.name)]
            if not able:
                orphans.add(handle)
                continue
            worker = min(able, key=lambda w: (counts[w], w))
            counts[worker] += 1
            if worker == self.worker and settled:
                owners[handle] = worker
        return frozenset(orphans)

    def _surplus(
        self, owners: Mapping[int, str], workers: Mapping[str, Member], wanted: Mapping[int, str]
    ) -> int | None:
        """The stream that we give up, where we have two more than another: one at a time.

        Only where every stream runs, so that the one before has found its new place.
        """
        loose = {h: w for h, w in owners.items() if wanted.get(h, "-") == ""}
        free = [h for h, pin in wanted.items() if not pin and h not in owners]
        if free or not loose:
            return None
        counts = Counter(dict.fromkeys(workers, 0))
        counts.update(owners.values())
        most = max(set(loose.values()), key=lambda w: (counts[w], w))
        if most != self.worker or counts[most] - min(counts.values()) < 2:
            return None
        return max(handle for handle, worker in loose.items() if worker == self.worker)
