"""The whole on PostgreSQL, by DATABASE_URL: streams, edits, and a database that goes away."""

import json

import pytest

from waves.tests.server.postgresql import postgresql
from waves.tests.server.processes import Site
from waves.tests.server.viewing import view

pytestmark = pytest.mark.servers

OFFSET = (
    "from waves.models import Signal; "
    "Signal.objects.filter(stream__slug='sine').update(parameters={'offset': 50.0})"
)
ANOTHER = "from waves.models import Stream; Stream.objects.create(name='Another', slug='another')"


@pytest.fixture(scope="module")
def database():
    with postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def site(database, tmp_path_factory) -> Site:
    folder = tmp_path_factory.mktemp("on-postgresql")
    site = Site(folder, DATABASE_URL=database.url, WAVES_DATABASE="")
    site.prepare()
    return site


async def test_streams_run_and_edits_arrive_with_the_settings_in_postgresql(site) -> None:
    assert "ERROR" not in site.manage("check")
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
            site.manage("shell", "-c", OFFSET)
            (epoch,) = viewer.values
            await viewer.until(lambda: max(list(viewer.values[epoch].values())[-40:]) > 40)
        # The demo's rows brought their own keys: a new row must find one that is free.
        site.manage("shell", "-c", ANOTHER)
        server.await_answer("/api/v1/streams/another")
        assert server.get("/")[0] == server.get("/streams/sine/")[0] == 200
        assert "Traceback" not in server.printed()


async def test_who_views_goes_on_while_postgresql_is_gone_and_all_is_well_when_it_is_back(
    site, database
) -> None:
    with site.serve() as server:
        async with view(server.address) as viewer:
            await viewer.until(lambda: viewer.values)
            database.stop()
            told = server.await_answer("/healthz/ready", 503)
            assert "database" in told
            (epoch,) = viewer.values
            seen = max(viewer.values[epoch])
            await viewer.until(lambda: max(viewer.values[epoch]) > seen + 1000)
            status, words = server.get("/api/v1/streams")
            assert status == 503
            assert "database" in json.loads(words)["error"]
            database.start()
            server.await_answer("/healthz/ready")
            assert viewer.missing(epoch) == 0
        # Pages leave a database alone for a second after it failed, however soon it is back.
        server.await_answer("/")
        assert database.url not in server.printed()
