"""Downloads: whole, in pieces, never more than is read, and so many at once."""

import asyncio
import http.client
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from waves.protocol.frames import parse
from waves.server import http_bounds
from waves.tests.server.processes import START_SECONDS, Process, Site
from waves.tests.server.viewing import view
from waves.web import downloads

#: A stream of which much is kept: 32 MB, in five seconds.
DEEP = "/api/v1/streams/deep/samples"
DEEP_RATE, DEEP_SECONDS = 400_000, 5
WATCHED = "/ws/streams/deep/?columns=64&window=4"


def ask(process: Process, path: str, method: str = "GET", *headers: str) -> socket.socket:
    """Send a request, and read nothing of what comes."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    connection.settimeout(http_bounds.TAKE_SECONDS + 20)
    connection.connect(("127.0.0.1", process.port))
    lines = [f"{method} {path} HTTP/1.1", f"Host: {process.address}", *headers, "", ""]
    connection.sendall("\r\n".join(lines).encode())
    return connection


def resident(process: Process) -> int:
    """Memory of a process, in bytes."""
    with open(f"/proc/{process.process.pid}/status") as status:
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read())
    assert found
    return int(found[1]) * 1024


async def read_head(connection: socket.socket) -> bytes:
    """The first bytes of an answer: it is under way."""
    return await asyncio.to_thread(connection.recv, 512)


async def read_all(connection: socket.socket) -> bytes:
    def read() -> bytes:
        with closing(connection):
            return b"".join(iter(lambda: connection.recv(65536), b""))

    return await asyncio.to_thread(read)


@pytest.fixture
def servers(prepared_site, tmp_path) -> Iterator[Callable[[str], Process]]:
    """Starts servers that keep much of a stream, each of a site of its own."""
    with ExitStack() as stack:

        def start(kind: str) -> Process:
            (tmp_path / kind).mkdir()
            site = Site(tmp_path / kind, WAVES_TRUSTED_PROXIES="127.0.0.1")
            site.start_from(prepared_site)
            site.add_stream("deep", "fast", enabled=1, rate=DEEP_RATE, history=DEEP_SECONDS)
            return stack.enter_context(site.serve(kind))

        yield start


@pytest.fixture
def deep(servers) -> Process:
    return servers("daphne")


async def filled(viewer, seconds: float) -> None:
    """Wait until so much of the stream was produced."""
    samples = seconds * DEEP_RATE
    await viewer.until(lambda: any(max(v, default=0) >= samples for v in viewer.values.values()))


async def test_who_does_not_read_costs_no_memory_and_is_dropped(servers) -> None:
    await asyncio.gather(*(drops(servers(kind)) for kind in ("daphne", "uvicorn")))


async def drops(server: Process) -> None:
    """It drops who does not read, and their downloads cost it no memory."""
    async with view(server.address, WATCHED) as viewer:
        await filled(viewer, DEEP_SECONDS + 1)
        before = resident(server)
        with ExitStack() as stack:
            path = f"{DEEP}?format=waves&first=0"
            unread = [stack.enter_context(ask(server, path)) for _ in range(3)]
            heads = [await read_head(connection) for connection in unread]
            assert all(head.startswith(b"HTTP/1.1 200") for head in heads)
            dropped = "took nothing for 10 s"
            await viewer.until(lambda: server.printed().count(dropped) == 3, 40)
            grown = resident(server) - before
        assert viewer.closed is None
        assert grown < 40 * 1024 * 1024, f"{grown:,} bytes"
        # Their places are free again, and the process serves.
        status, text = await asyncio.to_thread(server.get, f"{DEEP}?columns=16")
        assert status == 200
        assert json.loads(text)["type"] == "data"
    assert "Traceback" not in server.printed()


async def test_a_download_that_is_read_is_whole(daphne) -> None:
    async with view(daphne.address, "/ws/streams/sine/?window=4") as viewer:
        await viewer.for_seconds(1)
        (epoch,) = viewer.values
        first, last = min(viewer.values[epoch]), max(viewer.values[epoch])
        path = "/api/v1/streams/sine/samples"
        query = f"epoch={epoch}&first={first}&last={last}"
        frames = parse(await body_of(daphne, f"{path}?format=waves&{query}"))
        told = json.loads(await body_of(daphne, f"{path}?{query}"))
    values = [value for frame in frames for value in frame.values[0].tolist()]
    assert dict(zip(range(first, last + 1), values, strict=True)) == viewer.values[epoch]
    in_json = [value for frame in told["frames"] for value in frame["values"][0]]
    assert in_json == pytest.approx(values)


async def body_of(process: Process, path: str) -> bytes:
    def read() -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=20)
        with closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read()

    return await asyncio.to_thread(read)


async def until_given(process: Process, path: str) -> None:
    """Ask until samples come: the server may hear of a request before it hears who left."""
    async with asyncio.timeout(START_SECONDS):
        while b"sample,time" not in await body_of(process, path):
            pass


@pytest.mark.parametrize("kind", ["json", "csv", "waves"])
async def test_head_of_a_download_has_no_body(daphne, kind) -> None:
    async with view(daphne.address, "/ws/streams/sine/") as viewer:
        await viewer.until(lambda: viewer.values)
        path = f"/api/v1/streams/sine/samples?format={kind}"
        answer = await read_all(ask(daphne, path, "HEAD", "Connection: close"))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b""
    assert (b"attachment" in head) == (kind != "json")


@pytest.mark.parametrize(
    "path", ["/", "/streams/sine/", "/static/waves/js/oscilloscope/scope.js", "/nothing"]
)
async def test_head_of_a_page_has_no_body(daphne, path) -> None:
    answer = await read_all(ask(daphne, path, "HEAD", "Connection: close"))
    assert answer.partition(b"\r\n\r\n")[2] == b""


async def test_beyond_so_many_at_once_a_download_is_told_when_to_come_back(deep) -> None:
    async with view(deep.address, WATCHED) as viewer:
        await filled(viewer, 3)
        path = f"{DEEP}?format=waves"
        with ExitStack() as stack:
            for number in range(downloads.MOST_OPEN):
                # Of one caller only some.
                caller = f"X-Forwarded-For: 203.0.113.{number // downloads.MOST_EACH}"
                await read_head(stack.enter_context(ask(deep, path, "GET", caller)))

            async def beyond(caller: str) -> bytes:
                headers = (f"X-Forwarded-For: {caller}", "Connection: close")
                return await read_all(ask(deep, path, "GET", *headers))

            for answer in await asyncio.gather(beyond("203.0.113.0"), beyond("203.0.113.200")):
                head, _, body = answer.partition(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 503")
                assert b"Retry-After: 5" in head
                assert b"ask again" in body
            # What is small takes no place.
            assert (await asyncio.to_thread(deep.get, f"{DEEP}?columns=16"))[0] == 200
        # They left: their places are free.
        await until_given(deep, f"{DEEP}?format=csv&last=100000")


async def test_who_leaves_gives_the_place_back(deep) -> None:
    async with view(deep.address, WATCHED) as viewer:
        await filled(viewer, 2)
        for _ in range(3 * downloads.MOST_OPEN):
            with ask(deep, f"{DEEP}?format=csv") as connection:
                await read_head(connection)
        await until_given(deep, f"{DEEP}?format=csv&last=20000")
