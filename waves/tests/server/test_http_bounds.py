"""What comes over HTTP has bounds, under any server; and so has what waits for its reader."""

import asyncio
import json

import pytest

from waves.server import http_bounds
from waves.server.http_bounds import bounded


class Peer:
    """A server's side of one request: the body that comes, and the answer that went."""

    def __init__(self, *body: bytes, method: str = "POST", path: str = "/x", **headers: str):
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()],
        }
        self.body = list(body)
        self.asked = 0
        self.sent: list[dict] = []
        self.reads = True

    async def receive(self) -> dict:
        self.asked += 1
        if self.body:
            piece = self.body.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self.body)}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: dict) -> None:
        if not self.reads:
            await asyncio.Event().wait()
        self.sent.append(message)

    async def request(self, app) -> tuple[int, bytes]:
        async with asyncio.timeout(20):
            await bounded(app)(self.scope, self.receive, self.send)
        return self.sent[0]["status"], b"".join(m.get("body", b"") for m in self.sent[1:])


async def echo(scope, receive, send) -> None:
    """Read all of the body, as Django does, and say how long it was."""
    total, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        total += len(message["body"])
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(total).encode()})


@pytest.fixture(autouse=True)
def small(settings) -> None:
    settings.WAVES = {"body_limit": 1000}


@pytest.fixture
def impatient(monkeypatch) -> None:
    """For tests in which nothing comes, or is taken."""
    monkeypatch.setattr(http_bounds, "TAKE_SECONDS", 0.05)
    monkeypatch.setattr(http_bounds, "BODY_SECONDS", 0.05)


async def test_a_body_within_the_bound_is_read():
    assert await Peer(b"x" * 400, b"x" * 600).request(echo) == (200, b"1000")


@pytest.mark.parametrize("length", ["1001", "9" * 30, " 2000 "])
async def test_a_body_that_says_it_is_too_long_is_refused_unread(length):
    peer = Peer(b"x", content_length=length)
    status, body = await peer.request(echo)
    assert status == 413
    assert "WAVES_BODY_LIMIT" in json.loads(body)["error"]
    assert peer.asked == 0


async def test_a_form_that_uploads_a_file_may_be_longer(settings):
    settings.WAVES = {"body_limit": 1000, "upload_limit": 5000}
    form, long = "/admin/waves/stream/7/change/", [b"x" * 1000] * 6
    assert await Peer(*long, path=form).request(echo) == (200, b"6000")
    assert (await Peer(*long, b"x", path=form).request(echo))[0] == 413
    assert (await Peer(*long, path="/admin/waves/stream/preview/").request(echo))[0] == 413


async def test_a_body_that_does_not_say_its_length_is_counted():
    peer = Peer(*[b"x" * 100] * 50)
    status, _ = await peer.request(echo)
    assert status == 413
    assert peer.asked == 11


async def test_a_body_that_never_comes_is_given_up(impatient):
    before = http_bounds.counts["late_body"]
    peer = Peer()
    status, body = await peer.request(echo)
    assert status == 408
    assert "body" in json.loads(body)["error"]
    assert http_bounds.counts["late_body"] == before + 1


async def test_an_address_that_is_no_text_is_refused_in_words():
    peer = Peer(b"", path="/api/v1/streams")
    peer.scope["query_string"] = b"from=\xff"
    status, body = await peer.request(echo)
    assert status == 400
    assert "%XX" in json.loads(body)["error"]


async def pages(scope, receive, send) -> None:
    """Sends for ever."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})


async def test_a_reader_that_takes_nothing_is_given_up_and_counted(impatient):
    before = http_bounds.counts["unread"]
    peer = Peer(b"")
    peer.reads = False
    with pytest.raises(asyncio.CancelledError):
        await bounded(pages)(peer.scope, peer.receive, peer.send)
    assert http_bounds.counts["unread"] == before + 1


async def test_what_a_request_holds_is_given_back_however_it_ends():
    given_back = []

    async def breaks(scope, receive, send) -> None:
        scope["waves.finally"](lambda: given_back.append(scope["path"]))
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await Peer(b"").request(breaks)
    assert given_back == ["/x"]


async def test_head_is_answered_without_a_body():
    async def page(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await send({"type": "http.response.body", "body": b"y"})

    peer = Peer(b"", method="HEAD")
    assert await peer.request(page) == (200, b"")
    assert len(peer.sent) == 2
