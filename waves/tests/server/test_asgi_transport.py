"""Servers whose ``send`` waits: a socket that takes nothing is known, closed, and given up."""

import asyncio
from typing import Any

import pytest

from waves.hub.message import Message
from waves.server import transport, wires
from waves.server.inflow import BURST


class Server:
    """An ASGI server whose ``send`` waits until a test lets it go on."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.may_send = asyncio.Event()

    async def send(self, event: dict[str, Any]) -> None:
        await self.may_send.wait()
        self.sent.append(event)


@pytest.fixture
async def server():
    return Server()


@pytest.fixture
async def socket(server):
    socket = transport.AsgiTransport(server.send)
    task = asyncio.create_task(socket.run())
    yield socket
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_socket_is_full_while_a_message_is_under_way(server, socket) -> None:
    free = asyncio.Event()
    socket.on_writable = free.set
    assert socket.writable
    socket.send(Message(b"frames"))
    assert not socket.writable
    server.may_send.set()
    await free.wait()
    assert socket.writable
    assert server.sent == [{"type": "websocket.send", "bytes": b"frames"}]


async def test_a_close_comes_after_what_is_under_way(server, socket) -> None:
    socket.send_text("last words")
    socket.close(4500, "slow")
    assert socket.closed
    server.may_send.set()
    done = asyncio.Event()
    socket.on_writable = done.set
    await done.wait()
    assert [event["type"] for event in server.sent] == ["websocket.send", "websocket.close"]
    assert server.sent[1]["code"] == 4500


async def test_a_peer_that_takes_not_even_the_close_is_given_up(
    server, socket, monkeypatch
) -> None:
    monkeypatch.setattr(transport, "CLOSE_SECONDS", 0.01)
    given_up = asyncio.Event()
    socket.on_given_up = given_up.set
    socket.send(Message(b"frames"))
    socket.close(4500)
    await asyncio.wait_for(given_up.wait(), 5)
    assert not server.sent


async def test_nothing_is_sent_after_the_close(server, socket) -> None:
    server.may_send.set()
    done = asyncio.Event()
    socket.on_writable = done.set
    socket.close(1000)
    socket.send_text("too late")
    await done.wait()
    assert [event["type"] for event in server.sent] == ["websocket.close"]


async def test_a_server_that_says_that_the_peer_is_gone_closes() -> None:
    async def gone(event: dict[str, Any]) -> None:
        raise OSError("the peer is gone")

    socket = transport.AsgiTransport(gone)
    socket.send_text("hello")
    await asyncio.wait_for(socket.run(), 5)
    assert socket.closed


@pytest.mark.parametrize(
    "name", ["a" * 200, "\u00e4" * 100, "a" + "\u00e4" * 99, "\U0001f30a" * 40, ""]
)
async def test_a_reason_ends_with_a_whole_character(server, socket, name) -> None:
    server.may_send.set()
    done = asyncio.Event()
    socket.on_writable = done.set
    socket.close(4400, name)
    await done.wait()
    reason = server.sent[0]["reason"]
    assert name.startswith(reason)
    assert min(len(name.encode()), 120) <= len(reason.encode()) <= 123


async def test_a_connection_with_tls_is_never_written_to_past_it() -> None:
    """Twisted's TLS passes on every attribute of the plain connection below it."""

    class Tls:
        def __getattr__(self, name: str) -> Any:
            return None

    class Protocol:
        transport = Tls()
        sendCloseFrame = dropConnection = sendMessage = STATE_OPEN = state = None

    assert transport.fast_path_problem(Protocol()) == "the connection is not plain TCP"


async def test_a_server_that_is_not_known_is_asked_for_messages_at_the_same_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, taken = [0.0], 0
    sleep = asyncio.sleep

    async def rest(seconds: float) -> None:
        """The pretended clock stands: what waits by it waits for ever."""
        await (asyncio.Event().wait() if seconds > 0 else sleep(0))

    monkeypatch.setattr(asyncio, "sleep", rest)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.receive", "text": "{}"}

    async def take() -> None:
        nonlocal taken
        receiving = wires.paced(receive, lambda: now[0])
        while True:
            await receiving()
            taken += 1

    task = asyncio.create_task(take())
    for _ in range(3 * BURST):
        await asyncio.sleep(0)
    task.cancel()
    assert taken == BURST
