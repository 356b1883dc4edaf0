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
from benchmarks.processes.counting import by_stream, get
from benchmarks.processes.site import Site, over_redis
from benchmarks.processes.viewing import Crowd, Measured, crowd, measure
from benchmarks.servers import KILOHERTZ, ServerError, slug_of

STREAMS, WORKERS = 200, "ab"
#: Streams that are looked at, and by how many each.
LOOKED_AT, EACH = 20, 3
SECONDS = 20.0
#: Streams move one a second: who began with all of them has given up half in 100 s.
SHARED_SECONDS = 150.0
#: A worker says all of each of its streams every ten announcements; one that is late needs longer.
DESCRIBED_SECONDS = 40.0
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
    """What one worker did while it was looked at."""

    streams: int
    #: Samples that were published of each stream, for each second of the stream's own time.
    rates: list[float]
    #: In all of its streams, a second.
    late_ticks: float
    #: Samples that its sources left out, in all of its streams together.
    skipped: float


#: Figures by name, and in each by slug.
Figures = Mapping[str, Mapping[str, float]]


def await_described(site: Site, load: Crowd, streams: int) -> None:
    """Workers describe their streams in whole now and then: wait until a server knows all."""
    deadline = time.monotonic() + DESCRIBED_SECONDS
    while len(looked_at(site, load)["skipped"]) < streams and time.monotonic() < deadline:
        load.run(SAY_SECONDS)


def looked_at(site: Site, load: Crowd) -> dict[str, dict[str, float]]:
    """What a server says of all streams; ``newest`` are unix seconds of the newest samples."""
    (port, *_) = site.servers
    load.run(SAY_SECONDS)
    said, now = by_stream(get(port, "/metrics")), time.time()
    ages = said["waves_newest_sample_age_seconds"]
    listed = json.loads(get(port, "/api/v1/streams"))["streams"]
    return {
        **said,
        "newest": {slug: now - age for slug, age in ages.items()},
        "skipped": {s["slug"]: s["skipped"] for s in listed if "skipped" in s},
    }


def parts(site: Site, seconds: float, before: Figures, after: Figures) -> dict[str, Part]:
    """By worker, from what was said before and after so many seconds."""

    def grew(figure: str, slug: str) -> float:
        return after[figure].get(slug, 0) - before[figure].get(slug, 0)

    def rate(slug: str) -> float:
        return grew("waves_runner_samples_total", slug) / (grew("newest", slug) or seconds)

    slugs, found = site.slugs(), {}
    owned = owners(site.client())
    for worker in sorted(set(owned.values())):
        own = [slugs[handle] for handle, name in owned.items() if name == worker]
        late = sum(grew("waves_late_ticks_total", slug) for slug in own) / seconds
        skipped = sum(grew("skipped", slug) for slug in own)
        found[worker] = Part(len(own), [rate(slug) for slug in own], late, skipped)
    return found


def run(streams: int = STREAMS, seconds: float = SECONDS) -> str:
    """The part of the section on it."""
    made = [dict(KILOHERTZ) for _ in range(streams)]
    with over_redis(made, 1, WORKERS) as site:
        await_shared(site, streams, WORKERS)
        slugs = [slug_of(1 + k * streams // LOOKED_AT) for k in range(LOOKED_AT)]
        with crowd(site, LOOKED_AT * EACH, slugs) as load:
            await_described(site, load, streams)
            before, began = looked_at(site, load), time.monotonic()
            seen = measure(site, load, seconds)
            after = looked_at(site, load)
            done = parts(site, time.monotonic() - began, before, after)
        said = site.said()
    if said:
        print(said[-2000:], file=sys.stderr)
    return text(streams, seconds, seen, done)


def text(streams: int, seconds: float, seen: Measured, done: Mapping[str, Part]) -> str:
    """Table of workers, and what viewers saw."""
    head = (
        *("worker", "streams", "CPU s/s", "samples/s per stream, min", "median"),
        *("ticks late a second, all streams", "samples left out, all streams"),
    )
    rows = [
        [
            worker,
            str(part.streams),
            shown(seen.rates.cpu[f"worker {worker}"], 3),
            shown(min(part.rates), 1),
            shown(median(part.rates), 1),
            shown(part.late_ticks, 2),
            shown(part.skipped),
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
