"""Half an hour over Redis: viewers come and go, workers end, and nothing may be left behind.

``python -m benchmarks.lasting [--minutes 30] [--write]``, a part of ``make soak``. Two servers, two
workers and a hundred viewers, of whom a tenth leaves and comes each minute. Every five minutes the
worker that runs the first stream is killed, or told to end, and started again. Each sample that a
viewer gets is judged (``faults/truth.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import psutil

from benchmarks import document
from benchmarks.faults.footing import held
from benchmarks.faults.scene import COUNTED, SLUGS, Installation, Scene, prepare
from benchmarks.faults.trial import count_lines
from benchmarks.faults.viewers import Watcher
from benchmarks.processes.shared import owners
from benchmarks.servers import DEPLOYED, end_tidily
from waves.tests.server.processes import Process

VIEWERS, SHARE = 100, 0.1
MINUTES, EACH_TAKEOVER = 30.0, 5.0
#: Until then memory grows for good reasons: buffers fill, and each way is gone for the first time.
WARM_MINUTES = 10.0
#: Each server is asked so often whether it is ready before anything is measured. By then its
#: threads and what they keep have their size; at a question a second that would take half an hour.
WARMING = 1500
#: Megabytes an hour that a server may grow by from then on.
MOST_GROWTH = 8.0
LOOK_SECONDS = 5.0
#: A stream that nobody views any more is let go by a server within this (``bus.LINGER_SECONDS``).
LINGER_SECONDS = 65.0
#: What is left behind goes within so much longer, or stays.
GONE_SECONDS = 20.0
#: A worker that is told to end does so within this (s).
END_SECONDS = 15.0
#: Two workers have shared the streams evenly (s).
SHARED_SECONDS = 6.0
#: Descriptors and threads that may be under way, or belong to the database's threads.
MORE = 8
NAMES = ("server 1", "server 2", "worker a", "worker b")


@dataclass
class Seen:
    """What was measured. ``memory``: seconds and megabytes of each server, by name."""

    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    before: dict[str, dict[str, int]] = field(default_factory=dict)
    after: dict[str, dict[str, int]] = field(default_factory=dict)
    left: int = 0
    takeovers: list[str] = field(default_factory=list)
    longest_out: float = 0.0


def growth(points: Sequence[tuple[float, float]], since: float) -> float:
    """Megabytes an hour by which what is given as (seconds, MB) grows, by least squares.

    What came before ``since`` seconds does not count.
    """
    late = np.asarray([point for point in points if point[0] >= since], dtype=np.float64)
    if len(late) < 2:
        return 0.0
    slope: float = np.polyfit(late[:, 0] / 3600.0, late[:, 1], 1)[0]
    return slope


def at_minutes(points: Sequence[tuple[float, float]], every: float) -> list[str]:
    """The median of each so many minutes."""
    found = itertools.groupby(points, lambda point: int(point[0] // (60 * every)))
    return [f"{median(mb for _, mb in group):.1f}" for _, group in found]


class Audience:
    """A hundred viewers of the two servers; those who leave are followed by others."""

    def __init__(self, scene: Scene, site: Installation, viewers: int) -> None:
        self.scene, self.site, self.viewers = scene, site, viewers
        self.chance = random.Random(1)
        self.left = 0
        self.longest_out = 0.0
        self._number = itertools.count()
        self._tasks: dict[Watcher, asyncio.Task[None]] = {}

    def come(self, viewers: int) -> None:
        """So many more, of each stream and server in turn; some as JSON, some as columns."""
        for number in itertools.islice(self._number, viewers):
            server = self.scene.servers[number % len(self.scene.servers)]
            slug = SLUGS[number // 2 % len(SLUGS)]
            is_json, has_columns = number % 10 == 3, number % 10 == 7
            watcher = Watcher(
                self.site.truth,
                server.address,
                slug,
                protocol="waves.v1.json" if is_json else "waves.v1",
                **({"window": 10, "columns": 64, "budget": 1000} if has_columns else {}),
            )
            self.scene.watchers.append(watcher)
            self._tasks[watcher] = asyncio.create_task(watcher.run())

    async def leave(self, viewers: int) -> None:
        """So many go, whoever they are."""
        going = self.chance.sample(list(self._tasks), min(viewers, len(self._tasks)))
        self.left += len(going)
        for watcher in going:
            self.longest_out = max(self.longest_out, watcher.longest_out)
            self.scene.watchers.remove(watcher)
        tasks = [self._tasks.pop(watcher) for watcher in going]
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            failed = isinstance(result, Exception)
            self.scene.check(not failed, f"a viewer could not go on: {result!r}")


def _handle(site: Installation, slug: str) -> int:
    with contextlib.closing(sqlite3.connect(site.database)) as connection:
        where = "SELECT id FROM waves_stream WHERE slug = ?"
        return int(connection.execute(where, (slug,)).fetchone()[0])


def _owner(scene: Scene, site: Installation) -> str:
    handle = _handle(site, COUNTED[0])
    return owners(scene.redis.client())[handle]


async def take_over(scene: Scene, site: Installation, *, gently: bool) -> str:
    """End the worker that runs the first stream, and start it again; what was done, in words."""
    name = await asyncio.to_thread(_owner, scene, site)
    worker = scene.workers[name]
    scene.gone(worker)
    if gently:
        worker.process.terminate()
        await asyncio.to_thread(worker.process.wait, END_SECONDS)
    worker.kill()
    await scene.work(site, name)
    return f"{'SIGTERM' if gently else 'kill -9'} of {name}"


async def holdings(scene: Scene) -> dict[str, dict[str, int]]:
    """What each process holds, and what Redis does."""
    processes = [*scene.servers, *(scene.workers[name] for name in sorted(scene.workers))]
    found = {}
    for name, process in zip(NAMES, processes, strict=True):
        found[name] = await held(scene, process)
    client = scene.redis.client()
    found["Redis"] = {
        "keys": await asyncio.to_thread(client.dbsize),
        "groups": len(await asyncio.to_thread(client.pubsub_channels)),
    }
    return found


def rest(before: dict[str, dict[str, int]], after: dict[str, dict[str, int]]) -> list[str]:
    """What is more than it was by more than may be, in words: groups and keys by none at all."""
    found = []
    for name, kinds in after.items():
        most = 0 if name == "Redis" else MORE
        found += [
            f"{name}: {kind} {before[name].get(kind, 0)} → {number}"
            for kind, number in kinds.items()
            if number - before[name].get(kind, 0) > most
        ]
    return found


class Soak:
    """One run of it."""

    def __init__(self, scene: Scene, minutes: float) -> None:
        self.scene, self.minutes, self.seen = scene, minutes, Seen()
        self._moves: set[asyncio.Task[None]] = set()

    async def run(self, viewers: int) -> Seen:
        """Begin, go on for so long, and look at what is left."""
        scene = self.scene
        scene.with_redis()
        self.site = scene.site(**DEPLOYED)
        for name in "ab":
            await scene.work(self.site, name)
        for _ in range(2):
            await scene.serve(self.site)
        await asyncio.sleep(SHARED_SECONDS)
        audience = Audience(scene, self.site, viewers)
        self.seen.before = await self._before(audience)
        await self._go_on(audience)
        await audience.leave(len(scene.watchers))
        self.seen.after = await self._after()
        self.seen.left, self.seen.longest_out = audience.left, audience.longest_out
        return self.seen

    async def _before(self, audience: Audience) -> dict[str, dict[str, int]]:
        """What is held when everything was used once, and nobody is there."""
        for server in self.scene.servers:
            await asyncio.to_thread(_ask_often, server)
        audience.come(2 * len(SLUGS) * 2)
        await asyncio.sleep(LOOK_SECONDS)
        await audience.leave(len(self.scene.watchers))
        await asyncio.sleep(LINGER_SECONDS)
        return await holdings(self.scene)

    async def _after(self) -> dict[str, dict[str, int]]:
        await asyncio.sleep(LINGER_SECONDS)
        deadline = time.monotonic() + GONE_SECONDS
        while rest(self.seen.before, now := await holdings(self.scene)):
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(1.0)
        return now

    async def _go_on(self, audience: Audience) -> None:
        audience.come(audience.viewers)
        began, minute, taken = time.monotonic(), 0, 0
        while (now := time.monotonic() - began) < 60 * self.minutes:
            if now // 60 > minute:
                minute += 1
                await audience.leave(round(SHARE * audience.viewers))
                audience.come(round(SHARE * audience.viewers))
            if now // (60 * EACH_TAKEOVER) > taken:
                taken += 1
                self._move(gently=taken % 2 == 0)
            self._look(now)
            await asyncio.sleep(LOOK_SECONDS)
        await asyncio.gather(*self._moves)

    def _move(self, *, gently: bool) -> None:
        """Memory is looked at while it lasts."""

        async def move() -> None:
            said = await take_over(self.scene, self.site, gently=gently)
            self.seen.takeovers.append(said)
            print(f"  {said}", file=sys.stderr)

        self._moves.add(asyncio.create_task(move()))

    def _look(self, now: float) -> None:
        for name, server in zip(NAMES, self.scene.servers, strict=False):
            size = psutil.Process(server.process.pid).memory_info().rss / 1e6
            self.seen.memory.setdefault(name, []).append((now, size))


def _ask_often(server: Process) -> None:
    for _ in range(WARMING):
        server.get("/healthz/ready")


def warm(minutes: float) -> float:
    """Seconds of a run of so many minutes in which memory may grow as it likes."""
    return 60 * min(WARM_MINUTES, minutes / 3)


def too_much(seen: Seen, minutes: float) -> list[str]:
    """The servers that grow by more than they may, in words."""
    grown = {name: growth(points, warm(minutes)) for name, points in seen.memory.items()}
    return [f"{n} grows by {mb:.1f} MB/h" for n, mb in grown.items() if mb >= MOST_GROWTH]


def memory_table(seen: Seen, minutes: float) -> str:
    """Each server's memory every five minutes, and how it grows."""
    every, since = min(5.0, minutes / 2), warm(minutes)
    rows = [
        [name, ", ".join(at_minutes(points, every)), f"{growth(points, since):+.1f}"]
        for name, points in seen.memory.items()
    ]
    head = (
        "process",
        f"MB, medians of {every:.0f} minutes each",
        f"MB/h from minute {since / 60:.0f} on",
    )
    return document.table(head, rows)


