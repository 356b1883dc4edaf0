"""Functions whose every value says which sample of which run it is."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import threading
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.faults import values
from waves.sources import stream
from waves.worker import recorder

if room := os.environ.get("WAVES_FAULTS_ROOM"):
    # What waits for its recording may be so much: a short fault is beyond it, too.
    recorder.MOST_BYTES = int(room)

Times = NDArray[np.float64]

#: A source has a thread for each of its runs, so what a thread keeps belongs to one run.
_thread = threading.local()


def _new_run() -> int:
    """The number of a run: the installation's, and twenty bits of chance."""
    site = int(os.environ["WAVES_FAULTS_SITE"])
    return values.run_number(site, secrets.randbits(values.RUN_BITS))


def _run() -> int:
    """The number of this thread's run."""
    if not hasattr(_thread, "run"):
        _thread.run = _new_run()
    run: int = _thread.run
    return run


@stream(signals={"time": "s", "mark": ""}, rate=1000, create=False)
def counted(t: Times) -> Times:
    """The time of each sample, and a mark that no other sample has."""
    return values.of(t, _run())


@stream(signals={"time": "s", "mark": ""}, rate=1000, create=False)
def hanging(t: Times) -> Times:
    """As ``counted``, but it hangs for as long as a file of this name stands there."""
    while Path(os.environ["WAVES_FAULTS_HANG"]).exists():
        time.sleep(0.05)
    return values.of(t, _run())


@stream(signals={"time": "s", "mark": ""}, rate=200, clock="timed", create=False)
async def stamped() -> AsyncGenerator[dict[str, float]]:
    """As ``counted``, timed on arrival: about 200 a second, at no even pace."""
    run = _new_run()
    for index in itertools.count():
        time_, mark = values.of(values.times(index, 1, values.STAMPED_RATE), run)[:, 0]
        yield {"time": float(time_), "mark": float(mark)}
        await asyncio.sleep(0.001 if index % 2 else 0.009)
