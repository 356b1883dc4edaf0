"""The servers under test: how each is started, alone, on a core of its own, and ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
BENCH_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
SERVER_CORE, LOAD_CORE = "0", "1"
START_SECONDS = 30.0
#: Time to close the viewers' sockets and the tasks; one that does not come to an end is killed.
STOP_SECONDS = 10.0

#: What makes a process run as deployed. With DEBUG on Django keeps the last 9,000 queries of each
#: thread, so that memory grows for hours.
DEPLOYED = {
    "DEBUG": "off",
    "HTTPS": "off",
    "SECRET_KEY": "a benchmark keeps no secrets",
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
}

Command = Callable[[int], list[str]]


class ServerError(RuntimeError):
    """A server did not start; the message carries the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server under test. ``command`` makes its command line from a port.

    ``streams`` are those in Waves' database: fields of the model, and the number of signals; empty
    for every other server.
    """

    label: str
    dialect: str
    command: Command
    path: str = ""
    streams: tuple[dict[str, Any], ...] = ()


def waves_daphne(port: int) -> list[str]:
    """This project as it is deployed."""
    return daphne("livestream_project.asgi", port)


def waves_uvicorn(port: int) -> list[str]:
    """This project under another ASGI server."""
    return [
        *(sys.executable, "-m", "uvicorn", "livestream_project.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"),
    ]


def daphne(module: str, port: int) -> list[str]:
    """A module's ``application`` under daphne."""
    return [
        *(sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port)),
        *("--verbosity", "0", f"{module}:application"),
    ]


def original(mode: str) -> Command:
    """The Flask-SocketIO original, in one of its modes."""
    return lambda port: [
        *(str(BENCH_PYTHON), "-m", "benchmarks.baselines.flask_socketio_original"),
        *("--port", str(port), "--mode", mode),
    ]


def bokeh(port: int) -> list[str]:
    """Bokeh's own server."""
    script = "benchmarks/baselines/bokeh_stream.py"
    return [
        *(str(BENCH_PYTHON), "-m", "bokeh", "serve", script),
        *("--address", "127.0.0.1", "--port", str(port), "--log-level", "warning"),
    ]


def ceiling(port: int) -> list[str]:
    """The sender that does next to nothing: what the load generator can take."""
    return [sys.executable, "-m", "benchmarks.ceiling", "--port", str(port)]


KILOHERTZ = {"rate": 1000.0, "frames_per_second": 20.0, "window": 2.0, "signals": 1}
HEAVY = {"rate": 100_000.0, "frames_per_second": 20.0, "window": 2.0, "signals": 1}
FAST = {
    "rate": 1_000_000.0,
    "frames_per_second": 20.0,
    "window": 10.0,
    "history": 12.0,
    "signals": 4,
}
PUSHED = {"source": "push", "frames_per_second": 20.0, "history": 4.0, "signals": 0}

SERVERS: dict[str, Server] = {
    "daphne": Server("Waves, daphne", "waves", waves_daphne, streams=(KILOHERTZ,)),
    "uvicorn": Server("Waves, uvicorn", "waves", waves_uvicorn, streams=(KILOHERTZ,)),
    "original": Server("Flask-SocketIO original, threading", "socketio", original("threading")),
    "gevent": Server("Flask-SocketIO original, gevent", "socketio", original("gevent")),
    "per-sample": Server(
        "Channels, a message a sample",
        "samples",
        lambda port: daphne("benchmarks.baselines.channels_per_sample", port),
    ),
    "member-each": Server(
        "Channels, every consumer in the group",
        "waves",
        lambda port: daphne("benchmarks.baselines.channels_member_each", port),
    ),
    "bokeh": Server("Bokeh server", "bokeh", bokeh),
    "ceiling": Server("Bare sender (the generator's ceiling)", "waves", ceiling),
    "heavy": Server("Waves, daphne, 100 kHz as samples", "waves", waves_daphne, streams=(HEAVY,)),
    "fast": Server(
        "Waves, daphne, 1 MS/s × 4",
        "waves",
        waves_daphne,
        path="/ws/streams/bench/?window=10&columns=1200",
        streams=(FAST,),
    ),
}


def make_baselines() -> None:
    """Make ``.venv-bench`` where it is missing."""
    if BENCH_PYTHON.exists():
        return
    folder = str(BENCH_PYTHON.parent.parent)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    requirements = str(ROOT / "benchmarks" / "requirements.txt")
    install = [str(BENCH_PYTHON), "-m", "pip", "install", "--quiet", "-r", requirements]
    subprocess.run(install, check=True)


def environment(database: Path, tree: Path = ROOT) -> dict[str, str]:
    """The environment of a server: production settings, an embedded worker, its own database.

    ``tree`` is the checkout whose code it runs.
    """
    own = {
        **DEPLOYED,
        "LOG_LEVEL": "WARNING",
        "WAVES_DATABASE": str(database),
        "DATABASE_URL": "",
        "WAVES_WORKER": "embedded",
        # All viewers come from this machine.
        "WAVES_MAX_SOCKETS_EACH": "100000",
        "WAVES_MAX_SUBSCRIPTIONS_EACH": "1000000",
        "WAVES_MAX_MESSAGES_EACH": "1000000",
        "PYTHONPATH": str(tree),
        "PYTHONUNBUFFERED": "1",
    }
    inherited = {key: value for key, value in os.environ.items() if key != "REDIS_URL"}
    return {**inherited, **own}


def slug_of(number: int) -> str:
    """The slug of a server's first stream, second stream and so on."""
    return "bench" if number == 1 else f"bench-{number}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(server: Server, tree: Path = ROOT) -> Iterator[tuple[int, int]]:
    """Start a server on the server core; yields its port and pid, and ends it.

    ``tree`` is the checkout whose code it runs: another version's, where two are compared.
    """
    with tempfile.TemporaryDirectory(prefix="waves-bench-") as folder:
        env = environment(Path(folder) / "bench.sqlite3", tree)
        if server.streams:
            streams = json.dumps(server.streams)
            command = [sys.executable, "-m", "benchmarks.database", streams]
            subprocess.run(command, env=env, cwd=tree, check=True)
        port = free_port()
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["taskset", "-c", SERVER_CORE, *server.command(port)],
                env=env,
                cwd=tree,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for_port(process, port, log)
            yield port, process.pid
        finally:
            stop(process)


def make_key(pid: int) -> str:
    """A key that may write to the streams of a server that runs."""
    env = psutil.Process(pid).environ()
    command = [sys.executable, "manage.py", "accesskey", "create", "--scope", "write"]
    made = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return made.stdout.strip()


def end_tidily() -> None:
    """Let SIGTERM end us as Ctrl-C does: what was started is ended, and folders are removed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the server listens. Raises ServerError where it ends, or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.1)
    raise ServerError(f"The server did not start. Its log ends with:\n{log.read_text()[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server as a supervisor would: SIGTERM, and SIGKILL where that is not enough."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
