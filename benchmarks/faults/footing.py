"""What processes hold, so that nothing of it is left behind by a fault."""

from __future__ import annotations

import os
import re

from benchmarks.faults.scene import Scene
from benchmarks.faults.watch import get
from waves.tests.server.processes import Process

#: A process may have so many more at the end: threads for the database come and go, and a request
#: may be under way.
MORE = 8
#: What a process holds; a worker has no page that would say how many tasks it has.
KINDS = ("descriptors", "threads", "tasks")


class Footing:
    """What each process holds, from its first calm minute on."""

    def __init__(self) -> None:
        self.first: dict[int, dict[str, int]] = {}

    async def note(self, scene: Scene) -> None:
        """Look at the processes that are new."""
        for process in (*scene.servers, *scene.workers.values()):
            if process.process.pid not in self.first:
                self.first[process.process.pid] = await held(scene, process)

    async def compare(self, scene: Scene) -> list[list[str]]:
        """A row a process, before and now; what is more than before is a problem of the scene."""
        rows = []
        for process in (*scene.servers, *scene.workers.values()):
            now = await held(scene, process)
            before = self.first.get(process.process.pid, now)
            name = "server" if process in scene.servers else "worker"
            figures = (f"{before[k]} → {now[k]}" if k in now else "—" for k in KINDS)
            rows.append([name, *figures])
            more = {kind: now[kind] - before[kind] for kind in now}
            scene.check(max(more.values()) <= MORE, f"a {name} holds more than before: {more}")
        return rows


async def held(scene: Scene, process: Process) -> dict[str, int]:
    """What a process holds now."""
    folder = f"/proc/{process.process.pid}"
    counts = {
        "descriptors": len(os.listdir(f"{folder}/fd")),
        "threads": len(os.listdir(f"{folder}/task")),
    }
    if process in scene.servers:
        _, text = await get(process.address, "/metrics")
        found = re.search(r"^waves_tasks (\S+)", text, re.M)
        counts["tasks"] = int(float(found[1])) if found else 0
    return counts
