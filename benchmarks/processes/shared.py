"""200 streams of 1 kHz by two workers: what each has of them, what that costs, what is lost."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

import redis

from benchmarks import document
from benchmarks.compare import shown
from benchmarks.processes.counting import by_stream, metrics
from benchmarks.processes.site import Site, over_redis
from benchmarks.processes.viewing import Crowd, Measured, crowd, measure
from benchmarks.servers import KILOHERTZ, ServerError, slug_of

STREAMS, WORKERS = 200, "ab"
#: Streams that are looked at, and by how many each.
LOOKED_AT, EACH = 20, 3
SECONDS = 20.0
#: Streams move one a second: who began with all of them has given up half in 100 s.
SHARED_SECONDS = 150.0
#: What workers say of their streams comes once a second; it is asked for at both ends of so long.
SAY_SECONDS = 1.0


def owners(client: redis.Redis) -> dict[int, str]:
    """The name of the worker that runs each stream, by handle."""
    for key in client.scan_iter("waves:*:workers"):
        register = json.loads(client.get(key) or "{}")
        names = {worker: name for worker, (name, _) in register["workers"].items()}
        return {int(handle): names.get(w, "") for handle, w in register["owners"].items()}
    return {}


def await_shared(site: Site, streams: int, workers: str) -> Counter[str]:
    """Wait until every stream runs, and no worker has two more than another. Raises ServerError."""
    deadline = time.monotonic() + SHARED_SECONDS
    while time.monotonic() < deadline:
        counts = Counter(dict.fromkeys(workers, 0)) + Counter(owners(site.client()).values())
        if counts.total() == streams and max(counts.values()) - min(counts.values()) < 2:
            return counts
        time.sleep(0.25)
    raise ServerError(f"The streams were not shared within {SHARED_SECONDS:.0f} s.\n{site.said()}")


@dataclass(frozen=True, slots=True)
class Part:
    """What one worker did while it was looked at: of its streams, a second."""

    streams: int
    #: Samples that were published, of each stream.
    samples: list[float]
    late_ticks: float


def parts(
    site: Site, before: Mapping[str, dict[str, float]], after: Mapping[str, dict[str, float]]
) -> dict[str, Part]:
    """By worker. ``before`` and ``after`` are what a server said of all streams."""
    slugs, found = site.slugs(), {}
    seconds = after["at"][""] - before["at"][""]
    owned = owners(site.client())

    def grew(metric: str, slug: str) -> float:
        return (after[metric].get(slug, 0) - before[metric].get(slug, 0)) / seconds

    for worker in sorted(set(owned.values())):
        own = [slugs[handle] for handle, name in owned.items() if name == worker]
        samples = [grew("waves_runner_samples_total", slug) for slug in own]
        late = sum(grew("waves_late_ticks_total", slug) for slug in own)
        found[worker] = Part(len(own), samples, late)
    return found


def looked_at(site: Site, load: Crowd) -> Mapping[str, dict[str, float]]:
    """What a server says of all streams, at a moment at which its workers spoke."""
    (port, *_) = site.servers
    load.run(SAY_SECONDS)
    return {**by_stream(metrics(port)), "at": {"": time.monotonic()}}


def run(streams: int = STREAMS, seconds: float = SECONDS) -> str:
    """The part of the section on it."""
    made = [dict(KILOHERTZ) for _ in range(streams)]
    with over_redis(made, 1, WORKERS) as site:
        await_shared(site, streams, WORKERS)
        slugs = [slug_of(1 + k * streams // LOOKED_AT) for k in range(LOOKED_AT)]
        with crowd(site, LOOKED_AT * EACH, slugs) as load:
            before = looked_at(site, load)
            seen = measure(site, load, seconds)
            done = parts(site, before, looked_at(site, load))
        said = site.said()
    if said:
        print(said[-2000:], file=sys.stderr)
    return text(streams, seconds, seen, done)


def text(streams: int, seconds: float, seen: Measured, done: Mapping[str, Part]) -> str:
    """Table of workers, and what viewers saw."""
    head = (
        *("worker", "streams", "CPU s/s", "samples/s per stream, min", "median"),
        "ticks late, a second",
    )
    rows = [
        [
            worker,
            str(part.streams),
            shown(seen.rates.cpu[f"worker {worker}"], 3),
            shown(min(part.samples), 1),
            shown(median(part.samples), 1),
            shown(part.late_ticks, 2),
        ]
        for worker, part in done.items()
    ]
    report, rates = seen.report, seen.rates
    latency = report["latency_ms"]
    words = (
        f"{report['viewers']} viewers of {LOOKED_AT} of them, for {seconds:.0f} s: "
        f"{report['gaps']} gaps, {report['missing']} samples lost, latency p50 "
        f"{shown(latency['p50'], 1)} ms, p99 {shown(latency['p99'], 1)} ms. Redis took "
        f"{rates.redis_in / 1e6:.2f} MB/s and gave {rates.redis_out / 1e6:.2f} MB/s, at "
        f"{rates.of('redis'):.2f} CPU s/s; the server used {rates.of('server'):.2f}, the load "
        f"{rates.of('load'):.2f}."
    )
    return "\n\n".join(
        [f"{streams} streams of 1 kHz, by two workers:", document.table(head, rows), words]
    )
