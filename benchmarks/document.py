"""Tables, and the file that they are kept in: each part of it between two markers."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.servers import BENCH_PYTHON, ROOT

DOCUMENT = ROOT / "docs" / "benchmarks.md"
TITLE = "# Benchmarks\n\nEvery figure here is from a run on the machine named.\n"
OURS = ("Django", "channels", "daphne", "Twisted", "autobahn", "uvicorn", "numpy", "psutil")
THEIRS = ("Flask-SocketIO", "python-engineio", "simple-websocket", "gevent", "bokeh", "tornado")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers, and stand to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def replace_section(text: str, name: str, body: str) -> str:
    """``text`` with the section ``name`` replaced, or added at its end."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{body.strip()}\n{end}"
    if begin in text and end in text:
        before, rest = text.split(begin, 1)
        return before + section + rest.split(end, 1)[1]
    return text.rstrip() + "\n\n" + section + "\n"


def section(text: str, name: str) -> str:
    """What stands in the section ``name``; empty where there is none."""
    _, found, rest = text.partition(f"<!-- {name}: begin -->")
    return rest.partition(f"<!-- {name}: end -->")[0] if found else ""


def write_section(name: str, body: str, document: Path = DOCUMENT) -> None:
    """Keep a section in the document; the others stay as they are."""
    text = document.read_text() if document.exists() else TITLE
    document.parent.mkdir(exist_ok=True)
    document.write_text(replace_section(text, name, body))


def processor() -> str:
    """The name of the CPU, as the kernel knows it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def machine() -> str:
    """The machine and the versions, as a paragraph; call it before a run.

    The load average tells whether others had a part of the machine: then latencies mean little.
    """
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}; "
        f"load average before the run: {os.getloadavg()[0]:.1f}.\n"
        f"{', '.join(versions(OURS))}. Baselines: {', '.join(baseline_versions())}."
    )


def versions(names: Sequence[str]) -> list[str]:
    """Name and version of each distribution that is installed here."""
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return found


def baseline_versions() -> list[str]:
    """The same of the baselines' virtualenv."""
    if not BENCH_PYTHON.exists():
        return ["not installed"]
    code = "import importlib.metadata as m, sys\nfor n in sys.argv[1:]: print(n, m.version(n))"
    command = [str(BENCH_PYTHON), "-c", code, *THEIRS]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
