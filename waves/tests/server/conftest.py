from collections.abc import Iterator

import pytest

from waves.tests.server.processes import Process, Site, redis_server


@pytest.fixture
def site(tmp_path) -> Site:
    site = Site(tmp_path)
    site.prepare()
    return site


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory) -> Site:
    """For tests that change nothing, or only a stream of their own."""
    site = Site(tmp_path_factory.mktemp("site"))
    site.prepare()
    return site


@pytest.fixture(scope="module")
def daphne(shared_site) -> Iterator[Process]:
    with shared_site.serve("daphne") as process:
        yield process


@pytest.fixture
def redis() -> Iterator[str]:
    with redis_server() as (url, _):
        yield url
