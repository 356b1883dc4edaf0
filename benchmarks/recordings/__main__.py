"""What recordings cost, and how soon they are answered.

``python -m benchmarks.recordings [cost|bytes|windows|epochs|beside] [--write] [--folder F]``.
Without a name all of them, one after the other. See README.md in the folder above.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import document
from benchmarks.recordings import beside, cost, volume, windows
from benchmarks.servers import LOAD_CORE, end_tidily

Part = Callable[[Path, float], str]


def _windows(folder: Path, scale: float) -> str:
    plan = windows.plan_of_days(windows.DAYS * scale, _scaled(windows.QUESTIONS, scale))
    return windows.windows(folder, plan)


def _epochs(folder: Path, scale: float) -> str:
    count, questions = _scaled(windows.EPOCHS, scale), _scaled(windows.QUESTIONS, scale)
    plan = windows.plan_of_epochs(count, windows.YEAR * count / windows.EPOCHS, questions)
    return windows.epochs(folder, plan)


def _cost(folder: Path, scale: float) -> str:
    settle, seconds = cost.SETTLE_SECONDS * scale, cost.SECONDS * scale
    return cost.text(_scaled(cost.PAIRS, scale), settle, seconds)


def _bytes(folder: Path, scale: float) -> str:
    return volume.text(_scaled(volume.STREAMS, scale), volume.SECONDS * scale)


def _beside(folder: Path, scale: float) -> str:
    return beside.text(folder, _scaled(beside.DAY, scale), _scaled(beside.TIMES, scale))


PARTS: dict[str, Part] = {
    "cost": _cost,
    "bytes": _bytes,
    "windows": _windows,
    "epochs": _epochs,
    "beside": _beside,
}


def _scaled(number: int, scale: float) -> int:
    return max(2, round(number * scale))


@contextlib.contextmanager
def _place(folder: str | None, part: str) -> Iterator[Path]:
    """Where a part keeps what it makes: in a folder that stays, or in one that goes."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="waves-recordings-") as name:
            yield Path(name)
        return
    place = Path(folder).resolve() / part
    place.mkdir(parents=True, exist_ok=True)
    yield place


def main(given: Sequence[str] | None = None) -> None:
    """Run, print, and keep."""
    options = argparse.ArgumentParser(prog="benchmarks.recordings", description=__doc__)
    options.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    options.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    options.add_argument("--folder", help="keep what is made here, and take it again")
    # For whoever works on the benchmarks: everything smaller by so much.
    options.add_argument("--scale", type=float, default=1.0, help=argparse.SUPPRESS)
    parsed = options.parse_args(given)
    if unknown := set(parsed.parts) - set(PARTS):
        options.error(f"no part is called {', '.join(sorted(unknown))}: {', '.join(PARTS)}")
    if parsed.write and parsed.scale != 1.0:
        options.error("only the whole is kept: leave out --scale, or --write.")
    parts = parsed.parts or list(PARTS)
    if "beside" in parts and shutil.which("victoria-metrics") is None:
        options.error("victoria-metrics is missing: `make bench` installs it.")
    end_tidily()
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    for name in parts:
        with _place(parsed.folder, name) as folder:
            section = PARTS[name](folder, parsed.scale)
        print(section, flush=True)
        if parsed.write:
            document.write_section(f"recordings {name}", section)


if __name__ == "__main__":
    main(sys.argv[1:])
