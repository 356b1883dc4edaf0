"""What befalls recordings: who records is killed, and their database is full, locked or gone."""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.faults.database_faults import soon
from benchmarks.faults.scene import CALM_SECONDS, COUNTED, Installation, Scene, add_counted
from benchmarks.faults.trial import Fault
from benchmarks.servers import ROOT
from waves.tests.server.postgresql import postgresql

#: The streams that are recorded: at 1 kHz, at 10 kHz (so that rows of columns are full between two
#: kills), and timed on arrival.
RECORDED = (COUNTED[0], COUNTED[1], "stamped")
QUICK_HZ = 10_000
#: Who records lives for so long between two kills (s); in short long enough that something is due.
ALIVE, ALIVE_IN_SHORT = (0.5, 12.0), (6.0, 9.0)
#: So long it is recorded before a fault and after it: beyond it all must be written (s).
RECORDED_SECONDS = 8.0
#: To read everything back (s).
READ_SECONDS = 120.0
#: That nothing is recorded is said so soon: SQLite waits for a lock for 5 s, and a write comes
#: every 3 s. That it is recorded again, so soon (s).
TOLD, TOLD_AGAIN = 12.0, 6.0
#: Bytes that wait for their recording: some 6 s of these streams, so that a short fault is beyond.
ROOM = 1 << 20
#: Bytes of a disk of recordings, and of a file where none can be mounted.
DISK, FILE_LIMIT = 24 << 20, 6 << 20

SetUp = Callable[[Scene], Awaitable[None]]


def scene_of(*, redis: bool = False, on_postgresql: bool = False, **environment: str) -> SetUp:
    """A scene whose streams are recorded: embedded or over Redis, into SQLite or PostgreSQL."""

    async def set_up(scene: Scene) -> None:
        if redis:
            scene.with_redis()
        more = dict(environment)
        if on_postgresql:
            server = await asyncio.to_thread(scene.stack.enter_context, postgresql())
            scene.postgresql, more["RECORDINGS_URL"] = server, server.url
        site = scene.site(**more)
        record(site)
        if on_postgresql:
            await asyncio.to_thread(site.manage, "migrate", "-v0")
        await start(scene, redis=redis)

    return set_up


def record(site: Installation) -> None:
    """Some of its streams are recorded from the start."""
    add_counted(site, "stamped", function="stamped", rate=200)
    site.execute("UPDATE waves_stream SET rate = ? WHERE slug = ?", QUICK_HZ, COUNTED[1])
    marks = ", ".join("?" for _ in RECORDED)
    site.execute(f"UPDATE waves_stream SET record = 1 WHERE slug IN ({marks})", *RECORDED)
    site.truth.ledger.slugs = RECORDED


async def start(scene: Scene, *, redis: bool) -> None:
    """A server, a worker where it is not embedded, and viewers of all that is recorded."""
    (site,) = scene.sites
    if redis:
        await scene.work(site)
    server = await scene.serve(site)
    scene.watch(site, server.address, *RECORDED, "sine")


async def kill_again_and_again(scene: Scene, kills: float) -> None:
    """Who records is killed at a random moment, read after, and started again."""
    alive = ALIVE_IN_SHORT if scene.short else ALIVE
    for _ in range(round(kills)):
        began = time.monotonic()
        await asyncio.sleep(scene.chance.uniform(*alive))
        start_again = kill(scene)
        await judge(scene, began)
        await start_again()
        well = await scene.until_well(time.monotonic(), CALM_SECONDS)
        scene.check(well is not None, "the streams did not come back after a kill")
    await asyncio.sleep(RECORDED_SECONDS)
    await judge(scene)


def kill(scene: Scene) -> Callable[[], Awaitable[Any]]:
    """SIGKILL for who records; returns what starts it again."""
    (site,) = scene.sites
    (server,) = scene.servers
    process = scene.workers.get("a", server)
    scene.gone(process)
    process.kill()
    site.truth.ledger.kills.append(time.monotonic())
    if process is server:
        return lambda: scene.serve(site, port=server.port)
    return lambda: scene.work(site)


