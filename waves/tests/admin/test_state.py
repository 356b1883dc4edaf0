"""The state page: servers, workers, and what each stream is doing."""

import time

import pytest
from django.contrib.auth.models import Permission

from waves.admin.state import span
from waves.hub.status import StatusBoard
from waves.tests.hub.fakes import Clock

STATE = "/admin/waves/stream/state/"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(monkeypatch, clock) -> StatusBoard:
    board = StatusBoard(clock)
    monkeypatch.setattr("waves.admin.stream.board", board)
    return board


def say(board: StatusBoard, handle: int) -> None:
    """What a worker and a server say of one stream."""
    now = time.time()
    work = {"newest": now - 0.05, "lag": 0.002, "late_ticks": 3, "error": "No such port."}
    runners = {str(handle): {**work, "failed_at": now - 120}}
    said = {"handle": handle, "slug": "sine", "state": "live", "measured_rate": 998.7, "skipped": 7}
    worker = {"id": "w", "name": "lab", "pid": 12, "since": now - 7200, "runners": runners}
    board.hear([said], worker)
    server = {"id": "s", "name": "web", "pid": 34, "since": now, "sockets": 5, "bytes": 2048}
    board.count("s", {handle: 4}, {**server, "lost": {str(handle): 1200}, "problems": ["Oh."]})


def test_it_shows_who_runs_a_stream_how_it_does_and_what_was_lost(admin_client, sine, board):
    say(board, sine.pk)
    page = " ".join(admin_client.get(STATE).content.decode().split())
    for shown in ("web (34)", "lab (12)", "2 h", "Oh.", "<td>lab</td>", "<td>998.7</td>"):
        assert shown in page
    assert "1,200 lost by viewers, 3 ticks late, 7 skipped" in page
    assert "No such port. (2 min ago)" in page
    assert 'waves-state-live">live</span>' in page


def test_who_is_gone_is_told_and_runs_nothing(admin_client, sine, board, clock):
    say(board, sine.pk)
    clock.now += 12
    page = " ".join(admin_client.get(STATE).content.decode().split())
    assert page.count("not heard for 12.0 s") == 2
    assert "<td>lab</td>" not in page
    clock.now += 60
    assert "No worker has spoken yet." in admin_client.get(STATE).content.decode()


def test_what_another_version_does_not_say_is_no_fault(admin_client, sine, board):
    board.hear([], {"id": "w", "runners": {str(sine.pk): {}}})
    board.count("s", {}, {"id": "s"})
    assert admin_client.get(STATE).status_code == 200


def test_it_takes_the_permission_to_view_streams(client, sine, django_user_model):
    clerk = django_user_model.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    assert client.get(STATE).status_code == 403
    assert STATE not in client.get("/admin/").content.decode()
    clerk.user_permissions.add(Permission.objects.get(codename="view_stream"))
    assert client.get(STATE).status_code == 200
    for page in ("/admin/", "/admin/waves/", "/admin/waves/stream/"):
        assert client.get(page).content.decode().count(STATE) == 1
    client.logout()
    assert client.get(STATE).status_code == 302


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.012, "12 ms"), (3.21, "3.2 s"), (300, "5 min"), (7200, "2 h"), (259_200, "3 d")],
)
def test_times_are_said_as_people_do(seconds, said):
    assert span(seconds) == said
