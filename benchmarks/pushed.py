"""``make pushed``: what was acknowledged is there once, whatever is cut or killed meanwhile.

A writer sends samples through a server over Redis, with a worker of its own, and sends each batch
again until it is acknowledged. Its connection is cut, its server and the worker are killed, Redis
is restarted. Somebody watches through another server all the while, and has to receive each value
once, in order.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path
from typing import Literal

from waves.protocol.frames import parse
from waves.tests.server.processes import Site, free_port
from waves.tests.server.viewing import Viewing, view

Kind = Literal["numbered", "timed"]

SLUG = "pushed"
#: Samples of a batch, and the pause between two.
AT_ONCE, PAUSE_SECONDS = 20, 0.02
#: Batches that are acknowledged between two faults: each meets a stream that moves.
BETWEEN = 10
PATIENCE_SECONDS = 60.0


class Redis:
    """With an append-only file that is written at every command; it comes back on its port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Until it answers."""
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--dir", str(self._folder)),
                *("--save", "", "--appendonly", "yes", "--appendfsync", "always"),
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", self.port)):
                    return
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """Nothing that it had not written is there any more."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@dataclass
class Writer(threading.Thread):
    """Sends 0, 1, 2 … until it is told to end; ``acknowledged`` of them were."""

    port: int
    key: str
    kind: Kind
    acknowledged: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    cuts: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self._connection: HTTPConnection | None = None
        self._begin = time.time()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        """One batch after the other, each until it is acknowledged."""
        while not self.ended.is_set():
            while not self._send(self.acknowledged):
                time.sleep(0.1)
            self.acknowledged += AT_ONCE
            time.sleep(PAUSE_SECONDS)
        if self._connection is not None:
            self._connection.close()

    def _send(self, first: int) -> bool:
        path, headers, body = self._request(first)
        headers["Authorization"] = f"Bearer {self.key}"
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            self._connection.request("POST", path, body, headers)
            if self.cuts:
                self.cuts -= 1
                raise ConnectionResetError("cut")
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, HTTPException) as error:
            self._connection.close()
            self._connection = None
            self.answers[type(error).__name__] += 1
            return False
        self.answers[str(answer.status)] += 1
        return answer.status in (200, 204)

    def _request(self, first: int) -> tuple[str, dict[str, str], str]:
        numbers = range(first, first + AT_ONCE)
        if self.kind == "numbered":
            text = "\n".join(f'{{"value": {number}}}' for number in numbers)
            headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": f"batch {first}"}
            return f"/api/v1/streams/{SLUG}/samples", headers, text
        begin = round(self._begin * 1000)
        text = "\n".join(f"m value={number} {begin + number}" for number in numbers)
        return f"/api/v2/write?bucket={SLUG}&precision=ms", {}, text


class Watcher:
    """Somebody who was there all the time: every value, in the order in which it came."""

    def __init__(self, address: str) -> None:
        self.values: list[int] = []
        self.epochs: set[int] = set()
        self.told: list[dict[str, object]] = []
        self._address = address

    async def until(self, done: threading.Event, writer: Writer) -> None:
        """Receive until the writer has ended, and all that was acknowledged is there."""
        async with view(self._address, f"/ws/streams/{SLUG}/") as viewer:
            viewer.take = self._take_of(viewer)  # type: ignore[method-assign]
            until = None
            while not (done.is_set() and len(self.values) >= writer.acknowledged):
                if done.is_set() and until is None:
                    until = time.monotonic() + PATIENCE_SECONDS
                if until is not None and time.monotonic() > until:
                    return
                try:
                    async with asyncio.timeout(1):
                        await viewer.receive()
                except TimeoutError:
                    continue
                if viewer.closed:
                    raise AssertionError(f"the watcher was closed: {viewer.closed}")
            self.told = viewer.of_type("gap")

    def _take_of(self, viewer: Viewing) -> object:
        take = viewer.take

        def keep(message: str | bytes) -> bool:
            if isinstance(message, bytes):
                for frame in parse(message):
                    self.epochs.add(frame.epoch)
                    self.values += frame.values[0].astype(int).tolist()
            return take(message)

        return keep


@dataclass
class Outcome:
    """What was done, and what is wrong; nothing is where ``problems`` is empty."""

    faults: Counter[str]
    acknowledged: int
    epochs: int
    answers: Counter[str]
    problems: list[str]


