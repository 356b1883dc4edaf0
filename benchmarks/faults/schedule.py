"""Runs in processes of their own, some at a time: most of a run is waiting."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from benchmarks.faults.catalogue import FAULTS
from benchmarks.faults.results import Row
from benchmarks.servers import ROOT

#: A run that takes longer hangs: the longest kills five times, and reads all back after each.
RUN_SECONDS = 480.0
#: A run that hangs may still take away what it made.
TIDY_SECONDS = 10.0


async def run_one(name: str, number: int, prepared: Path) -> Row:
    """The outcome of one run, in full."""
    return (await run_process([name], number, prepared, RUN_SECONDS))[name]


async def run_process(
    names: Sequence[str], number: int, prepared: Path, seconds: float, *options: str
) -> dict[str, Row]:
    """The outcome of each fault of one process, also of those that did not come to an end."""
    command = [sys.executable, "-m", "benchmarks.faults.one", ",".join(names), str(prepared)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = await asyncio.create_subprocess_exec(
            *(*command, "--run", str(number), *options),
            cwd=ROOT,
            stdin=DEVNULL,
            stdout=out,
            stderr=err,
        )
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), seconds)
        finally:
            await _end(process)
        rows = [json.loads(line) for line in _text(out).splitlines() if line.startswith("{")]
        problem = f"the run itself failed, or took too long: {_text(err)[-1500:]}"
    done = {row["fault"]: row for row in rows}
    return {n: done.get(n) or {"fault": n, "run": number, "problems": [problem]} for n in names}


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


async def _end(process: asyncio.subprocess.Process) -> None:
    """As Ctrl-C would, so that it takes its processes with it; then by force."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), TIDY_SECONDS)


async def run_all(
    runs: Iterable[tuple[str, int]],
    prepared: Path,
    at_once: int,
    take: Callable[[Row], None],
) -> None:
    """All runs: those that can be together first, then those that want to be alone."""
    waiting = list(runs)
    alone = [run for run in waiting if FAULTS[run[0]].alone]
    together = [run for run in waiting if not FAULTS[run[0]].alone]
    for queue, number in ((together, at_once), (alone, 1)):
        # One iterator for all of them: each takes the next run.
        share = iter(queue)
        async with asyncio.TaskGroup() as group:
            for _ in range(number):
                group.create_task(_work(share, prepared, take))


async def _work(
    share: Iterable[tuple[str, int]], prepared: Path, take: Callable[[Row], None]
) -> None:
    for name, number in share:
        take(await run_one(name, number, prepared))
