"""A database that is not migrated, locked or gone: words that say what to do, and no traceback."""

import sqlite3
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, OperationalError, ProgrammingError
from django.http import HttpResponse
from django.urls import resolve

from livestream_project.readiness import DatabaseReadyMiddleware
from waves.database.readiness import MIGRATE, problem_of
from waves.web import not_ready

MISSING_TABLES = [
    "no such table: waves_stream",
    'relation "waves_stream" does not exist',
    "(1146, \"Table 'x.waves_stream' doesn't exist\")",
]


@pytest.fixture
def unmigrated(monkeypatch):
    """The database lacks a migration."""
    answers = {"migrated": False}
    monkeypatch.setattr(not_ready, "is_migrated", lambda *apps: answers["migrated"])
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


class Pages:
    """The project's middleware around a page, called in the order in which Django does."""

    def __init__(self, rf) -> None:
        self.middleware = DatabaseReadyMiddleware(lambda request: HttpResponse("page"))
        self.request = rf.get("/")
        self.request.resolver_match = resolve("/")

    def get(self) -> HttpResponse:
        instead = self.middleware.process_view(self.request, None, (), {})
        return instead or self.middleware(self.request)

    def fail(self, error: Exception) -> HttpResponse | None:
        return self.middleware.process_exception(self.request, error)


def test_a_database_that_goes_away_later_is_told_too(unmigrated, rf, later):
    unmigrated["migrated"] = True
    pages = Pages(rf)
    assert pages.get().status_code == 200
    answer = pages.fail(OperationalError("no such table: x"))
    assert answer.status_code == 503
    assert "python manage.py migrate" in answer.content.decode()
    unmigrated["migrated"] = False
    later["seconds"] += 10
    assert pages.get().status_code == 503


def test_a_locked_database_is_told_and_not_asked_again_at_once(unmigrated, rf, later):
    unmigrated["migrated"] = True
    pages = Pages(rf)
    answer = pages.fail(OperationalError("database is locked"))
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()
    assert answer["Retry-After"]
    assert pages.get().status_code == 503
    later["seconds"] += 10
    assert pages.get().status_code == 200


def test_a_database_that_is_locked_at_the_first_page_is_told(monkeypatch, rf):
    def locked(*apps):
        raise OperationalError("database is locked")

    monkeypatch.setattr(not_ready, "is_migrated", locked)
    assert Pages(rf).get().status_code == 503


@pytest.mark.parametrize("text", MISSING_TABLES)
def test_a_missing_table_is_one_to_migrate_whichever_database_says_so(text):
    assert problem_of(ProgrammingError(text)) == MIGRATE


@pytest.mark.parametrize(
    "error", [sqlite3.Error("something else"), IntegrityError("twice"), ProgrammingError("syntax")]
)
def test_other_errors_are_not_hidden(rf, error):
    assert Pages(rf).fail(error) is None
