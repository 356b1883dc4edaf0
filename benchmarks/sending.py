"""What one writer gets into a server on one core, each way; and into two databases, beside it.

``python -m benchmarks.sending [--seconds 10] [--write] [way ...]``. The writer has the other core.
It sends the next batch when the last one was answered; over a WebSocket, a few before that.
See README.md here.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from websockets.sync.client import connect

from benchmarks import document, framing
from benchmarks.attacks.peer import Http, Target, length_of
from benchmarks.attacks.peer import request as head_of
from benchmarks.load import Usage
from benchmarks.servers import (
    LOAD_CORE,
    PUSHED,
    SERVER_CORE,
    Server,
    end_tidily,
    free_port,
    make_key,
    running,
    stop,
    wait_for_port,
    waves_daphne,
)
from waves.protocol.block import SampleBlock
from waves.protocol.frames import Frame, encode

#: Of the stream that is written to (Hz).
RATE = 1_000_000.0
#: Samples of a batch: a frame as large as a message may be; lines as Telegraf has in a batch.
FRAME_SAMPLES, LINES = 100_000, 5_000
#: Seconds between the times of two samples in text. Of as many as are sent none is in the future.
STEP = 2e-6
#: Batches that are made before anything is measured.
MOST_BATCHES = 1_000
#: Messages of a WebSocket that are sent before the first of them is acknowledged.
UNDERWAY = 8
#: Connections of the writer that sends one line a request, each without a pause.
CONNECTIONS = 32
HEAD = (
    *("server", "way", "values a second", "requests a second", "answers"),
    *("server CPU s/s", "memory MB, before", "most"),
)


@dataclass(slots=True)
class Told:
    """What a writer got in, and what it was answered."""

    values: int = 0
    answers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class At:
    """Where a writer writes to: a port of this machine, and what stands before its stream."""

    port: int
    path: str
    key: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What a request shows."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


#: Writes for so many seconds, from when all is made that is written: then it calls.
Write = Callable[[At, float, Callable[[], None]], Told]


def frames(at: At, seconds: float, begin: Callable[[], None]) -> Told:
    """Frames over a WebSocket, a few ahead of their acknowledgements."""
    told, values = Told(), np.zeros((1, FRAME_SAMPLES), "<f4")
    url = f"ws://127.0.0.1:{at.port}/ws/ingest/bench/?writer=bench"
    with connect(url, additional_headers=at.headers, max_size=None, compression=None) as socket:
        socket.recv()  # hello
        begin()
        sent, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            block = SampleBlock(0, sent * FRAME_SAMPLES, time.time(), 1 / RATE, values)
            socket.send(encode(Frame.of(block, 0)))
            sent += 1
            if sent > UNDERWAY:
                _acknowledged(json.loads(socket.recv()), told)
        for _ in range(min(sent, UNDERWAY)):
            _acknowledged(json.loads(socket.recv()), told)
    return told


def _acknowledged(message: dict[str, Any], told: Told) -> None:
    told.answers[message["type"]] += 1
    told.values = message["accepted"]


def line_protocol(at: At, seconds: float, begin: Callable[[], None]) -> Told:
    """Batches of lines with one field each, and a time."""
    texts = _texts("m,host=a inlet=%d.5 %d", "\n", 1e9)
    begin()
    return _posted(at, "text/plain", texts, seconds)


def objects(at: At, seconds: float, begin: Callable[[], None]) -> Told:
    """Batches of JSON, an object for each sample."""
    texts = _texts('{"signals": {"inlet": %d.5}, "t": %.6f}', ",", 1.0)
    bodies = [b"[" + text + b"]" for text in texts]
    begin()
    return _posted(at, "application/json", bodies, seconds)


def lists(at: At, seconds: float, begin: Callable[[], None]) -> Told:
    """Batches of JSON, a list of times and a list of values."""
    bodies = []
    for times in _times():
        signals = {"inlet": [k + 0.5 for k in range(LINES)]}
        bodies.append(json.dumps({"t": times, "signals": signals}).encode())
    begin()
    return _posted(at, "application/json", bodies, seconds)


def _times() -> Iterator[list[float]]:
    """The times of each batch: they follow one another, and none is in the future."""
    begin = time.time() - 2 * MOST_BATCHES * LINES * STEP
    for batch in range(MOST_BATCHES):
        yield [begin + (batch * LINES + k) * STEP for k in range(LINES)]


def _texts(line: str, between: str, unit: float) -> list[bytes]:
    return [
        between.join([line % (k, at * unit) for k, at in enumerate(times)]).encode()
        for times in _times()
    ]


def _posted(at: At, kind: str, bodies: Sequence[bytes], seconds: float) -> Told:
    told, headers = Told(), {"Content-Type": kind, **at.headers}
    connection = HTTPConnection("127.0.0.1", at.port, timeout=60)
    until = time.monotonic() + seconds
    for body in bodies:
        if time.monotonic() > until:
            break
        connection.request("POST", at.path, body, headers)
        answer = connection.getresponse()
        answer.read()
        told.answers[str(answer.status)] += 1
        told.values += LINES * (answer.status // 100 == 2)
    connection.close()
    return told


def one_line(at: At, seconds: float, begin: Callable[[], None]) -> Told:
    """Requests of one line each, as many as can be offered."""
    begin()
    return asyncio.run(_one_line(at, seconds))


async def _one_line(at: At, seconds: float) -> Told:
    told, body = Told(), b"m inlet=60.1"
    lines = [f"{name}: {value}" for name, value in at.headers.items()]
    lines += ["Content-Type: text/plain", f"Content-Length: {len(body)}"]
    line = head_of(f"127.0.0.1:{at.port}", at.path, "POST", *lines) + body

    async def again() -> None:
        async with Http(Target(at.port)) as http:
            while True:
                await http.send(line)
                head = await http.head()
                await http.read(max(0, length_of(head)))
                status = framing.status_of(head)
                is_told = status in (429, 503) and b"\r\nretry-after:" in head.lower()
                told.answers[f"{status}, Retry-After" if is_told else str(status)] += 1
                told.values += status // 100 == 2

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(again())
    return told


@dataclass(frozen=True, slots=True)
class Way:
    """A row: what is written how, into which server."""

    server: str
    words: str
    write: Write


WAVES, INFLUX, VICTORIA = "Waves, daphne", "InfluxDB 1.6", "VictoriaMetrics 1.79"
WAYS: dict[str, Way] = {
    "frames": Way(WAVES, f"frames of {FRAME_SAMPLES:,} float32, by WebSocket", frames),
    "lines": Way(WAVES, f"line protocol, {LINES:,} lines a request", line_protocol),
    "objects": Way(WAVES, f"JSON, {LINES:,} objects a request", objects),
    "lists": Way(WAVES, f"JSON, lists of {LINES:,} values", lists),
    "one-line": Way(WAVES, f"a line a request, on {CONNECTIONS} connections", one_line),
    "influx-lines": Way(INFLUX, f"line protocol, {LINES:,} lines a request", line_protocol),
    "influx-one-line": Way(INFLUX, f"a line a request, on {CONNECTIONS} connections", one_line),
    "victoria-lines": Way(VICTORIA, f"line protocol, {LINES:,} lines a request", line_protocol),
    "victoria-one-line": Way(VICTORIA, f"a line a request, on {CONNECTIONS} connections", one_line),
}


@contextlib.contextmanager
def serving(way: Way) -> Iterator[tuple[At, int]]:
    """The server of a way, on its core; yields where to write to, and its process."""
    if way.server == WAVES:
        is_regular = way.write is frames
        stream = {
            **PUSHED,
            "signals": int(is_regular),
            "rate": RATE,
            "window": 1.0,
            "history": 2.0,
            "options": {"clock": "regular" if is_regular else "timed"},
        }
        with running(Server(WAVES, "waves", waves_daphne, streams=(stream,))) as (port, pid):
            yield At(port, "/api/v1/streams/bench/samples", make_key(pid)), pid
        return
    with tempfile.TemporaryDirectory(prefix="waves-bench-") as name:
        folder, port = Path(name), free_port()
        command = (_influx if way.server == INFLUX else _victoria)(folder, port)
        log = folder / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["taskset", "-c", SERVER_CORE, *command], stdout=output, stderr=subprocess.STDOUT
            )
        try:
            wait_for_port(process, port, log)
            if way.server == INFLUX:
                _posted(At(port, "/query?q=CREATE+DATABASE+bench"), "text/plain", [b""], 5.0)
            yield At(port, "/write?db=bench"), process.pid
        finally:
            stop(process)


def _influx(folder: Path, port: int) -> list[str]:
    """InfluxDB as it comes, but for where it keeps its files and where it listens."""
    config = folder / "influxdb.conf"
    parts = [
        f'[meta]\n  dir = "{folder}/meta"',
        f'[data]\n  dir = "{folder}/data"\n  wal-dir = "{folder}/wal"',
        f'[http]\n  bind-address = "127.0.0.1:{port}"\n  log-enabled = false',
    ]
    config.write_text("\n".join([f'bind-address = "127.0.0.1:{free_port()}"', *parts, ""]))
    return ["influxd", "-config", str(config)]


def _victoria(folder: Path, port: int) -> list[str]:
    return [
        *("victoria-metrics", f"-storageDataPath={folder}/data"),
        f"-httpListenAddr=127.0.0.1:{port}",
    ]


def measure(way: Way, seconds: float) -> list[str]:
    """One row of the table."""
    with serving(way) as (at, pid):
        server, began = psutil.Process(pid), list[Usage]()
        told = way.write(at, seconds, lambda: began.append(Usage.now(server)))
        before, after = began[0], Usage.now(server)
        most = _most_memory(pid)
    wall = after.wall - before.wall
    return [
        way.server,
        way.words,
        f"{told.values / wall:,.0f}",
        f"{sum(told.answers.values()) / wall:,.0f}",
        ", ".join(f"{words} × {number:,}" for words, number in told.answers.most_common()),
        f"{(after.server - before.server) / wall:.2f}",
        f"{before.rss / 1e6:,.0f}",
        f"{most / 1e6:,.0f}",
    ]


def _most_memory(pid: int) -> int:
    """The most that a process had in memory, in bytes, as the kernel has kept it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(kilobytes) * 1024


