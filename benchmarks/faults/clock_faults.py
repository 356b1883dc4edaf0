"""What befalls the time of day: it is set, by libfaketime, for servers and workers alone.

The machine's clock stays, and so does the monotonic clock of all processes.
"""

from __future__ import annotations

import asyncio
import glob
import time
from pathlib import Path

from benchmarks.faults import scenes
from benchmarks.faults.scene import Scene
from benchmarks.faults.trial import Act, Fault

#: Debian has it in a folder of the architecture.
LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"
HOUR = 3600
#: So far the labels of samples may be from the clock that was set (s), and so soon they are there:
#: sources look at it every 10 s, and libfaketime looks for a step once a second.
OFF, RELABELLED = 1.0, 12.0


async def with_a_clock(scene: Scene) -> None:
    """A worker and two servers over Redis, whose time of day is a file's."""
    found = glob.glob(LIBRARY)
    if not found:
        raise FileNotFoundError("libfaketime is missing: run `make faults`, which installs it.")
    scene.with_redis()
    set_clock(scene, 0)
    await scenes.start_over_redis(
        scene,
        LD_PRELOAD=found[0],
        FAKETIME_TIMESTAMP_FILE=str(clock(scene)),
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        # Else waits for Python's own lock are wrong, and threads stand still for half a second.
        FAKETIME_FORCE_MONOTONIC_FIX="0",
        # Read at each question it would take half a core, and hold its process up.
        FAKETIME_CACHE_DURATION="1",
        NO_FAKE_STAT="1",
    )


def clock(scene: Scene) -> Path:
    """The file that says how far the clock is from the machine's."""
    return scene.folder / "clock"


def set_clock(scene: Scene, seconds: int) -> None:
    """In one step: nobody reads half of it."""
    new = scene.folder / "clock.new"
    new.write_text(f"{seconds:+d}\n")
    new.rename(clock(scene))


def step(hours: int) -> Act:
    """The clock is set by so much, and everything goes on with labels of the new time."""

    async def act(scene: Scene, seconds: float) -> None:
        set_clock(scene, hours * HOUR)
        began = time.monotonic()

        def is_relabelled() -> bool:
            now = time.time() + hours * HOUR
            return all(abs(watcher.behind(now)) < OFF for watcher in scene.watchers)

        took = await scene.until(is_relabelled, RELABELLED)
        off = [watcher.behind(time.time()) + hours * HOUR for watcher in scene.watchers]
        scene.check(took is not None, f"labels are off by {min(off):.1f} to {max(off):.1f} s")
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
        out = max(watcher.longest_out for watcher in scene.watchers)
        scene.check(out < 1, f"a viewer was out for {out:.1f} s")

    return act


FAULTS = (
    Fault(
        "clock-forward",
        "the clock of servers and worker is set forward by an hour (libfaketime)",
        with_a_clock,
        step(1),
        lasts=13,
        told="never",
    ),
    Fault(
        "clock-back",
        "the same back by an hour",
        with_a_clock,
        step(-1),
        lasts=13,
        told="never",
    ),
)
