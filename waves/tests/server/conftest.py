"""A site to push to, its server, a key, and somebody who asks over one connection."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from waves.tests.server.processes import Process, Site
from waves.tests.server.pushing import make_key
from waves.tests.server.test_api_queries import Asking


@pytest.fixture(scope="module")
def pushable(prepared_site, tmp_path_factory) -> Site:
    """A site whose other streams are stopped."""
    site = Site(tmp_path_factory.mktemp("pushable"))
    site.start_from(prepared_site)
    site.execute("UPDATE waves_stream SET enabled = 0")
    return site


@pytest.fixture(scope="module")
def server(pushable) -> Iterator[Process]:
    with pushable.serve("daphne") as process:
        yield process


@pytest.fixture(scope="module")
def key(pushable, server) -> str:
    return make_key(pushable, "--scope", "write", "make")


@pytest.fixture
def asking(server) -> Iterator[Asking]:
    asking = Asking(server)
    with closing(asking.connection):
        yield asking
