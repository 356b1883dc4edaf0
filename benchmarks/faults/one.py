"""Runs in a process of their own: ``python -m benchmarks.faults.one NAMES PREPARED [--short]``.

Several names, separated by commas, are run one after the other. Each outcome is a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.trial import run_in_turn


async def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names")
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--run", type=int, default=0)
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    faults = [FAULTS[name] for name in given.names.split(",")]
    with tempfile.TemporaryDirectory(prefix="waves-fault-") as folder:
        runs = run_in_turn(
            faults, Path(folder), given.prepared, number=given.run, short=given.short
        )
        async for outcome in runs:
            print(json.dumps(outcome.as_dict()), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
