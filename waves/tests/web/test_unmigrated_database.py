"""A database that is not migrated, locked or gone: words that say what to do, and no traceback."""

import sqlite3
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError
from django.http import HttpResponse

from waves.web import not_ready
from waves.web.not_ready import DatabaseReadyMiddleware


@pytest.fixture
def unmigrated(monkeypatch):
    """The database lacks a migration."""
    answers = {"migrated": False}
    monkeypatch.setattr(not_ready, "is_migrated", lambda: answers["migrated"])
    return answers


@pytest.fixture
def later(monkeypatch):
    """The clock of the middleware, moved by a test."""
    now = {"seconds": 100.0}
    monkeypatch.setattr(not_ready, "time", SimpleNamespace(monotonic=lambda: now["seconds"]))
    return now


@pytest.mark.parametrize("address", ["/", "/streams/sine/", "/admin/", "/api/v1/streams"])
def test_every_page_says_what_to_run(client, unmigrated, address):
    page = client.get(address)
    assert page.status_code == 503
    assert "python manage.py migrate" in page.content.decode()


def test_health_does_not_ask_for_the_database(client, unmigrated):
    assert client.get("/healthz/live").status_code == 200


def test_the_pages_come_without_a_restart_once_it_is_migrated(client, unmigrated, db):
    assert client.get("/").status_code == 503
    unmigrated["migrated"] = True
    assert client.get("/").status_code == 200


def test_a_database_that_goes_away_later_is_told_too(unmigrated, rf, later):
    unmigrated["migrated"] = True
    middleware = DatabaseReadyMiddleware(lambda request: HttpResponse("page"))
    assert middleware(rf.get("/")).status_code == 200
    answer = middleware.process_exception(rf.get("/"), OperationalError("no such table: x"))
    assert answer.status_code == 503
    assert "python manage.py migrate" in answer.content.decode()
    unmigrated["migrated"] = False
    later["seconds"] += 10
    assert middleware(rf.get("/")).status_code == 503


def test_a_locked_database_is_told_and_not_asked_again_at_once(unmigrated, rf, later):
    unmigrated["migrated"] = True
    asked = []
    middleware = DatabaseReadyMiddleware(lambda request: asked.append(1) or HttpResponse("page"))
    answer = middleware.process_exception(rf.get("/"), OperationalError("database is locked"))
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()
    assert answer["Retry-After"]
    assert middleware(rf.get("/")).status_code == 503
    assert not asked
    later["seconds"] += 10
    assert middleware(rf.get("/")).status_code == 200


def test_a_database_that_is_locked_at_the_first_page_is_told(monkeypatch, rf):
    def locked():
        raise OperationalError("database is locked")

    monkeypatch.setattr(not_ready, "is_migrated", locked)
    middleware = DatabaseReadyMiddleware(lambda request: HttpResponse("page"))
    assert middleware(rf.get("/")).status_code == 503


@pytest.mark.parametrize(
    "error", [sqlite3.Error("something else"), IntegrityError("twice"), ProgrammingError("syntax")]
)
def test_other_errors_are_not_hidden(rf, error):
    middleware = DatabaseReadyMiddleware(lambda request: HttpResponse("page"))
    assert middleware.process_exception(rf.get("/"), error) is None
