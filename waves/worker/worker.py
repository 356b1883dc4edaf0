"""The worker: owns runners, as the database and the leases say.

Three loops that do not wait for one another: one reads the streams each half second (nothing else
carries edits), one renews the leases and applies both, one announces every stream each second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import DatabaseError

from waves import intake, journal, specs
from waves.bus import Publisher
from waves.conf import get_config
from waves.database import installation
from waves.database.threads import in_thread
from waves.exceptions import ServiceUnavailableError
from waves.protocol.description import Description, brief, describe, same_at_length
from waves.protocol.spec import StreamSpec
from waves.shards import shard_of
from waves.sources.base import Clock
from waves.worker.recorder import Recorder
from waves.worker.runner import Runner
from waves.worker.shares import RENEW_SECONDS, Decision
from waves.worker.stores import Leases

logger = logging.getLogger("waves")

#: How often the database is read; an edit applies within this and one tick.
LOOK_SECONDS = 0.5
#: How often every description is sent; three missed ones are `stale`.
ANNOUNCE_SECONDS = 1.0
#: A description goes to all servers when it changes, and again so often for those that were not
#: there; in between they are told its state and counts only.
REPEAT_ANNOUNCEMENTS = 10
#: Whole descriptions in one message: at most 512 KiB.
AT_ONCE = 8
#: Workers of one process, one for each Redis host, are known by it.
_PROCESS = uuid.uuid4().hex
#: A database that does not answer a reading in this time is told of.
ANSWER_SECONDS = 10.0


def default_name() -> str:
    """How this machine's worker is called where no name is given."""
    return get_config().worker_name or socket.gethostname()


class Peers:
    """The workers of one process, one for each Redis host. None of them takes a stream until each
    host has let its worker in, or cannot be reached: workers with another list of hosts, who run
    the same streams, may be known to one host only.
    """

    def __init__(self, count: int) -> None:
        self._outside = set(range(count)) if count > 1 else set()

    def let_in(self, shard: int) -> None:
        """A host has nothing against a worker."""
        self._outside.discard(shard)

    @property
    def may_begin(self) -> bool:
        """Whether streams may be taken."""
        return not self._outside


