"""Two versions of the code in one run: what the second costs beside what the first costs.

``python -m benchmarks.versions A B [--viewers 1000,5000] [--seconds 10] [--pairs 3] [--write]``,
where A and B are revisions. Each is checked out to a folder of its own; they are measured in turn,
A B A B, by the same load, so that what the machine does meanwhile meets both alike.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import document
from benchmarks.compare import LARGE, Report, Run, cost, measure, shown
from benchmarks.load import raise_file_limit
from benchmarks.servers import ROOT, ServerError, end_tidily

#: What was measured of one version, by name; None where there is no such figure.
Figures = dict[str, float | None]
Pair = tuple[Figures, Figures]
HEAD = ("", "figure", "A", "B", "B/A", "least", "most")


@dataclass(frozen=True, slots=True)
class Version:
    """A revision, checked out at ``tree``; ``name`` is its short hash and its day."""

    name: str
    tree: Path


def git(*arguments: str) -> str:
    """Run git here. Raises CalledProcessError, having said why on standard error."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


@contextlib.contextmanager
def checked_out(revisions: Sequence[str]) -> Iterator[list[Version]]:
    """Each revision in a folder of its own; they are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="waves-versions-") as folder:
        versions: list[Version] = []
        try:
            for number, revision in enumerate(revisions):
                tree = Path(folder) / str(number)
                git("worktree", "add", "--quiet", "--detach", str(tree), revision)
                versions.append(Version(git("log", "-1", "--format=%h of %as", revision), tree))
            yield versions
        finally:
            for version in versions:
                git("worktree", "remove", "--force", str(version.tree))


def interleaved(
    versions: Sequence[Version], pairs: int, look: Callable[[Version], Figures]
) -> list[Pair]:
    """Look at the first and the second in turn, so many times each."""
    first, second = versions
    return [(look(first), look(second)) for _ in range(pairs)]


def rows(subject: str, pairs: Sequence[Pair]) -> list[list[str]]:
    """A line for each figure: the medians, and the ratio within each pair with its spread."""
    return [
        [subject, name, *compared([(a[name], b[name]) for a, b in pairs])] for name in pairs[0][0]
    ]


def compared(values: Sequence[tuple[float | None, float | None]]) -> list[str]:
    """Median of A, of B, of B/A, and its least and most; a dash where there is none."""
    known = [(a, b) for a, b in values if a is not None and b is not None]
    if not known:
        return ["–"] * 5
    firsts, seconds = zip(*known, strict=True)
    ratios = [b / a for a, b in known if a]
    spread = (median(ratios), min(ratios), max(ratios)) if ratios else (None, None, None)
    return [digits(median(firsts)), digits(median(seconds)), *(shown(r, 2) for r in spread)]


def digits(value: float) -> str:
    """Three digits that matter, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.3g}"


def of_viewers(report: Report) -> Figures:
    """What one measurement of the fan-out says."""
    latency, server, viewers = report["latency_ms"], report["server"], report["viewers"]
    return {
        "server CPU s/s": server["cpu"],
        "CPU µs per sample": cost(report),
        "latency ms, p50": latency["p50"],
        "latency ms, p99": latency["p99"],
        "gaps": report["gaps"],
        "lost, not told": report["not_told"],
        "viewers cut off": viewers - report["alive"],
        "messages/s per viewer": report["messages_per_second"] / viewers,
        "memory, kB per viewer": server["kb_per_viewer"],
        "load CPU": report["load"]["cpu"],
    }


def fan_out(
    versions: Sequence[Version], viewers: Sequence[int], pairs: int, seconds: float
) -> list[list[str]]:
    """The lines of the fan-out, for each number of viewers."""
    lines = []
    for number in viewers:
        print(f"{number} viewers …", file=sys.stderr, flush=True)
        run = Run("daphne", number)
        measured = interleaved(
            versions,
            pairs,
            lambda version, run=run: of_viewers(measure(run, seconds, version.tree)),
        )
        lines += rows(f"{number:,} viewers", measured)
        print(
            "\n".join(" | ".join(line) for line in lines[-len(measured[0][0]) :]), file=sys.stderr
        )
    return lines


def text_of(
    machine: str, versions: Sequence[Version], lines: Sequence[Sequence[str]], pairs: int
) -> str:
    """The section of docs/benchmarks.md."""
    first, second = versions
    return "\n\n".join(
        [
            "## Cost of the fan-out, this version beside the one before",
            "1 kHz × 1 signal at 20 frames a second, daphne, pinned to one core. "
            f"A is {first.name}; B is {second.name}. Measured in turn, {pairs} times each, by the "
            "same load: medians, and what B has of what A has, pair by pair (median, least, most). "
            "Where a core is full (1.00), look at the CPU for each sample that reached a viewer.",
            machine,
            document.table(HEAD, lines),
        ]
    )


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line; ``given`` in its place."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("revisions", nargs=2, metavar="revision", help="A, then B")
    options.add_argument("--viewers", default=",".join(map(str, LARGE)), help="by commas")
    options.add_argument("--seconds", type=float, default=10.0, help="measured in each run")
    options.add_argument("--pairs", type=int, default=3, help="runs of each version")
    options.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    return options.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    """Check out, run, print, and keep."""
    options = arguments(given)
    raise_file_limit()
    end_tidily()
    machine = document.machine()
    viewers = [int(number) for number in options.viewers.split(",")]
    with checked_out(options.revisions) as versions:
        try:
            lines = fan_out(versions, viewers, options.pairs, options.seconds)
        except (ServerError, subprocess.SubprocessError) as error:
            sys.exit(str(error))
    text = text_of(machine, versions, lines, options.pairs)
    print(text)
    if options.write:
        document.write_section("versions", text)


if __name__ == "__main__":
    main()
