"""What probes learn of the database: asked once for many, and followed as it goes and comes."""

import asyncio
import threading
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


@pytest.fixture
def held(monkeypatch):
    """A database that answers when the test lets it, and counts who asked."""
    gate = SimpleNamespace(opened=threading.Event(), asked=0)

    def find():
        gate.asked += 1
        assert gate.opened.wait(20)

    monkeypatch.setattr(readiness, "is_migrated", lambda *apps: True)
    monkeypatch.setattr(readiness, "find", find)
    yield gate
    gate.opened.set()


async def test_many_probes_at_once_ask_the_database_once(held):
    watch = Watch()
    probes = [asyncio.ensure_future(watch.problem()) for _ in range(20)]
    await asyncio.sleep(0)  # each has begun
    held.opened.set()
    assert set(await asyncio.gather(*probes)) == {""}
    assert held.asked == 1
    assert await watch.problem() == ""  # remembered for a second
    assert held.asked == 1


async def test_a_probe_does_not_wait_for_a_database_that_is_silent(monkeypatch, held):
    monkeypatch.setattr(readiness, "ANSWER_SECONDS", 0.01)
    watch = Watch()
    assert await watch.problem() == SILENT
    assert await watch.problem() == SILENT  # the first question is still under way
    assert held.asked == 1
    held.opened.set()
    async with asyncio.timeout(20):
        while await watch.problem():
            pass


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
