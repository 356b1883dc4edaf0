"""Runs in processes of their own, some at a time: most of a run is waiting."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.faults.catalogue import FAULTS
from benchmarks.servers import ROOT

#: A run that takes longer hangs: the longest fault lasts 40 s, and then come start, patience, end.
RUN_SECONDS = 240.0
#: A run that hangs may still take away what it made.
TIDY_SECONDS = 10.0


async def run_one(name: str, number: int, prepared: Path, *, short: bool) -> dict[str, Any]:
    """The outcome of one run, also where it did not come to an end."""
    command = [sys.executable, "-m", "benchmarks.faults.one", name, str(prepared)]
    options = ["--run", str(number), *(["--short"] if short else [])]
    process = await asyncio.create_subprocess_exec(
        *command, *options, cwd=ROOT, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(RUN_SECONDS):
            out, err = await process.communicate()
        outcome: dict[str, Any] = json.loads(out.splitlines()[-1])
        return outcome
    except TimeoutError:
        return failed(name, number, f"it did not come to an end in {RUN_SECONDS:.0f} s")
    except (IndexError, ValueError):
        return failed(name, number, f"the run itself failed: {err.decode()[-1500:]}")
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """As Ctrl-C would, so that it takes its processes with it; then by force."""
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), TIDY_SECONDS)


def failed(name: str, number: int, problem: str) -> dict[str, Any]:
    """The outcome of a run that has none."""
    return {"fault": name, "run": number, "problems": [problem]}


async def run_all(
    runs: Iterable[tuple[str, int]],
    prepared: Path,
    at_once: int,
    take: Callable[[dict[str, Any]], None],
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
    share: Iterable[tuple[str, int]], prepared: Path, take: Callable[[dict[str, Any]], None]
) -> None:
    for name, number in share:
        take(await run_one(name, number, prepared, short=False))
