"""What recording 1 MS/s × 4 costs a server on one core, beside what it costs unrecorded."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import document
from benchmarks.load import Usage
from benchmarks.recordings.serving import FILE, serving
from benchmarks.recordings.waiting import recorded_bytes
from benchmarks.servers import FAST
from waves.tests.server.postgresql import postgresql

#: Part of a core that recording may cost beside the rest.
BAR = 0.15
#: MB a second that come, less what a write more or less makes of a run.
RATE = 15.0
#: Until the history is full and the first rows are written; then it is measured. In seconds.
SETTLE_SECONDS, SECONDS = 15.0, 30.0
PAIRS = 3
NOT, SQLITE, POSTGRESQL = "not recorded", "into SQLite", "into PostgreSQL"
KINDS = (NOT, SQLITE, POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds a second: of the server, and of PostgreSQL."""

    server: float
    database: float
    #: MB a second of samples that came into the recording.
    megabytes: float


@contextlib.contextmanager
def database(kind: str) -> Iterator[tuple[str, psutil.Process | None]]:
    """The URL of the recordings' database, and its process, where it is one of its own."""
    if kind != POSTGRESQL:
        yield "", None
        return
    with postgresql() as server:
        assert server.process is not None
        yield server.url, psutil.Process(server.process.pid)


def measure(kind: str, settle: float, seconds: float) -> Cost:
    """One run of a kind."""
    stream = {**FAST, "record": kind != NOT}
    with (
        tempfile.TemporaryDirectory(prefix="waves-bench-") as folder,
        database(kind) as (url, other),
        serving(Path(folder), (stream,), url) as (_, pid),
    ):
        server = psutil.Process(pid)
        time.sleep(settle)
        size = _stored(Path(folder), url)
        before, theirs = Usage.now(server), _of(other)
        time.sleep(seconds)
        after, since = Usage.now(server), _of(other)
        wall = after.wall - before.wall
        came = _stored(Path(folder), url) - size
    spent = (after.server - before.server) / wall
    return Cost(spent, (since - theirs) / wall, came / wall / 1e6)


def _of(process: psutil.Process | None) -> float:
    """CPU seconds of PostgreSQL, with those of backends that have ended: each write has one."""
    if process is None:
        return 0.0
    ended = process.cpu_times()
    return Usage.now(process).server + ended.children_user + ended.children_system


def _stored(folder: Path, url: str) -> int:
    """Bytes that are recorded, by the database's own count."""
    if not url:
        return recorded_bytes(folder / FILE)
    import psycopg

    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT coalesce(sum(bytes), 0) FROM waves_recording").fetchone()
    assert found is not None
    return int(found[0])


def text(pairs: int = PAIRS, settle: float = SETTLE_SECONDS, seconds: float = SECONDS) -> str:
    """The section of the document."""
    machine = document.machine()
    runs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
    for _ in range(pairs):
        for kind in KINDS:
            runs[kind].append(measure(kind, settle, seconds))
    rows = [_row(kind, runs[kind], runs[NOT]) for kind in KINDS]
    more = _more(runs[SQLITE], runs[NOT])
    is_whole = statistics.median(run.megabytes for run in runs[SQLITE]) >= RATE
    is_held = statistics.median(more) < BAR and is_whole
    how = (
        f"{pairs} runs of each in turn, {seconds:.0f} s, nobody looks. The server is on one core. "
        "PostgreSQL has the other, and does not wait for its disk. Bar: recording into SQLite "
        f"costs less than {BAR:.0%} of a core more: {'held' if is_held else 'not held'}."
    )
    head = (
        *("1 MS/s × 4", "server CPU s/s", "more than not recorded", "least", "most"),
        *("PostgreSQL CPU s/s", "recorded MB/s"),
    )
    return "\n\n".join(["### What it costs", machine, how, document.table(head, rows)])


def _more(runs: list[Cost], without: list[Cost]) -> list[float]:
    return [run.server - bare.server for run, bare in zip(runs, without, strict=True)]


def _row(kind: str, runs: list[Cost], without: list[Cost]) -> list[str]:
    more = _more(runs, without)
    words = [f"{each:.3f}" for each in (statistics.median(more), min(more), max(more))]
    return [
        kind,
        f"{statistics.median(run.server for run in runs):.3f}",
        *(["–"] * 3 if kind == NOT else words),
        f"{statistics.median(r.database for r in runs):.3f}" if kind == POSTGRESQL else "–",
        "–" if kind == NOT else f"{statistics.median(run.megabytes for run in runs):.1f}",
    ]