async def judge(scene: Scene, since: float = 0.0) -> int:
    """Read back in a process of its own what came since a moment, or all; returns how much of what
    was published is missing."""
    (site,) = scene.sites
    path = site.folder / "ledger.json"
    path.write_text(json.dumps(site.truth.ledger.as_dict(time.monotonic(), since)))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.faults.readback", str(path)),
        cwd=ROOT,
        env={**os.environ, **site.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        out, error = await asyncio.wait_for(process.communicate(), READ_SECONDS)
    except BaseException:
        process.kill()
        raise
    if process.returncode:
        scene.problems.append(f"the recordings cannot be read: {error.decode()[-500:]}")
        return 0
    found = json.loads(out)
    scene.problems.extend(found["problems"])
    scene.check(found["recorded"], "nothing is recorded")
    missing: int = found["missing"]
    return missing


def said(scene: Scene) -> set[str]:
    """Why their streams are not recorded, as the viewers of them are told."""
    watched = (w for w in scene.watchers if w.state.slug in RECORDED)
    return {watcher.state.description.get("not_recorded", "") for watcher in watched}


async def outage(
    scene: Scene, seconds: float, fault: AbstractAsyncContextManager[None], words: str
) -> None:
    """Nothing can be written for a while: that is said, and then it is recorded again."""
    (site,) = scene.sites
    await asyncio.sleep(RECORDED_SECONDS)
    missing = await judge(scene)
    began = time.monotonic()
    async with fault:
        expected = re.compile(rf"Not recorded since \d\d:\d\d: ({words})\.")
        told = await scene.until(lambda: all(map(expected.fullmatch, said(scene))), TOLD)
        scene.check(told is not None, f"viewers are told {sorted(said(scene))}")
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    again = await scene.until(lambda: said(scene) == {""}, TOLD_AGAIN)
    scene.check(again is not None, f"afterwards viewers are told {sorted(said(scene))}")
    site.truth.ledger.outages.append((began, time.monotonic()))
    await asyncio.sleep(RECORDED_SECONDS)
    gap = await judge(scene) - missing
    scene.check(gap > 0, "more waited than there is room for, and no gap is in the past")


async def fill_the_disk(scene: Scene, seconds: float) -> None:
    """There is no room beside the recordings."""
    words = "the disk is full" if is_on_small_disk(scene) else "its disk has a fault"
    await outage(scene, seconds, full_disk(scene), words)


async def on_a_small_disk(scene: Scene) -> None:
    """Recordings are on a disk of their own, where root may mount one."""
    site = scene.site(WAVES_FAULTS_ROOM=str(ROOM))
    disk = scene.folder / "disk"
    disk.mkdir()
    if os.geteuid() == 0 and is_mounted(disk):
        scene.stack.callback(subprocess.run, ["umount", "-l", str(disk)], check=False)
        site.environment["WAVES_RECORDINGS"] = str(disk / "recordings.sqlite3")
        await asyncio.to_thread(site.manage, "migrate", "-v0")
    record(site)
    await start(scene, redis=False)


def is_mounted(disk: Path) -> bool:
    """Mount a small disk; whether that worked."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)]
    try:
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def is_on_small_disk(scene: Scene) -> bool:
    """Whether the recordings have a disk of their own."""
    return bool(scene.sites[0].environment["WAVES_RECORDINGS"])


@asynccontextmanager
async def full_disk(scene: Scene) -> AsyncIterator[None]:
    """No byte is left for recordings; where they have no disk, their file may grow no more."""
    (server,) = scene.servers
    if not is_on_small_disk(scene):
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        size = recordings(scene).stat().st_size
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (min(size, FILE_LIMIT), hard))
        yield
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        return
    ballast = recordings(scene).with_name("ballast")
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


def recordings(scene: Scene) -> Path:
    """Their file."""
    (site,) = scene.sites
    beside = site.database.with_name("recordings.sqlite3")
    return Path(site.environment["WAVES_RECORDINGS"] or beside)


async def lock(scene: Scene, seconds: float) -> None:
    """Another process writes, and does not end."""
    await outage(scene, seconds, exclusive(scene), "its database is locked")


@asynccontextmanager
async def exclusive(scene: Scene) -> AsyncIterator[None]:
    """Nobody else can write."""
    connection = sqlite3.connect(recordings(scene), timeout=0, isolation_level=None)
    try:
        await soon(lambda: connection.execute("BEGIN EXCLUSIVE"))
        yield
        connection.rollback()
    finally:
        connection.close()


async def take_postgresql_away(scene: Scene, seconds: float) -> None:
    """It is killed, and comes back."""
    await outage(scene, seconds, without_postgresql(scene), "its database does not answer")


@asynccontextmanager
async def without_postgresql(scene: Scene) -> AsyncIterator[None]:
    """Nobody listens where it was."""
    assert scene.postgresql is not None
    await asyncio.to_thread(scene.postgresql.stop)
    yield
    await asyncio.to_thread(scene.postgresql.start)


def killed(kind: str, where: str, short: float | None, **scene: bool) -> Fault:
    """Who records is killed, five times a run."""
    who = "worker" if scene.get("redis") else "server with its worker"
    return Fault(
        f"recording-killed-{kind}",
        f"`kill -9` of the {who}, five times at random moments, while it records into {where}",
        scene_of(**scene),
        kill_again_and_again,
        lasts=5,
        short=short,
        long=True,
        # Each start says a few.
        lines=40,
    )


FAULTS = (
    killed("sqlite", "SQLite", 1),
    killed("postgresql", "PostgreSQL", None, on_postgresql=True),
    killed("redis-sqlite", "SQLite", None, redis=True),
    killed("redis-postgresql", "PostgreSQL", 1, redis=True, on_postgresql=True),
    Fault(
        "recording-disk-full",
        "the disk of recordings is full for 30 s",
        on_a_small_disk,
        fill_the_disk,
        lasts=30,
        short=12,
        told="never",
    ),
    Fault(
        "recording-locked",
        "the SQLite of recordings is locked by another process for 60 s",
        scene_of(WAVES_FAULTS_ROOM=str(ROOM)),
        lock,
        lasts=60,
        short=12,
        told="never",
    ),
    Fault(
        "recording-postgresql-gone",
        "the PostgreSQL of recordings is killed, and there again 30 s later",
        scene_of(redis=True, on_postgresql=True, WAVES_FAULTS_ROOM=str(ROOM)),
        take_postgresql_away,
        lasts=30,
        short=12,
        told="never",
    ),
)
