"""The storm: a random fault each minute, for half an hour, and a hundred viewers that miss nothing.

Two workers and three servers over Redis. The faults are drawn from a seed.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import document
from benchmarks.faults import report, results
from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.footing import KINDS, Footing
from benchmarks.faults.link import make_link
from benchmarks.faults.scene import CALM_SECONDS, SLUGS, Scene
from benchmarks.faults.trial import WRONGLY_LIVE, Outcome, provoke, unwell

NAME = "storm"
VIEWERS, SERVERS, WORKERS = 100, 3, "ab"
#: Frames a second of every stream: the viewers of all servers are in this one process.
FRAMES = 10
MINUTE = 60.0
#: Every stream is live so soon after a fault has ended (s).
RECOVERED = 10.0
#: This share of a core, and the viewers disturb what they measure.
SHARE = 1 / 3

HEAD = ("minute", "fault", "noticed, s", "well again, s", "wrongly live, s", "log lines")


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
        await _set_up(scene)
        if await scene.until_well(time.monotonic(), CALM_SECONDS) is None:
            scene.problems.append(f"it was not calm before the storm: {unwell(scene)}")
            return weathered
        footing = Footing()
        began, cpu = time.monotonic(), time.process_time()
        for minute in range(round(minutes)):
            await footing.note(scene)
            await _strike(scene, weathered, minute)
            await asyncio.sleep(max(0.0, began + (minute + 1) * MINUTE - time.monotonic()))
        weathered.share = (time.process_time() - cpu) / (time.monotonic() - began)
        weathered.footing = await footing.compare(scene)
        _judge(scene, weathered)
        return weathered
    finally:
        weathered.problems = scene.problems
        await scene.close()


async def _set_up(scene: Scene) -> None:
    scene.with_redis(make_link)
    site = scene.site()
    site.execute("UPDATE waves_stream SET frames_per_second = ?", FRAMES)
    for name in WORKERS:
        await scene.work(site, name)
    servers = [await scene.serve(site) for _ in range(SERVERS)]
    for number in range(VIEWERS):
        protocol = "waves.v1" if number % 10 else "waves.v1.json"
        server, slug = servers[number % SERVERS], SLUGS[number % len(SLUGS)]
        scene.watch(site, server.address, slug, protocol=protocol)


async def _strike(scene: Scene, weathered: Weathered, minute: int) -> None:
    fault = scene.chance.choice([fault for fault in FAULTS.values() if fault.storm])
    outcome = Outcome(fault.name, minute)
    await provoke(fault, scene, outcome)
    late = outcome.recovered is not None and outcome.recovered > RECOVERED
    scene.check(not late, f"{fault.name}: well again only after {outcome.recovered} s")
    live = outcome.wrongly_live
    scene.check(live <= WRONGLY_LIVE, f"{fault.name}: shown as live for {live:.1f} s")
    scene.check(not outcome.tracebacks, f"{fault.name}: {outcome.tracebacks} tracebacks")
    weathered.rows.append([str(minute + 1), fault.name, *report.times(outcome.as_dict())])
    print(*weathered.rows[-1], sep="\t", flush=True)
    if fault.after is not None:
        await fault.after(scene)


def _judge(scene: Scene, weathered: Weathered) -> None:
    weathered.samples = scene.samples()
    for site in scene.sites:
        scene.problems.extend(site.truth.breaches)
    scene.problems.extend(scene.ended())
    share = weathered.share
    scene.check(share <= SHARE, f"the viewers took {share:.2f} of a core")


def _section(weathered: Weathered, minutes: float, seed: int) -> str:
    samples = ", ".join(f"{kind} {n}" for kind, n in weathered.samples.items())
    problems = "\n".join(f"- {problem}" for problem in weathered.problems) or "Nothing."
    return "\n\n".join(
        [
            "## The storm",
            f"{report.machine()}; commit `{results.code()}`; {minutes:g} minutes, seed {seed}.",
            f"Samples: {samples}. The viewers took {weathered.share:.2f} of a core.",
            document.table(HEAD, weathered.rows),
            document.table(("process", *KINDS), weathered.footing),
            f"What was not as it shall be:\n\n{problems}",
        ]
    )
