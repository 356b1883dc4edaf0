"""The runs of a file's faults begin together, some at a time, and each test awaits its own."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.scene import prepare
from benchmarks.faults.schedule import run_one

#: A run mostly waits; more at once than this, and their starts are in each other's way.
AT_ONCE = 3

Outcome = dict[str, object]


@pytest.fixture(scope="module")
def outcome_of(request, tmp_path_factory) -> Iterator[Callable[[str], Outcome]]:
    """What came of a fault, by its name."""
    prepared = prepare(tmp_path_factory.mktemp("prepared"))

    def run(name: str) -> Outcome:
        return asyncio.run(run_one(name, 0, prepared, short=True))

    wanted = [
        i.callspec.params["name"] for i in request.session.items if i.module is request.module
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        alone = [name for name in wanted if FAULTS[name].alone]
        runs: dict[str, Future[Outcome]] = {
            name: pool.submit(run, name) for name in wanted if name not in alone
        }

        def outcome(name: str) -> Outcome:
            return runs[name].result() if name in runs else run(name)

        yield outcome
        pool.shutdown(cancel_futures=True)
