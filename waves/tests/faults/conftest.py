"""The short form of every fault, run in processes of their own: each test awaits its own outcome.

What is together leaves its scene as it was, so that its processes start once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.scene import prepare
from benchmarks.faults.schedule import run_process

HERE = Path(__file__).parent
#: A run mostly waits; more at once than this, and their starts are in each other's way.
AT_ONCE = 3
#: More on one scene, and all others are done while these go on.
TOGETHER = 7
#: Of all faults that share a scene.
SECONDS = 300.0

Outcome = dict[str, object]


def together(names: Iterable[str]) -> list[list[str]]:
    """Names in groups: those that may follow one another on one scene; the longest group first."""
    groups: dict[object, list[str]] = defaultdict(list)
    for name in names:
        fault = FAULTS[name]
        groups[fault.set_up if fault.storm else name].append(name)
    pieces = [g[k : k + TOGETHER] for g in groups.values() for k in range(0, len(g), TOGETHER)]
    return sorted(pieces, key=len, reverse=True)


@pytest.fixture(scope="session")
def outcome_of(request, prepared_site, tmp_path_factory) -> Iterator[Callable[[str], Outcome]]:
    """What came of a fault, by its name."""
    prepared = prepare(tmp_path_factory.mktemp("faults"), prepared_site)
    wanted = [i.callspec.params["name"] for i in request.session.items if i.path.parent == HERE]

    def run(names: list[str]) -> dict[str, Outcome]:
        return asyncio.run(run_process(names, 0, prepared, SECONDS, "--short"))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs: dict[str, Future[dict[str, Outcome]]] = {}
        for names in together(wanted):
            running = pool.submit(run, names)
            runs.update(dict.fromkeys(names, running))
        yield lambda name: runs[name].result()[name]
        pool.shutdown(cancel_futures=True)
