"""Windows of any length of a long recording, over HTTP, while the same server records on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks import document
from benchmarks.recordings.asking import Answers, ask_all
from benchmarks.recordings.plan import Plan, days, restarts
from benchmarks.recordings.serving import FILE, serving
from benchmarks.recordings.waiting import recorded_bytes, wait_until
from benchmarks.servers import ROOT

#: The bars, in milliseconds: of the median and of the 99th of a hundred.
MEDIAN, P99 = 50.0, 150.0
#: What is recorded meanwhile, in the same stream.
LIVE = {"rate": 1000.0, "frames_per_second": 20.0, "window": 2.0, "signals": 4, "record": True}
#: Between the made recording and now: the live epoch begins after it.
BEFORE_NOW = 60
DAYS, QUESTIONS = 30.0, 1000
EPOCHS, YEAR = 100_000, 365 * 86_400.0
#: Lengths by which the answers are shown, in seconds.
GROUPS = (
    (0.0, 1.0, "below 1 s"),
    (1.0, 60.0, "1 s to 1 min"),
    (60.0, 3600.0, "1 min to 1 h"),
    (3600.0, 86_400.0, "1 h to 1 day"),
    (86_400.0, float("inf"), "above 1 day"),
)


def plan_of_days(count: float = DAYS, questions: int = QUESTIONS) -> Plan:
    """The month, ended a minute ago."""
    seconds = int(time.time()) - BEFORE_NOW - int(count * 86_400)
    return days(seconds * 1_000_000_000, count, questions)


def plan_of_epochs(count: int = EPOCHS, seconds: float = YEAR, questions: int = QUESTIONS) -> Plan:
    """The year of restarts, ended a minute ago."""
    begin = int(time.time()) - BEFORE_NOW - int(seconds)
    return restarts(begin * 1_000_000_000, count, seconds, questions)


def answers(plan: Plan, folder: Path) -> tuple[Answers, int]:
    """Make the recording, where the folder has none, ask, and say how many bytes came meanwhile."""
    kept = folder / "plan.json"
    if kept.exists():
        plan = Plan(**plan_fields(kept))

    def make(env: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "benchmarks.recordings.made", plan.text()]
        subprocess.run(command, env=dict(env), cwd=ROOT, check=True)
        kept.write_text(plan.text())

    with serving(folder, (LIVE,), before=make) as (port, _):
        file = folder / FILE
        before = recorded_bytes(file)
        wait_until(lambda: recorded_bytes(file) > before, "the live stream is recorded")
        begun = recorded_bytes(file)
        told = ask_all(port, plan)
        wait_until(lambda: recorded_bytes(file) > begun, "it was recorded while asked")
        return told, recorded_bytes(file) - begun


def plan_fields(path: Path) -> dict[str, float]:
    """What a file of JSON has."""
    return dict(json.loads(path.read_text()))


def table_of(told: Answers) -> str:
    """The answers by the length of their windows, and all of them."""
    took, lengths = np.array(told.took), np.array(told.lengths)
    rows = []
    for low, high, words in (*GROUPS, (0.0, float("inf"), "all")):
        part = took[(lengths >= low) & (lengths < high)]
        if part.size:
            median, high_one = np.quantile(part, 0.5), np.quantile(part, 0.99)
            rows.append(
                [words, str(part.size), f"{median:.1f}", f"{high_one:.1f}", f"{part.max():.1f}"]
            )
    head = ("windows", "asked", "median, ms", "p99, ms", "most, ms")
    return document.table(head, rows)


def text_of(what: str, machine: str, told: Answers, came: int) -> str:
    """One of the two sections."""
    held = told.quantile(0.5) < MEDIAN and told.quantile(0.99) < P99 and not told.wrong
    lines = [
        f"Bar: median below {MEDIAN:.0f} ms, p99 below {P99:.0f} ms: "
        f"{'held' if held else 'not held'}. Answers that were wrong: {len(told.wrong)}.",
        f"Meanwhile the server recorded 1 kHz × 4 of the same stream: {came / 1e6:.1f} MB.",
    ]
    lines += [f"- wrong: {words}" for words in told.wrong[:5]]
    return "\n\n".join([what, machine, table_of(told), "\n".join(lines)])


def windows(folder: Path, plan: Plan) -> str:
    """The section on a month."""
    machine = document.machine()
    told, came = answers(plan, folder)
    whole = (plan.end - plan.begin) / 86_400e9
    what = (
        f"### Windows of {whole:.3g} days of 1 kHz × 4\n\n"
        "The levels are real; samples stand where the questions look. Each window has a random "
        "length from 1 ms to all of it, at a random place, and is asked for in 1,280 columns over "
        "HTTP, one after the other."
    )
    return text_of(what, machine, told, came)


def epochs(folder: Path, plan: Plan) -> str:
    """The section on a year of restarts."""
    machine = document.machine()
    told, came = answers(plan, folder)
    whole = (plan.end - plan.begin) / 86_400e9
    what = (
        f"### Windows of {whole:.3g} days in {plan.stretches:,} epochs\n\n"
        f"1 kHz × 4, {plan.samples / plan.rate:.0f} s an epoch. Windows from 1 s to all of it, "
        "asked for as above."
    )
    return text_of(what, machine, told, came)
