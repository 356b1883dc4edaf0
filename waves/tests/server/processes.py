"""Servers as processes of their own, each on a free port and a fresh database."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
#: The administrator of every prepared site.
USER, PASSWORD = "admin", "a-password-for-tests"
#: Where recordings stand, beside the database.
RECORDINGS = "recordings.sqlite3"
#: A slow machine may scale this.
START_SECONDS = float(os.environ.get("WAVES_TEST_PATIENCE", "30"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


#: `coverage run` measures what the tests call themselves: it would slow the servers down.
UNMEASURED = {"COVERAGE_PROCESS_CONFIG": ""}


class Process:
    """One server: its port, what it printed, and its end. What it starts ends with it."""

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str],
        port: int,
        folder: Path,
        cwd: Path = ROOT,
    ) -> None:
        self.port = port
        # One that comes back on its port goes on in the same file.
        self.log = folder / f"waves.{port}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env={**os.environ, **UNMEASURED, "PYTHONUNBUFFERED": "1", **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def printed(self) -> str:
        return self.log.read_text(errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(
                f"http://{self.address}{path}", timeout=START_SECONDS
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def await_answer(self, path: str, status: int = 200, words: str = "") -> str:
        """Wait until the server answers a path with a status, and with these words."""
        deadline = time.monotonic() + START_SECONDS
        answer: object = None
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"the server ended:\n{self.printed()}"
            try:
                answer = self.get(path)
                if answer[0] == status and words in answer[1]:
                    return answer[1]
            except OSError as error:
                answer = error
            time.sleep(0.05)
        raise AssertionError(f"no {status} {words} from {path} but {answer}:\n{self.printed()}")

    def await_printed(self, words: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while words not in self.printed():
            assert time.monotonic() < deadline, f"never printed {words!r}:\n{self.printed()}"
            time.sleep(0.05)

    def pause(self) -> None:
        """As a machine that is swapped out: nothing of it runs, and its sockets stay."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As an operator would: SIGTERM, and it ends by itself."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(START_SECONDS)
        finally:
            self.kill()


def copy_databases(database: Path, to: Path) -> None:
    """A database of SQLite, and that of recordings which stands beside it."""
    shutil.copyfile(database, to)
    if database.with_name(RECORDINGS).exists():
        shutil.copyfile(database.with_name(RECORDINGS), to.with_name(RECORDINGS))


class Site:
    """A database and the environment of the servers that stand on it."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.database = folder / "waves.sqlite3"
        self.environment = {
            "WAVES_DATABASE": str(self.database),
            # What this shell has set is not for these.
            "DATABASE_URL": "",
            "RECORDINGS_URL": "",
            "WAVES_RECORDINGS": "",
            "DJANGO_SETTINGS_MODULE": "waves.tests.settings",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            **environment,
        }

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=4 * START_SECONDS,
            check=False,
        )
        return done.stdout + done.stderr

    def prepare(self) -> None:
        """Tables, the demo streams and an administrator."""
        self.manage("migrate", "-v0")
        self.manage("loaddemo")
        self.manage("createsuperuser", "--noinput", f"--username={USER}", "--email=a@example.org")

    def start_from(self, prepared: "Site") -> None:
        """Copy a prepared database: far quicker than to prepare another one."""
        copy_databases(prepared.database, self.database)

    def execute(self, sql: str, *values: object) -> int:
        """Change the database behind the servers' back; the key of what was inserted."""
        with sqlite3.connect(self.database, timeout=10) as connection:
            key = connection.execute(sql, values).lastrowid
        connection.close()
        return key or 0

    def add_stream(self, slug: str, like: str, **changes: object) -> int:
        """Copy a stream with its signals; returns the primary key of the copy."""
        like = f"(SELECT id FROM waves_stream WHERE slug = '{like}')"
        changes = {"slug": slug, "uuid": uuid.uuid4().hex, **changes}
        key = self._copy("waves_stream", f"id = {like}", changes)
        self._copy("waves_signal", f"stream_id = {like}", {"stream_id": key})
        return key

    def add_signal(self, stream: int, **changes: object) -> int:
        """Copy the first signal of a stream within it; returns the primary key of the copy."""
        return self._copy("waves_signal", f"stream_id = {stream} AND position = 0", changes)

    def enable(self, slug: str, *, enabled: bool = True) -> None:
        self.execute("UPDATE waves_stream SET enabled = ? WHERE slug = ?", enabled, slug)

    def remove_stream(self, key: int) -> None:
        self.execute("DELETE FROM waves_signal WHERE stream_id = ?", key)
        self.execute("DELETE FROM waves_stream WHERE id = ?", key)

    def _copy(self, table: str, which: str, changes: dict[str, object]) -> int:
        with sqlite3.connect(self.database) as connection:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        connection.close()
        names = [name for name in columns if name != "id"]
        if "uuid" in names:  # its past is its own
            changes = {"uuid": uuid.uuid4().hex, **changes}
        values = ["?" if name in changes else name for name in names]
        return self.execute(
            f"INSERT INTO {table} ({', '.join(names)}) "
            f"SELECT {', '.join(values)} FROM {table} WHERE {which}",
            *(changes[name] for name in names if name in changes),
        )

    def start(
        self,
        server: str = "daphne",
        ready: str = "/healthz/ready",
        status: int = 200,
        port: int | None = None,
        application: str = "livestream_project.asgi:application",
        host: str = "127.0.0.1",
        **environment: str,
    ) -> Process:
        """A server on a port of its own or, to come back where one was, on a given one."""
        port = port or free_port()
        uvicorn = ["-m", "uvicorn", "--host", host, "--port", str(port), application]
        command = {
            "daphne": ["-m", "daphne", "-b", host, "-p", str(port), application],
            "uvicorn": uvicorn,
            "uvicorn in two processes": [*uvicorn, "--workers", "2"],
            "runserver": ["manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
        }[server]
        process = self._launch(command, port, environment)
        try:
            process.await_answer(ready, status)
        except BaseException:
            process.kill()
            raise
        return process

    @contextmanager
    def serve(self, *arguments: Any, **options: Any) -> Iterator[Process]:
        """A server for a while: see ``start``."""
        process = self.start(*arguments, **options)
        try:
            yield process
        finally:
            process.kill()

    def start_worker(self, **environment: str) -> Process:
        worker = self._launch(["manage.py", "runstreams"], free_port(), environment)
        worker.await_printed("Streams run.")
        return worker

    def _launch(self, command: list[str], port: int, environment: dict[str, str]) -> Process:
        environment = {**self.environment, **environment}
        return Process([sys.executable, *command], environment, port, self.folder)


@contextmanager
def redis_server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Redis of our own, in memory only."""
    binary = shutil.which("redis-server")
    assert binary, "redis-server is missing: run `make test`, which installs it."
    port = free_port()
    process = start_redis(port)
    try:
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        process.kill()
        process.wait()


def start_redis(
    port: int, host: str = "127.0.0.1", inside: Sequence[str] = ()
) -> "subprocess.Popen[bytes]":
    """A Redis that listens on an address, perhaps ``inside`` a network namespace."""
    process = subprocess.Popen(
        [
            *(*inside, "redis-server", "--port", str(port), "--bind", host),
            *("--save", "", "--protected-mode", "no"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    await_port(port, host)
    return process


def await_port(port: int, host: str = "127.0.0.1") -> None:
    """Return once somebody listens there."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((host, port)) == 0:
                return
        assert time.monotonic() < deadline, f"nobody listens on port {port} of {host}"
        time.sleep(0.02)
