"""Seven hundred queries of the API, from a seed: none is a fault, and each refusal is named."""

import asyncio
import http.client
import json
import random
import select
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote, urlencode

import pytest

from waves.tests.admin.hostile import NUMBERS, TEXTS
from waves.tests.server.processes import START_SECONDS, Process
from waves.tests.server.viewing import view

COUNT = 700
FIELDS = ["from", "to", "epoch", "first", "last", "columns", "format"]
GOOD = {
    "from": ["0", "1.5", "2e9", "-5"],
    "to": ["0", "1e12", "4e9"],
    "epoch": ["0", "1"],
    "first": ["0", "100"],
    "last": ["0", "200", "9007199254740991"],
    "columns": ["16", "1000", "16384"],
    "format": ["json", "csv", "waves"],
}
SLUGS = ["sine", "sine", "sine", "waveforms", "nowhere", "x" * 300, "Sine", "a b", "é", "..", "%00"]
#: daphne refuses a longer line itself.
LONGEST = 4000


def queries(seed: int, count: int) -> Iterator[tuple[str, list[str]]]:
    """Paths with their queries, and the names of the fields in these."""
    chance = random.Random(seed)
    hostile = [text[:LONGEST] for text in NUMBERS + TEXTS]
    for _ in range(count):
        names = chance.sample(
            [*FIELDS, "unknown", "FROM", "first "], chance.choice((0, 1, 1, 2, 3))
        )
        values = [chance.choice(hostile + GOOD.get(name, []) * 5) for name in names]
        path = f"/api/v1/streams/{quote(chance.choice(SLUGS), safe='%')}"
        path += chance.choice(("/samples", "/samples", "/samples", "", "/nothing"))
        yield f"{path}?{urlencode(list(zip(names, values, strict=True)))}", names


class Asking:
    """Requests over one connection, as long as it lasts."""

    def __init__(self, process: Process) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=20)

    def __call__(self, path: str, method: str = "GET", **options) -> tuple[int, dict, bytes]:
        socket = self.connection.sock
        if socket and select.select([socket], [], [], 0)[0]:
            # Nobody asked for so long that the server hung up.
            self.connection.close()
        self.connection.request(method, path, **options)
        answer = self.connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()


@pytest.fixture
def asking(daphne) -> Iterator[Asking]:
    asking = Asking(daphne)
    with closing(asking.connection):
        yield asking


def error_in(answer: tuple[int, dict, bytes]) -> str:
    """The words of a refusal, which is JSON."""
    _, headers, body = answer
    assert headers["content-type"] == "application/json", answer
    assert headers["cache-control"] == "no-store"
    words: str = json.loads(body)["error"]
    assert words.strip()
    return words


async def test_no_query_is_a_fault_and_each_refusal_is_named(daphne, asking) -> None:
    seen: Counter[int] = Counter()
    async with view(daphne.address) as viewer:
        await viewer.until(lambda: viewer.values)
        for path, names in queries(9, COUNT):
            answer = asking(path)
            status = answer[0]
            seen[status] += 1
            assert status in (200, 400, 404, 503), (path, answer)
            if status == 200:
                continue
            words = error_in(answer)
            if status == 400:
                assert any(name in words for name in names), (path, words)
    assert seen[200] > 50
    assert seen[400] > 50
    assert seen[404] > 50
    assert "Traceback" not in daphne.printed()


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("value", ["1e308", "-1e308", "1.7976931348623157e308", "5e-324"])
@pytest.mark.parametrize("kind", ["json", "csv", "waves"])
async def test_a_time_as_far_away_as_a_number_can_say_is_a_time(
    daphne, asking, name, value, kind
) -> None:
    async with view(daphne.address) as viewer:
        await viewer.until(lambda: any(len(values) > 10 for values in viewer.values.values()))
        status, _, body = asking(f"/api/v1/streams/sine/samples?{name}={value}&format={kind}")
    assert status == 200
    all_of_it = (name == "from") == (value.startswith("-") or value == "5e-324")
    assert (len(body) > 60) == all_of_it  # a heading alone is shorter


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_another_method_is_told_in_json(asking, method) -> None:
    answer = asking("/api/v1/streams/sine", method)
    assert answer[0] == 405
    assert answer[1]["allow"] == "GET, HEAD"
    assert "GET" in error_in(answer)


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v2/streams", "/api/v1/streams/"])
def test_an_unknown_address_is_told_in_json(asking, path) -> None:
    answer = asking(path)
    assert answer[0] == 404
    assert "no such address" in error_in(answer)


