"""Errors of the API: JSON whatever their cause, in words, and nothing of an exception."""

import asyncio
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.test import Client

from waves import access
from waves.web import api

STREAMS = "/api/v1/streams"


@pytest.fixture(params=[True, False], ids=["DEBUG", "deployed"])
def debug(request, settings) -> bool:
    settings.DEBUG = request.param
    return request.param


def failing(error: Exception):
    def fail(*asked):
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RuntimeError("a secret"), 500, "its log says what"),
        (OperationalError("database is locked"), 503, "database"),
        (MemoryError(), 500, "its log says what"),
    ],
)
def test_a_fault_is_told_without_what_it_was(db, debug, monkeypatch, error, status, words):
    monkeypatch.setattr(access, "seen", failing(error))
    client = Client(raise_request_exception=False)
    answer = client.get(STREAMS)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert "secret" not in answer.content.decode()
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)


@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("GET", "/api/nothing", "localhost", 404),
        ("GET", "/api/v1/streams/", "localhost", 404),
        ("POST", STREAMS, "localhost", 401),
        ("PUT", STREAMS, "localhost", 405),
        ("POST", "/api/nothing", "localhost", 404),
        ("GET", STREAMS, "evil.example", 400),
        ("GET", f"{STREAMS}/sine/samples?{'&'.join(['first=1'] * 10_001)}", "localhost", 400),
        ("GET", "/api/v1/streams/sine/samples?first=x", "localhost", 400),
        ("GET", "/api/v1/streams/%00", "localhost", 404),
    ],
)
def test_whatever_its_cause_an_error_is_json(db, debug, method, path, host, status):
    client = Client(enforce_csrf_checks=True)
    answer = client.generic(method, path, headers={"host": host})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["error"].strip()
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_stay_pages(client, db):
    answer = client.get("/nothing")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_what_says_how_long_it_may_be_kept_is_left_alone(admin_client):
    assert "no-store" in admin_client.get("/admin/").headers["Cache-Control"]


async def test_a_database_that_does_not_answer_holds_up_nothing_else(db, rf, monkeypatch):
    locked, asked = threading.Event(), threading.Event()

    def seen(viewer, streams):
        asked.set()
        locked.wait(20)
        return []

    monkeypatch.setattr(access, "seen", seen)
    answering = asyncio.create_task(api.streams(rf.get(STREAMS)))
    try:
        async with asyncio.timeout(10):
            await asyncio.to_thread(asked.wait, 10)
            # The one thread that all of Django's own code shares.
            await sync_to_async(int)()
        assert not answering.done()
    finally:
        locked.set()
    assert (await answering).status_code == 200
