"""Run every server alone, measure it, and print one table: what ``make bench`` runs.

``python -m benchmarks.compare [--large] [--seconds 10] [--only daphne,original] [--write]``
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import document
from benchmarks.load import raise_file_limit
from benchmarks.servers import LOAD_CORE, ROOT, SERVERS, ServerError, make_baselines, running

Report = dict[str, Any]

#: What the figures of the others are divided by.
BASELINE = "original"
#: Hz: what every server in the table is asked for.
RATE = 1000.0
SMALL = (1, 10, 50, 300)
LARGE = (1000, 2000, 3000, 5000)
#: Not in the table unless asked for: the generator's own ceiling, and other streams than 1 kHz.
SPECIAL = ("ceiling", "heavy", "fast")
#: Time for opening the viewers, warming up and leaving; a run that takes longer is given up.
SETTLE_SECONDS = 120.0
HEAD = (
    "server",
    "viewers",
    "samples/s per viewer, min",
    "median",
    "× original",
    "gaps",
    "lost, not told",
    "latency ms, p50",
    "p95",
    "p99",
    "oldest s",
    "messages/s per viewer",
    "server CPU s/s",
    "CPU µs per sample",
    "memory MB",
    "kB per viewer",
    "load CPU",
)


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: which server, how many viewers, and what else the load is told."""

    server: str
    viewers: int
    extra: tuple[str, ...] = ()


def plan(servers: Sequence[str], viewers: Sequence[int], large: bool) -> list[Run]:
    """The runs in the order of the table; large numbers of viewers are for Waves alone."""
    runs = [Run(server, number) for server in servers for number in viewers]
    if large:
        runs += [Run("daphne", number, ("--stay", "10")) for number in LARGE]
        runs += [Run("uvicorn", number) for number in LARGE[:2]]
        runs += [Run("ceiling", number) for number in (1000, 3000)]
    return runs


def measure(run: Run, seconds: float, tree: Path = ROOT) -> Report:
    """Start the server, put the load on it, end it; the load's report.

    The server is that of ``tree``, a checkout; the load is always ours.
    """
    server = SERVERS[run.server]
    with running(server, tree) as (port, pid):
        command = [
            *("taskset", "-c", LOAD_CORE, sys.executable, "-m", "benchmarks.load"),
            *("--port", str(port), "--dialect", server.dialect, "--server-pid", str(pid)),
            *("--viewers", str(run.viewers), "--seconds", str(seconds), *run.extra),
        ]
        if server.path:
            command += ["--path", server.path]
        limit = seconds + SETTLE_SECONDS
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit)
    if done.returncode:
        raise ServerError(f"The load failed:\n{done.stderr[-2000:]}")
    report: Report = json.loads(done.stdout)
    return report


def cost(report: Report) -> float | None:
    """Microseconds of the server's CPU for each sample that reached a viewer."""
    delivered = report["samples_per_second"]["median"] * report["viewers"]
    return report["server"]["cpu"] / delivered * 1e6 if delivered else None


def ratio(report: Report, baseline: Report | None) -> str:
    """Samples that reach a viewer, beside the baseline with as many viewers.

    More than the rate is a backlog from before the measurement: it does not count as better.
    """
    theirs = baseline["samples_per_second"]["median"] if baseline else 0
    ours = min(report["samples_per_second"]["median"], RATE)
    return f"{ours / theirs:.2f}" if theirs else "–"


