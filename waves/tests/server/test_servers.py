"""The same behaviour on every server: start, backpressure that is known, and a clean end."""

import asyncio

import pytest

from waves.tests.server.processes import Site
from waves.tests.server.viewing import view

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("server", ["daphne", "uvicorn", "runserver"])
async def test_a_server_streams_and_ends_with_1012(site, server) -> None:
    with site.serve(server) as process:
        async with view(process.address) as viewer:
            await viewer.until(lambda: viewer.values)
            stopping = asyncio.create_task(asyncio.to_thread(process.stop))
            code, _ = await viewer.until_closed()
            await stopping
    assert code == 1012
    assert "Traceback" not in process.printed()


@pytest.mark.parametrize("server", ["daphne", "uvicorn", "runserver"])
def test_debug_is_told_once_at_every_start(site, server) -> None:
    with site.serve(server, ready="/healthz/live") as process:
        assert process.printed().count("DEBUG IS ON") == 1


@pytest.mark.parametrize(
    ("server", "kind"), [("daphne", "DaphneTransport"), ("uvicorn", "AsgiTransport")]
)
async def test_daphne_is_written_to_by_the_fast_path(site, server, kind) -> None:
    """Fails when daphne, autobahn or Twisted move what the fast path reads."""
    with site.serve(server) as process:
        async with view(process.address) as viewer:
            await viewer.until(lambda: viewer.values)
            _, metrics = process.get("/metrics")
    assert f'waves_connections{{transport="{kind}"}} 1.0' in metrics


async def test_an_unmigrated_database_is_told_and_mended_while_the_server_runs(tmp_path) -> None:
    # Without the app that declares functions: the worker would make streams of them at once.
    site = Site(tmp_path, DJANGO_SETTINGS_MODULE="livestream_project.settings")
    with site.serve(ready="/healthz/live") as process:
        status, page = process.get("/")
        assert status == 503
        assert "python manage.py migrate" in page
        _, problems = process.get("/healthz/ready")
        assert "python manage.py migrate" in problems
        async with view(process.address) as viewer:
            code, _ = await viewer.until_closed()
        assert code == 1012
        assert "python manage.py migrate" in viewer.of_type("error")[0]["message"]
        site.prepare()
        process.await_answer("/healthz/ready")
        async with view(process.address) as viewer:
            await viewer.until(lambda: viewer.values)
    assert "Traceback" not in process.printed()
