"""Several Redis hosts carry the streams: one that is lost stops its own streams, and no other."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import redis as redis_client

from waves.tests.server.processes import START_SECONDS, Site, redis_server, start_redis
from waves.tests.server.pushing import make_key, send
from waves.tests.server.test_api_queries import Asking
from waves.tests.server.viewing import view

pytestmark = pytest.mark.servers

#: In so many seconds a stream says that its host is lost.
TOLD_SECONDS = 5


@contextmanager
def sharded(folder: Path, prepared: Site) -> Iterator[tuple[Site, list, list[int]]]:
    """A site on two hosts, with streams at 1 kHz: their processes, and the handles of six, two of
    which are pushed."""
    with redis_server() as (one, first), redis_server() as (two, second):
        site = Site(folder, REDIS_URL=f"{one},{two}")
        site.start_from(prepared)
        site.execute("UPDATE waves_stream SET enabled = 0")
        changes = {"rate": 1000.0, "enabled": 1, "record": 0}
        handles = [site.add_stream(f"s{k}", like="sine", name=f"S{k}", **changes) for k in range(4)]
        changes["source"] = "push"
        handles += [site.add_stream(f"p{k}", like="sine", name=f"P{k}", **changes) for k in (4, 5)]
        yield site, [(one, first), (two, second)], handles


def slug_of(handles: list[int], shard: int) -> str:
    """A stream that generates, on one of the hosts."""
    return next(f"s{k}" for k, handle in enumerate(handles) if handle % 2 == shard)


def await_pushed(asking: Asking, slugs: tuple[str, ...], key: str) -> None:
    """Return once samples are taken."""
    deadline = time.monotonic() + START_SECONDS
    while not all(send(asking, slug, {"sine": 0}, key)[0] == 200 for slug in slugs):
        assert time.monotonic() < deadline


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def keys_of(url: str) -> set[str]:
    with closing(redis_client.Redis.from_url(url, decode_responses=True)) as client:
        return {key for key in client.keys("waves:*") if ":frames:" in key or key.endswith("rs")}


async def test_a_host_that_is_lost_is_told_and_the_others_notice_nothing(tmp_path, prepared_site):
    with sharded(tmp_path, prepared_site) as (site, hosts, handles):
        (url, lost), (_, _) = hosts
        workers = [site.start_worker(), site.start_worker()]
        key = make_key(site, "--scope", "write")
        try:
            with site.serve() as server, closing((asking := Asking(server)).connection):
                await_pushed(asking, ("p4", "p5"), key)
                async with (
                    view(server.address, f"/ws/streams/{slug_of(handles, 0)}/") as mine,
                    view(server.address, f"/ws/streams/{slug_of(handles, 1)}/") as other,
                ):
                    await asyncio.gather(mine.for_seconds(2), other.for_seconds(2))
                    lost.kill()
                    lost.wait()
                    at = time.monotonic()
                    await asyncio.gather(
                        mine.until(lambda: mine.stream["state"] == "stale", TOLD_SECONDS),
                        other.for_seconds(TOLD_SECONDS),
                    )
                    assert mine.stream["message"] == (
                        "Redis host 1 of 2, which carries this stream, cannot be reached. "
                        "The signal continues when it is."
                    )
                    status, text = server.get("/healthz/ready")
                    told = json.loads(text)
                    assert (status, told["ready"]) == (200, True)
                    assert "Redis host 1 of 2 cannot be reached" in " ".join(told["problems"])
                    sent = {slug: send(asking, slug, {"sine": 1}, key) for slug in ("p4", "p5")}
                    assert sent["p5" if handles[5] % 2 else "p4"][0] == 200
                    status, told = sent["p4" if handles[5] % 2 else "p5"]
                    assert status == 503
                    assert "Redis host 1 of 2 cannot be reached" in str(told)
                    late = [when for when, *_ in other.arrived if when > at]
                    steps = [b - a for a, b in pairwise(late)]
                    assert max(steps) < 1.0, "the other host's stream stood still"
                    process = start_redis(port_of(url))
                    try:
                        epoch = mine.stream["epoch"]
                        last = max(mine.values[epoch])
                        await asyncio.gather(
                            mine.until(lambda: max(mine.values[epoch]) > last + 1000),
                            other.for_seconds(1),
                        )
                        # What came meanwhile is read first, and then it is heard that all is well.
                        await mine.until(
                            lambda: not json.loads(server.get("/healthz/ready")[1])["problems"]
                        )
                    finally:
                        process.kill()
                        process.wait()
                (epoch,) = other.values
                assert other.missing(epoch) == 0
                assert other.of_type("gap") == []
        finally:
            for worker in workers:
                worker.kill()
        assert "Traceback" not in "".join(worker.printed() for worker in workers)


async def test_each_host_carries_its_streams_and_no_others(tmp_path, prepared_site):
    with sharded(tmp_path, prepared_site) as (site, hosts, handles):
        worker = site.start_worker()
        try:
            with site.serve() as server:
                views = [view(server.address, f"/ws/streams/s{k}/") for k in range(4)]
                for each in views:
                    async with each as viewer:
                        await viewer.until(lambda viewer=viewer: viewer.values)
                for shard, (url, _) in enumerate(hosts):
                    found = keys_of(url)
                    frames = {int(key.rpartition(":")[2]) for key in found if ":frames:" in key}
                    assert frames == {handle for handle in handles if handle % 2 == shard}
                    assert [key.rpartition(":")[2] for key in found].count("workers") == 1
                site.environment["REDIS_URL"] = f"{hosts[1][0]},{hosts[0][0]}"
                stranger = site.start_worker()
                stranger.await_printed("names them in another order")
                stranger.kill()
                # One host in the place of another: what it would carry runs already.
                with redis_server() as (third, _):
                    site.environment["REDIS_URL"] = f"{hosts[0][0]},{third}"
                    stranger = site.start_worker()
                    stranger.await_printed("with other hosts in REDIS_URL")
                    async with view(server.address, f"/ws/streams/{slug_of(handles, 1)}/") as seen:
                        await seen.until(lambda: seen.values)
                        await seen.for_seconds(5)
                        assert len(seen.values) == 1
                    assert keys_of(third) == {key for key in keys_of(third) if "workers" in key}
                    stranger.kill()
        finally:
            worker.kill()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("localhost:6379", "REDIS_URL is no address as redis://host:6379/0 is one"),
        ("redis://a:6379/0,", "The address 2 in REDIS_URL"),
        ("redis://a:6379/0,redis://a:6379/1", "names the same Redis twice"),
        ("redis://:secret@a:port/0", "REDIS_URL cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(tmp_path, url, words):
    said = Site(tmp_path, REDIS_URL=url).manage("check")
    assert words in said
    assert "secret" not in said
    assert "Traceback" not in said
