"""What befalls workers and sources: they end, hang, come back, and are too many."""

from __future__ import annotations

import asyncio
import time

from benchmarks.faults import scenes
from benchmarks.faults.scene import SLUGS, Scene, add_counted
from benchmarks.faults.trial import Fault
from waves.tests.server.processes import Process

#: So soon others have what a worker that is gone had (s).
TAKEN_OVER = 5.0
#: So soon two workers have evenly shared the streams, which move one a second (s).
SHARED = 5.0
#: What a viewer is told where a stream moves to another worker.
ENDED = "a new epoch began"


async def kill_first(scene: Scene, seconds: float) -> None:
    """SIGKILL for the worker that started first."""
    end(scene, "a", gently=False)


async def kill_last(scene: Scene, seconds: float) -> None:
    """SIGKILL for the worker that started last."""
    end(scene, "b", gently=False)


async def stop_last(scene: Scene, seconds: float) -> None:
    """SIGTERM for the worker that started last."""
    end(scene, "b", gently=True)


def end(scene: Scene, name: str, *, gently: bool) -> None:
    """Whatever has the streams, the other shall have them next."""
    worker = scene.workers[name]
    scene.gone(worker)
    if gently:
        worker.process.terminate()
    else:
        worker.kill()


async def return_of_both(scene: Scene) -> None:
    """Whichever of two workers is gone is there again, and has its share of the streams."""
    (site,) = scene.sites
    for name in "ab":
        if name not in scene.workers:
            await scene.work(site, name)
            await asyncio.sleep(SHARED)


async def kill_and_return(scene: Scene, seconds: float) -> None:
    """No worker at all for a while, then one again."""
    (site,) = scene.sites
    name = min(scene.workers)
    end(scene, name, gently=False)
    await asyncio.sleep(seconds)
    await scene.work(site, name)


async def pause_one(scene: Scene, seconds: float) -> None:
    """A worker hangs, and goes on as if nothing had been."""
    worker = scene.workers[min(scene.workers)]
    worker.pause()
    await asyncio.sleep(seconds)
    worker.resume()


async def pause_one_of_two(scene: Scene, seconds: float) -> None:
    """The other has its streams before it goes on; then it finds that they are not its own."""
    worker = scene.workers[min(scene.workers)]
    worker.pause()
    began = time.monotonic()
    taken = await scene.until(lambda: streams_well(scene, began), seconds)
    scene.check(taken is not None and taken <= TAKEN_OVER, f"taken over after {taken} s")
    await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    worker.resume()
    await asyncio.sleep(2)


def streams_well(scene: Scene, since: float) -> bool:
    """Whether every viewer has samples, whatever the servers say of themselves."""
    return all(watcher.is_well(since) for watcher in scene.watchers)


async def six_streams(scene: Scene) -> None:
    """Two workers that share six streams, and a server."""
    scene.with_redis()
    site = scene.site()
    add_counted(site, "counted-6")
    for name in "ab":
        await scene.work(site, name)
    server = await scene.serve(site)
    scene.watch(site, server.address, *SLUGS, "counted-6")
    await asyncio.sleep(SHARED)


async def join(scene: Scene, seconds: float) -> None:
    """A third worker joins: of six streams two move to it, each with one marked restart."""
    (site,) = scene.sites
    before = site.truth.counts[ENDED]
    await scene.work(site, "c")
    await asyncio.sleep(seconds)
    moved = site.truth.counts[ENDED] - before
    scene.check(moved == 2, f"{moved} restarts as a worker joined")


async def leave(scene: Scene, seconds: float) -> None:
    """One of two ends as asked: only its own streams move."""
    (site,) = scene.sites
    before = site.truth.counts[ENDED]
    end(scene, "b", gently=True)
    await asyncio.sleep(seconds)
    moved = site.truth.counts[ENDED] - before
    scene.check(moved == 3, f"{moved} restarts as a worker left")


async def hang_source(scene: Scene, seconds: float) -> None:
    """A source yields nothing any more; after a while it goes on."""
    (site,) = scene.sites
    site.hang(True)
    await asyncio.sleep(seconds)
    (watcher,) = (w for w in scene.watchers if w.state.slug == "hanging")
    said = watcher.state.description
    words = f"{said['state']}: {said['message']}"
    scene.check(words.startswith("silent: No samples for "), f"a source that hangs is {words}")
    others = [w for w in scene.watchers if w is not watcher and w.told_at]
    scene.check(not others, f"{len(others)} viewers of other streams were told of it")
    site.hang(False)


async def with_a_source_that_hangs(scene: Scene) -> None:
    """One process, with a stream more."""
    site = scene.site()
    add_counted(site, "hanging", function="hanging")
    server = await scene.serve(site)
    scene.watch_all(site, server)
    scene.watch(site, server.address, "hanging")


