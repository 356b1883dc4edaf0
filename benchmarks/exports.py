"""What an export of 10^8 samples takes: ``python -m benchmarks.exports [--write]``.

A recording is made in a folder of its own, written by the store as a worker does. Each format is
then exported by ``manage.py exportstream`` in a process of its own, whose memory the kernel tells,
and Parquet and NPZ are imported again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.document import machine, table, write_section
from benchmarks.servers import ROOT

SAMPLES = 100_000_000
#: WAV has whole rates only; at this one 10^8 samples are 100 s.
RATE = 1_000_000.0
BLOCK = 65_536
FORMATS = ("parquet", "npz", "wav", "csv")
#: What issue and docs promise, in bytes.
MOST_MEMORY = 300_000_000
MIGRATE = ("manage.py", "migrate", "--verbosity", "0")


def environment(folder: Path) -> dict[str, str]:
    """A project with databases of its own."""
    own = {
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "WAVES_RECORDINGS": str(folder / "recordings.sqlite3"),
        "DJANGO_SETTINGS_MODULE": "livestream_project.settings",
        "SECRET_KEY": "benchmark" * 8,
        "DEBUG": "off",
        "ALLOWED_HOSTS": "localhost",
    }
    return {**os.environ, **own}


def run(arguments: Sequence[str], folder: Path) -> tuple[float, int]:
    """Run Python; return seconds and the most bytes of memory. Raises RuntimeError."""
    started = time.monotonic()
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{' '.join(arguments)} failed.")
    return time.monotonic() - started, used.ru_maxrss * 1024


def make(samples: int) -> None:
    """Make the recording, within the project."""
    import django
    import numpy as np

    django.setup()
    from waves.database import installation
    from waves.models import Signal, Stream
    from waves.protocol.block import SampleBlock
    from waves.protocol.description import describe
    from waves.protocol.spec import SignalSpec
    from waves.recording import store
    from waves.recording.writing import StreamWriter
    from waves.specs import stream_spec

    stream = Stream.objects.create(name="Long", slug="long", source="push", rate=RATE)
    Signal.objects.create(stream=stream, name="A", key="a", unit="V")
    writer = StreamWriter(installation.find().identity, stream.uuid, stream.name)
    told = describe(stream_spec(stream), 1, [SignalSpec("a", "A", "V")])
    store.take(writer.begin(told))
    rng = np.random.default_rng(1)
    steps: list[store.Step] = []
    for first in range(0, samples, BLOCK):
        n = min(BLOCK, samples - first)
        values = rng.standard_normal((1, n), np.float32)
        block = SampleBlock(1, first, 1_800_000_000.0 + first / RATE, 1 / RATE, values)
        steps += writer.add([block])
        if sum(step.bytes for step in steps) > 4 * 1024 * 1024:
            store.take([*steps, *writer.flush()])
            steps = []
    store.take([*steps, *writer.end()])


def measured(folder: Path, samples: int, formats: Sequence[str]) -> list[list[str]]:
    """A line of the table for each export, and for each import."""
    rows = []
    for kind in formats:
        target = folder / f"long.{kind}"
        seconds, memory = run(
            ("manage.py", "exportstream", "long", "--output", str(target)), folder
        )
        rows.append(_row(f"export, {kind}", samples, seconds, memory, target))
        if kind in ("parquet", "npz"):
            again = ("manage.py", "importstream", str(target), "--slug", f"again-{kind}")
            seconds, memory = run(again, folder)
            rows.append(_row(f"import, {kind}", samples, seconds, memory, target))
        target.unlink()
    return rows


def _row(what: str, samples: int, seconds: float, memory: int, target: Path) -> list[str]:
    size = target.stat().st_size / samples
    row = [what, f"{memory / 1e6:,.0f}", f"{seconds:,.0f}", f"{samples / seconds / 1e6:.1f}"]
    print(f"{what}: {memory / 1e6:,.0f} MB, {seconds:,.1f} s", flush=True)
    return [*row, f"{size:.1f}"]


def main() -> None:
    """Make, export, and print; with ``--write`` keep it in the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="Keep it in docs/benchmarks.md.")
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.make:
        make(chosen.samples)
        return
    about = machine()
    with tempfile.TemporaryDirectory(prefix="waves-exports-") as name:
        folder = Path(name)
        run(MIGRATE, folder)
        run(("-m", "benchmarks.exports", "--make", "--samples", str(chosen.samples)), folder)
        rows = measured(folder, chosen.samples, chosen.formats.split(","))
    head = ("", "memory, MB at most", "s", "million samples/s", "bytes of file a sample")
    text = table(head, rows)
    print(text)
    if chosen.write:
        words = (
            f"## Exports\n\nA recording of {chosen.samples:,} samples of one signal (float32)"
            f" in SQLite, each line a process of its own.\n\n{about}\n{text}"
        )
        write_section("exports", words)


if __name__ == "__main__":
    main()
