"""Bytes that are written, and that stand on the disk, for what slow streams have recorded."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import document
from benchmarks.recordings.serving import FILE, serving
from benchmarks.recordings.waiting import recorded_bytes, wait_until

#: Bytes written for each that is kept, at most.
BAR = 5.0
SLOW = {"rate": 100.0, "frames_per_second": 10.0, "window": 2.0, "signals": 1, "record": True}
STREAMS, SECONDS = 200, 600.0
#: Tables whose payloads are kept.
PAYLOADS = ("recordedrow", "recordedtail", "recordedcolumns")


@dataclass(frozen=True, slots=True)
class Held:
    """What a file of recordings holds, and what its process has had written, at one moment."""

    written: int
    payloads: int
    samples: int
    disk: int


def look(file: Path, pid: int) -> Held:
    """Look now."""
    ask = [f"(SELECT coalesce(sum(length(payload)), 0) FROM waves_{t})" for t in PAYLOADS]
    samples = (
        "(SELECT coalesce(sum(n), 0) FROM waves_recordedrow WHERE level = 0)"
        " + (SELECT coalesce(sum(n), 0) FROM waves_recordedtail)"
    )
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as base:
        payloads, n = base.execute(f"SELECT {' + '.join(ask)}, {samples}").fetchone()
    files = [file, file.with_name(file.name + "-wal")]
    disk = sum(each.stat().st_size for each in files if each.exists())
    return Held(written_by(pid), int(payloads), int(n), disk)


def written_by(pid: int) -> int:
    """Bytes that a process has caused to be written to disks, as the kernel counts them."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    found = dict(line.split(": ") for line in lines)
    return int(found["write_bytes"]) - int(found["cancelled_write_bytes"])


def measure(streams: int, seconds: float) -> list[str]:
    """A row: so many streams of 100 Hz, for so long."""
    with (
        tempfile.TemporaryDirectory(prefix="waves-bench-") as name,
        serving(Path(name), tuple(dict(SLOW) for _ in range(streams))) as (_, pid),
    ):
        file = Path(name) / FILE
        wait_until(lambda: recorded_bytes(file) > 0, "the streams are recorded")
        before = look(file, pid)
        time.sleep(seconds)
        after = look(file, pid)
    kept, written = after.payloads - before.payloads, after.written - before.written
    return [
        f"{streams} × 100 Hz",
        f"{after.samples - before.samples:,}",
        f"{kept / 1e6:.2f}",
        f"{written / 1e6:.2f}",
        f"{written / kept:.2f}" if kept else "–",
        f"{after.disk / after.samples:.1f}" if after.samples else "–",
    ]


def text(streams: int = STREAMS, seconds: float = SECONDS) -> str:
    """The section of the document."""
    machine = document.machine()
    rows = [measure(streams, seconds), measure(1, seconds)]
    is_held = rows[0][4] != "–" and float(rows[0][4]) <= BAR
    how = (
        f"{seconds:.0f} s. Written is what the kernel counts for the server's process: the log, "
        "the file, and its other database. Kept are the payloads. On disk is the file with its "
        f"log, at the end. Bar of the {streams}: at most {BAR:.0f} bytes written for each that is "
        f"kept: {'held' if is_held else 'not held'}."
    )
    head = (
        *("float32", "samples", "kept, MB", "written, MB", "written per byte kept"),
        "bytes on disk per sample",
    )
    return "\n\n".join(["### What it writes", machine, how, document.table(head, rows)])
