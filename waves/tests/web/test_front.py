"""A push is answered in front of Django's middleware as behind it, and only where it may be."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.test import AsyncRequestFactory

from waves.tests.web.test_doors import PATH, key, taking
from waves.web import doors, front

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ("key", "taking")


async def ask(
    app: Callable[..., Any],
    path: str,
    *parts: bytes,
    key: str = "",
    kind: str = "application/json",
    leaves: bool = False,
):
    """Status, headers and body of what an ASGI application answers to a POST; None for nothing."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    scope = AsyncRequestFactory().post(path, content_type=kind, headers=headers).scope
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages[-1]["more_body"] = leaves
    sent: list[Any] = []

    async def receive() -> Any:
        if not messages and not leaves:
            await asyncio.Event().wait()  # the peer waits for its answer
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        return None
    start, body = sent
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], told, body["body"]


async def behind(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("This was left to Django.")


@pytest.mark.parametrize(
    ("path", "body", "kind", "status"),
    [
        (PATH, b'{"inlet": 60.1}', "application/json", 200),
        (PATH, b"{", "application/json", 400),
        (PATH, b"", "image/png", 415),
        ("/write?db=boiler", b"m a=1", "text/plain", 204),
        ("/api/v2/write?bucket=boiler", b"m a=1", "text/plain", 204),
        ("/api/v3/write_lp?db=boiler", b"m a=1", "text/plain", 204),
        ("/write", b"m a=1", "text/plain", 400),
    ],
)
async def test_it_is_answered_as_django_would(taking, key, path, body, kind, status):
    found = await ask(front.in_front(behind), path, body[:3], body[3:], key=key, kind=kind)
    assert found[0] == status
    taking.batches.clear()
    same = await ask(ASGIHandler(), path, body, key=key, kind=kind)
    # The next sample of the stream is another one.
    assert (found[0], found[2][:20]) == (same[0], same[2][:20])
    for name in ("content-type", "cache-control", "x-content-type-options", "x-influx-error"):
        assert found[1].get(name) == same[1].get(name), name


async def test_who_shows_no_key_or_leaves_amid_a_body_has_sent_nothing(taking, key):
    app = front.in_front(behind)
    assert (await ask(app, PATH, b'{"a": 1}'))[0] == 401
    assert await ask(app, PATH, b'{"a": 1}', key=key, leaves=True) is None
    assert taking.batches == []


async def test_a_fault_is_in_the_log_and_told_without_what_it_was(taking, key, caplog):
    taking.error = ZeroDivisionError("the secret of this fault")
    status, told, body = await ask(front.in_front(behind), PATH, b'{"a": 1}', key=key)
    assert (status, told["content-type"]) == (500, "application/json")
    assert b"secret" not in body
    assert "the secret of this fault" in caplog.text


class Refusing:
    """Middleware of a host: who comes is looked at."""

    def __init__(self, get_response: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIDDLEWARE", [f"{__name__}.Refusing"]),
        ("DISALLOWED_USER_AGENTS", ["any"]),
        ("SECURE_SSL_REDIRECT", True),
        ("ALLOWED_HOSTS", ["elsewhere.example"]),
    ],
)
async def test_what_a_host_may_have_a_say_in_is_left_to_django(settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(AssertionError, match="left to Django"):
        await ask(front.in_front(behind), PATH, b'{"a": 1}')


async def test_a_host_may_name_middleware_that_pushes_need_not_go_through(settings, taking):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.Refusing"]
    settings.WAVES = {**settings.WAVES, "push_middleware_passed": settings.MIDDLEWARE}
    assert (await ask(front.in_front(behind), PATH, b'{"a": 1}'))[0] == 401


def test_every_way_in_is_among_what_is_answered_here():
    ways = {doors.samples, doors.influx_v1, doors.influx_v2, doors.influx_v3}
    assert set(front._PUSHES) == ways
