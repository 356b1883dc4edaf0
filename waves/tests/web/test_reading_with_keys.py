"""A key that may read stands for a login; what it does not cover is not there for it."""

import base64

import pytest

from waves import keys
from waves.models import Signal, Stream
from waves.web import credentials

pytestmark = pytest.mark.django_db(transaction=True)
LOGIN = "django.contrib.auth.middleware.LoginRequiredMiddleware"
STREAMS = "/api/v1/streams"


@pytest.fixture(autouse=True)
def streams(settings, monkeypatch):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, LOGIN]
    for memory in (keys, "_remembered"), (credentials, "_wrong"):
        monkeypatch.setattr(*memory, {})
    made = [Stream.objects.create(name=name, slug=name.lower()) for name in ("Sine", "Secret")]
    for stream in made:
        Signal.objects.create(stream=stream, name="a", key="a")
    return made


def get(client, path: str, key: str = "", scheme: str = "Bearer"):
    return client.get(path, headers={"Authorization": f"{scheme} {key}"} if key else {})


def slugs(answer) -> list[str]:
    return [stream["slug"] for stream in answer.json()["streams"]]


@pytest.mark.parametrize("path", [STREAMS, f"{STREAMS}/sine", f"{STREAMS}/sine/samples"])
def test_a_login_is_asked_for_and_a_key_that_may_read_is_as_good(client, path):
    assert get(client, path).status_code == 302
    answer = get(client, path, keys.make_key("reads", ["read"])[1])
    # Under this server no stream runs, which is said of one, and is no matter of keys.
    assert answer.status_code == (200 if path == STREAMS else 503)
    if path == STREAMS:
        assert sorted(slugs(answer)) == ["secret", "sine"]


def test_a_key_for_some_streams_knows_no_others(client, streams):
    key = keys.make_key("reads one", ["read"], streams=[streams[0]])[1]
    assert slugs(get(client, STREAMS, key)) == ["sine"]
    assert get(client, f"{STREAMS}/secret", key).status_code == 404


def test_who_shows_a_key_that_may_not_is_told(client):
    answer = get(client, STREAMS, keys.make_key("writes", ["write"])[1])
    assert (answer.status_code, "may not read" in answer.json()["error"]) == (403, True)
    answer = get(client, STREAMS, "wv_1.wrong")
    assert (answer.status_code, answer.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
    key = keys.make_key("reads", ["read"])[1]
    answer = client.get(f"{STREAMS}?token={key}")
    assert (answer.status_code, "revoke this one" in answer.json()["error"]) == (400, True)


def test_what_a_proxy_asks_for_is_no_key(client, settings):
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != LOGIN]
    pair = base64.b64encode(b"somebody:hunter2").decode()
    assert get(client, STREAMS, pair, "Basic").status_code == 200
    assert get(client, STREAMS, "a.token.of.theirs").status_code == 200
    shown = base64.b64encode(f"x:{keys.make_key('w', ['write'])[1]}".encode()).decode()
    assert get(client, STREAMS, shown, "Basic").status_code == 403