class Worker:
    """Owns the runners of the streams that its publisher's Redis host carries. ``run`` is its task;
    cancelled, it stops every source and awaits them.

    ``exclusive``: an embedded worker, whose streams do not leave its process.
    """

    def __init__(
        self,
        publisher: Publisher,
        clock: Clock | None = None,
        *,
        name: str = "",
        exclusive: bool = False,
        peers: Peers | None = None,
    ) -> None:
        self._peers = peers or Peers(1)
        self.name = name or default_name()
        self.runners: dict[int, Runner] = {}
        #: Words for a person while the database cannot be read, or the leases cannot be had.
        self.problem = ""
        self.lease_problem = ""
        #: When the streams were last looked after: a worker that hangs is told by it.
        self.steered_at = time.monotonic()
        self._id, self._since = uuid.uuid4().hex, time.time()
        self._exclusive = exclusive
        self._publisher = publisher
        self._clock = clock or Clock()
        self._intake = intake.intake()
        self._recorder = Recorder(self._identity)
        self._stopped: dict[int, Description] = {}
        #: Streams that were deleted, and whose end could not be told yet.
        self._gone: set[int] = set()
        #: The descriptions as all servers know them.
        self._told: dict[int, Description] = {}
        self._announcements = 0
        #: What the database said last, by handle; None before it has spoken.
        self._wanted: dict[int, tuple[StreamSpec, int]] | None = None
        self._looks = specs.Looks()
        self._asked_at = 0.0
        #: The database says something else than before.
        self._news = asyncio.Event()
        self._leases: Leases | None = None
        self._decision = Decision()
        self._renew_at = 0.0
        self._told_of_leases = False

    async def run(self) -> None:
        """Read, steer and announce, for ever."""
        loops = [
            asyncio.create_task(self._repeat(self.look, LOOK_SECONDS)),
            asyncio.create_task(self._repeat(self.steer, LOOK_SECONDS, self._news)),
            asyncio.create_task(self._repeat(self.announce, ANNOUNCE_SECONDS)),
            asyncio.create_task(
                self._repeat(self.record, self._recorder.pause, self._recorder.news)
            ),
        ]
        try:
            await asyncio.gather(*loops)
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self.close()

    async def _repeat(
        self,
        step: Callable[[], Awaitable[object]],
        pause: float | Callable[[], float],
        news: asyncio.Event | None = None,
    ) -> None:
        """Take a step, again and again: after a pause, or at once where there is news."""
        news = news or asyncio.Event()
        while True:
            news.clear()
            try:
                await step()
            except Exception:  # one fault must not end the worker: it serves every stream
                logger.exception("The worker could not %s; it tries again.", step.__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause() if callable(pause) else pause):
                    await news.wait()

    async def record(self) -> None:
        """Write what runners published, once the installation is known."""
        if self._publisher.installation is not None:
            await self._recorder.flush()

    def _identity(self) -> str:
        """Whose recordings these are."""
        found = self._publisher.installation
        return "" if found is None else found.identity

    async def look(self) -> bool:
        """Read the streams; False where the database cannot be read (all goes on as it was)."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._identify()
                asked_at = time.monotonic()
                streams = await in_thread(self._looks.read, worker=True)()
        except (DatabaseError, TimeoutError) as error:
            self._say(str(error) or "it does not answer")
            return False
        self.problem, self._asked_at = "", asked_at
        shard = self._publisher.shard
        wanted = {s.handle: (s, epoch) for s, epoch in streams if shard_of(s.handle) == shard}
        if wanted != self._wanted:
            self._wanted = wanted
            self._news.set()
        return True

    async def _identify(self) -> None:
        """Learn whose database this is; at first, make the streams that sources propose."""
        found = await in_thread(installation.find, worker=True)()
        if self._leases is not None and self._leases.identity == found.identity:
            return
        await in_thread(specs.create_proposed_streams, worker=True)()
        self._publisher.identify(found)
        shard = self._publisher.shard
        leases = Leases(found, self.name, exclusive=self._exclusive, shard=shard)
        old, self._leases = self._leases, leases
        if old is not None:
            await old.close()

    def _say(self, error: str) -> None:
        problem = f"The worker cannot read the database ({error})."
        if "no such table" in error or "no such column" in error or "does not exist" in error:
            problem = "The database is not ready. Run: python manage.py migrate"
        if self.problem != problem:
            logger.error(problem)
        self.problem = problem

    async def steer(self) -> None:
        """Renew the leases where that is due, then start, stop and edit what is ours."""
        self.steered_at = time.monotonic()
        if self._wanted is None or self._leases is None:
            return
        answered = True
        if time.monotonic() >= self._renew_at:
            answered = await self._renew(self._leases)
        for handle in list(self.runners):
            if handle not in self._wanted:
                await self._delete(handle)
            elif handle not in self._decision.own:
                await self._hand_over(handle)
        for handle in self._stopped.keys() - self._wanted.keys():
            await self._delete(handle)
        await self._tell_gone()
        for spec, epoch in list(self._wanted.values()):
            try:
                await self._apply(spec, epoch, may_start=answered)
            except Exception:  # a source that cannot take an edit disturbs no other stream
                logger.exception("Stream %s could not take an edit.", spec.slug)

    async def _renew(self, leases: Leases) -> bool:
        """Whether the store answered: without it nobody starts anything, nor takes it away."""
        wanted = {h: s.runs_on for h, (s, _) in (self._wanted or {}).items() if s.enabled}
        try:
            decision = await leases.renew(self.runners, wanted if self._peers.may_begin else {})
            if not decision.refusal:
                self._peers.let_in(self._publisher.shard)
            self._renew_at = time.monotonic() + RENEW_SECONDS
            moving = decision.give_up
            if moving is not None:
                decision = replace(decision, own=decision.own - {moving})
                await self._give_up(leases, moving)
        except ServiceUnavailableError as error:
            self._peers.let_in(self._publisher.shard)
            self._refuse(str(error))
            return False
        self._refuse(decision.refusal, is_wrong=not decision.waits)
        self._decision = decision
        return True

    def _refuse(self, problem: str, *, is_wrong: bool = True) -> None:
        # A Redis, or a database, that cannot be reached is told by whoever found it out first.
        if (
            (problem and is_wrong)
            and problem != self.lease_problem
            and not (self._publisher.problem or self.problem)
        ):
            self._told_of_leases = True
            logger.error(problem)
        elif self._told_of_leases and not problem:
            self._told_of_leases = False
            logger.warning("The leases of the streams are renewed again.")
        self.lease_problem = problem

    async def _give_up(self, leases: Leases, handle: int) -> None:
        """End one stream here, and only then let another worker have it."""
        runner = self.runners.pop(handle, None)
        if runner is not None:
            words = "A stream moves to another worker."
            self._tell("give_up", words, runner.spec)
            await runner.stop("stale", "This stream moves to another worker.")
        await leases.leave(handle)

    async def _hand_over(self, handle: int) -> None:
        """Another worker has it now, or it may not run here: stop, and say nothing over it."""
        runner = self.runners.pop(handle)
        spec = (self._wanted or {})[handle][0]
        if not spec.enabled:
            runner.spec = spec
            await runner.stop(message=runner.ending)
            self._stopped[handle] = runner.description
            return
        words = "Another worker runs a stream now."
        self._tell("lose", words, runner.spec, logging.WARNING)
        await runner.stop("stale", "Another worker takes this stream over.")

    async def _apply(self, spec: StreamSpec, epoch: int, *, may_start: bool) -> None:
        runner = self.runners.get(spec.handle)
        if runner is not None:
            if not spec.enabled:
                await self._hand_over(spec.handle)
            elif spec != runner.spec:
                await runner.update(spec)
            else:
                runner.begin_again(self._asked_at)
        elif not spec.enabled or spec.handle in self._decision.orphans:
            self._stopped[spec.handle] = self._not_running(spec, epoch)
        elif may_start and self._leases and spec.handle in self._decision.own:
            self._stopped.pop(spec.handle, None)
            former = self._decision.followed.get(spec.handle, "")
            words = "A stream is taken over." if former else "A stream runs here now."
            self._tell("take_over", words, spec, former=former)
            door = partial(self._intake.serve, self._leases.identity, spec.handle)
            inbox = self._intake.inbox(spec.handle)
            track = self._recorder.track(spec)
            self.runners[spec.handle] = Runner(
                spec, self._publisher, self._clock, inbox, door, track
            )
        else:
            self._stopped.pop(spec.handle, None)

    def _tell(
        self,
        event: str,
        words: str,
        spec: StreamSpec,
        level: int = logging.INFO,
        *,
        former: str = "",
    ) -> None:
        fields = {"stream": spec.slug, "worker": self.name, "former": former}
        journal.tell(event, words, fields, level)

    def _not_running(self, spec: StreamSpec, epoch: int) -> Description:
        old = self._stopped.get(spec.handle)
        ran = old is not None and old["epoch"] == epoch
        clock = old["clock"] if old is not None and ran else "regular"
        description = describe(spec, epoch, spec.signals, clock)
        description["recorded_since"] = self._recorder.since.get(spec.uuid)
        if not spec.signals:
            self._take_last_signals(description, old)
        if not spec.enabled:
            ended = old is not None and ran and old["state"] == "stopped"
            message = old["message"] if old is not None and ended else ""
            return {**description, "state": "stopped", "message": message}
        message = f"It runs on the worker “{spec.runs_on}” only, and that one is not there."
        return {**description, "state": "failed", "message": message}

    def _take_last_signals(self, description: Description, old: Description | None) -> None:
        """Of a source that says its signals only while it runs: those that it had, or recorded."""
        uuid = self._wanted[description["handle"]][0].uuid if self._wanted else ""
        self._recorder.asks.add(uuid)
        last = self._recorder.last.get(uuid)
        if old is not None and old["signals"]:
            description["signals"] = old["signals"]
        elif last is not None:
            description["signals"], description["clock"] = last["signals"], last["clock"]

    async def _delete(self, handle: int) -> None:
        runner = self.runners.pop(handle, None)
        self._stopped.pop(handle, None)
        self._intake.forget(handle)
        if runner is not None:
            await runner.stop(message="This stream was deleted.")
        self._gone.add(handle)
        await self._tell_gone()

    async def _tell_gone(self) -> None:
        """Say which streams were deleted; what cannot be said now is said later."""
        with contextlib.suppress(ServiceUnavailableError):
            for handle in list(self._gone):
                await self._publisher.deleted(handle)
                self._gone.discard(handle)

    async def announce(self) -> None:
        """Describe every stream: to its own group in order, and to all hubs at once.

        Those that nobody runs are described by one worker for all.
        """
        for runner in list(self.runners.values()):
            await runner.announce()
        running = [runner.description for runner in self.runners.values()]
        idle = list(self._stopped.values()) if self._decision.leads else []
        wanted = self._wanted or {}
        self._recorder.resting = [wanted[d["handle"]][0] for d in idle if d["handle"] in wanted]
        with contextlib.suppress(ServiceUnavailableError):
            for description in idle:
                await self._publisher.description(description)
            await self._tell_all([*running, *idle])

    async def _tell_all(self, descriptions: list[Description]) -> None:
        """State and counts of every stream to all hubs, and whole what is new or due again."""
        self._announcements += 1
        handles = {description["handle"] for description in descriptions}
        self._told = {handle: told for handle, told in self._told.items() if handle in handles}
        whole = [d for d in descriptions if self._is_news(d)]
        for first in range(0, len(whole), AT_ONCE):
            some = whole[first : first + AT_ONCE]
            await self._publisher.status(some)
            self._told.update((d["handle"], {**d}) for d in some)
        await self._publisher.status(map(brief, descriptions), self._about())

    def _about(self) -> dict[str, Any]:
        """What this worker says of itself and of its runners, to those who look after the site."""
        return {
            "id": self._id,
            "name": self.name,
            "pid": os.getpid(),
            "process": _PROCESS,
            "shard": self._publisher.shard_name,
            "since": self._since,
            "problem": self.problem or self.lease_problem,
            "runners": {str(handle): r.work.told() for handle, r in self.runners.items()},
        }

    def _is_news(self, description: Description) -> bool:
        handle = description["handle"]
        is_due = (handle + self._announcements) % REPEAT_ANNOUNCEMENTS == 0
        return is_due or not same_at_length(self._told.get(handle), description)

    async def close(self) -> None:
        """Stop every runner and await its end, then give the leases back."""
        runners, self.runners = list(self.runners.values()), {}
        stops = [runner.stop(message="The worker was shut down.") for runner in runners]
        if self._exclusive:  # under the reloader there is a quarter of a second for all of it
            await asyncio.gather(*stops, self._leave(), return_exceptions=True)
            await self._recorder.close()
            return
        await asyncio.gather(*stops, return_exceptions=True)
        await self._recorder.close()
        await asyncio.gather(self._leave(), return_exceptions=True)

    async def _leave(self) -> None:
        if self._leases is not None:
            await self._leases.close()
