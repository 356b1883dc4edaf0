"""What a viewer costs at 1, 2 and 4 servers over Redis, and how many are carried."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

from benchmarks import document
from benchmarks.compare import RATE, Report, shown
from benchmarks.processes.site import ANYWHERE, Site, embedded, over_redis
from benchmarks.processes.viewing import Measured, crowd, measure
from benchmarks.servers import KILOHERTZ, LOAD_CORE, SERVER_CORE

#: Of servers over Redis; 0 is one process with the worker in it and no Redis: the baseline.
SITES = (0, 1, 2, 4)
#: Viewers whose cost is looked at, and those of whom it is asked whether they are carried.
VIEWERS, STEPS = 600, (1200, 2400, 3600)
#: Each site is measured so often, in turn with the others, for so many seconds.
ROUNDS, SECONDS = 3, 10.0
#: Who gets what is new within this (p99, ms) sees it as it is; beyond, it comes in jerks.
PROMPT = 100.0
#: Of what was due in 10 s the last message may lack: one of a busy server holds half a second.
LEAST_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Step:
    """One measurement: how many servers, and what was seen."""

    servers: int
    viewers: int
    seen: Measured


def site_of(servers: int, *, pinned: bool) -> AbstractContextManager[Site]:
    """A site with a stream of 1 kHz. Pinned: all servers on one core, all else on the other."""
    cores = (SERVER_CORE, LOAD_CORE) if pinned else (ANYWHERE, ANYWHERE)
    streams = [KILOHERTZ]
    return over_redis(streams, servers, cores=cores) if servers else embedded(streams, cores)


def named(servers: int) -> str:
    """What a row is of."""
    return f"{servers}, over Redis" if servers else "1, worker embedded"


def costs(rounds: int, viewers: int, seconds: float) -> list[Step]:
    """All sites in turn, so often."""
    steps = []
    for _ in range(rounds):
        for servers in SITES:
            with site_of(servers, pinned=True) as site, crowd(site, viewers) as load:
                steps.append(Step(servers, viewers, measure(site, load, seconds)))
            print("  ", " | ".join(_tried(steps[-1])), file=sys.stderr)
    return steps


def cost_table(steps: Sequence[Step]) -> str:
    """Medians over the rounds, beside the baseline's."""
    head = (
        *("servers", "server CPU s/s, all", "CPU ms per viewer and second", "× embedded"),
        *("worker CPU s/s", "Redis CPU s/s", "Redis in, kB/s", "Redis out, kB/s"),
        *("gaps", "latency ms, p50", "p99", "load CPU"),
    )
    base = _cpu([s for s in steps if not s.servers])
    rows = []
    for servers in SITES:
        same = [step for step in steps if step.servers == servers]
        rows.append(_cost_row(servers, same, base))
    return document.table(head, rows)


def _cpu(steps: Sequence[Step]) -> float:
    return median(step.seen.rates.of("server") for step in steps)


def _cost_row(servers: int, steps: Sequence[Step], base: float) -> list[str]:
    def middle(*values: float) -> float:
        return median(values)

    rates, reports = [s.seen.rates for s in steps], [s.seen.report for s in steps]
    cpu = _cpu(steps)
    redis = [
        shown(middle(*(r.of("redis") for r in rates)), 3),
        shown(middle(*(r.redis_in / 1e3 for r in rates)), 1),
        shown(middle(*(r.redis_out / 1e3 for r in rates)), 1),
    ]
    worker = shown(middle(*(r.of("worker") for r in rates)), 3)
    return [
        named(servers),
        shown(cpu, 3),
        shown(cpu / steps[0].viewers * 1e3, 3),
        f"{cpu / base:.2f}",
        *([worker, *redis] if servers else ["–"] * 4),
        shown(sum(report["gaps"] for report in reports)),
        shown(middle(*(r["latency_ms"]["p50"] for r in reports)), 1),
        shown(middle(*(r["latency_ms"]["p99"] for r in reports)), 1),
        f"{middle(*(r.of('load') for r in rates)):.0%}",
    ]


def carried(steps: Sequence[int], seconds: float) -> Iterator[Step]:
    """More and more viewers of each site, until samples are lost; both cores are everybody's."""
    for servers in SITES:
        for viewers in steps:
            with site_of(servers, pinned=False) as site, crowd(site, viewers) as load:
                step = Step(servers, viewers, measure(site, load, seconds))
            print("  ", " | ".join(_tried(step)), file=sys.stderr)
            yield step
            if not is_whole(step.seen.report):
                break


def is_whole(report: Report) -> bool:
    """Whether every viewer is there still, and got each sample: late perhaps, but all."""
    rate = report["samples_per_second"]["min"]
    lost = report["gaps"] or report["missing"] or report["closes"] or report["errors"]
    return report["alive"] == report["viewers"] and not lost and rate >= LEAST_SHARE * RATE


def is_prompt(report: Report) -> bool:
    """Whether they also got them soon."""
    p99 = report["latency_ms"]["p99"]
    return is_whole(report) and p99 is not None and p99 <= PROMPT


CARRIED_HEAD = (
    *("servers", "viewers", "samples/s per viewer, min", "gaps", "closed"),
    *("latency ms, p50", "p99", "messages/s per viewer"),
    *("server CPU s/s, all", "worker", "Redis", "load", "idle"),
)


def _tried(step: Step) -> list[str]:
    report, rates = step.seen.report, step.seen.rates
    kinds = [rates.of(kind) for kind in ("server", "worker", "redis", "load")]
    return [
        named(step.servers),
        f"{step.viewers:,}",
        shown(report["samples_per_second"]["min"]),
        shown(report["gaps"]),
        shown(step.viewers - report["alive"]),
        shown(report["latency_ms"]["p50"], 1),
        shown(report["latency_ms"]["p99"], 1),
        shown(report["messages_per_second"] / step.viewers, 1),
        *(shown(spent, 2) for spent in kinds),
        shown(max(0.0, 2 - sum(kinds)), 2),
    ]


def carried_text(steps: Sequence[Step]) -> str:
    """What was tried, and the most that were carried."""
    lines = []
    for servers in dict.fromkeys(step.servers for step in steps):
        same = [step for step in steps if step.servers == servers]
        whole = [s.viewers for s in same if is_whole(s.seen.report)]
        prompt = [s.viewers for s in same if is_prompt(s.seen.report)]
        lines.append(
            f"- {named(servers)}: {max(whole, default=0):,} without a gap, of them with a p99 "
            f"of at most {PROMPT:.0f} ms: {max(prompt, default=0):,}"
        )
    table = document.table(CARRIED_HEAD, [_tried(step) for step in steps])
    return "\n\n".join(["The most that were carried, of the steps below:", "\n".join(lines), table])
