"""`waves.asgi.application` in a project: its WebSockets and ours, and what there is without it."""

import subprocess
import sys

import pytest
from channels.routing import URLRouter
from django.core.exceptions import ImproperlyConfigured
from django.urls import path, re_path

import waves.asgi
from waves import routing
from waves.exceptions import ConfigurationError
from waves.server import http_bounds, lifespan
from waves.tests.web import hosts
from waves.tests.web.sockets import Peer


async def chat(scope, receive, send) -> None:
    """A WebSocket of the host: says which room it is."""
    await receive()
    await send({"type": "websocket.accept"})
    room = scope["url_route"]["kwargs"].get("room", "none")
    await send({"type": "websocket.send", "text": f'{{"type": "chat", "room": "{room}"}}'})
    await receive()


async def pages(scope, receive, send) -> None:
    """The host's pages: they read the whole body."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


@pytest.mark.parametrize(
    "routes",
    [
        [path("ws/chat/<slug:room>/", chat)],
        [path("ws/", URLRouter([path("chat/<slug:room>/", chat)]))],
        [re_path("", URLRouter([path("ws/chat/<slug:room>/", chat)]))],
    ],
    ids=["a route", "a router below a path", "a router for everything"],
)
async def test_other_websocket_routes_are_served_beside_ours(running, routes):
    application = waves.asgi.application(pages, websocket_routes=routes)
    async with Peer(application, "/ws/chat/kitchen/") as peer:
        assert await peer.until(lambda: peer.of_type("chat")) == [
            {"type": "chat", "room": "kitchen"}
        ]
    async with Peer(application, "/ws/") as peer:
        assert await peer.until(lambda: peer.of_type("hello"))


async def test_a_route_of_the_host_for_everything_leaves_ours_alone(running):
    application = waves.asgi.application(pages, websocket_routes=[re_path("", chat)])
    async with Peer(application, "/ws/") as peer:
        assert await peer.until(lambda: peer.of_type("hello"))
    async with Peer(application, "/anything/") as peer:
        assert await peer.until(lambda: peer.of_type("chat"))


async def test_an_unknown_socket_is_told_the_addresses_below_the_prefix(running, settings):
    settings.ROOT_URLCONF = hosts.prefixed
    async with Peer(waves.asgi.application(pages), "/ws/") as peer:
        code, words = await peer.until_closed()
    assert code == 4404
    assert "/lab/scope/ws/ and /lab/scope/ws/streams/<slug>/" in words


async def test_sockets_are_served_below_the_prefix(running, settings):
    settings.ROOT_URLCONF = hosts.in_a_namespace
    async with Peer(waves.asgi.application(pages), "/lab/scope/ws/") as peer:
        assert await peer.until(lambda: peer.of_type("hello"))


async def test_without_the_wrapper_a_socket_is_told_what_to_write(monkeypatch):
    monkeypatch.setattr(lifespan, "_services", None)
    async with Peer(routing.application, "/ws/streams/sine/") as peer:
        code, words = await peer.until_closed()
    assert code == 4403
    assert "waves.asgi.application(get_asgi_application())" in words


async def test_settings_that_cannot_work_break_no_page_of_the_host(monkeypatch, caplog):
    def services():
        raise ConfigurationError("WAVES has no “x”.")

    monkeypatch.setattr(lifespan, "services", services)
    monkeypatch.setattr(lifespan, "_services", None)
    monkeypatch.setattr(lifespan, "_refused", "")
    application = waves.asgi.application(pages)
    assert (await post(application, "/host/", b"x"))[0] == 200
    assert (await post(application, "/host/", b"x"))[0] == 200
    assert caplog.text.count("WAVES has no “x”.") == 1
    async with Peer(application, "/ws/") as peer:
        assert "WAVES has no “x”." in (await peer.until_closed())[1]


async def post(application, address: str, body: bytes) -> tuple[int, bytes]:
    """Post a body; its answer."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": address,
        "query_string": b"",
        "headers": [(b"content-length", str(len(body)).encode())],
    }
    sent = []

    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:])


LONG = b"x" * 3_000_000


async def test_the_host_takes_bodies_as_long_as_before_and_ours_are_bounded(running):
    application = waves.asgi.application(pages)
    assert await post(application, "/upload/", LONG) == (200, b"3000000")
    assert (await post(application, "/streams/sine/control/", LONG))[0] == 413
    assert (await post(application, "/api/v1/streams/sine", b"x" * 20_000))[0] == 413


async def test_where_waves_is_alone_every_body_is_bounded(running):
    application = waves.asgi.application(pages, alone=True)
    assert (await post(application, "/upload/", LONG))[0] == 413


async def test_what_a_host_bounds_itself_is_not_looked_at(running, monkeypatch):
    monkeypatch.setattr(http_bounds, "Body", None)
    assert (await post(waves.asgi.application(pages), "/upload/", b"x"))[0] == 200


def test_waves_has_to_be_among_the_apps(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "waves"]
    with pytest.raises(ImproperlyConfigured, match="INSTALLED_APPS"):
        waves.asgi.application(pages)


@pytest.mark.parametrize(
    "imports",
    [
        ["import waves.asgi", "from django.core.asgi import get_asgi_application"],
        ["from django.core.asgi import get_asgi_application", "import waves.asgi"],
        [
            "from waves.asgi import application as wrap",
            "import waves.asgi",
            "import django.core.asgi",
            "from django.core.asgi import get_asgi_application",
        ],
    ],
)
@pytest.mark.parametrize("setting_first", [True, False])
@pytest.mark.slow
def test_the_order_of_imports_does_not_matter(imports, setting_first):
    setting = [
        "import os",
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'livestream_project.settings'",
        "os.environ['SECRET_KEY'] = 'x' * 50",
    ]
    lines = [*setting, *imports] if setting_first else [*imports, *setting]
    program = "\n".join([*lines, "waves.asgi.application(get_asgi_application())"])
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
