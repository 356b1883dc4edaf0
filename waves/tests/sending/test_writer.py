"""The writer against a server that answers as it is told: nothing is lost, nothing sent twice."""

import json
import math
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from waves.client import Writer, WriterError
from waves.client import writer as writing
from waves.client.addresses import samples_address


class Answering(ThreadingHTTPServer):
    """Answers with the statuses of ``says``, then with 200; takes each number once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.says: list[int] = []
        self.asked: list[tuple[str, dict]] = []
        self.taken: dict[str, dict] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/streams/boiler/"

    @property
    def values(self) -> list[float]:
        return [value for batch in self.taken.values() for value in batch["signals"]["a"]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Answering

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        batch, number = json.loads(body), self.headers["Idempotency-Key"]
        self.server.asked.append((number, dict(self.headers)))
        status = self.server.says.pop(0) if self.server.says else 200
        if status in (200, 0):
            self.server.taken.setdefault(number, batch)
        if status == 0:  # it is taken, and the connection cut before the answer
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        answer = json.dumps({"message": f"words of {status}"}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def server() -> Iterator[Answering]:
    server = Answering()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr(writing, "PAUSES", (0.01,))


def test_samples_come_in_order_with_their_times_and_the_key(server):
    with Writer(server.url, "wv_1.secret") as out:
        for value in range(50):
            out.write({"a": value, "b": None})
        out.write({"a": "open", "b": math.nan}, t=1.7e9)
    assert server.values == [*range(50), "open"]
    [(_, headers), *_] = server.asked
    assert headers["Authorization"] == "Bearer wv_1.secret"
    batches = list(server.taken.values())
    times = [t for batch in batches for t in batch["t"]]
    assert times[:-1] == sorted(times[:-1])
    assert times[-1] == 1.7e9
    assert batches[-1]["signals"]["b"][-1] is None
    assert (out.acknowledged, out.dropped) == (51, 0)


def test_arrays_are_samples_and_one_that_does_not_fit_is_refused_at_once(server):
    with Writer(server.url, "key") as out:
        out.write({"a": np.arange(3), "b": np.array([1.5, np.nan, 2.5])}, t=[1.0, 2.0, 3.0])
        out.write({"a": np.arange(100_000), "b": np.zeros(100_000)})
        for wrong in ({}, {"a": [1, 2], "b": 1}, {"a": np.zeros((2, 2))}):
            with pytest.raises(ValueError, match=r"has"):
                out.write(wrong)
        with pytest.raises(ValueError, match="finite unix seconds"):
            out.write({"a": 1}, t=math.nan)
    assert server.values == [0, 1, 2, *range(100_000)]
    assert max(len(b["t"]) for b in server.taken.values()) * 2 <= writing.MOST_VALUES


def test_what_is_not_acknowledged_is_sent_again_by_the_same_number(server):
    server.says = [0, 503, 429, 0, 200]
    with Writer(server.url, "key") as out:
        out.write({"a": 1})
        out.flush()
        out.write({"a": 2})
    assert server.values == [1, 2]
    numbers = [number for number, _ in server.asked]
    assert sorted(Counter(numbers).values())[-1] >= 5
    assert len(set(numbers)) == 2


def test_a_server_that_is_away_is_waited_for(server):
    away = server.url.replace(str(server.server_port), "9")
    out = Writer(away, "key")
    out.write({"a": 1})
    with pytest.raises(TimeoutError, match="Connection"):
        out.flush(0.2)
    with pytest.raises(TimeoutError):
        out.close(0.05)


def test_what_waits_has_a_bound_and_what_is_dropped_is_counted(monkeypatch):
    monkeypatch.setattr(writing, "MOST_WAITING", 1000)
    monkeypatch.setattr(writing, "MOST_VALUES", 100)
    out = Writer("http://127.0.0.1:9/streams/boiler/", "key")
    for _ in range(50):
        out.write({"a": np.zeros(100)})
    assert out.dropped == 50 * 100 - 1000
    with pytest.raises(TimeoutError):
        out.close(0.05)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 415])
def test_a_refusal_is_told_to_whoever_writes(server, status):
    server.says = [status] * 3
    out = Writer(server.url, "key")
    out.write({"a": 1})
    with pytest.raises(WriterError, match=f"words of {status}"):
        out.flush()
    with pytest.raises(WriterError, match="words of"):
        out.write({"a": 2})
    assert len(server.asked) == 1
    with pytest.raises(WriterError):
        out.close()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://h:8000/streams/a-b/", "http://h:8000/api/v1/streams/a-b/samples"),
        ("https://h/waves/streams/a?x=1#y", "https://h/waves/api/v1/streams/a/samples"),
        ("https://h/api/v1/streams/a/samples", "https://h/api/v1/streams/a/samples"),
        ("https://h/waves/api/v1/streams/a", "https://h/waves/api/v1/streams/a/samples"),
    ],
)
def test_the_address_of_a_page_is_enough(url, address):
    assert samples_address(url) == address


@pytest.mark.parametrize("url", ["", "http://h/", "ftp://h/streams/a/", "streams/a", "http:///a"])
def test_another_address_is_refused(url):
    with pytest.raises(ValueError, match="the address of no stream"):
        Writer(url, "key")
