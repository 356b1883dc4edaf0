"""What a file of recordings holds, and waiting for it."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

#: The longest that anything is waited for: a few writes of the recorder, on a busy machine.
PATIENCE = 60.0
#: How often it is looked.
LOOK_SECONDS = 0.2


def recorded_bytes(file: Path) -> int:
    """Bytes of all payloads, as the recordings themselves count them."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as base:
        (found,) = base.execute("SELECT coalesce(sum(bytes), 0) FROM waves_recording").fetchone()
    return int(found)


def wait_until(holds: Callable[[], bool], words: str) -> None:
    """Return when it holds. Raises TimeoutError where it does not within a minute."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {PATIENCE:.0f} s: {words}.")
        time.sleep(LOOK_SECONDS)
