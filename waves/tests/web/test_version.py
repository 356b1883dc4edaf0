"""The version of the pages: the same in page and socket, and another one once a file is another."""

import shutil
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from waves import routing
from waves.tests.web.sockets import Peer
from waves.web.version import page_version

STATIC = Path(finders.find("waves/icon.svg")).parent


@pytest.fixture(autouse=True)
def read_anew():
    page_version.cache_clear()
    yield
    page_version.cache_clear()


@pytest.fixture
def files(tmp_path, settings) -> Path:
    """A copy of the static files, which the project serves instead."""
    settings.STATICFILES_DIRS = [tmp_path]
    finders.get_finder.cache_clear()
    yield Path(shutil.copytree(STATIC, tmp_path / "waves"))
    finders.get_finder.cache_clear()


@pytest.mark.parametrize("changed", ["js/oscilloscope/wall.js", "css/oscilloscope.css"])
def test_a_changed_file_is_another_version(files, changed):
    former = page_version()
    page_version.cache_clear()
    assert page_version() == former
    (files / changed).write_text("changed")
    page_version.cache_clear()
    assert page_version() != former


def test_a_wall_is_told_its_version_and_has_no_form_for_staff(admin_client, sine):
    page = admin_client.get("/streams/sine/?kiosk&window=5")
    assert page.context["config"]["version"] == page_version()
    assert page.context["config"]["mode"] == "kiosk"
    assert "csrfmiddlewaretoken" not in page.content.decode()
    whole = admin_client.get("/streams/sine/?window=5")
    assert whole.context["config"]["mode"] == "full"
    assert "csrfmiddlewaretoken" in whole.content.decode()


async def test_a_socket_is_told_the_same_version(running, db):
    async with Peer(routing.application, "/ws/") as peer:
        assert await peer.until(lambda: peer.of_type("hello"))
        assert peer.of_type("hello")[0]["version"] == page_version()
