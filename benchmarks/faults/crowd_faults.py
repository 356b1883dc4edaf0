"""What befalls servers that 300 viewers look at, each of whom is judged: they end, and return."""

from __future__ import annotations

import asyncio
from collections import Counter

from benchmarks.faults import scenes
from benchmarks.faults.scene import SLUGS, Installation, Scene
from benchmarks.faults.server_faults import OUT, stop
from benchmarks.faults.trial import Fault

#: Viewers, in full and in short. All of them are in the one process of the run.
CROWD, SMALL_CROWD = 300, 40
#: Frames a second of every stream, so that the viewers take a fifth of a core.
FRAMES = 5
#: What a viewer is told where a stream begins anew: the one gap that an upgrade may have.
ENDED = "a new epoch began"
#: Who looks at another server is without samples for no longer (s).
UNMOVED = 1.0
#: As a server says that it restarts.
RESTARTS = "1012"


def crowd_of(scene: Scene, site: Installation, *addresses: str, **options: object) -> None:
    """The crowd, evenly over streams and addresses; each tenth speaks JSON."""
    for number in range(SMALL_CROWD if scene.short else CROWD):
        protocol = "waves.v1" if number % 10 else "waves.v1.json"
        address, slug = addresses[number % len(addresses)], SLUGS[number % len(SLUGS)]
        scene.watch(site, address, slug, protocol=protocol, **options)


async def at_one_server(scene: Scene) -> None:
    """A worker, a server with the crowd, and another with the usual viewers."""
    scene.with_redis()
    site = scene.site()
    site.execute("UPDATE waves_stream SET frames_per_second = ?", FRAMES)
    await scene.work(site)
    crowded, beside = [await scene.serve(site) for _ in range(2)]
    crowd_of(scene, site, crowded.address)
    scene.watch_all(site, beside)


async def behind_nginx(scene: Scene) -> None:
    """Two workers, and two servers behind nginx as shipped, through which the crowd comes."""
    scene.with_redis()
    site = scene.site()
    site.execute("UPDATE waves_stream SET frames_per_second = ?", FRAMES)
    for name in "ab":
        await scene.work(site, name)
    ports = [(await scene.serve(site)).port for _ in range(2)]
    proxy = await scenes.before(scene, ports)
    crowd_of(scene, site, proxy.address, tls=proxy.ssl)


async def kill_crowded(scene: Scene, seconds: float) -> None:
    """The crowd's server is killed, and comes back where it was; the other notices nothing."""
    (site,) = scene.sites
    server = scene.servers[0]
    scene.gone(server)
    server.kill()
    await _return(scene, site, server.port)


async def end_crowded(scene: Scene, seconds: float) -> None:
    """The same by SIGTERM: each of the crowd is told that the server restarts."""
    (site,) = scene.sites
    server = scene.servers[0]
    await stop(scene, server)
    closed = Counter(
        code for w in scene.watchers if w.address == server.address for code in w.codes.elements()
    )
    crowd = sum(watcher.address == server.address for watcher in scene.watchers)
    scene.check(closed == {RESTARTS: crowd}, f"{crowd} viewers were closed with {dict(closed)}")
    await _return(scene, site, server.port)


async def _return(scene: Scene, site: Installation, port: int) -> None:
    """The server is there again; who looked at the other one noticed nothing."""
    server = await scene.serve(site, port=port)
    beside = max(w.longest_out for w in scene.watchers if w.address != server.address)
    scene.check(beside <= UNMOVED, f"a viewer of the other server was out for {beside:.1f} s")


async def upgrade(scene: Scene, seconds: float) -> None:
    """Servers, then workers, are restarted in turn; nobody is out, and nothing lacks."""
    (site,) = scene.sites
    out = []
    for number, server in enumerate(list(scene.servers), 1):
        await stop(scene, server)
        await scene.serve(site, port=server.port)
        await asyncio.sleep(seconds)
        out.append(f"{longest(scene):.1f} s after server {number}")
    for name, worker in sorted(scene.workers.items()):
        await stop(scene, worker)
        await scene.work(site, name)
        await asyncio.sleep(seconds)
        out.append(f"{longest(scene):.1f} s after worker {name}")
    late = sum(watcher.longest_out > OUT for watcher in scene.watchers)
    scene.check(not late, f"{late} viewers were out for up to {', '.join(out)}")
    codes = Counter(code for watcher in scene.watchers for code in watcher.codes.elements())
    scene.check(set(codes) == {RESTARTS}, f"sockets were closed with {dict(codes)}")
    untold = sum(not watcher.codes for watcher in scene.watchers)
    scene.check(not untold, f"{untold} viewers were not told that their server restarts")
    judge_samples(scene)


def longest(scene: Scene) -> float:
    """The longest time that any viewer was without samples so far (s)."""
    return max(watcher.longest_out for watcher in scene.watchers)


def judge_samples(scene: Scene) -> None:
    """Everything that was produced came: no gap but the end of an epoch, which all had whole."""
    for site in scene.sites:
        known = ("lost untold", "doubled", "wrong", "too slow", ENDED)
        gaps = {reason: n for reason, n in site.truth.counts.items() if reason not in known and n}
        scene.check(not gaps, f"viewers were told of gaps: {gaps}")
    ends: dict[tuple[str, int], Counter[int]] = {}
    for watcher in scene.watchers:
        # The epoch that runs is still under way, and so everyone is elsewhere in it.
        for epoch in sorted(watcher.state.reached)[:-1]:
            counted = ends.setdefault((watcher.state.slug, epoch), Counter())
            counted[watcher.state.reached[epoch]] += 1
    for (slug, epoch), reached in ends.items():
        words = f"{slug}, epoch {epoch}: viewers came to {dict(reached)}"
        scene.check(len(reached) == 1, words)


FAULTS = (
    Fault(
        "crowded-server-killed",
        "`kill -9` of a server with 300 viewers, which is started again; another one has eight",
        at_one_server,
        kill_crowded,
        alone=True,
    ),
    Fault(
        "crowded-server-ended",
        "the same by SIGTERM: all 300 are closed with 1012, and it ends within 10 s",
        at_one_server,
        end_crowded,
        short=0,
        lines=10,
        alone=True,
    ),
    Fault(
        "rolling-upgrade",
        "two servers behind nginx and two workers are restarted in turn under 300 viewers",
        behind_nginx,
        upgrade,
        lasts=2,
        long=True,
        lines=12,
        alone=True,
    ),
)
