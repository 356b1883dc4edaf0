"""Two promises that the table of viewers cannot show: bad readers, and a million samples a second.

``python -m benchmarks.extremes [--write]``
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks import document
from benchmarks.compare import Report, Run, measure, shown
from benchmarks.load import raise_file_limit
from benchmarks.misbehaviour import BAD_READERS
from benchmarks.servers import SERVERS

#: Server and good viewers beside the bad readers; a heavy stream fills what can be filled.
GOOD = (("daphne", 300), ("heavy", 20))
#: Bad readers of each kind.
BAD = 20
#: The allowance is used up about 3 s after opening; then come the 15 s in which they must go.
SECONDS = 22.0
FAST_VIEWERS = (1, 10)


def bad_readers(server: str, good: int) -> str:
    """The same viewers without and with bad readers beside them."""
    without = measure(Run(server, good), SECONDS)
    with_bad = measure(Run(server, good, ("--bad", str(BAD))), SECONDS)
    head = (f"{good} viewers beside", "gaps", "latency ms, p50", "p99", "server CPU s/s", "peak MB")
    lines = [_quality("nobody else", without)]
    lines.append(_quality(f"{BAD} each of {', '.join(BAD_READERS)}", with_bad))
    parts = [f"{SERVERS[server].label}:", document.table(head, lines), _endings(with_bad, without)]
    return "\n\n".join(parts)


def _quality(name: str, report: Report) -> list[str]:
    latency, server = report["latency_ms"], report["server"]
    return [
        name,
        shown(report["gaps"]),
        shown(latency["p50"], 1),
        shown(latency["p99"], 1),
        shown(server["cpu"], 2),
        shown(server["peak_mb"], 1),
    ]


def _endings(report: Report, without: Report) -> str:
    number = BAD * len(BAD_READERS)
    growth = (report["server"]["peak_mb"] - without["server"]["peak_mb"]) * 1000 / number
    lines = [f"- memory for each bad reader, at the peak: {growth:,.0f} kB"]
    for kind, end in report["bad_readers"].items():
        first, last = end["closed_after_s"] or ("–", "–")
        lines.append(
            f"- {kind}: {end['closed']} of {end['number']} closed with {', '.join(end['codes'])}, "
            f"{first} to {last} s after opening"
        )
    return "\n".join(lines)


def fast() -> str:
    """1 MS/s × 4 signals, a window of 10 s in 1,200 columns: the cost, with worker and hub.

    The first window is sent while warming up, so that the bytes are those of the live tier alone.
    """
    head = (
        "viewers",
        "bytes/s per viewer",
        "gaps",
        "latency ms, p50",
        "p99",
        "server CPU s/s",
        "MB",
    )
    lines = []
    for viewers in FAST_VIEWERS:
        report = measure(Run("fast", viewers, ("--warm-up", "15")), 10.0)
        latency, server = report["latency_ms"], report["server"]
        lines.append(
            [
                str(viewers),
                shown(report["bytes_per_second_and_viewer"]),
                shown(report["gaps"]),
                shown(latency["p50"], 1),
                shown(latency["p99"], 1),
                shown(server["cpu"], 2),
                shown(server["rss_mb"]),
            ]
        )
    return document.table(head, lines)


def text() -> str:
    """The section of docs/benchmarks.md."""
    return "\n\n".join(
        [
            "## Bad readers, and a fast stream",
            document.machine(),
            "Viewers that never read, that talk without reading, and that read a byte a second:",
            *(bad_readers(server, good) for server, good in GOOD),
            "1 MS/s × 4 signals, window 10 s, 1,200 columns (16 MB/s as samples):",
            fast(),
        ]
    )


def main(given: Sequence[str]) -> None:
    """Run, print, and keep."""
    raise_file_limit()
    section = text()
    print(section)
    if "--write" in given:
        document.write_section("extremes", section)


if __name__ == "__main__":
    main(sys.argv[1:])