def held_table(seen: Seen) -> str:
    """What was held before anybody came, and after all had gone."""
    kinds = ("descriptors", "threads", "tasks", "groups", "keys")
    rows = [
        [name, *(f"{old[k]} → {seen.after[name][k]}" if k in old else "–" for k in kinds)]
        for name, old in seen.before.items()
    ]
    return document.table(("process", *kinds), rows)


def text(seen: Seen, scene: Scene, minutes: float, viewers: int) -> str:
    """The section of docs/benchmarks.md, without the machine."""
    samples = scene.samples()
    lines, tracebacks = count_lines(scene.logged())
    problems = [*scene.problems, *scene.ended(), *scene.sites[0].truth.breaches]
    problems += too_much(seen, minutes) + rest(seen.before, seen.after)
    parts = [
        f"{viewers} viewers of {len(SLUGS)} streams at two servers over Redis, with two workers, "
        f"for {minutes:.0f} minutes; each minute {SHARE:.0%} of the viewers leave and others come "
        f"({seen.left} left in all). Takeovers: {', '.join(seen.takeovers) or 'none'}.",
        f"Memory, of which a server may gain less than {MOST_GROWTH:.0f} MB/h once it is warm:",
        memory_table(seen, minutes),
        "What was held when everything had been used once and nobody was there, and after all "
        "viewers had gone:",
        held_table(seen),
        f"Lost without a word: {samples['lost untold']}; doubled: {samples['doubled']}; wrong: "
        f"{samples['wrong']}. Nobody was without samples for longer than {seen.longest_out:.1f} s. "
        f"The logs have {lines} lines of it and {tracebacks} tracebacks.",
    ]
    if problems:
        parts.append("Not as it shall be:\n\n" + "\n".join(f"- {words}" for words in problems))
    return "\n\n".join(parts)


async def soak(folder: Path, minutes: float, viewers: int) -> str:
    """Run it; what came of it, as text."""
    (folder / "prepared").mkdir()
    (folder / "scene").mkdir()
    prepared = await asyncio.to_thread(prepare, folder / "prepared")
    scene = Scene(folder / "scene", prepared)
    try:
        seen = await Soak(scene, minutes).run(viewers)
        return text(seen, scene, minutes, viewers)
    finally:
        await scene.close()


def main(given: Sequence[str] | None = None) -> None:
    """Run it, print it, and keep it in docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    parser.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    options = parser.parse_args(given)
    end_tidily()
    machine = document.machine()
    with tempfile.TemporaryDirectory(prefix="waves-soak-") as folder:
        body = asyncio.run(soak(Path(folder), options.minutes, options.viewers))
    section = "\n\n".join(["## Half an hour over Redis", machine, body])
    print(section)
    if options.write:
        document.write_section("lasting", section)


if __name__ == "__main__":
    main()
