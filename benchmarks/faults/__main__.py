"""``make faults``: provoke all faults, or some, and write docs/reliability.md.

Outcomes are kept in .make/faults.jsonl as they come, so a run that was stopped goes on where it
was; ``--fresh`` begins anew.

Without ``--times`` what takes under 15 s runs 20 times, the rest 5. The storm takes half an hour,
and runs only where it is named.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.faults import report, results, schedule, storm
from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.scene import prepare


def options() -> argparse.Namespace:
    """The command line; the Makefile passes F, N, J, FRESH, MINUTES and SEED."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="names, separated by commas; empty: all")
    parser.add_argument("--times", type=int, default=0, help="0: as often as each fault says")
    parser.add_argument("--at-once", type=int, default=3)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.names = [name for name in given.only.split(",") if name] or list(FAULTS)
    if unknown := set(given.names) - {*FAULTS, storm.NAME}:
        parser.error(f"{', '.join(sorted(unknown))}? There are: {', '.join([*FAULTS, storm.NAME])}")
    return given


def main() -> int:
    """Run what is missing; 1 where a fault did not go as it shall."""
    given = options()
    kept = results.Results(results.code(), fresh=given.names if given.fresh else ())
    names = [name for name in given.names if name in FAULTS]
    with tempfile.TemporaryDirectory(prefix="waves-faults-") as folder:
        prepared = prepare(Path(folder))
        provoke(kept, names, prepared, given)
        weathered = True
        if storm.NAME in given.names:
            weathered = storm.run(prepared, given.minutes, given.seed)
    report.write(kept)
    bad = [name for name in names if any(row["problems"] for row in kept.rows[name].values())]
    print(f"\nNot as it shall be: {', '.join(bad) or 'nothing'}.")
    return int(bool(bad) or not weathered)


def provoke(
    kept: results.Results, names: list[str], prepared: Path, given: argparse.Namespace
) -> None:
    """The runs that are missing, each printed as it comes."""
    missing = kept.missing({name: given.times or FAULTS[name].times for name in names})
    began, left = time.monotonic(), len(missing)

    def take(outcome: dict[str, Any]) -> None:
        nonlocal left
        left -= 1
        kept.add(outcome)
        print(report.line(outcome), f"[{time.monotonic() - began:.0f} s, {left} left]", flush=True)

    asyncio.run(schedule.run_all(missing, prepared, given.at_once, take))


if __name__ == "__main__":
    sys.exit(main())
