"""Samples come in by WebSocket, into a real server: numbered frames, text, and what is refused."""

import asyncio
import json
import time

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from waves.protocol.block import SampleBlock
from waves.protocol.frames import Frame, encode
from waves.tests.server.pushing import kept, make_key

pytestmark = pytest.mark.servers


def sending(server, slug: str, key: str = "", query: str = "", protocols=("waves.ingest.v1",)):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    address = f"ws://{server.address}/ws/ingest/{slug}/{query}"
    return connect(address, additional_headers=headers, subprotocols=protocols, close_timeout=1)


def frame(first: int, values: list[float]) -> bytes:
    """One signal, timed by its arrival."""
    block = SampleBlock(0, first, time.time(), 0.001, np.array([values], np.float32))
    return encode(Frame.of(block, 0))


async def told(socket, kind: str = "ack") -> dict:
    async with asyncio.timeout(20):
        return await _told(socket, kind)


async def _told(socket, kind: str) -> dict:
    while (message := json.loads(await socket.recv()))["type"] != kind:
        pass
    return message


async def refusal(socket) -> tuple[dict, int]:
    """The error that it is told, and the code of the close."""
    error = await told(socket, "error")
    async with asyncio.timeout(20):
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    return error, closed.value.rcvd.code


@pytest.mark.parametrize(
    "message",
    [
        '{"inlet": 60.5}',
        b'{"inlet": 60.5}',
        b'{"inlet": 1}\n{"inlet": 60.5}\n',
        '[{"inlet": 60.5}]',
        "boiler inlet=60.5",
        b"boiler,host=a inlet=60.5\n",
    ],
)
async def test_each_kind_of_message_is_a_batch(server, asking, key, message):
    slug = f"message-{abs(hash(message)) % 10**9}"
    async with sending(server, slug, key) as socket:
        hello = await told(socket, "hello")
        assert (hello["protocol"], socket.subprotocol) == ("waves.ingest.v1", "waves.ingest.v1")
        await socket.send(message)
        ack = await told(socket)
    n = message.count(b"\n{" if isinstance(message, bytes) else "\n{") + 1
    assert (ack["messages"], ack["accepted"], ack["doubled"]) == (1, n, 0)
    assert kept(asking, slug, n)["inlet"][-1] == 60.5


async def test_a_writer_that_numbers_its_samples_is_known_when_it_comes_back(server, asking, key):
    async with sending(server, "numbered", key) as socket:  # frames have no names: these have
        await socket.send('{"value": 0}')
        await told(socket)
    async with sending(server, "numbered", key, "?writer=pump-7") as socket:
        for first in (0, 10, 20):
            await socket.send(frame(first, list(range(first + 1, first + 11))))
        assert [(await told(socket))["accepted"] for _ in range(3)] == [10, 20, 30]
    # Its connection was cut: what it sends again is cut otherwise, and goes on.
    async with sending(server, "numbered", key, "?writer=pump-7") as socket:
        await socket.send(frame(15, list(range(16, 36))))
        ack = await told(socket)
        assert (ack["accepted"], ack["doubled"]) == (5, 15)
    assert kept(asking, "numbered", 36)["value"] == list(range(36))


async def test_a_message_that_is_none_ends_the_socket_and_nothing_of_it_is_taken(server, key):
    async with sending(server, "refused", key) as socket:
        await socket.send('{"inlet": 1}')
        await socket.send('{"inlet": 2}\n{"inlet": ')
        error, code = await refusal(socket)
    assert (error["code"], error["line"], error["messages"], code) == ("bad_message", 2, 1, 4400)
    async with sending(server, "refused", key) as socket:
        await socket.send("[" + " " * 600_000 + "]")
        error, code = await refusal(socket)
        assert ("524288 bytes" in error["message"], code) == (True, 4400)


async def test_who_may_not_send_is_told(pushable, server, key):
    for shown, query, code in (("", "", 4403), ("wv_1.no", "", 4403), (key, f"?key={key}", 4403)):
        async with sending(server, "nobody", shown, query) as socket:
            assert (await refusal(socket))[1] == code
    writing = make_key(pushable)
    async with sending(server, "not-there", writing) as socket:
        error, code = await refusal(socket)
        assert ("make streams" in error["message"], code) == (True, 4404)
    async with sending(server, "boiler-9", key, protocols=["soap"]) as socket:
        assert (await refusal(socket))[1] == 4400


async def test_a_key_that_is_revoked_ends_its_open_sockets(pushable, server):
    key = make_key(pushable, "--scope", "write", "make")
    async with sending(server, "revoked", key) as socket:
        await socket.send('{"inlet": 1}')
        await told(socket)
        pushable.manage("accesskey", "revoke", key.partition(".")[0])
        revoked_at = time.monotonic()
        error, code = await refusal(socket)
    assert (error["code"], code) == ("refused", 4403)
    assert time.monotonic() - revoked_at < 5
