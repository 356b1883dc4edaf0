"""A database that was not migrated: every page says what to run."""

import sqlite3

import pytest
from django.db import OperationalError
from django.http import HttpResponse

from waves import database
from waves.database import DatabaseReadyMiddleware


@pytest.fixture
def unmigrated(monkeypatch):
    """The database lacks a migration."""
    answers = {"migrated": False}
    monkeypatch.setattr(database, "is_migrated", lambda: answers["migrated"])
    return answers


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


def test_a_database_that_goes_away_later_is_told_too(unmigrated, rf):
    unmigrated["migrated"] = True
    middleware = DatabaseReadyMiddleware(lambda request: HttpResponse("page"))
    assert middleware(rf.get("/")).status_code == 200
    unmigrated["migrated"] = False
    answer = middleware.process_exception(rf.get("/"), OperationalError("no such table"))
    assert answer.status_code == 503


def test_other_errors_are_not_hidden(rf):
    middleware = DatabaseReadyMiddleware(lambda request: HttpResponse("page"))
    assert middleware.process_exception(rf.get("/"), sqlite3.Error("something else")) is None


def test_a_migrated_database_is_recognised(db):
    assert database.is_migrated()
