"""A stream for those who test with the database, and servers for those who test through one."""

import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from waves.models import Signal, Stream
from waves.tests.server.processes import Process, Site, redis_server

# How fast this machine is, and what else runs on it, is not what a property is about.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

HERE = Path(__file__).parent
#: Whoever asks for one of these, or lives in one of those, starts a server or a browser.
SERVER_FIXTURES = {"prepared_site", "redis"}
SERVER_FOLDERS = {HERE / "browser", HERE / "faults", HERE / "installing"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-quick` leaves out; other tests that start a server say so themselves."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & SERVER_FIXTURES or SERVER_FOLDERS & set(item.path.parents):
            item.add_marker(pytest.mark.servers)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure what the quick tests reach, also where all run: the others would take half as long
    again, and the floors are not about them."""
    coverage = sys.modules.get("coverage")
    measured = coverage and coverage.Coverage.current()
    is_quick = not any(mark.name in ("servers", "slow") for mark in item.iter_markers())
    if measured is None or is_quick:
        return (yield)
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()


@pytest.fixture
def sine(db) -> Stream:
    """A stream of the generator with one signal."""
    stream = Stream.objects.create(name="Sine", slug="sine")
    Signal.objects.create(stream=stream, name="Sine", unit="V", parameters={"frequency": 5.0})
    return stream


@pytest.fixture(scope="session")
def prepared_site(tmp_path_factory) -> Site:
    """Prepared once and never served: every other site begins as its copy."""
    site = Site(tmp_path_factory.mktemp("prepared"))
    site.prepare()
    # Four million samples a second cost a tenth of a core: who wants them enables them.
    site.enable("fast", enabled=False)
    # Every server runs the others for as long as it lives, and frames are what they cost.
    others = "slug NOT IN ('sine', 'noise')"
    site.execute(f"UPDATE waves_stream SET frames_per_second = 10 WHERE {others}")
    return site


@pytest.fixture
def site(prepared_site, tmp_path) -> Site:
    site = Site(tmp_path)
    site.start_from(prepared_site)
    return site


@pytest.fixture(scope="session")
def shared_site(prepared_site, tmp_path_factory) -> Site:
    """As deployed, but without TLS: DEBUG off, static files collected under hashed names, which
    a browser keeps. For tests that change nothing, or only a stream of their own."""
    folder = tmp_path_factory.mktemp("shared")
    site = Site(
        folder,
        DEBUG="0",
        HTTPS="0",
        SECRET_KEY="a key for the tests only, as long as a key should be",
        WAVES_TEST_STATIC_ROOT=str(folder / "static"),
    )
    site.start_from(prepared_site)
    site.manage("collectstatic", "--noinput", "-v0")
    return site


@pytest.fixture(scope="session")
def daphne(shared_site) -> Iterator[Process]:
    with shared_site.serve("daphne") as process:
        yield process


@pytest.fixture
def redis() -> Iterator[str]:
    with redis_server() as (url, _):
        yield url
