"""What the processes of a site spend: CPU by kind of process, and bytes through Redis."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

from benchmarks.processes.site import Site

_SAMPLE = re.compile(r'^(waves_\w+)\{stream="([^"]+)"\} (\S+)$', re.M)


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds so far, by process, and bytes that Redis took in and gave out."""

    wall: float
    #: By "server 8001", "worker a", "redis" and "load".
    cpu: Mapping[str, float] = field(default_factory=dict)
    redis_in: int = 0
    redis_out: int = 0

    @classmethod
    def by(cls, site: Site) -> Spent:
        """By the processes of a site, and by ours, which is the load."""
        found = {f"server {port}": process.pid for port, process in site.servers.items()}
        found |= {f"worker {name}": process.pid for name, process in site.workers.items()}
        taken = given = 0
        if site.redis is not None:
            found["redis"] = site.redis.pid
            info = site.client().info("stats")
            taken, given = info["total_net_input_bytes"], info["total_net_output_bytes"]
        spent = {name: _seconds(pid) for name, pid in found.items()}
        return cls(time.monotonic(), {**spent, "load": time.process_time()}, taken, given)


def _seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


@dataclass(frozen=True, slots=True)
class Rates:
    """What was spent between two moments, a second."""

    cpu: Mapping[str, float]
    redis_in: float
    redis_out: float

    @classmethod
    def between(cls, before: Spent, after: Spent) -> Rates:
        """Of what was there at both moments."""
        wall = after.wall - before.wall
        cpu = {n: (after.cpu[n] - before.cpu[n]) / wall for n in before.cpu if n in after.cpu}
        taken = (after.redis_in - before.redis_in) / wall
        given = (after.redis_out - before.redis_out) / wall
        return cls(cpu, taken, given)

    def of(self, kind: str) -> float:
        """CPU seconds a second of all processes of a kind, as "server"."""
        return sum(spent for name, spent in self.cpu.items() if name.partition(" ")[0] == kind)


def by_stream(text: str) -> dict[str, dict[str, float]]:
    """What an exposition of Prometheus says of each stream, by metric and slug."""
    found: dict[str, dict[str, float]] = {}
    for name, slug, value in _SAMPLE.findall(text):
        found.setdefault(name, {})[slug] = float(value)
    return found


def get(port: int, path: str) -> str:
    """What a server answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())
