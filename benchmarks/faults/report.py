"""docs/reliability.md: what was provoked, and what came of it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks import document
from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.results import Results, Row

PAGE = document.ROOT / "docs" / "reliability.md"
HEAD = (
    "fault, and what is done",
    "times",
    "noticed, s",
    "well again, s",
    "lost untold",
    "doubled or wrong",
    "wrongly live, s",
    "log lines",
    "verdict",
    "run on, of commit",
)


def line(row: Row) -> str:
    """One run, for who waits for it."""
    numbers = (
        f"noticed {_time(row.get('detected'))}, well {_time(row.get('recovered'))},"
        f" live {_time(row.get('wrongly_live'))}, lost {row.get('lost_untold', '?')},"
        f" doubled {row.get('doubled', '?')}, wrong {row.get('wrong', '?')},"
        f" lines {row.get('lines', '?')}"
    )
    problems = "".join(f"\n    {problem}" for problem in row["problems"])
    return f"{'bad ' if problems else 'good'} {row['fault']} {row['run']}: {numbers}{problems}"


def times(row: Row) -> list[str]:
    """Noticed, well again, wrongly live and lines of log of one run."""
    seconds = (row["detected"], row["recovered"], row["wrongly_live"])
    return [*map(_time, seconds), str(row["lines"])]


def machine() -> str:
    """When and where."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {document.processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def write(kept: Results) -> None:
    """A row for each fault that was run of this commit; the others keep the row they have."""
    rows = _standing(PAGE.read_text() if PAGE.exists() else "")
    when = f"{datetime.now(UTC):%Y-%m-%d}, `{kept.commit}`"
    for fault in FAULTS.values():
        if runs := kept.rows[fault.name]:
            named = f"`{fault.name}`"
            rows[named] = [f"{named}: {fault.what}", *_figures(runs), when]
    known = [f"`{name}`" for name in FAULTS]
    if due := [rows[named] for named in known if named in rows]:
        parts = ["## Fault by fault", f"Run last: {machine()}.", document.table(HEAD, due)]
        document.write_section("faults", "\n\n".join(parts), PAGE)


def _standing(page: str) -> dict[str, list[str]]:
    """The rows that the page has, by the name of the fault as it stands there."""
    section = document.section(page, "faults")
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {cells[0].split(":")[0]: cells for cells in rows}


def _figures(runs: dict[int, Row]) -> list[str]:
    rows = list(runs.values())
    bad = sum(bool(row["problems"]) for row in rows)
    return [
        str(len(rows)),
        _spread(row.get("detected") for row in rows),
        _spread(row.get("recovered") for row in rows),
        str(_sum(rows, "lost_untold")),
        str(_sum(rows, "doubled", "wrong")),
        _time(max(row.get("wrongly_live", 0.0) for row in rows)),
        str(max(row.get("lines", 0) for row in rows)),
        f"{bad} bad" if bad else "good",
    ]


def _sum(rows: Iterable[Row], *names: str) -> int:
    return sum(row.get(name, 0) for row in rows for name in names)


def _spread(times: Iterable[Any]) -> str:
    """Median and worst; a dash where it was never."""
    known = [time for time in times if time is not None]
    return f"{median(known):.1f} / {max(known):.1f}" if known else "—"


def _time(seconds: float | None) -> str:
    return "—" if seconds is None else f"{seconds:.1f}"
