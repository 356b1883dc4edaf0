"""What befalls the database: locks, a full disk, another file in its place."""

from __future__ import annotations

import asyncio
import fcntl
import os
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

from benchmarks.faults import scenes
from benchmarks.faults.scene import COUNTED, Installation, Scene
from benchmarks.faults.trial import Fault
from benchmarks.faults.watch import get
from waves.tests.server.processes import Site

#: A page waits for the database as long as SQLite's own timeout of 5 s, several times perhaps.
PAGE_SECONDS = 20.0
#: How long a lock is tried for.
LOCK_SECONDS = 30.0
#: Bytes in SQLite's index of the write-ahead log, and where: its locks of writers and readers.
WAL_LOCKS = (8, 120)
#: An edit that is made once there is room again reaches viewers so soon (s).
SAVED = 3.0
#: Bytes of a disk on which there is room for the database, and little more.
DISK = 2 << 20
#: Bytes that a file may have where no disk can be mounted: SQLite's index of its log has 32 KiB.
FILE_LIMIT = 40960


@asynccontextmanager
async def write_lock(site: Site) -> AsyncIterator[sqlite3.Connection]:
    """Another connection is writing, and nobody else can."""
    connection = sqlite3.connect(
        site.database, timeout=0, isolation_level=None, check_same_thread=False
    )
    try:
        await soon(lambda: connection.execute("BEGIN IMMEDIATE"))
        yield connection
        connection.rollback()
    finally:
        connection.close()


@asynccontextmanager
async def exclusive_lock(site: Site) -> AsyncIterator[None]:
    """Nobody can read or write, as under ``PRAGMA locking_mode=EXCLUSIVE``.

    That pragma waits until no other connection is open; these are the locks themselves, which
    also befall connections that stay open.
    """
    connection = sqlite3.connect(site.database, timeout=LOCK_SECONDS)
    connection.execute("SELECT count(*) FROM waves_stream").fetchall()
    index = os.open(f"{site.database}-shm", os.O_RDWR)
    try:
        await soon(lambda: fcntl.lockf(index, fcntl.LOCK_EX | fcntl.LOCK_NB, *WAL_LOCKS))
        yield
    finally:
        os.close(index)
        connection.close()


