"""What a probe asks is answered in front of Django; whatever is odd about it is left to Django."""

from typing import Any

import pytest

from waves.web import front

PASSED_ON = "passed on"


async def ask(path: str, method: str = "GET", host: str = "waves.example") -> Any:
    """Status, headers and body of the answer; ``PASSED_ON`` where it is left to Django."""
    told: list[Any] = []

    async def django(scope: Any, receive: Any, send: Any) -> None:
        told.append(PASSED_ON)

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", host.encode("latin1"))],
    }
    await front.in_front(django)(scope, None, send)
    if told == [PASSED_ON]:
        return PASSED_ON
    start, body = told
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"]


@pytest.fixture(autouse=True)
def _one_host(settings) -> None:
    settings.ALLOWED_HOSTS = ["waves.example"]


async def test_it_is_answered_whole() -> None:
    status, headers, body = await ask("/healthz/live")
    assert (status, body) == (200, b"ok\n")
    assert headers["content-type"].startswith("text/plain")
    assert headers["content-length"] == "3"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


async def test_it_may_be_asked_for_its_head() -> None:
    assert (await ask("/healthz/live", "HEAD"))[0] == 200


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "/healthz/live", "method": "POST"},
        {"path": "/healthz/live", "host": "elsewhere.example"},
        {"path": "/healthz/live", "host": "waves.example:\xff"},
        {"path": "/streams/live"},
        {"path": "/healthz/live/"},
        {"path": "/"},
        {"path": ""},
    ],
)
async def test_what_is_odd_is_left_to_django(odd) -> None:
    assert await ask(**odd) == PASSED_ON


async def test_where_plain_http_is_redirected_it_is_here_too(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert await ask("/healthz/live") == PASSED_ON
