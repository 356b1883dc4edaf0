"""Events in the log: words for people, keys for programs, and never so many as to fill a disk."""

import asyncio
import json
import logging

import pytest

from waves.journal import Bounded, tell
from waves.tests.hub.fakes import Clock
from waves.web import attendance as attendance_of
from waves.web.attendance import Attendance
from waves.web.logs import JsonFormatter

SCOPE = {
    "client": ("203.0.113.9", 5),
    "headers": [(b"cookie", b"sessionid=secret"), (b"authorization", b"Bearer secret")],
    "query_string": b"key=secret",
    "url_route": {"kwargs": {"slug": "sine\nforged"}},
}


def as_json(record: logging.LogRecord) -> dict:
    return json.loads(JsonFormatter().format(record))


def test_an_event_has_words_for_people_and_keys_for_programs(caplog):
    with caplog.at_level("INFO", "waves"):
        tell("take_over", "A stream is taken over.", {"stream": "sine", "former": "", "n": 2})
    record = caplog.records[0]
    assert record.getMessage() == "A stream is taken over. stream=sine n=2"
    said = as_json(record)
    assert said.pop("time").endswith("+00:00")
    assert said == {
        "level": "INFO",
        "logger": "waves",
        "message": "A stream is taken over.",
        "event": "take_over",
        "stream": "sine",
        "former": "",
        "n": 2,
    }


def test_a_fault_keeps_its_traceback_on_one_line(caplog):
    try:
        raise ValueError("odd")
    except ValueError:
        logging.getLogger("waves").exception("It failed: %s", "why")
    line = JsonFormatter().format(caplog.records[0])
    assert "\n" not in line
    assert json.loads(line)["message"] == "It failed: why"
    assert "ValueError: odd" in json.loads(line)["traceback"]


async def test_of_a_storm_a_few_are_told_and_then_how_many_more_there_were(caplog, monkeypatch):
    later = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", lambda seconds, call: later.append((seconds, call)))
    clock = Clock()
    bounded = Bounded(5, clock)
    with caplog.at_level("INFO", "waves"):
        for _ in range(1000):
            bounded.tell("refuse", "No.", {"code": 4403}, logging.WARNING)
        assert len(caplog.records) == 5
        [(seconds, call)] = later
        assert seconds == pytest.approx(1.0)
        call()
        said = as_json(caplog.records[-1])
        assert (said["event"], said["of"], said["count"]) == ("left_out", "refuse", 995)
        assert said["level"] == "WARNING"
        clock.now += 1.0
        bounded.tell("refuse", "No.", {"code": 4403}, logging.WARNING)
    assert len(caplog.records) == 7


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    """What other tests had told bounds none of these."""
    monkeypatch.setattr(attendance_of, "_refusals", Bounded(5))
    monkeypatch.setattr(attendance_of, "_goings", Bounded(20))


def test_what_a_socket_brings_that_is_secret_or_forged_is_not_in_the_log(caplog):
    with caplog.at_level("INFO", "waves"):
        attendance = Attendance(SCOPE)
        attendance.closing(4400, "payload: secret")
        attendance = Attendance(SCOPE)
        attendance.admitted("waves.v1")
        attendance.left(1001)
        attendance.ended()
    events = [as_json(record) for record in caplog.records]
    assert [event["event"] for event in events] == ["refuse", "connect", "close"]
    assert (events[0]["code"], events[0]["reason"]) == (4400, "bad_message")
    assert (events[2]["code"], events[2]["by"]) == (1001, "viewer")
    assert "secret" not in caplog.text
    assert all("\n" not in record.getMessage() for record in caplog.records)


def test_why_a_socket_is_refused_is_told_where_the_words_are_ours(caplog):
    Attendance(SCOPE).closing(4403, "This page's origin may not open a WebSocket here.")
    assert "origin" in as_json(caplog.records[0])["why"]
