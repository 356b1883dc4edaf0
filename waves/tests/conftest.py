"""A stream for those who test with the database, and servers for those who test through one."""

import fcntl
import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from waves import access
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
FAULTS = Path("waves/tests/faults")
#: By this `coverage run` has the processes measured that are started; see pyproject.toml.
FOR_SUBPROCESSES = "COVERAGE_PROCESS_CONFIG"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-quick` leaves out; other tests that start a server say so themselves."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & SERVER_FIXTURES or SERVER_FOLDERS & set(item.path.parents):
            item.add_marker(pytest.mark.servers)
        _open_recordings(item, asked)


def _open_recordings(item: pytest.Item, asked: set[str]) -> None:
    """Whoever tests with the database may use that of recordings, too."""
    mark = item.get_closest_marker("django_db")
    if mark is not None or "db" in asked:
        said = {"databases": ["default", "recordings"], **(mark.kwargs if mark else {})}
        item.add_marker(pytest.mark.django_db(**said), append=False)


class ByFile(LoadFileScheduling):
    """A worker takes a file; or all faults, which run beside one another as it is; or all that a
    Firefox runs, so that one is enough."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if "[firefox" in nodeid:
            return "firefox"
        return str(FAULTS) if Path(file).parent == FAULTS else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


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
    for_what_is_started = os.environ.pop(FOR_SUBPROCESSES, None)
    try:
        return (yield)
    finally:
        if for_what_is_started is not None:
            os.environ[FOR_SUBPROCESSES] = for_what_is_started
        measured.start()


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch) -> None:
    """Who may see what in the database of one test says nothing of the next one's."""
    monkeypatch.setattr(access, "_memory", access.Memory())
    monkeypatch.setattr(access, "public", access.Public())


@pytest.fixture
def sine(db) -> Stream:
    """A stream of the generator with one signal."""
    stream = Stream.objects.create(name="Sine", slug="sine")
    Signal.objects.create(stream=stream, name="Sine", unit="V", parameters={"frequency": 5.0})
    return stream


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that whichever worker comes first makes for all of them."""
    common = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    folder, made = common / name, common / f"{name}.made"
    with (common / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def prepared_site(tmp_path_factory) -> Site:
    """Prepared once and never served: every other site begins as its copy."""

    def make(folder: Path) -> None:
        site = Site(folder)
        site.prepare()
        # Four million samples a second cost a tenth of a core: who wants them enables them.
        site.enable("fast", enabled=False)
        # Every server runs the others for as long as it lives, and frames are what they cost:
        # those of the demo, and those that the plant proposes.
        program = "from waves import specs; specs.create_proposed_streams()"
        site.manage("shell", "-v0", "-c", program)
        others = "slug NOT IN ('sine', 'noise')"
        site.execute(f"UPDATE waves_stream SET frames_per_second = 5 WHERE {others}")

    return Site(made_once(tmp_path_factory, "prepared", make))


@pytest.fixture
def site(prepared_site, tmp_path) -> Site:
    site = Site(tmp_path)
    site.start_from(prepared_site)
    return site


@pytest.fixture(scope="session")
def shared_site(prepared_site, tmp_path_factory) -> Site:
    """As deployed, but without TLS: DEBUG off, static files collected under hashed names, which
    a browser keeps. For tests that change nothing, or only a stream of their own."""

    def site_in(folder: Path, static: Path) -> Site:
        return Site(
            folder,
            DEBUG="0",
            HTTPS="0",
            SECRET_KEY="a key for the tests only, as long as a key should be",
            WAVES_TEST_STATIC_ROOT=str(static),
        )

    def collect(folder: Path) -> None:
        site_in(folder, folder).manage("collectstatic", "--noinput", "-v0")

    static = made_once(tmp_path_factory, "static", collect)
    site = site_in(tmp_path_factory.mktemp("shared"), static)
    site.start_from(prepared_site)
    return site


@pytest.fixture(scope="session")
def daphne(shared_site) -> Iterator[Process]:
    with shared_site.serve("daphne") as process:
        yield process


@pytest.fixture
def redis() -> Iterator[str]:
    with redis_server() as (url, _):
        yield url
