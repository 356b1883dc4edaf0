"""Holds the branches that tests reach against the floors in pyproject.toml, room by room."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Numbers of branches: reached, and all.
Counts = tuple[int, int]


def rooms(report: Mapping[str, Any]) -> dict[str, Counts]:
    """Branches of each room, from coverage's report as JSON; ``waves`` are the modules beside."""
    found: dict[str, Counts] = {}
    for name, file in report["files"].items():
        room = "/".join(PurePosixPath(name).parts[:-1][:2])
        reached, all_ = found.get(room, (0, 0))
        summary = file["summary"]
        found[room] = (reached + summary["covered_branches"], all_ + summary["num_branches"])
    return found


def percent(counts: Counts) -> float:
    """How many in a hundred; a room without a branch has missed none."""
    reached, all_ = counts
    return 100 * reached / all_ if all_ else 100.0


def problems(found: Mapping[str, Counts], floors: Mapping[str, float]) -> list[str]:
    """What keeps the check from passing, in sentences."""
    told = [f"{room} has no floor in pyproject.toml." for room in sorted(found.keys() - floors)]
    told += [f"{room} has a floor, and no code." for room in sorted(floors.keys() - found)]
    for room in sorted(found.keys() & floors):
        if percent(found[room]) < floors[room]:
            told.append(
                f"{room}: tests reach {percent(found[room]):.1f} % of the branches, "
                f"and the floor is {floors[room]} %."
            )
    return told


def main() -> None:
    """Print a table; end with 1, and in words, where a room is below its floor."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", "-"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found = rooms(json.loads(done.stdout))
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    floors = settings["coverage-floors"]
    for room, counts in sorted(found.items()):
        print(f"{room:24} {percent(counts):5.1f} % of {counts[1]:4} branches")
    told = problems(found, floors)
    if told:
        raise SystemExit("\n".join(told))


if __name__ == "__main__":
    main()
