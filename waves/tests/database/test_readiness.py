"""What probes learn of the database: asked once for many, and followed as it goes and comes."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError

from waves.database import readiness
from waves.database.readiness import MIGRATE, SILENT, Watch

#: The threads that ask may hold a connection of an earlier test, which they look at.
pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch):
    """The clock of a watch, moved by a test."""
    now = {"seconds": 100.0}
    monkeypatch.setattr(readiness, "time", SimpleNamespace(monotonic=lambda: now["seconds"]))
    return now


def test_a_migrated_database_is_recognised():
    assert readiness.is_migrated()


async def test_probes_build_the_graph_of_migrations_once(monkeypatch, later):
    built = []
    monkeypatch.setattr(readiness, "is_migrated", lambda *apps: built.append(1) or True)
    monkeypatch.setattr(readiness, "find", lambda: None)
    watch = Watch()
    for _ in range(20):
        assert await watch.problem() == ""
        later["seconds"] += 5
    assert len(built) == 1


async def test_many_probes_at_once_ask_the_database_once(monkeypatch, later):
    asked = []
    monkeypatch.setattr(readiness, "is_migrated", lambda *apps: True)
    monkeypatch.setattr(readiness, "find", lambda: asked.append(1))
    watch = Watch()
    for _ in range(20):
        assert await watch.problem() == ""
    assert len(asked) == 1


async def test_ready_follows_a_database_that_goes_and_comes_back(monkeypatch, later):
    def find():
        if wrong:
            raise wrong[0]

    wrong: list[Exception] = []
    migrated = {"is": True}
    monkeypatch.setattr(readiness, "is_migrated", lambda *apps: migrated["is"])
    monkeypatch.setattr(readiness, "find", find)
    watch = Watch()
    assert await watch.problem() == ""
    for error, words in (
        (OperationalError("database is locked"), SILENT),
        (OperationalError("no such table: waves_installation"), MIGRATE),
    ):
        wrong[:] = [error]
        later["seconds"] += 5
        assert await watch.problem() == words
        wrong.clear()
        migrated["is"] = False
        later["seconds"] += 5
        assert await watch.problem() == MIGRATE
        migrated["is"] = True
        later["seconds"] += 5
        assert await watch.problem() == ""