async def serve_twice(scene: Scene, server: str) -> Process:
    """Another process on a database whose worker is embedded in a first one."""
    (site,) = scene.sites
    return await scene.serve(site, server, ready="/healthz/live")


async def start_second(scene: Scene, seconds: float) -> None:
    """A second process says that it runs no source, and takes over when the first is gone."""
    (site,) = scene.sites
    (first,) = scene.servers
    second = await serve_twice(scene, "daphne")
    await asyncio.sleep(seconds)
    readiness = scene.readiness[second.port]
    scene.check(readiness.unready_at, "the second process says that it is ready")
    scene.check(readiness.status == 503, "the second process became ready")
    check_said(scene, second)
    told = any(watcher.told_at for watcher in scene.watchers)
    scene.check(not told, "viewers of the first process were told of it")
    page = await asyncio.to_thread(second.get, "/")
    scene.check("process" in page[1], "the second process' page does not say why")
    scene.gone(first)
    scene.watchers.clear()
    first.kill()
    scene.watch_all(site, second)


def check_said(scene: Scene, server: Process) -> None:
    """Why a process is one too many is said where it is asked, and in its log once."""
    words = scene.readiness[server.port].words
    said = [server.printed().count(sentence) for sentence in words if "process" in sentence]
    scene.check(1 in said, f"it says {sorted(words)}, and its log {said} times")


async def two_in_one(scene: Scene) -> None:
    """``uvicorn --workers 2`` without Redis."""
    site = scene.site()
    server = await scene.serve(site, "uvicorn in two processes", ready="/healthz/live")
    for _ in range(3):
        scene.watch(site, server.address, *SLUGS[:4])


async def look_at_two(scene: Scene, seconds: float) -> None:
    """Who came to the one process has samples; who came to the other is told why not."""
    await asyncio.sleep(seconds)
    (server,) = scene.servers
    scene.check(scene.readiness[server.port].unready_at, "both processes say that they are ready")
    check_said(scene, server)
    lost = [w for w in scene.watchers if not w.is_well(0.0)]
    dead = [w for w in lost if w.state_name == "live" or not w.state.description.get("message")]
    scene.check(not dead, f"{len(dead)} viewers of 12 look at dead streams and are not told")
    # The verdict shall wait for none of them.
    scene.watchers[:] = [w for w in scene.watchers if w not in lost]
    scene.servers.clear()


FAULTS = (
    Fault(
        "first-worker-killed",
        "two workers; `kill -9` of the one that started first",
        scenes.two_workers,
        kill_first,
        short=0,
        after=return_of_both,
        storm=True,
    ),
    Fault(
        "last-worker-killed",
        "two workers; `kill -9` of the one that started last",
        scenes.two_workers,
        kill_last,
        short=0,
        after=return_of_both,
        storm=True,
    ),
    Fault(
        "last-worker-ended",
        "two workers; SIGTERM to the one that started last",
        scenes.two_workers,
        stop_last,
        short=0,
        after=return_of_both,
        storm=True,
    ),
    Fault(
        "worker-absent",
        "the only worker is killed; another is started 10 s later",
        scenes.over_redis,
        kill_and_return,
        lasts=10,
        short=6.5,
        told=4,
        unready=6,
        storm=True,
    ),
    Fault(
        "worker-hung",
        "the only worker is stopped (SIGSTOP) for 10 s, and goes on",
        scenes.over_redis,
        pause_one,
        lasts=10,
        short=6.5,
        told=4,
        unready=6,
        storm=True,
    ),
    Fault(
        "worker-paused",
        "one of two workers is stopped for 10 s, and goes on when the other has its streams",
        scenes.two_workers,
        pause_one_of_two,
        lasts=10,
        short=8,
        storm=True,
    ),
    Fault(
        "worker-joins",
        "a third worker joins two that share six streams",
        six_streams,
        join,
        lasts=8,
        short=5,
    ),
    Fault(
        "worker-leaves",
        "one of two workers that share six streams ends (SIGTERM)",
        six_streams,
        leave,
        lasts=8,
        short=5,
    ),
    Fault(
        "source-hangs",
        "a source yields nothing for 15 s",
        with_a_source_that_hangs,
        hang_source,
        lasts=15,
        short=6,
        told=4,
    ),
    Fault(
        "second-process",
        "without Redis, a second server process starts; then the first is killed",
        scenes.embedded,
        start_second,
        lasts=8,
        short=4,
    ),
    Fault(
        "uvicorn-two-processes",
        "without Redis, `uvicorn --workers 2`, and twelve viewers",
        two_in_one,
        look_at_two,
        lasts=12,
        short=6,
        calm=False,
    ),
)