def text_of(machine: str, rows: Sequence[Sequence[str]], seconds: float) -> str:
    """The section of the document."""
    how = (
        f"One writer, {seconds:.0f} s a row, the server on one core and the writer on the other. "
        "A value is one number of one signal, taken and acknowledged: what was answered 2xx. Waves "
        "shows it to who watches; the databases store it, as Debian's packages do without a "
        "setting. `python -m benchmarks.sending` makes this table."
    )
    return "\n\n".join(["## Sending", machine, how, document.table(HEAD, rows)])


def main(given: Sequence[str] | None = None) -> None:
    """Run, print, and keep."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("ways", nargs="*", metavar="way", help=", ".join(WAYS))
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    parsed = options.parse_args(given)
    if unknown := set(parsed.ways) - set(WAYS):
        options.error(f"no way is called {', '.join(sorted(unknown))}: {', '.join(WAYS)}")
    for program in ("influxd", "victoria-metrics"):
        if shutil.which(program) is None:
            options.error(f"{program} is missing: `make bench` installs it.")
    end_tidily()
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    machine = document.machine()
    rows = []
    for name in parsed.ways or WAYS:
        rows.append(measure(WAYS[name], parsed.seconds))
        print(name, *rows[-1], sep=" | ", file=sys.stderr, flush=True)
    text = text_of(machine, rows, parsed.seconds)
    print(text)
    if parsed.write:
        document.write_section("sending", text)


if __name__ == "__main__":
    main()
