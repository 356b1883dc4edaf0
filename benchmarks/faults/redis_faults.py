"""What befalls Redis, and what comes out of it."""

from __future__ import annotations

import asyncio

import msgpack

from benchmarks.faults import scenes
from benchmarks.faults.delay import SlowRelay
from benchmarks.faults.scene import Installation, Scene
from benchmarks.faults.trial import Fault

#: What nobody of ours would send: bytes that are no message, and messages that say nothing.
GARBAGE = (
    b"\xff\x00garbage",
    b"",
    b"\xc1",
    *map(
        msgpack.packb,
        (
            7,
            None,
            ["a", "list"],
            {},
            {"type": 7},
            {"type": "waves.frame"},
            {"type": "waves.frame", "data": 7},
            {"type": "waves.frame", "data": b"WAV\x01"},
            {"type": "waves.stream", "description": {}},
            {"type": "waves.stream", "description": {"handle": 1, "epoch": "many"}},
            {"type": "waves.status", "streams": 7},
            {"type": "waves.viewers", "hub": "h", "counts": {"x": "y"}},
            {"type": "waves.deleted"},
            {"type": "waves.nothing"},
        ),
    ),
)
#: One line when it is gone, and one when it is there again.
EACH_WAY = 2


async def hang(scene: Scene, seconds: float) -> None:
    """Its sockets stay, and nothing is answered."""
    scene.redis.pause()
    await asyncio.sleep(seconds)
    scene.redis.resume()


async def cut_link(scene: Scene, seconds: float) -> None:
    """What is sent is lost without a word."""
    link = scene.redis.link
    assert link is not None
    link.cut()
    await asyncio.sleep(seconds)
    link.mend()


async def replace_unseen(scene: Scene, seconds: float) -> None:
    """It dies while the link is down, so that nobody hears of it, and another stands in its place.

    Whoever was connected holds sockets whose other end is not there any more.
    """
    link = scene.redis.link
    assert link is not None
    link.cut()
    scene.redis.kill()
    coming = asyncio.create_task(asyncio.to_thread(scene.redis.start))
    await asyncio.sleep(seconds)
    link.mend()
    await coming


async def delay(scene: Scene, seconds: float) -> None:
    """What is said to it, and what it says, takes its time."""
    link = scene.redis.link
    assert isinstance(link, SlowRelay)
    link.slow()
    await asyncio.sleep(seconds)
    link.quick()


async def over_a_slow_relay(scene: Scene) -> None:
    """A worker and two servers, between whom and Redis a relay of ours stands."""
    scene.with_redis(SlowRelay)
    await scenes.start_over_redis(scene)


async def restart(scene: Scene, seconds: float) -> None:
    """It forgets everything, and refuses for a while."""
    scene.redis.kill()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(scene.redis.start)


async def flush(scene: Scene, seconds: float) -> None:
    """Everything that it holds is gone; who subscribed stays so."""
    scene.redis.client().flushall()
    await asyncio.sleep(seconds)


async def publish_garbage(scene: Scene, seconds: float) -> None:
    """Into every channel, everything that cannot be used."""
    for message in GARBAGE:
        scene.redis.publish_everywhere(message)
        await asyncio.sleep(seconds / len(GARBAGE))


async def cut_subscribers(scene: Scene, seconds: float) -> None:
    """As an administrator may, and as Redis does to those who are slow."""
    scene.redis.client().client_kill_filter(_type="pubsub")


async def overrun_subscriber(scene: Scene, seconds: float) -> None:
    """A server that hangs for a while is cut off, since what it was sent piles up."""
    client, option = scene.redis.client(), "client-output-buffer-limit"
    client.config_set(option, "pubsub 1mb 0 0")
    server = scene.servers[0]
    server.pause()
    await asyncio.sleep(seconds)
    server.resume()
    client.config_set(option, "pubsub 32mb 8mb 60")


async def with_a_fast_stream(scene: Scene) -> None:
    """As ever, and a stream of 8 MB/s, of which columns are viewed: more than the kernel holds."""
    scene.with_redis()
    site = scene.site()
    changes = {"rate": 1_000_000, "sample_type": "float64", "history": 2}
    site.add_stream("fast", "sine", name="fast", **changes)
    await scene.work(site)
    for _ in range(2):
        server = await scene.serve(site)
        scene.watch_all(site, server)
        scene.watch(site, server.address, "fast", window=2, columns=64)


async def start_another_installation(scene: Scene, seconds: float) -> None:
    """A second installation uses the second database of the same Redis."""
    await start_beside(scene, scene.site(1), seconds)


async def start_a_copy(scene: Scene, seconds: float) -> None:
    """A copy of the installation, down to its identity, uses the same database of Redis."""
    copy = scene.site(0, WAVES_INSTALLATION="copy")
    copy.execute("UPDATE waves_installation SET identity = ?", "site-1")
    await start_beside(scene, copy, seconds)


