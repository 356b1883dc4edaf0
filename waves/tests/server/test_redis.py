"""Several server processes and a worker of its own, over a real Redis."""

import asyncio
from pathlib import Path

import pytest

from waves.tests.server.processes import Site, redis_server, start_redis
from waves.tests.server.viewing import view

pytestmark = pytest.mark.servers


def redis_site(folder: Path, url: str, prepared: Site) -> Site:
    site = Site(folder, REDIS_URL=url)
    site.start_from(prepared)
    return site


async def test_two_servers_show_the_same_and_survive_a_killed_worker(
    tmp_path, redis, prepared_site
) -> None:
    site = redis_site(tmp_path, redis, prepared_site)
    worker = site.start_worker()
    try:
        with site.serve() as one, site.serve() as two:
            async with (
                view(one.address, "/ws/streams/noise/") as a,
                view(two.address, "/ws/streams/noise/") as b,
            ):
                await asyncio.gather(a.for_seconds(2), b.for_seconds(2))
                worker.kill()
                stale = [v.until(lambda v=v: v.stream["state"] == "stale") for v in (a, b)]
                await asyncio.gather(*stale)
                worker = site.start_worker()
                again = [v.until(lambda v=v: len(v.values) == 2) for v in (a, b)]
                await asyncio.gather(*again)
                again = [v.for_seconds(1) for v in (a, b)]
                await asyncio.gather(*again)
    finally:
        worker.kill()
    for epoch in a.values:
        common = a.values[epoch].keys() & b.values[epoch].keys()
        assert len(common) > 20
        assert all(a.values[epoch][i] == b.values[epoch][i] for i in common)
        assert a.missing(epoch) == b.missing(epoch) == 0
    old, new = sorted(a.values)
    assert min(a.values[new]) == 0
    assert [g["epoch"] for g in a.of_type("gap")] == [old]


async def test_a_redis_that_goes_and_comes_back_is_told_and_marked(tmp_path, prepared_site) -> None:
    with redis_server() as (url, process):
        site = redis_site(tmp_path, url, prepared_site)
        worker = site.start_worker()
        try:
            with site.serve() as server:
                async with view(server.address) as viewer:
                    await viewer.until(lambda: viewer.values)
                    process.kill()
                    process.wait()
                    await viewer.until(lambda: viewer.stream["state"] == "stale")
                    problems = server.await_answer("/healthz/ready", 503)
                    assert "Is Redis running?" in problems
                    assert server.get("/")[0] == 200
                    process = start_redis(int(url.split(":")[2].split("/")[0]))
                    last = max(viewer.values[viewer.stream["epoch"]])
                    await viewer.until(lambda: viewer.of_type("gap"))
                    (gap,) = viewer.of_type("gap")
                    assert gap["first"] == last + 1
                    await viewer.until(
                        lambda: max(viewer.values[viewer.stream["epoch"]]) > gap["last"]
                    )
        finally:
            worker.kill()
            process.kill()
            process.wait()
    assert gap["lost"] == gap["last"] - gap["first"] + 1
    assert "Is Redis running?" in worker.printed()
    assert "Traceback" not in worker.printed()


async def test_a_missing_redis_stops_no_page(tmp_path, prepared_site) -> None:
    site = redis_site(tmp_path, "redis://127.0.0.1:1/0", prepared_site)
    with site.serve(ready="/healthz/ready", status=503) as server:
        assert server.get("/")[0] == 200
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.stream)
        assert viewer.stream["state"] == "stale"
    assert "Traceback" not in server.printed()


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "REDIS_URL"),
        ({"WAVES_WORKER": "separate"}, "waves.E001"),
        ({"WAVES_WORKER": "embedded", "REDIS_URL": "redis://127.0.0.1:1/0"}, "waves.E002"),
    ],
)
def test_runstreams_refuses_what_contradicts_itself(tmp_path, environment, words) -> None:
    assert words in Site(tmp_path, **environment).manage("runstreams")
