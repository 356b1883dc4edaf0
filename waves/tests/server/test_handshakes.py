"""Handshakes of every kind: who is let in, and that every refusal has a code and words."""

import asyncio
import itertools
import random

import pytest

from waves.tests.server.knocking import KEY, USUAL, Answer, knock

#: Each is one of ours, or not. None: no such header.
HOSTS = {
    "{address}": True,
    "127.0.0.1": True,
    "127.0.0.1:1": True,
    "localhost": True,
    "localhost:{port}": True,
    "LOCALHOST:{port}": True,
    "localhost.:{port}": True,
    "[::1]:{port}": True,
    "evil.example": False,
    "evil.example:{port}": False,
    "127.0.0.1.evil.example": False,
    "evil.example.localhost": False,
    "127.0.0.1@evil.example": False,
    "evil.example@127.0.0.1": False,
    "127.0.0.1,evil.example": False,
    "127.0.0.1/evil.example": False,
    "evil.example#127.0.0.1": False,
    "127.0.0.1:{port}.evil.example": False,
    "2130706433": False,
    "0.0.0.0:{port}": False,
    "[::1": False,
    "b\xe9d": False,
    "": False,
    "*": False,
    None: False,
}
#: Each is the host's own, or not.
ORIGINS = {
    None: True,
    "http://{host}": True,
    "https://{host}": False,
    "ws://{host}": False,
    "http://{host}/": False,
    "http://{host}/a?b#c": False,
    "http://user@{host}": False,
    "http://{host}.evil.example": False,
    "http://evil.example": False,
    "http://evil.example:{port}": False,
    "http://evil.example#{host}": False,
    "http://evil.example/{host}": False,
    "null": False,
    "": False,
    "http://": False,
    "http://[": False,
    "http://{host}:0": False,
    "file:///etc/hosts": False,
    "javascript:alert(1)": False,
    "{host}": False,
    "http://b\xe9d.example": False,
    "http://{host} http://{host}": False,
}


async def all_of(attempts, at_once: int = 20) -> list[Answer]:
    """Several at once, as they would come."""
    limit = asyncio.Semaphore(at_once)

    async def one(attempt) -> Answer:
        async with limit:
            return await attempt

    return await asyncio.gather(*map(one, attempts))


def refused(answer: Answer) -> bool:
    """Refused by the server itself, or by us: then with words."""
    if answer.status != 101:
        return 400 <= answer.status < 500
    return answer.code == 4403 and bool(answer.reason) and bool(answer.error)


async def test_no_host_or_origin_but_ours_is_let_in(daphne) -> None:
    before = len(daphne.printed())
    chosen = list(itertools.product(HOSTS, ORIGINS))
    random.Random(9).shuffle(chosen)
    names = {"address": daphne.address, "port": daphne.port}
    attempts = []
    for host, origin in chosen:
        own = None if host is None else host.format(**names)
        headers = [] if own is None else [("Host", own)]
        headers += [] if origin is None else [("Origin", origin.format(host=own, **names))]
        attempts.append(knock(daphne.address, "/ws/", headers + USUAL))
    for (host, origin), answer in zip(chosen, await all_of(attempts), strict=True):
        expected = HOSTS[host] and ORIGINS[origin]
        assert answer.let_in is expected, (host, origin, answer)
        assert expected or refused(answer), (host, origin, answer)
    assert "Traceback" not in daphne.printed()[before:]


async def test_a_host_that_is_not_ours_is_told_how_to_be(daphne) -> None:
    answer = await knock(daphne.address, "/ws/", [("Host", "evil.example"), *USUAL])
    assert answer.code == 4403
    assert "ALLOWED_HOSTS" in answer.error
    assert "ALLOWED_HOSTS" in answer.reason


@pytest.mark.parametrize("name", ["Host", "Origin"])
async def test_a_name_that_is_given_twice_is_refused(daphne, name) -> None:
    own = ("Host", daphne.address)
    for second in (daphne.address, "evil.example"):
        twice = [(name, daphne.address), (name, second)]
        headers = twice if name == "Host" else [own, *twice]
        assert refused(await knock(daphne.address, "/ws/", headers + USUAL))


HALVES = [
    b"",
    b"GET /ws/ HTTP/1.1\r\nHost: x\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n",
]


async def test_half_a_request_is_given_up_also_where_a_byte_comes_now_and_then(daphne) -> None:
    async with asyncio.timeout(30):
        await asyncio.gather(*(until_given_up(daphne.address, half) for half in HALVES))