@pytest.mark.parametrize("path", ["/api/v1/streams", "/api/v1/streams/sine/samples"])
def test_where_something_is_taken_another_method_is_told_so(asking, path) -> None:
    answer = asking(path, "PUT")
    assert (answer[0], answer[1]["allow"]) == (405, "GET, HEAD, POST")


def test_a_foreign_host_is_told_in_json_and_leaves_no_traceback(daphne, asking) -> None:
    answer = asking("/api/v1/streams", headers={"Host": "evil.example"})
    assert answer[0] == 400
    assert "host" in error_in(answer)
    assert "Traceback" not in daphne.printed()


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/api/v1/streams/sine", 100, 405),
        ("/api/v1/streams/sine", 20_000, 413),
        ("/healthz/live", 20_000, 413),
        ("/streams/sine/control/", 1024 * 1024 + 1, 413),
        ("/admin/login/", 2_000_000, 413),
        ("/nothing", 2_000_000, 413),
    ],
)
def test_a_long_body_is_refused(asking, path, size, status) -> None:
    answer = asking(path, "POST", body=b"x" * size)
    assert answer[0] == status
    if status == 413:
        assert "WAVES_BODY_LIMIT" in error_in(answer)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "private, no-cache"),
        ("/streams/sine/", "private, no-cache"),
        ("/nothing", "private, no-cache"),
        ("/api/v1/streams", "no-store"),
        ("/api/v1/streams/sine", "no-store"),
        ("/api/v1/streams/sine/samples", "no-store"),
        ("/healthz/live", "no-store"),
        ("/healthz/ready", "no-store"),
        ("/metrics", "no-store"),
    ],
)
def test_no_cache_keeps_what_is_true_for_a_moment(asking, path, expected) -> None:
    assert asking(path)[1]["cache-control"] == expected


def streams_of(server: Process) -> dict[str, dict]:
    """What the API says of every stream, by its slug."""
    return {one["slug"]: one for one in json.loads(server.get("/api/v1/streams")[1])["streams"]}


def test_a_stored_row_that_cannot_run_is_told_and_the_others_run(site) -> None:
    for slug, changes in {
        "endless": {"history": float("inf")},
        "nothing-in-it": {"options": "null"},
        "long": {"name": "x" * 100_000},
    }.items():
        site.add_stream(slug, "sine", **changes)
    with site.serve("daphne") as server:
        server.await_printed("Stream endless failed: History: At most 86,400 s")
        server.await_printed("Stream nothing-in-it failed: The options")
        found = streams_of(server)
        deadline = time.monotonic() + START_SECONDS
        due = {"endless": "failed", "nothing-in-it": "failed", "sine": "live", "long": "live"}
        while {slug: found[slug]["state"] for slug in due} != due:
            assert time.monotonic() < deadline, found
            found = streams_of(server)
        assert found["endless"]["message"].startswith("History: At most 86,400 s")
        assert len(found["long"]["name"]) == 80
        assert server.get("/streams/endless/")[0] == server.get("/")[0] == 200
        assert "Traceback" not in server.printed()


@pytest.mark.parametrize("length", [b"Content-Length: 9000000000", b"Transfer-Encoding: chunked"])
async def test_a_body_without_end_is_answered_before_it_ends(daphne, length) -> None:
    reader, writer = await asyncio.open_connection(*daphne.address.split(":"))
    head = b"POST /admin/login/ HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n" % (
        daphne.address.encode(),
        length,
    )
    piece = b"x" * 65_536
    if b"chunked" in length:
        piece = b"%x\r\n%s\r\n" % (len(piece), piece)
    writer.write(head + piece * 17)
    answer = await asyncio.wait_for(reader.readuntil(b"}"), 10)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"WAVES_BODY_LIMIT" in answer
