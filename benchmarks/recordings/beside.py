"""The same questions to Waves, PostgreSQL, DuckDB and VictoriaMetrics, over the same day."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import document
from benchmarks.recordings import counts
from benchmarks.recordings.plan import MOST_SAMPLES, SECOND
from benchmarks.recordings.rivals import MILLISECOND, Duck, Extremes, Plain, Store, Victoria, Waves
from benchmarks.recordings.serving import FILE, serving
from benchmarks.servers import ROOT
from waves.tests.server.postgresql import postgresql

DAY = 86_400
#: Windows that are asked for, in seconds, and how often each: at other places every time.
LENGTHS = ((10, "10 s"), (600, "10 min"), (7200, "2 h"), (DAY, "24 h"))
TIMES = 5
#: Its stream is not recorded while it is asked; what is asked ended an hour ago.
STREAM = {
    "rate": 1000.0,
    "frames_per_second": 20.0,
    "window": 2.0,
    "signals": counts.SIGNALS,
    "record": True,
    "enabled": False,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one store: milliseconds of each answer by the length, bytes, and faults."""

    name: str
    took: Mapping[int, Sequence[float]]
    filled: float
    size: int
    wrong: int


def places(begin: int, seconds: int, length: int, times: int) -> Iterator[tuple[int, int]]:
    """Where windows of a length begin and end: evenly spread, on whole seconds."""
    for time_ in range(times):
        start = begin + (seconds - length) * time_ // max(1, times - 1) * SECOND
        yield start, start + length * SECOND


def measure(store: Store, begin: int, seconds: int, times: int) -> Told:
    """Fill a store, and ask it."""
    at = time.perf_counter()
    store.fill(begin, seconds * 1000)
    filled, wrong = time.perf_counter() - at, 0
    # The first answer has whatever is made once: it does not count.
    store.ask(begin, begin + min(LENGTHS[0][0], seconds) * SECOND)
    took: dict[int, list[float]] = {}
    for length, _ in LENGTHS:
        for first, last in places(begin, seconds, min(length, seconds), times):
            at = time.perf_counter()
            found = store.ask(first, last)
            took.setdefault(length, []).append((time.perf_counter() - at) * 1000)
            wrong += not is_true(
                found, (first - begin) // MILLISECOND, (last - begin) // MILLISECOND
            )
    print(store.name, f"filled in {filled:.0f} s, {wrong} wrong", file=sys.stderr, flush=True)
    return Told(store.name, took, filled, store.size(), wrong)


def is_true(found: Extremes, first: int, end: int) -> bool:
    """Whether the extremes of all columns lie between those of the window and those of one that is
    wider by a column on each side: columns may reach beyond it."""
    spare = 2 * -(-(end - first) // 1280)
    inner, outer = counts.extremes(first, end), counts.extremes(max(0, first - spare), end + spare)
    return len(found) == counts.SIGNALS and all(
        outer[0][at] <= low <= inner[0][at] and inner[1][at] <= high <= outer[1][at]
        for at, (low, high) in enumerate(found)
    )


@contextlib.contextmanager
def waves(folder: Path, begin: int, seconds: int) -> Iterator[Waves]:
    """A server whose stream was recorded for the day, written at full."""

    def write(env: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "benchmarks.recordings.written"]
        command += [str(begin), str(seconds * 1000)]
        subprocess.run(command, env=dict(env), cwd=ROOT, check=True)

    with serving(folder, (STREAM,), before=write) as (port, _):
        file = folder / FILE
        yield Waves(port, [file, file.with_name(file.name + "-wal")])


def text(folder: Path, seconds: int = DAY, times: int = TIMES) -> str:
    """The section of the document."""
    machine = document.machine()
    # Whole hours, so that every store has the labels exactly.
    begin = (int(time.time()) - seconds - 3600) // 3600 * 3600 * SECOND
    every = []
    own = folder / "waves"
    own.mkdir(parents=True)
    with waves(own, begin, seconds) as store:
        every.append(measure(store, begin, seconds, times))
    with postgresql() as server:
        every.append(measure(Plain(server), begin, seconds, times))
    every.append(measure(Duck(folder), begin, seconds, times))
    victoria = Victoria(folder)
    try:
        every.append(measure(victoria, begin, seconds, times))
    finally:
        victoria.close()
    return shown(machine, every, seconds, times)


def shown(machine: str, every: Sequence[Told], seconds: int, times: int) -> str:
    """The section, of what came of each."""
    samples = seconds * 1000 * counts.SIGNALS
    how = (
        f"{seconds:,} s of 1 kHz × 4 ({samples / 1e6:,.1f} million values), whole numbers with "
        "noise. Minimum and maximum of each of the four in 1,280 columns: median of "
        f"{times} windows, in milliseconds. Waves is asked over HTTP and VictoriaMetrics too, "
        "twice for an answer; the others in their own ways. Each has one core. "
        f"Windows shorter than {MOST_SAMPLES / 1000:,.0f} s are read from samples."
    )
    head = ("store", *(words for _, words in LENGTHS), "bytes per value", "wrong")
    rows = [
        [
            told.name,
            *(f"{statistics.median(told.took[length]):,.1f}" for length, _ in LENGTHS),
            f"{told.size / samples:.2f}",
            str(told.wrong),
        ]
        for told in every
    ]
    return "\n\n".join(["### Beside other stores", machine, how, document.table(head, rows)])