def shown(value: float | None, digits: int = 0) -> str:
    """A figure, or a dash where there is none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def row(run: Run, report: Report, baseline: Report | None) -> list[str]:
    """A line of the table."""
    latency, server = report["latency_ms"], report["server"]
    indexed, skips = report["gaps"] is not None, report["skips_of_source"]
    busy = " **busy**" if report["load"]["busy"] else ""
    return [
        SERVERS[run.server].label,
        f"{run.viewers:,}" + ("" if report["alive"] == run.viewers else f" ({report['alive']})"),
        shown(report["samples_per_second"]["min"]),
        shown(report["samples_per_second"]["median"]),
        ratio(report, baseline),
        shown(report["gaps"]) + (f" ({skips} of the source)" if skips else ""),
        shown(report["not_told"]) if indexed else "–",
        shown(latency["p50"], 1),
        shown(latency["p95"], 1),
        shown(latency["p99"], 1),
        shown(report["oldest_sample_s"] or None, 2),
        shown(report["messages_per_second"] / run.viewers, 1),
        shown(server["cpu"], 2),
        shown(cost(report), 2),
        shown(server["rss_mb"]),
        shown(server["kb_per_viewer"]) if run.viewers >= 50 else "–",
        f"{report['load']['cpu']:.0%}{busy}",
    ]


def rows(results: Sequence[tuple[Run, Report]]) -> list[list[str]]:
    """All lines, each beside the baseline with as many viewers."""
    baselines = {run.viewers: report for run, report in results if run.server == BASELINE}
    return [row(run, report, baselines.get(run.viewers)) for run, report in results]


def recoveries(results: Sequence[tuple[Run, Report]]) -> str:
    """What happened when the crowd had left, as a list."""
    lines = []
    for run, report in results:
        if "recovery" in report:
            left, after = report["recovery"]["left"], report["recovery"]["recovered_after_s"]
            lines.append(
                f"- {SERVERS[run.server].label}, {run.viewers:,} viewers: {left:,} left; "
                f"the p99 of the others was back under 120 ms after {after} s."
            )
    return "\n".join(lines)


def problems(results: Sequence[tuple[Run, Report]]) -> str:
    """Closes and errors that viewers saw, as a list: nothing is kept quiet."""
    lines = [
        f"- {SERVERS[run.server].label}, {run.viewers:,} viewers: {report['closes']} "
        f"{report['errors']}"
        for run, report in results
        if report["closes"] or report["errors"]
    ]
    return "\n".join(lines)


def run_all(runs: Sequence[Run], seconds: float) -> list[tuple[Run, Report]]:
    """Measure one run after the other; one that fails is said, and left out."""
    results = []
    for run in runs:
        print(f"{SERVERS[run.server].label}, {run.viewers} viewers …", file=sys.stderr)
        try:
            report = measure(run, seconds)
            print("  ", " | ".join(row(run, report, None)), file=sys.stderr)
            results.append((run, report))
        except (ServerError, subprocess.SubprocessError) as error:
            print(error, file=sys.stderr)
    return results


def text_of(machine: str, results: Sequence[tuple[Run, Report]]) -> str:
    """The section of docs/benchmarks.md; ``machine`` says on what, and beside what, it ran."""
    parts = [
        "## Viewers",
        "1 kHz × 1 signal at 20 frames a second (the baselines: their own way of 1,000 samples a "
        "second), the server pinned to one core, the load to the other. How to read it: "
        "`benchmarks/README.md`.",
        machine,
        document.table(HEAD, rows(results)),
    ]
    if lines := recoveries(results):
        parts += ["When the load goes:", lines]
    if lines := problems(results):
        parts += ["Closes and errors that viewers saw:", lines]
    return "\n\n".join(parts)


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line; ``given`` in its place."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", help="names of servers, separated by commas")
    options.add_argument("--viewers", help="numbers of viewers, separated by commas")
    options.add_argument("--seconds", type=float, default=10.0, help="measured in each run")
    options.add_argument("--large", action="store_true", help="Waves up to 5,000 viewers, too")
    options.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    return options.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    """Run, print, and keep."""
    options = arguments(given)
    standard = [name for name in SERVERS if name not in SPECIAL]
    servers = options.only.split(",") if options.only else standard
    viewers = [int(n) for n in options.viewers.split(",")] if options.viewers else SMALL
    raise_file_limit()
    make_baselines()
    machine = document.machine()
    text = text_of(machine, run_all(plan(servers, viewers, options.large), options.seconds))
    print(text)
    if options.write:
        document.write_section("viewers", text)


if __name__ == "__main__":
    main()
