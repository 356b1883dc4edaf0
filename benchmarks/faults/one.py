"""One run in a process of its own: ``python -m benchmarks.faults.one NAME PREPARED [--short]``.

The last line that it prints is the outcome, as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path

from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.trial import run


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=FAULTS)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--run", type=int, default=0)
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waves-fault-") as folder:
        fault = FAULTS[options.name]
        running = run(fault, Path(folder), options.prepared, run=options.run, short=options.short)
        print(json.dumps(asyncio.run(running).as_dict()))


if __name__ == "__main__":
    main()