async def until_given_up(address: str, said: bytes) -> None:
    reader, writer = await asyncio.open_connection(*address.split(":"))
    writer.write(said)
    while not reader.at_eof():
        try:
            async with asyncio.timeout(1):
                await reader.read()
        except TimeoutError:
            writer.write(b"x")
    writer.close()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ws",
        "/ws/streams/",
        "/ws/streams/sine",
        "/ws/streams/sine/more/",
        "/ws/streams/s%C3%A4ge/",
        "/ws/streams/%00/",
        "/ws/streams/sine%2F/",
        "/nowhere/",
        "/admin/",
        "/ws/../ws/nowhere/",
        "/%FF%FE/",
    ],
)
async def test_an_unknown_path_is_accepted_and_closed_with_4404(daphne, path) -> None:
    before = len(daphne.printed())
    answer = await knock(daphne.address, path, [("Host", daphne.address), *USUAL])
    assert (answer.status, answer.code) == (101, 4404)
    assert "/ws/streams/<slug>/" in answer.error
    assert "Traceback" not in daphne.printed()[before:]


ODD = [
    ("Sec-WebSocket-Protocol", "waves.v9"),
    ("Sec-WebSocket-Protocol", "w\xe4ves.v1"),
    ("Sec-WebSocket-Protocol", ""),
    ("Sec-WebSocket-Protocol", ",,,"),
    ("Sec-WebSocket-Protocol", "waves.v1, waves.v1"),
    ("Sec-WebSocket-Protocol", "waves.v9, waves.v1.json"),
    ("Sec-WebSocket-Protocol", "%E4, waves.v1"),
    ("Sec-WebSocket-Version", "8"),
    ("Sec-WebSocket-Version", "12"),
    ("Sec-WebSocket-Version", "-1"),
    ("Sec-WebSocket-Version", "x"),
    ("Sec-WebSocket-Key", ""),
    ("Sec-WebSocket-Key", "short"),
    ("Sec-WebSocket-Key", KEY.replace("d", "\xe9")),
    ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
    ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=99"),
    ("Sec-WebSocket-Extensions", ";;==,,"),
    ("Connection", "keep-alive"),
    ("Connection", "keep-alive, Upgrade"),
    ("Upgrade", "WebSocket"),
    ("Upgrade", "websocket, h2c"),
    ("Content-Length", "0"),
    ("Content-Length", "-1"),
    ("Content-Type", "text/html; charset=\xe9; q=="),
    ("Daphne-Root-Path", "/elsewhere"),
    ("Daphne-Root-Path", "/ws"),
    ("Daphne-Root-Path", "%FF"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "https"),
    ("Cookie", "\xe9=\xe9; sessionid=" + "x" * 3000),
    ("User-Agent", "x" * 10_000),
]
QUERIES = [
    "",
    "?window=1",
    "?window=much",
    "?%FF=%FE",
    "?window=1e309",
    "?" + "x" * 6000,
    "?epoch=1",
]


async def test_an_odd_handshake_is_let_in_or_refused_by_name(daphne) -> None:
    before = len(daphne.printed())
    seeded = random.Random(9)
    attempts = []
    for _ in range(200):
        headers = dict(USUAL) | dict(seeded.sample(ODD, seeded.choice([1, 1, 2, 3])))
        lines = list(headers.items())
        if seeded.random() < 0.2:
            del lines[seeded.randrange(len(lines))]
        seeded.shuffle(lines)
        path = seeded.choice(["/ws/", "/ws/streams/sine/", "/nowhere/"]) + seeded.choice(QUERIES)
        attempts.append((path, lines))
    own = [("Host", daphne.address)]
    answers = await all_of([knock(daphne.address, path, own + lines) for path, lines in attempts])
    for attempt, answer in zip(attempts, answers, strict=True):
        assert answer.status < 500, (attempt, answer)
        if answer.status == 101 and not answer.let_in:
            assert answer.code in (4400, 4403, 4404), (attempt, answer)
            assert answer.error, (attempt, answer)
            assert answer.reason, (attempt, answer)
    assert "Traceback" not in daphne.printed()[before:]


async def test_a_storm_of_handshakes_is_let_in_in_turn(daphne) -> None:
    """Four hundred at once: everyone is let in, and nobody is forgotten."""
    headers = [("Host", daphne.address), *USUAL]
    answers = await all_of(
        [knock(daphne.address, "/ws/streams/sine/", headers) for _ in range(400)], at_once=400
    )
    assert all(answer.let_in for answer in answers)
