"""Functions whose every value says which sample of which run it is."""

from __future__ import annotations

import os
import secrets
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.faults import values
from waves.sources import stream

Times = NDArray[np.float64]

#: A source has a thread for each of its runs, so what a thread keeps belongs to one run.
_thread = threading.local()


def _run() -> int:
    """The number of this run: the installation's, and twenty bits of chance."""
    if not hasattr(_thread, "run"):
        site = int(os.environ["WAVES_FAULTS_SITE"])
        _thread.run = values.run_number(site, secrets.randbits(values.RUN_BITS))
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
