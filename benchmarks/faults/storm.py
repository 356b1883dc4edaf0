"""The storm: a random fault each minute, for half an hour, and a hundred viewers that miss nothing.

Two workers and three servers over Redis. The faults are drawn from a seed.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from benchmarks import document
from benchmarks.faults import report, results
from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.scene import CALM_SECONDS, SLUGS, Installation, Scene
from benchmarks.faults.trial import unwell
from waves.tests.server.processes import Process

NAME = "storm"
VIEWERS, SERVERS, WORKERS = 100, 3, "ab"
#: Frames a second of every stream: the viewers of all servers are in this one process.
FRAMES = 10
MINUTE = 60.0
#: Every stream is live so soon after a fault has ended (s), and how long is looked at most.
RECOVERED, PATIENCE = 10.0, 30.0
#: Descriptors, threads and tasks that a process may have more at the end: threads for the database
#: come and go, and a request may be under way.
MORE = 8
#: This share of a core, and the viewers disturb what they measure.
SHARE = 1 / 3


@dataclass
class Weathered:
    """What came of it."""

    rows: list[list[str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    samples: dict[str, int] = field(default_factory=dict)
    footing: list[list[str]] = field(default_factory=list)
    share: float = 0.0


def run(prepared: Path, minutes: float, seed: int) -> bool:
    """Run it, and keep what came of it in docs/reliability.md; whether all was as it shall be."""
    with tempfile.TemporaryDirectory(prefix="waves-storm-") as folder:
        weathered = asyncio.run(weather(Path(folder), prepared, minutes, seed))
    body = _section(weathered, minutes, seed)
    print(body)
    document.write_section(NAME, body, report.PAGE)
    return not weathered.problems


async def weather(folder: Path, prepared: Path, minutes: float, seed: int) -> Weathered:
    """The storm itself."""
    scene, weathered = Scene(folder, prepared, seed=seed), Weathered()
    try:
        site = await _set_up(scene)
        if await scene.until_well(time.monotonic(), CALM_SECONDS) is None:
            weathered.problems.append(f"it was not calm before the storm: {unwell(scene)}")
            return weathered
        footing = Footing(site)
        began, cpu = time.monotonic(), time.process_time()
        for minute in range(round(minutes)):
            await footing.note(scene)
            await _strike(scene, weathered, minute)
            await asyncio.sleep(max(0.0, began + (minute + 1) * MINUTE - time.monotonic()))
        weathered.share = (time.process_time() - cpu) / (time.monotonic() - began)
        weathered.footing = await footing.compare(scene, weathered)
        _judge(scene, weathered)
        return weathered
    finally:
        await scene.close()


async def _set_up(scene: Scene) -> Installation:
    scene.with_redis(linked=True)
    site = scene.site()
    site.execute("UPDATE waves_stream SET frames_per_second = ?", FRAMES)
    for name in WORKERS:
        await scene.work(site, name)
    servers = [await scene.serve(site) for _ in range(SERVERS)]
    for number in range(VIEWERS):
        protocol = "waves.v1" if number % 10 else "waves.v1.json"
        server, slug = servers[number % SERVERS], SLUGS[number % len(SLUGS)]
        scene.watch(site, server.address, slug, protocol=protocol)
    return site


async def _strike(scene: Scene, weathered: Weathered, minute: int) -> None:
    fault = scene.chance.choice([fault for fault in FAULTS.values() if fault.storm])
    scene.begin()
    await fault.act(scene, fault.seconds(scene))
    ended = time.monotonic()
    well_at = await scene.until_well(ended, PATIENCE)
    told = min((w.told_at for w in scene.watchers if w.told_at), default=None)
    live = max(watcher.wrongly_live for watcher in scene.watchers)
    times = (
        "—" if told is None else f"{told - scene.began:.1f}",
        "never" if well_at is None else f"{well_at - ended:.1f}",
        f"{live:.1f}",
    )
    weathered.rows.append([str(minute + 1), fault.name, *times])
    print(*weathered.rows[-1], sep="\t", flush=True)
    if well_at is None or well_at - ended > RECOVERED:
        weathered.problems.append(f"minute {minute + 1}, {fault.name}: {unwell(scene)}")
    if fault.after is not None:
        await fault.after(scene)


def _judge(scene: Scene, weathered: Weathered) -> None:
    weathered.samples = scene.samples()
    for site in scene.sites:
        weathered.problems.extend(site.truth.breaches)
    weathered.problems.extend(scene.ended())
    weathered.problems.extend(scene.problems)
    if weathered.share > SHARE:
        weathered.problems.append(f"the viewers took {weathered.share:.2f} of a core")


class Footing:
    """What each process holds, from its first calm minute on: descriptors, threads and tasks."""

    def __init__(self, site: Installation) -> None:
        self.site = site
        self.first: dict[int, dict[str, int]] = {}

    async def note(self, scene: Scene) -> None:
        """Look at the processes that are new."""
        for process in (*scene.servers, *scene.workers.values()):
            if process.process.pid not in self.first:
                self.first[process.process.pid] = await self._of(scene, process)

    async def compare(self, scene: Scene, weathered: Weathered) -> list[list[str]]:
        """A row a process: before, and now."""
        rows = []
        for process in (*scene.servers, *scene.workers.values()):
            now = await self._of(scene, process)
            before = self.first.get(process.process.pid, now)
            name = "server" if process in scene.servers else "worker"
            rows.append([name, *(f"{before[kind]} → {now[kind]}" for kind in now)])
            more = {kind: now[kind] - before[kind] for kind in now}
            if max(more.values()) > MORE:
                weathered.problems.append(f"a {name} holds more than before: {more}")
        return rows

    async def _of(self, scene: Scene, process: Process) -> dict[str, int]:
        folder = Path(f"/proc/{process.process.pid}")
        counts = {kind: len(os.listdir(folder / kind)) for kind in ("fd", "task")}
        tasks = 0
        if process in scene.servers:
            try:
                _, text = await asyncio.to_thread(process.get, "/metrics")
            except (URLError, OSError):
                text = ""
            found = re.search(r"^waves_tasks(?:\{[^}]*\})? (\S+)", text, re.M)
            tasks = int(float(found[1])) if found else 0
        return {"descriptors": counts["fd"], "threads": counts["task"], "tasks": tasks}


def _section(weathered: Weathered, minutes: float, seed: int) -> str:
    samples = ", ".join(f"{kind} {n}" for kind, n in weathered.samples.items())
    problems = "\n".join(f"- {problem}" for problem in weathered.problems) or "None."
    return "\n\n".join(
        [
            f"{report.machine()}; commit `{results.code()}`; {minutes:g} minutes, seed {seed}.",
            f"Samples: {samples}. The viewers took {weathered.share:.2f} of a core.",
            document.table(
                ("minute", "fault", "told, s", "well again, s", "wrongly live, s"), weathered.rows
            ),
            document.table(("process", "descriptors", "threads", "tasks"), weathered.footing),
            f"What was not as it shall be:\n\n{problems}",
        ]
    )
