"""Samples are pushed where a worker of its own runs the streams, over a real Redis."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks import pushed
from waves.tests.server.processes import START_SECONDS, Process, Site, redis_server
from waves.tests.server.pushing import make_key, send
from waves.tests.server.test_api_queries import Asking
from waves.tests.server.viewing import Viewing, view

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def deployed(prepared_site, tmp_path_factory) -> Iterator[tuple[Site, Process]]:
    with redis_server() as (url, _):
        site = Site(tmp_path_factory.mktemp("pushing"), REDIS_URL=url)
        site.start_from(prepared_site)
        site.execute("UPDATE waves_stream SET enabled = 0")
        with site.serve("daphne") as server:
            yield site, server


@pytest.fixture
def asking(deployed) -> Iterator[Asking]:
    asking = Asking(deployed[1])
    with closing(asking.connection):
        yield asking


def values(viewer: Viewing, receipt: dict) -> list[float]:
    """What a viewer has of the epoch of a receipt."""
    return list(viewer.values.get(receipt["epoch"], {}).values())


async def test_what_is_pushed_goes_to_the_worker_and_to_who_watches(deployed, asking):
    site, server = deployed
    key = make_key(site, "--scope", "write", "make")
    worker = site.start_worker()
    try:
        status, first = send(asking, "boiler", {"inlet": 1, "door": "open"}, key)
        assert (status, first["accepted"]) == (200, 1)
        for sent in (2, 3):
            status, answer = send(asking, "boiler", {"inlet": sent}, key)
            assert (status, answer["accepted"], answer["next"]) == (200, 1, sent)
        # Nobody has watched it anywhere, and this server was not there: both have all of it.
        with site.serve("daphne") as newer:
            for address in (server.address, newer.address):
                async with view(address, "/ws/streams/boiler/?window=60") as viewer:
                    await viewer.until(lambda viewer=viewer: len(values(viewer, first)) > 2)
                    assert values(viewer, first) == [1, 2, 3]
        # Meanwhile the server closed a connection over which nothing came.
        asking.connection.close()
        status, answer = send(asking, "boiler", b"{", key)
        assert (status, answer["line"]) == (400, 1)
        status, answer = send(asking, "boiler", {"t": 9e9, "signals": {"inlet": 1}}, key)
        assert (status, "ahead of this server" in answer["message"]) == (400, True)
    finally:
        worker.kill()


def test_what_waits_is_taken_once_by_the_next_worker(deployed, asking):
    site, _ = deployed
    key = make_key(site, "--scope", "write", "make")
    body, numbered = {"inlet": 7}, {"Idempotency-Key": "seven"}
    # The worker is gone: nobody takes it, and the writer is told to come back.
    status, answer = send(asking, "waiting", body, key, **numbered)
    assert (status, answer["code"]) == (503, "unavailable")
    # Meanwhile the server closes a connection over which nothing comes.
    asking.connection.close()
    worker = site.start_worker()
    try:
        deadline = time.monotonic() + 2 * START_SECONDS
        while send(asking, "waiting", body, key, **numbered)[0] != 200:
            assert time.monotonic() < deadline
        status, answer = send(asking, "waiting", {"inlet": 8}, key)
        # It was sent at least twice: once it waited for the worker, and once it came after it.
        assert answer["next"] == 2
    finally:
        worker.kill()


@pytest.mark.parametrize(
    ("kind", "faults"),
    [
        ("numbered", {"cut": 2, "server": 1, "worker": 1, "redis": 1}),
        ("timed", {"cut": 1, "worker": 1}),
    ],
)
def test_what_was_acknowledged_is_there_once_whatever_is_killed(prepared_site, kind, faults):
    with pushed.scene(prepared_site) as scene:
        outcome = pushed.prove(scene, kind, Counter(faults), seed=len(faults))
    assert not outcome.problems
    assert outcome.acknowledged > 300
    assert outcome.epochs > faults["worker"]
