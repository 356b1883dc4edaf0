"""A site of several processes: servers and workers over a Redis of its own, or one embedded."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import redis

from benchmarks.servers import (
    ROOT,
    ServerError,
    environment,
    free_port,
    stop,
    wait_for_port,
    waves_daphne,
)
from waves.tests.server.processes import start_redis

#: Of ``taskset``: on both cores of the machine, wherever the kernel puts it.
ANYWHERE = f"0-{(os.cpu_count() or 1) - 1}"


class Site:
    """The processes of one site. ``cores``: those of the servers, and those of all else."""

    def __init__(self, folder: Path, cores: tuple[str, str] = (ANYWHERE, ANYWHERE)) -> None:
        self.folder, self.server_cores, self.other_cores = folder, *cores
        self.environment = environment(folder / "bench.sqlite3")
        self.servers: dict[int, subprocess.Popen[bytes]] = {}
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.redis: subprocess.Popen[bytes] | None = None
        self.redis_port = 0

    def prepare(self, streams: Sequence[dict[str, Any]]) -> None:
        """Make the database, with these streams."""
        command = [sys.executable, "-m", "benchmarks.database", json.dumps(streams)]
        subprocess.run(command, env=self.environment, cwd=ROOT, check=True)

    def start_redis(self) -> None:
        """From now on servers and workers are processes of their own, over Redis."""
        self.redis_port = free_port()
        self.redis = start_redis(self.redis_port, inside=("taskset", "-c", self.other_cores))
        self.environment["REDIS_URL"] = f"redis://127.0.0.1:{self.redis_port}/0"
        self.environment["WAVES_WORKER"] = "separate"

    def start_worker(self, name: str) -> None:
        """A worker, which is not waited for."""
        command = [sys.executable, "manage.py", "runstreams", "--name", name]
        self.workers[name] = self._start(self.other_cores, command, f"worker-{name}")

    def begin_server(self, port: int) -> None:
        """A server, which is not waited for; on the port of one that is gone it takes its place."""
        self.servers[port] = self._start(self.server_cores, waves_daphne(port), f"server-{port}")

    def await_server(self, port: int) -> None:
        """Return when a server listens. Raises ServerError."""
        wait_for_port(self.servers[port], port, self._log(f"server-{port}"))

    def start_servers(self, number: int) -> list[int]:
        """So many servers, all of which listen; their ports."""
        ports = [free_port() for _ in range(number)]
        for port in ports:
            self.begin_server(port)
        for port in ports:
            self.await_server(port)
        return ports

    def client(self) -> redis.Redis:
        """For whoever looks at Redis."""
        return redis.Redis("127.0.0.1", self.redis_port, socket_timeout=5)

    def slugs(self) -> dict[int, str]:
        """Slug of each stream, by its handle."""
        with contextlib.closing(sqlite3.connect(self.folder / "bench.sqlite3")) as connection:
            return dict(connection.execute("SELECT id, slug FROM waves_stream"))

    def check(self) -> None:
        """Raises ServerError where a process ended that nobody told to: nothing counts then."""
        found = {f"server {port}": process for port, process in self.servers.items()}
        found |= {f"worker {name}": process for name, process in self.workers.items()}
        if self.redis is not None:
            found["redis"] = self.redis
        if ended := [name for name, process in found.items() if process.poll() is not None]:
            raise ServerError(f"These ended by themselves: {ended}\n{self.said()[-2000:]}")

    def said(self) -> str:
        """Warnings and errors in the logs of all processes."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def close(self) -> None:
        """End all processes: viewers' servers first, Redis last."""
        for process in (*self.servers.values(), *self.workers.values()):
            if process.poll() is None:
                stop(process)
        if self.redis is not None:
            stop(self.redis)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _start(self, cores: str, command: list[str], name: str) -> subprocess.Popen[bytes]:
        with self._log(name).open("ab") as log:
            return subprocess.Popen(
                ["taskset", "-c", cores, *command],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


@contextlib.contextmanager
def over_redis(
    streams: Sequence[dict[str, Any]],
    servers: int,
    workers: str = "a",
    cores: tuple[str, str] = (ANYWHERE, ANYWHERE),
) -> Iterator[Site]:
    """A site with so many servers, and a worker for each letter of ``workers``."""
    with _folder() as folder, ExitStack() as stack:
        site = Site(folder, cores)
        stack.callback(site.close)
        site.prepare(streams)
        site.start_redis()
        for name in workers:
            site.start_worker(name)
        site.start_servers(servers)
        yield site


@contextlib.contextmanager
def embedded(
    streams: Sequence[dict[str, Any]], cores: tuple[str, str] = (ANYWHERE, ANYWHERE)
) -> Iterator[Site]:
    """A site of one process, with the worker in it."""
    with _folder() as folder, ExitStack() as stack:
        site = Site(folder, cores)
        stack.callback(site.close)
        site.prepare(streams)
        site.start_servers(1)
        yield site


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="waves-bench-") as folder:
        yield Path(folder)