async def start_beside(scene: Scene, site: Installation, seconds: float) -> None:
    """Its viewers see its own samples, and those of the first are told nothing."""
    await scene.work(site)
    scene.watch_all(site, await scene.serve(site))
    await asyncio.sleep(seconds)
    first = [w for w in scene.watchers if w.truth is scene.sites[0].truth and w.told_at]
    scene.check(not first, f"{len(first)} viewers of the first installation were told of it")


async def start_with_another_key(scene: Scene, seconds: float) -> None:
    """A second server of the same installation, with another SECRET_KEY."""
    (site,) = scene.sites
    key = "another key than the one that the first server has"
    server = await scene.serve(site, ready="/healthz/live", SECRET_KEY=key)
    await asyncio.sleep(seconds)
    readiness = scene.readiness[server.port]
    scene.check(readiness.status == 503, "a server with another key says that it is ready")
    words = " ".join(readiness.words)
    scene.check("SECRET_KEY" in words, f"it does not say that its key differs: {words}")
    scene.check("SECRET_KEY" in server.printed(), "its log does not say so")
    scene.gone(server)
    server.kill()


FAULTS = (
    Fault(
        "redis-hangs-10",
        "Redis hangs (SIGSTOP) for 10 s",
        scenes.over_redis,
        hang,
        lasts=10,
        short=6.5,
        told=4,
        unready=6,
        lines=EACH_WAY,
        says=2 * EACH_WAY,
        storm=True,
    ),
    Fault(
        "redis-hangs-40",
        "Redis hangs (SIGSTOP) for 40 s",
        scenes.over_redis,
        hang,
        lasts=40,
        told=4,
        unready=6,
        lines=EACH_WAY,
        says=2 * EACH_WAY,
    ),
    Fault(
        "link-down-10",
        "the link to Redis is down for 10 s",
        scenes.over_a_link,
        cut_link,
        lasts=10,
        short=6.5,
        told=4,
        unready=6,
        lines=EACH_WAY,
        says=2 * EACH_WAY,
        storm=True,
    ),
    Fault(
        "link-down-5",
        "the same for 5 s",
        scenes.over_a_link,
        cut_link,
        lasts=5,
        told=4,
    ),
    Fault(
        "link-down-30",
        "the link to Redis is down for 30 s",
        scenes.over_a_link,
        cut_link,
        lasts=30,
        told=4,
        unready=6,
        lines=EACH_WAY,
        says=2 * EACH_WAY,
    ),
    Fault(
        "redis-restarts",
        "Redis is killed, and is there again, empty, 6 s later",
        scenes.over_redis,
        restart,
        lasts=6,
        short=5,
        told=4,
        unready=4,
        lines=EACH_WAY,
        says=2 * EACH_WAY,
        storm=True,
    ),
    Fault(
        "redis-replaced",
        "Redis dies unheard while its link is down for 1.5 s, and an empty one has its address",
        scenes.over_a_link,
        replace_unseen,
        lasts=1.5,
        short=1.5,
        storm=True,
    ),
    Fault(
        "redis-slow",
        "500 ms of delay to Redis and back, 250 each way (a relay of our own), for 20 s",
        over_a_slow_relay,
        delay,
        lasts=20,
        told=4,
        # What takes four times a round trip is given up, tried again, and may succeed.
        lines=5 * EACH_WAY,
    ),
    Fault(
        "redis-flushed",
        "everything in Redis is deleted (FLUSHALL)",
        scenes.over_redis,
        flush,
        lasts=5,
        short=3,
        told="never",
        storm=True,
    ),
    Fault(
        "redis-flushed-two-workers",
        "the same with two workers",
        scenes.two_workers,
        flush,
        lasts=8,
        short=4,
        storm=True,
    ),
    Fault(
        "garbage",
        "messages that cannot be decoded, or say nothing, in every group",
        scenes.over_redis,
        publish_garbage,
        lasts=4,
        short=2,
        told="never",
        lines=len(GARBAGE),
        says=1,
        storm=True,
    ),
    Fault(
        "subscribers-cut",
        "Redis cuts every subscriber off (CLIENT KILL TYPE pubsub)",
        scenes.over_redis,
        cut_subscribers,
        says=1,
        storm=True,
        short=0,
    ),
    Fault(
        "subscriber-overrun",
        "Redis cuts a subscriber off that let 1 MB pile up while it hung for 6 s",
        with_a_fast_stream,
        overrun_subscriber,
        lasts=6,
        short=5,
        says=1,
    ),
    Fault(
        "two-installations",
        "a second installation starts on the same Redis, in another of its databases",
        scenes.over_redis,
        start_another_installation,
        lasts=6,
        short=3,
    ),
    Fault(
        "staging-copy",
        "a copy of the installation starts on the same Redis, with WAVES_INSTALLATION set",
        scenes.over_redis,
        start_a_copy,
        lasts=6,
        short=3,
    ),
    Fault(
        "another-key",
        "a second server of an installation starts with another SECRET_KEY",
        scenes.over_redis,
        start_with_another_key,
        lasts=6,
        short=4,
        told="never",
    ),
)
