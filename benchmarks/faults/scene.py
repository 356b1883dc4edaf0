"""What a fault happens to: an installation or two, with viewers whose every sample is judged."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.faults.link import Link, Relay
from benchmarks.faults.store import MakeLink, Redis
from benchmarks.faults.truth import Truth
from benchmarks.faults.viewers import Watcher
from benchmarks.faults.watch import Readiness
from waves.tests.server.postgresql import PostgreSQL
from waves.tests.server.processes import Process, Site, copy_databases

#: How often viewers are looked at.
LOOK_SECONDS = 0.1
#: A scene is calm within this time, or something is wrong before any fault.
CALM_SECONDS = 30.0
#: What is over stays over for so long.
SETTLED_SECONDS = 1.5
#: The streams of every scene: four whose samples are numbered, and the generator's sine.
COUNTED = ("counted-1", "counted-2", "counted-3", "counted-4")
SLUGS = (*COUNTED, "sine")

#: A line that says something: one of Waves, or a warning of anybody. Not a line of access; nor what
#: Django says each time that we ask whether a server is ready; nor what is said of each socket that
#: comes, goes or is refused, of which there is a bound a second, or of each stream that moves.
TELLING = re.compile(
    r"^[-\d]+ [\d:,]+ (?!\w+ waves: (?:A socket (?:was|is) |More of the same "
    r"|A stream (?:is|runs|moves) |Another worker runs a stream now))"
    r"(\w+ waves|WARNING|ERROR|CRITICAL)",
    re.M,
)
ASKED = re.compile(r"^.*/healthz/.*$", re.M)
TRACEBACK = "Traceback (most recent call last)"


def prepare(folder: Path, like: Site | None = None) -> Path:
    """A database with the streams of every scene; theirs begin as its copies."""
    site = Site(folder)
    if like is None:
        site.prepare()
    else:
        site.start_from(like)
    for slug in COUNTED:
        add_counted(site, slug)
    kept = "(SELECT id FROM waves_stream WHERE slug = 'sine')"
    site.execute(f"DELETE FROM waves_signal WHERE stream_id <> {kept}")
    marks = ", ".join("?" for _ in SLUGS)
    site.execute(f"DELETE FROM waves_stream WHERE slug NOT IN ({marks})", *SLUGS)
    # They ran before: an epoch that was never counted hides what a failure to count it does.
    site.execute("UPDATE waves_stream SET epoch = 7")
    return site.database


def add_counted(site: Site, slug: str, function: str = "counted", **changes: object) -> int:
    """A stream whose samples are numbered; returns its handle."""
    options = json.dumps({"function": f"benchmarks.faults.plant.streams.{function}"})
    fields = {"name": slug, "source": "python", "options": options, "sample_type": "float64"}
    return site.add_stream(slug, "sine", **fields, **changes)


class Installation(Site):
    """A site of the plant; ``number`` is in each of its samples."""

    def __init__(self, folder: Path, number: int, **environment: str) -> None:
        super().__init__(
            folder,
            DJANGO_SETTINGS_MODULE="benchmarks.faults.settings",
            WAVES_FAULTS_SITE=str(number),
            WAVES_FAULTS_HANG=str(folder / "hang"),
            **environment,
        )
        self.truth = Truth(number)

    def hang(self, on: bool) -> None:
        """Let the stream ``hanging`` hang, or go on."""
        path = Path(self.environment["WAVES_FAULTS_HANG"])
        if on:
            path.touch()
        else:
            path.unlink()


class Scene:
    """The processes and viewers of one run, and everything that is noticed of them."""

    def __init__(self, folder: Path, prepared: Path, *, seed: int = 0, short: bool = False) -> None:
        self.folder, self.prepared, self.short = folder, prepared, short
        self.chance = random.Random(seed)
        self.stack = ExitStack()
        self.sites: list[Installation] = []
        self.servers: list[Process] = []
        self.workers: dict[str, Process] = {}
        self.watchers: list[Watcher] = []
        self.readiness: dict[int, Readiness] = {}
        #: What was not as it shall be, in words.
        self.problems: list[str] = []
        self.began = 0.0
        #: The PostgreSQL of recordings, where a set-up has started one.
        self.postgresql: PostgreSQL | None = None
        #: The link of viewers who are far away, where a set-up has made one.
        self.link: Link | Relay | None = None
        self._redis: Redis | None = None
        self._processes: list[Process] = []
        self._logged: dict[Path, int] = {}
        self._witnesses: tuple[list[Watcher], list[Readiness]] = [], []
        self._tasks: list[asyncio.Task[None]] = []
        self._start(self._look())

    # Building it.

    def site(self, database: int = 0, **environment: str) -> Installation:
        """Another installation, over the scene's Redis where there is one."""
        number = len(self.sites) + 1
        folder = self.folder / f"site-{number}"
        folder.mkdir()
        if self._redis is not None:
            environment = {"REDIS_URL": self._redis.url(database), **environment}
        site = Installation(folder, number, **environment)
        copy_databases(self.prepared, site.database)
        # Of its own, as if its database had been made for it.
        site.execute("UPDATE waves_installation SET identity = ?", f"site-{number}")
        self.sites.append(site)
        return site

    @property
    def redis(self) -> Redis:
        """The Redis, which must have been asked for."""
        assert self._redis is not None
        return self._redis

    def with_redis(self, make_link: MakeLink | None = None) -> None:
        """A Redis for the installations that come, perhaps behind a link."""
        self._redis = Redis(make_link)
        self.stack.callback(self._redis.close)

    async def serve(self, site: Installation, server: str = "daphne", **options: Any) -> Process:
        """A server process; one that comes back on its port takes the place of the old one."""
        process = await asyncio.to_thread(site.start, server, **options)
        self._keep(process)
        self.servers = [other for other in self.servers if other.port != process.port]
        self.servers.append(process)
        if process.port not in self.readiness:
            self.readiness[process.port] = Readiness(process.address)
            self._start(self.readiness[process.port].follow())
        return process

    async def work(self, site: Installation, name: str = "a") -> Process:
        """A worker process of a name."""
        process = await asyncio.to_thread(site.start_worker, WAVES_WORKER_NAME=name)
        self._keep(process)
        self.workers[name] = process
        return process

    def _keep(self, process: Process) -> None:
        self._processes.append(process)
        self.stack.callback(process.kill)

    def gone(self, process: Process) -> None:
        """A process was ended on purpose, and is not asked any more."""
        self._processes.remove(process)
        self.servers = [other for other in self.servers if other is not process]
        self.workers = {name: p for name, p in self.workers.items() if p is not process}

    def watch(self, site: Installation, address: str, *slugs: str, **options: Any) -> list[Watcher]:
        """A viewer of each stream at an address."""
        made = [Watcher(site.truth, address, slug, **options) for slug in slugs or SLUGS]
        self.watchers += made
        for watcher in made:
            self._start(watcher.run())
        return made

    def watch_all(self, site: Installation, server: Process) -> None:
        """The usual viewers: one of each stream, one as JSON, and one of columns."""
        self.watch(site, server.address)
        self.watch(site, server.address, COUNTED[0], protocol="waves.v1.json")
        self.watch(site, server.address, COUNTED[1], window=10, columns=64, budget=1000)

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(job))

    # What is seen of it.

    async def _look(self) -> None:
        while True:
            now = time.monotonic()
            for watcher in self.watchers:
                await watcher.look(now)
            await asyncio.sleep(LOOK_SECONDS)

    def is_well(self, since: float) -> bool:
        """Whether every viewer has a live stream, and every server was ready since a moment."""
        ready = (self.readiness[server.port].is_ready(since) for server in self.servers)
        return all(ready) and all(watcher.is_well(since) for watcher in self.watchers)

    async def until(self, condition: Callable[[], bool], seconds: float) -> float | None:
        """Seconds until a condition holds; None where it does not in time."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                return None
            await asyncio.sleep(LOOK_SECONDS / 2)
        return time.monotonic() - began

    async def until_well(self, since: float, seconds: float) -> float | None:
        """When all became well, and stayed so for a while; None where that is too late."""
        while True:
            left = since + seconds - time.monotonic()
            if await self.until(lambda: self.is_well(since), left) is None:
                return None
            at = time.monotonic()
            if await self.until(lambda: not self.is_well(since), SETTLED_SECONDS) is None:
                return at

    def check(self, condition: object, words: str) -> None:
        """Note what shall be and is not."""
        if not condition:
            self.problems.append(words)

    def forget(self) -> None:
        """Another fault comes: what was wrong before is not its fault."""
        self.problems = []
        for site in self.sites:
            site.truth.counts.clear()
            site.truth.breaches.clear()

    def begin(self) -> None:
        """The fault begins now: what was seen before does not count."""
        self.began = time.monotonic()
        for watcher in self.watchers:
            watcher.forget(self.began)
        for readiness in self.readiness.values():
            readiness.forget()
        self._logged = {path: path.stat().st_size for path in self._logs()}
        self._witnesses = list(self.watchers), list(self.readiness.values())

    def witnesses(self) -> tuple[list[Watcher], list[Readiness]]:
        """Who saw the fault begin; where nobody was there yet, all who came."""
        watchers, asked = self._witnesses
        return watchers or self.watchers, asked or list(self.readiness.values())

    def _logs(self) -> list[Path]:
        return sorted(self.folder.glob("site-*/waves.*.log"))

    def logged(self) -> dict[str, str]:
        """What each process said since the fault began, by the name of its log."""
        said = {}
        for path in self._logs():
            text = path.read_bytes()[self._logged.get(path, 0) :].decode(errors="replace")
            said[f"{path.parent.name}/{path.name}"] = ASKED.sub("", text)
        return said

    def ended(self) -> list[str]:
        """What ended though nobody asked it to: processes, and viewers who could not go on."""
        processes = [
            f"the process on port {process.port} ended: {process.printed()[-300:]}"
            for process in self._processes
            if process.process.poll() is not None
        ]
        failed = (task.exception() for task in self._tasks if task.done())
        return processes + [f"a viewer could not go on: {error!r}" for error in failed if error]

    async def close(self) -> None:
        """End viewers and processes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self.stack.close)

    def samples(self) -> dict[str, int]:
        """What was lost untold, doubled and wrong in all installations."""
        kinds = ("lost untold", "doubled", "wrong", "too slow")
        return {kind: sum(site.truth.counts[kind] for site in self.sites) for kind in kinds}
