"""What came of runs: a line of JSON each, kept across stops, by the commit of the code."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.servers import ROOT

FILE = ROOT / ".make" / "faults.jsonl"
#: What does not change how a fault goes.
NOT_CODE = (":!docs", ":!*.md")

Row = dict[str, Any]


def code() -> str:
    """The last commit that changed code, and a mark of what was changed since."""
    commit = _git("log", "-1", "--format=%h", "--", ".", *NOT_CODE).strip()
    changes = _git("diff", "HEAD", "--", ".", *NOT_CODE)
    mark = hashlib.sha256(changes.encode()).hexdigest()[:6]
    return f"{commit}+{mark}" if changes else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


class Results:
    """The lines of one commit; those of the faults in ``fresh`` are forgotten."""

    def __init__(self, commit: str, *, fresh: Iterable[str] = (), path: Path = FILE) -> None:
        self.commit, self.path = commit, path
        self.rows: dict[str, dict[int, Row]] = defaultdict(dict)
        path.parent.mkdir(exist_ok=True)
        forgotten, remaining = set(fresh), []
        for line in path.read_text().splitlines() if path.exists() else ():
            row = json.loads(line)
            is_own = row["commit"] == commit
            if is_own and row["fault"] in forgotten:
                continue
            remaining.append(line)
            if is_own:
                self.rows[row["fault"]][row["run"]] = row
        if forgotten:
            path.write_text("".join(f"{line}\n" for line in remaining))

    def missing(self, times: Mapping[str, int]) -> list[tuple[str, int]]:
        """The runs that are still to be made, each fault once before any comes twice.

        ``times``: how often each is to be run, by its name.
        """
        rounds = range(max(times.values(), default=0))
        due = ((name, n) for n in rounds for name, most in times.items() if n < most)
        return [(name, n) for name, n in due if n not in self.rows[name]]

    def add(self, row: Row) -> None:
        """Keep a run, at once."""
        row = {"commit": self.commit, **row}
        self.rows[row["fault"]][row["run"]] = row
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")
