"""The admin's *Test*: words on what the form describes. Nothing is saved."""

import pytest

from waves.admin import trying
from waves.hub.status import StatusBoard
from waves.models import Stream
from waves.sources import trial
from waves.tests.admin.forms import posted

TEST = "/admin/waves/stream/test/"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(trial, "TRIAL_SECONDS", 0.2)


def found(client, data) -> str:
    return client.post(TEST, data).json()["found"]


def test_the_source_runs_as_the_form_has_it_and_nothing_is_saved(admin_client):
    said = found(admin_client, posted({"waveform": "dc", "common__amplitude": "3"}))
    assert said.startswith("Within 0.2 s came")
    assert "Sine 3" in said
    assert not Stream.objects.exists()


def test_what_is_wrong_in_the_form_is_told_first(admin_client):
    assert found(admin_client, posted(rate="-1")).startswith("First mend this: rate:")


def test_who_may_not_edit_runs_nothing(client, django_user_model, monkeypatch):
    monkeypatch.setattr(trying, "Trial", None)
    assert "log in" in found(client, posted())
    django_user_model.objects.create_user("reader", password="a", is_staff=True)
    client.force_login(django_user_model.objects.get(username="reader"))
    assert found(client, posted()) == "You may not edit streams."
    assert client.get(TEST).status_code == 405


def test_a_stream_that_runs_is_told_as_it_is(admin_client, sine, monkeypatch):
    board = StatusBoard()
    monkeypatch.setattr(trying, "board", board)
    assert trying.running(sine) == ""
    board.describe(
        {"handle": sine.pk, "epoch": 1, "state": "live", "message": "", "measured_rate": 999.5}
    )
    assert trying.running(sine) == "It runs: live, 999.5 samples a second."


def test_of_many_tests_at_once_the_last_ones_wait(admin_client, monkeypatch):
    monkeypatch.setattr(trying, "_running", trying.MOST_AT_ONCE)
    assert "Try again" in found(admin_client, posted())
