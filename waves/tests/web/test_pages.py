"""The pages: the list, the oscilloscope, start and stop, and what they answer otherwise."""

import re

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage

from waves.models import Stream

CONTROL = "/streams/sine/control/"


def test_the_list_names_every_stream(client, sine):
    page = client.get("/")
    assert page.status_code == 200
    assert [stream["slug"] for stream in page.context["streams"]] == ["sine"]
    assert 'href="/streams/sine/"' in page.content.decode()


def test_an_empty_list_says_how_to_add_a_stream(client, admin_client, db):
    assert "Whoever may configure this site" in client.get("/").content.decode()
    assert (
        'href="/admin/waves/stream/add/">Add a stream</a>' in admin_client.get("/").content.decode()
    )


def test_the_oscilloscope_is_told_where_its_data_are(client, sine):
    config = client.get("/streams/sine/").context["config"]
    assert config["addresses"]["socket"] == "/ws/streams/{slug}/"
    assert config["addresses"]["samples"] == "/api/v1/streams/{slug}/samples"
    assert config["handle"] == sine.pk
    assert config["signals"] == [{"key": "sine", "name": "Sine", "unit": "V", "colour": ""}]
    assert config["staff"] is False
    assert config["adminUrl"] is None


def test_staff_is_told_where_to_configure(admin_client, sine):
    config = admin_client.get("/streams/sine/").context["config"]
    assert config["adminUrl"] == f"/admin/waves/stream/{sine.pk}/change/"
    assert config["controlUrl"] == CONTROL


def test_an_unknown_stream_is_answered_in_words(client, db):
    page = client.get("/streams/nothing/")
    assert page.status_code == 404
    assert "No stream and no page has this address" in page.content.decode()


@pytest.mark.parametrize(("action", "enabled"), [("start", True), ("stop", False)])
def test_staff_starts_and_stops(admin_client, sine, action, enabled):
    Stream.objects.update(enabled=not enabled)
    answer = admin_client.post(CONTROL, {"action": action})
    assert answer.headers["Location"] == "/streams/sine/"
    assert Stream.objects.get().enabled is enabled


@pytest.fixture
def watched(sine, monkeypatch):
    monkeypatch.setattr("waves.web.pages.board.viewers", lambda handle: 3)


def test_what_others_watch_is_stopped_by_who_is_sure(admin_client, watched):
    asked = admin_client.post(CONTROL, {"action": "stop"})
    assert "3 others watch" in asked.content.decode()
    told = admin_client.post(
        CONTROL, {"action": "stop", "own": "1"}, headers={"Accept": "application/json"}
    )
    assert told.json() == {"others": 2}
    assert Stream.objects.get().enabled
    assert admin_client.post(CONTROL, {"action": "stop", "sure": "1"}).status_code == 302
    assert not Stream.objects.get().enabled


def test_another_action_is_refused(admin_client, sine):
    assert admin_client.post(CONTROL, {"action": "explode"}).status_code == 400


def test_a_visitor_stops_nothing(client, sine):
    assert client.post(CONTROL, {"action": "stop"}).status_code == 302
    assert Stream.objects.get().enabled


def test_staff_without_the_permission_stops_nothing(client, sine, django_user_model):
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert client.post(CONTROL, {"action": "stop"}).status_code == 403
    assert Stream.objects.get().enabled


def test_control_needs_the_token(sine, django_user_model):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.create_superuser("root"))
    assert client.post(CONTROL, {"action": "stop"}).status_code == 403
    assert Stream.objects.get().enabled


@pytest.mark.parametrize("address", ["/", "/streams/sine/", "/admin/waves/stream/add/"])
def test_the_policy_allows_no_inline_code_but_the_nonce(admin_client, sine, address, monkeypatch):
    hashed = {"waves/js/main.js": "waves/js/main.0a1b2c.js"}
    monkeypatch.setattr(staticfiles_storage, "hashed_files", hashed, raising=False)
    page = admin_client.get(address)
    policy = page.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert nonce
    assert f'nonce="{nonce[1]}"' in page.content.decode()
