"""``python -m benchmarks.processes [cost] [carried] [streams] [storm] [--write]``; README.md here.

Two cores have to do for all processes and for the load: they judge no more than what stands there.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence

import psutil

from benchmarks import document
from benchmarks.load import raise_file_limit
from benchmarks.processes import cost, shared, storm
from benchmarks.servers import end_tidily

SECTION = "processes"
TITLE = "## Many processes"
#: For so long it is looked at what others do; up to so many CPU seconds a second it is quiet.
QUIET_SECONDS, QUIET = 3.0, 0.1
WORDS = (
    "Servers are daphne, workers `manage.py runstreams`. Generator and Redis are counted apart. "
    "Two cores have to do for servers, worker, Redis and the load: what more cores would give is "
    "not to be seen here, only what each part costs."
)


def others() -> str:
    """Whether the machine was quiet, as a sentence; call it before a run."""
    used = psutil.cpu_percent(QUIET_SECONDS) / 100 * (psutil.cpu_count() or 1)
    words = "quiet" if used <= QUIET else "not quiet: read what takes time as an upper bound"
    return f"Others used {used:.2f} CPU s/s in the {QUIET_SECONDS:.0f} s before: it was {words}."


def costs() -> str:
    """What a viewer costs."""
    steps = cost.costs(cost.ROUNDS, cost.VIEWERS, cost.SECONDS)
    words = (
        f"What {cost.VIEWERS} viewers of a stream of 1 kHz cost, spread evenly over the servers; "
        f"medians of {cost.ROUNDS} rounds of {cost.SECONDS:.0f} s, the sites measured in turn. All "
        "servers have one core, and worker, Redis and load the other. The first line is one "
        "process with the worker in it, and without Redis:"
    )
    return "\n\n".join([words, cost.cost_table(steps)])


def carried() -> str:
    """How many viewers are carried."""
    words = (
        "How many viewers of 1 kHz are carried, both cores shared by all processes and the load. "
        "A server that has no time joins frames, so viewers are late before they lose anything:"
    )
    steps = list(cost.carried(cost.STEPS, cost.SECONDS))
    return "\n\n".join([words, cost.carried_text(steps)])


def streams() -> str:
    """200 streams by two workers."""
    return shared.run()


def storms() -> str:
    """All viewers come back."""
    return storm.text(storm.run(), storm.VIEWERS)


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "cost": ("### What a viewer costs", costs),
    "carried": ("### Viewers at 1 kHz", carried),
    "streams": ("### 200 streams by two workers", streams),
    "storm": ("### A storm of viewers that come back", storms),
}


def merged(old: str, new: dict[str, str]) -> str:
    """The section with the parts of ``new`` in the place of what it had of them."""
    kept = {}
    for title, _ in PARTS.values():
        found = re.search(rf"^{re.escape(title)}\n(.*?)(?=^### |\Z)", old, re.M | re.S)
        if found:
            kept[title] = found[1].strip()
    parts = {PARTS[name][0]: body for name, body in new.items()}
    bodies = [
        f"{title}\n\n{parts.get(title) or kept[title]}"
        for title, _ in PARTS.values()
        if title in parts or title in kept
    ]
    return "\n\n".join([TITLE, WORDS, *bodies])


def main(given: Sequence[str] | None = None) -> None:
    """Run what is named, or all; each part is kept as soon as it is there."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    options.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    chosen = options.parse_args(given)
    if unknown := set(chosen.parts) - set(PARTS):
        options.error(f"There is no {', '.join(unknown)}.")
    raise_file_limit()
    end_tidily()
    for name in chosen.parts or PARTS:
        print(f"{PARTS[name][0]} …", file=sys.stderr)
        body = f"{document.machine()}\n{others()}\n\n{PARTS[name][1]()}"
        print(body)
        if chosen.write:
            old = document.section(document.DOCUMENT.read_text(), SECTION)
            document.write_section(SECTION, merged(old, {name: body}))


if __name__ == "__main__":
    main()
