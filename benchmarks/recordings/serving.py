"""A Waves server on its core, over a folder that may be kept from one run to the next."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.servers import (
    ROOT,
    SERVER_CORE,
    environment,
    free_port,
    stop,
    wait_for_port,
    waves_daphne,
)

#: Where recordings stand, beside the database: as the project has it where nothing is set.
FILE = "recordings.sqlite3"


def settings(folder: Path, recordings_url: str = "") -> dict[str, str]:
    """The environment of the server, and of what prepares its databases."""
    env = environment(folder / "bench.sqlite3")
    env.pop("WAVES_RECORDINGS", None)
    return {**env, "RECORDINGS_URL": recordings_url}


def prepare(env: Mapping[str, str], streams: Sequence[Mapping[str, Any]]) -> None:
    """Make both databases, and the streams."""
    for command in (
        ["manage.py", "migrate", "--database", "recordings", "--verbosity", "0"],
        ["-m", "benchmarks.database", json.dumps(streams)],
    ):
        subprocess.run([sys.executable, *command], env=dict(env), cwd=ROOT, check=True)


@contextlib.contextmanager
def serving(
    folder: Path,
    streams: Sequence[Mapping[str, Any]],
    recordings_url: str = "",
    before: Callable[[Mapping[str, str]], None] | None = None,
) -> Iterator[tuple[int, int]]:
    """Start the server; yields its port and pid, and ends it. ``before`` is called when the
    databases are there; both are left as they are where the folder has them already."""
    env = settings(folder, recordings_url)
    if not (folder / "bench.sqlite3").exists():
        prepare(env, streams)
        if before is not None:
            before(env)
    port, log = free_port(), folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "-c", SERVER_CORE, *waves_daphne(port)],
            env=env,
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for_port(process, port, log)
        yield port, process.pid
    finally:
        stop(process)
