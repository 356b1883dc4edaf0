"""200 streams of 1 kHz by two workers: what each has of them, what that costs, what is lost."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
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
#: Frames a second of each stream: the default, and half of it.
FRAMES = (20.0, 10.0)
#: Streams that are looked at, and by how many each.
LOOKED_AT, EACH = 20, 3
SECONDS = 20.0
#: Streams move one a second: who began with all of them has given up half in 100 s.
SHARED_SECONDS = 150.0
#: A worker says all of each of its streams every ten announcements; one that is late needs longer.
DESCRIBED_SECONDS = 15.0
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
    cpu: float
    #: Samples that were published of each stream, for each second of the stream's own time, as far
    #: as the worker came to say so.
    rates: list[float]
    #: In all of its streams, a second; None where it did not come to say so.
    late_ticks: float | None
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
    asked = time.time()
    said = by_stream(get(port, "/metrics"))
    now = (asked + time.time()) / 2
    ages = said.get("waves_newest_sample_age_seconds", {})
    listed = json.loads(get(port, "/api/v1/streams"))["streams"]
    return {
        **said,
        "newest": {slug: now - age for slug, age in ages.items()},
        "skipped": {s["slug"]: s["skipped"] for s in listed if "skipped" in s},
        "not live": {s["slug"]: 1.0 for s in listed if s["state"] != "live"},
    }


def part(own: Sequence[str], cpu: float, seconds: float, before: Figures, after: Figures) -> Part:
    """What a worker did for its streams in so many seconds, from what was said at both ends."""

    def grew(figure: str) -> dict[str, float]:
        old, new = before.get(figure, {}), after.get(figure, {})
        return {slug: new[slug] - old[slug] for slug in own if slug in old and slug in new}

    newest, late = grew("newest"), grew("waves_late_ticks_total")
    samples = grew("waves_runner_samples_total")
    rates = [grown / newest[slug] for slug, grown in samples.items() if newest.get(slug)]
    late_ticks = sum(late.values()) / seconds if late else None
    return Part(len(own), cpu, rates, late_ticks, sum(grew("skipped").values()))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of so many frames a second."""

    frames: float
    seen: Measured
    parts: Mapping[str, Part]
    #: Streams that a server believed to be live no more, as it had not heard of them for 3 s.
    not_live: int


def run_at(frames: float, streams: int = STREAMS, seconds: float = SECONDS) -> Done:
    """Two workers, and streams with so many frames a second."""
    made = [{**KILOHERTZ, "frames_per_second": frames} for _ in range(streams)]
    with over_redis(made, 1, WORKERS) as site:
        await_shared(site, streams, WORKERS)
        chosen = [slug_of(1 + k * streams // LOOKED_AT) for k in range(LOOKED_AT)]
        with crowd(site, LOOKED_AT * EACH, chosen) as load:
            await_described(site, load, streams)
            before, began = looked_at(site, load), time.monotonic()
            seen = measure(site, load, seconds)
            after = looked_at(site, load)
            took = time.monotonic() - began
        slugs, owned = site.slugs(), owners(site.client())
        parts = {}
        for worker in WORKERS:
            own = [slugs[handle] for handle, name in owned.items() if name == worker]
            parts[worker] = part(own, seen.rates.cpu[f"worker {worker}"], took, before, after)
    return Done(frames, seen, parts, len(after["not live"]))


def run() -> str:
    """The part of the section on it."""
    return text([run_at(frames) for frames in FRAMES])


def text(every: Sequence[Done]) -> str:
    """Table of workers, and what viewers saw."""
    head = (
        *("frames a second", "worker", "streams", "CPU s/s", "samples/s per stream, min"),
        *("median", "ticks late a second, all streams", "samples left out, all streams"),
    )
    rows = [
        [
            f"{done.frames:.0f}",
            worker,
            str(part.streams),
            shown(part.cpu, 3),
            shown(min(part.rates, default=None), 1),
            shown(median(part.rates) if part.rates else None, 1),
            shown(part.late_ticks, 2),
            shown(part.skipped),
        ]
        for done in every
        for worker, part in done.parts.items()
    ]
    words = (
        f"{STREAMS} streams of 1 kHz × 1 signal, {SECONDS:.0f} s, {LOOKED_AT * EACH} viewers of "
        f"{LOOKED_AT} of them at one server; both cores are everybody's:"
    )
    return "\n\n".join([words, document.table(head, rows), *map(_viewed, every)])


def _viewed(done: Done) -> str:
    report, rates = done.seen.report, done.seen.rates
    latency = report["latency_ms"]
    spent = sum(rates.cpu.values())
    return (
        f"At {done.frames:.0f} frames a second viewers saw {report['gaps']} gaps with "
        f"{report['missing']:,} samples, latency p50 {shown(latency['p50'], 1)} ms, p99 "
        f"{shown(latency['p99'], 1)} ms; {done.not_live} streams were not live at the end. Redis "
        f"took {rates.redis_in / 1e6:.2f} MB/s and gave {rates.redis_out / 1e6:.2f} MB/s, at "
        f"{rates.of('redis'):.2f} CPU s/s; the server used {rates.of('server'):.2f}, the load "
        f"{rates.of('load'):.2f}, all of them {spent:.2f} of the 2.00 that there are."
    )
