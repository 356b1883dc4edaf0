"""What a server does not take: each refusal has its code and its words, and nothing else stops."""

import json

import pytest
from websockets.asyncio.client import connect

from waves.tests.server.viewing import view


async def test_an_unknown_stream_is_told_and_final(daphne) -> None:
    async with view(daphne.address, "/ws/streams/nowhere/") as viewer:
        code, _ = await viewer.until_closed()
    assert code == 4404
    assert viewer.of_type("error")[0]["message"] == "There is no stream “nowhere”."


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://{address}", "http://127.0.0.1:1", "null", "http://localhost"],
)
async def test_another_scheme_host_or_port_is_refused(daphne, origin) -> None:
    origin = origin.format(address=daphne.address)
    async with view(daphne.address, origin=origin) as viewer:
        code, _ = await viewer.until_closed()
    assert code == 4403
    assert "WAVES_ALLOWED_ORIGINS" in viewer.of_type("error")[0]["message"]
    assert not viewer.values


async def test_the_own_origin_is_let_in(daphne) -> None:
    async with view(daphne.address, origin=f"http://{daphne.address}") as viewer:
        await viewer.until(lambda: viewer.values)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("{", "Invalid JSON"),
        ('{"type": "dance"}', "does not match"),
        ('{"type": "ack", "count": -1}', "count"),
        ('{"type": "ack", "count": 1000000}', "were sent"),
        ('{"type": "ping", "id": 1, "extra": 2}', "extra"),
        ('{"type": "subscribe", "stream": "sine", "window": -1}', "window"),
        ('{"type": "view", "handle": 1, "columns": 1000000}', "columns"),
        (json.dumps({"type": "ping", "id": 1, "x": "y" * 5000}), "4096"),
    ],
)
async def test_a_bad_message_is_answered_and_closes(daphne, message, words) -> None:
    async with view(daphne.address) as viewer:
        await viewer.socket.send(message)
        code, _ = await viewer.until_closed()
    assert code == 4400
    assert words in viewer.of_type("error")[0]["message"]


async def test_binary_control_messages_and_bad_queries_are_refused(daphne) -> None:
    async with view(daphne.address) as viewer:
        await viewer.socket.send(b"\x00\x01")
        assert (await viewer.until_closed())[0] == 4400
    async with view(daphne.address, "/ws/streams/sine/?window=much") as viewer:
        assert (await viewer.until_closed())[0] == 4400
    assert "window" in viewer.of_type("error")[0]["message"]


async def test_an_unknown_subprotocol_is_refused(daphne) -> None:
    # A client that insists on its subprotocol would fail at the handshake: ask by hand.
    url = f"ws://{daphne.address}/ws/streams/sine/"
    headers = {"Sec-WebSocket-Protocol": "waves.v9"}
    async with connect(url, additional_headers=headers) as socket:
        assert "waves.v1" in json.loads(await socket.recv())["message"]
        await socket.wait_closed()
        assert socket.close_code == 4400


async def test_a_client_that_offers_nothing_is_sent_text(daphne) -> None:
    async with view(daphne.address, protocol=None) as viewer:
        await viewer.until(lambda: viewer.values)
    assert viewer.of_type("hello")[0]["protocol"] == "waves.v1.json"


async def test_a_ping_is_answered_with_the_servers_time(daphne) -> None:
    async with view(daphne.address, "/ws/") as viewer:
        await viewer.say(type="ping", id=7)
        await viewer.until(lambda: viewer.of_type("pong"))
    assert viewer.of_type("pong")[0]["id"] == 7


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/v1/streams/nowhere", 404, "nowhere"),
        ("/api/v1/streams/sine/samples?first=x", 400, "first"),
        ("/api/v1/streams/sine/samples?format=xml", 400, "format"),
        ("/api/v1/streams/sine/samples?unknown=1", 400, "unknown"),
    ],
)
async def test_a_wrong_request_is_answered_in_words(daphne, path, status, words) -> None:
    got, body = daphne.get(path)
    assert got == status
    assert words in json.loads(body)["error"]