async def soon(lock: Callable[[], object]) -> None:
    """Lock as soon as nobody else has it: SQLite's own waiting looks too seldom for that."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            lock()
            return
        except (sqlite3.OperationalError, BlockingIOError):
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.0005)


async def start_while_locked(scene: Scene, seconds: float) -> None:
    """The one process starts while nobody can write."""
    (site,) = scene.sites
    async with write_lock(site):
        server = await scene.serve(site, ready="/healthz/live")
        scene.watch_all(site, server)
        await asyncio.sleep(seconds)


async def start_worker_while_locked(scene: Scene, seconds: float) -> None:
    """A worker starts while nobody can write; servers and viewers wait for it."""
    (site,) = scene.sites
    async with write_lock(site):
        await scene.work(site)
        await asyncio.sleep(seconds)


async def servers_without_worker(scene: Scene) -> None:
    """Over Redis; the worker comes later."""
    scene.with_redis()
    site = scene.site()
    for _ in range(1 if scene.short else 2):
        scene.watch_all(site, await scene.serve(site, ready="/healthz/live"))


async def on_a_small_disk(scene: Scene) -> None:
    """The database is on a disk of its own, where root may mount one."""
    site = scene.site()
    disk = scene.folder / "disk"
    if os.geteuid() == 0 and is_mounted(disk):
        scene.stack.callback(subprocess.run, ["umount", "-l", str(disk)], check=False)
        site.database = Path(shutil.move(site.database, disk))
        site.environment["WAVES_DATABASE"] = str(site.database)


def is_mounted(disk: Path) -> bool:
    """Mount a small disk; whether that worked."""
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)]
    try:
        return subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


async def start_on_a_full_disk(scene: Scene, seconds: float) -> None:
    """The one process starts where nothing more can be written, until there is room again."""
    (site,) = scene.sites
    filled = full_disk if site.database.parent != site.folder else full_files
    with filled(scene, site):
        scene.watch_all(site, await scene.serve(site, ready="/healthz/live"))
        await asyncio.sleep(seconds)


async def running_on_a_small_disk(scene: Scene) -> None:
    """The one process runs there, with viewers."""
    await on_a_small_disk(scene)
    (site,) = scene.sites
    scene.watch_all(site, await scene.serve(site))


async def fill_the_disk(scene: Scene, seconds: float) -> None:
    """Nothing more can be written while all runs; an edit is refused, and is saved afterwards."""
    (site,) = scene.sites
    began = time.monotonic()
    is_disk = site.database.parent != site.folder
    with reader(site), full_disk(scene, site) if is_disk else full_files(scene, site):
        if is_disk:
            refused = await asyncio.to_thread(is_refused, site)
            scene.check(refused, "something can be written on a full disk")
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    name = "Saved afterwards"
    site.execute("UPDATE waves_stream SET name = ? WHERE slug = ?", name, COUNTED[0])
    (watcher, *_) = (w for w in scene.watchers if w.state.slug == COUNTED[0])
    told = await scene.until(lambda: watcher.state.description["name"] == name, SAVED)
    scene.check(told is not None, "an edit that was made afterwards did not arrive")


@contextmanager
def reader(site: Site) -> Iterator[None]:
    """Somebody reads meanwhile, so that the write-ahead log cannot begin anew, and needs room."""
    with closing(sqlite3.connect(site.database)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM waves_stream").fetchone()
        yield


def is_refused(site: Site) -> bool:
    """Whether SQLite says that the disk is full, once its log has used what it had."""
    try:
        for number in range(DISK // 4096):
            site.execute("UPDATE waves_stream SET name = ?", f"Edit {number}")
    except sqlite3.OperationalError as error:
        return "full" in str(error)
    return False


@contextmanager
def full_disk(scene: Scene, site: Installation) -> Iterator[None]:
    """There is no room beside the database."""
    ballast = site.database.with_name("ballast")
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


@contextmanager
def full_files(scene: Scene, site: Installation) -> Iterator[None]:
    """Without a disk of its own: no file may grow any more, and the write-ahead log is long."""
    with sqlite3.connect(site.database) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM waves_stream").fetchone()
        for _ in range(FILE_LIMIT // 4096 + 1):
            site.execute("UPDATE waves_stream SET position = position")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, hard))
        for server in scene.servers:
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (FILE_LIMIT, hard))
        yield
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        for server in scene.servers:
            resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (soft, hard))
    reader.close()


async def edit_under_locks(scene: Scene, seconds: float) -> None:
    """The rate of three streams is edited twice, and after each edit nobody can write for a while.

    So the second edit comes while the epoch of the first is still to be counted.
    """
    (site,) = scene.sites
    async with write_lock(site) as connection:
        for rate in (500, 800):
            edit = f"UPDATE waves_stream SET rate = {rate} WHERE slug IN (?, ?, ?)"
            connection.execute(edit, COUNTED[:3])
            connection.execute("COMMIT")
            await soon(lambda: connection.execute("BEGIN IMMEDIATE"))
            await asyncio.sleep(seconds)


async def lock_exclusively(scene: Scene, seconds: float) -> None:
    """Nobody can even read; pages are asked for meanwhile."""
    (site,) = scene.sites
    async with exclusive_lock(site):
        pages = asyncio.gather(*(ask_for_pages(scene, s.address) for s in scene.servers))
        await asyncio.sleep(seconds)
        pages.cancel()
        with suppress(asyncio.CancelledError):
            await pages


async def ask_for_pages(scene: Scene, address: str, pause: float = 1.0) -> None:
    """A person who comes again and again: what cannot be shown is said in a sentence."""
    while True:
        for path in ("/", "/streams/sine/", "/api/v1/streams"):
            status, body = await get(address, path, PAGE_SECONDS)
            scene.check(status in (200, 503), f"{path} answered {status} while it was locked")
            scene.check("database" in body or status == 200, f"{path} says nothing of the database")
        await asyncio.sleep(pause)


async def replace_by_empty(scene: Scene, seconds: float) -> None:
    """An empty file stands where the database was, for a while."""
    (site,) = scene.sites
    kept = site.folder / "kept"
    kept.mkdir()
    for path in files(site):
        path.rename(kept / path.name)
    sqlite3.connect(site.database).close()
    await asyncio.sleep(seconds)
    for path in files(site):
        path.unlink()
    for path in kept.iterdir():
        path.rename(site.database.parent / path.name)
    kept.rmdir()


def files(site: Installation) -> list[Path]:
    """The database, and what SQLite keeps beside it."""
    return sorted(site.database.parent.glob(f"{site.database.name}*"))


async def restore_backup(scene: Scene, edits: int) -> None:
    """Edits, an older backup put back, and then the worker is started anew."""
    (site,) = scene.sites
    backup = site.folder / "backup"
    with sqlite3.connect(site.database) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    source.close()
    target.close()
    for rate in range(edits):
        # Each begins an epoch, which the backup does not know of.
        site.execute("UPDATE waves_stream SET rate = ? WHERE slug <> 'sine'", 900 + rate)
        await asyncio.sleep(1.5)
    # As docs/deployment.md says: through SQLite, since processes have the file open. Who unlinks it
    # leaves them a moment in which they make a new one, whose log is then taken for the backup's.
    with sqlite3.connect(backup) as source, sqlite3.connect(site.database, timeout=30) as target:
        source.backup(target)
    source.close()
    target.close()
    backup.unlink()
    await asyncio.sleep(1.5)
    for name, worker in list(scene.workers.items()):
        scene.gone(worker)
        worker.kill()
        await scene.work(site, name)


async def restore_lower(scene: Scene, seconds: float) -> None:
    """The numbers that the database remembers are far below those that were used."""
    await restore_backup(scene, 3)


async def restore_equal(scene: Scene, seconds: float) -> None:
    """The next number by the database is one that was used."""
    await restore_backup(scene, 1)


FAULTS = (
    Fault(
        "locked-start",
        "SQLite is write-locked for 18 to 25 s while the server with its worker starts",
        scenes.empty,
        start_while_locked,
        lasts=(18, 25),
        short=6.5,
        calm=False,
    ),
    Fault(
        "locked-start-worker",
        "SQLite is write-locked for 18 to 25 s while a worker starts beside two servers",
        servers_without_worker,
        start_worker_while_locked,
        lasts=(18, 25),
        short=6.5,
        calm=False,
    ),
    Fault(
        "full-disk",
        "the server starts on a full disk, which has room again after 15 s",
        on_a_small_disk,
        start_on_a_full_disk,
        lasts=15,
        short=3,
        calm=False,
    ),
    Fault(
        "disk-fills",
        "the disk of the database becomes full while all runs, and has room again after 30 s",
        running_on_a_small_disk,
        fill_the_disk,
        lasts=30,
        short=3,
        told="never",
    ),
    Fault(
        "edits-locked",
        "two edits of the rate of three streams, each followed by a write lock of 2 s",
        scenes.embedded,
        edit_under_locks,
        lasts=2,
        short=1.5,
    ),
    Fault(
        "exclusive-lock",
        "SQLite is locked exclusively for 30 s, and pages are asked for",
        scenes.over_redis,
        lock_exclusively,
        lasts=30,
        short=8,
        told="never",
        # A page that cannot be shown is a line of Django's, and several are asked for.
        lines=40,
        storm=True,
    ),
    Fault(
        "exclusive-lock-embedded",
        "the same with the worker in the one server process",
        scenes.embedded,
        lock_exclusively,
        lasts=30,
        told="never",
        lines=40,
    ),
    Fault(
        "database-replaced",
        "an empty database file takes the place of the real one for 10 s",
        scenes.over_redis,
        replace_by_empty,
        lasts=10,
        short=5.5,
        told="never",
        unready=5,
        storm=True,
    ),
    Fault(
        "backup-lower",
        "three edits, then an older backup of the database is put back, and the worker restarts",
        scenes.over_redis,
        restore_lower,
        short=0,
    ),
    Fault(
        "backup-equal",
        "the same after one edit: the next epoch's number would be one that was used",
        scenes.over_redis,
        restore_equal,
        storm=True,
        short=0,
    ),
)