class Scene:
    """Redis, a worker, the server of the writer and the one of who watches."""

    def __init__(self, folder: Path, prepared: Site | None) -> None:
        self.redis = Redis(folder)
        self.site = Site(folder, REDIS_URL=self.redis.url)
        if prepared is None:
            self.site.prepare()
        else:
            self.site.start_from(prepared)
        self.site.execute("UPDATE waves_stream SET enabled = 0")
        self.key = self.site.manage("accesskey", "create", "--scope", "write").splitlines()[0]
        self.port = free_port()
        self.worker = self.site.start_worker()
        self.server = self.site.start(port=self.port)
        self.watched = self.site.start()

    def stream(self, kind: Kind) -> None:
        """One that takes what the writer sends."""
        key = self.site.add_stream(
            SLUG,
            "sine",
            name=SLUG,
            enabled=1,
            source="push",
            rate=1000,
            window=5,
            history=60,
            options='{"clock": "%s"}' % ("timed" if kind == "timed" else "regular"),
        )
        self.site.execute("UPDATE waves_signal SET name = 'value' WHERE stream_id = ?", key)

    def provoke(self, fault: str, writer: Writer) -> None:
        """One fault; what was killed is there again afterwards."""
        if fault == "cut":
            writer.cuts += 1
        elif fault == "server":
            self.server.kill()
            self.server = self.site.start(port=self.port)
        elif fault == "worker":
            self.worker.kill()
            self.worker = self.site.start_worker()
        else:
            self.redis.kill()
            self.redis.start()

    def close(self) -> None:
        """All of it ends."""
        for process in (self.server, self.watched, self.worker):
            process.kill()
        self.redis.kill()


@contextmanager
def scene(prepared: Site | None = None) -> Iterator[Scene]:
    """In a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="waves-pushed-") as folder:
        made = Scene(Path(folder), prepared)
        try:
            yield made
        finally:
            made.close()


def prove(made: Scene, kind: Kind, faults: Counter[str], seed: int) -> Outcome:
    """Provoke faults in a random order while a writer writes and somebody watches."""
    made.stream(kind)
    writer, watcher = Writer(made.port, made.key, kind), Watcher(made.watched.address)
    done = threading.Event()
    failed: list[BaseException] = []

    def watch() -> None:
        try:
            asyncio.run(watcher.until(done, writer))
        except BaseException as error:
            failed.append(error)

    watching = threading.Thread(target=watch)
    watching.start()
    writer.start()
    order = list(faults.elements())
    random.Random(seed).shuffle(order)
    try:
        for fault in order:
            _await_more(writer, watcher)
            made.provoke(fault, writer)
        _await_more(writer, watcher)
    finally:
        writer.ended.set()
        writer.join(PATIENCE_SECONDS)
        done.set()
        watching.join(2 * PATIENCE_SECONDS)
    problems = [f"{type(error).__name__}: {error}" for error in failed]
    problems += _wrong(watcher.values, writer.acknowledged)
    return Outcome(faults, writer.acknowledged, len(watcher.epochs), writer.answers, problems)


def _await_more(writer: Writer, watcher: Watcher) -> None:
    before, seen = writer.acknowledged, len(watcher.values)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while writer.acknowledged < before + BETWEEN * AT_ONCE or len(watcher.values) <= seen:
        assert time.monotonic() < deadline, f"nothing moves: {writer.answers}"
        time.sleep(0.02)


def _wrong(values: list[int], acknowledged: int) -> list[str]:
    counts = Counter(values)
    missing = sorted(set(range(acknowledged)) - counts.keys())
    twice = sorted(value for value, count in counts.items() if count > 1)
    back = [b for a, b in pairwise(values) if b < a]
    told = (("missing", missing), ("twice", twice), ("out of order", back))
    return [f"{len(each)} {what}: {each[:10]} …" for what, each in told if each]


def main() -> int:
    """All faults, with samples that are numbered and with samples that have times."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, most in (("cut", 50), ("server", 20), ("worker", 20), ("redis", 5)):
        parser.add_argument(f"--{name}", type=int, default=most)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=["numbered", "timed"], action="append")
    given = parser.parse_args()
    faults = Counter({name: getattr(given, name) for name in ("cut", "server", "worker", "redis")})
    bad = 0
    for kind in given.kind or ("numbered", "timed"):
        with scene() as made:
            began = time.monotonic()
            outcome = prove(made, kind, faults, given.seed)
        print(
            f"{kind}: {dict(faults)}, {outcome.acknowledged} samples acknowledged in "
            f"{outcome.epochs} epochs, {time.monotonic() - began:.0f} s; "
            f"answers {dict(outcome.answers)}; "
            f"{'; '.join(outcome.problems) or 'each there once, in order'}",
            flush=True,
        )
        bad += bool(outcome.problems)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
