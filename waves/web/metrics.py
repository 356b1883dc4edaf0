"""Counts of this process for Prometheus: what came and was sent, how late, what was refused."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric

from waves.hub.figures import Durations
from waves.hub.kept import Kept
from waves.hub.members import work_of
from waves.hub.viewer import LOSSES
from waves.server import http_bounds, pasts
from waves.server.inflow import Rate
from waves.server.lifespan import Services
from waves.web import attendance

#: Name, help, and attribute of the pump.
_PUMP = (
    ("waves_messages", "Data messages sent to viewers.", "messages"),
    ("waves_bytes", "Bytes of data messages sent to viewers.", "bytes"),
    ("waves_closed_slow", "Sockets closed because they did not read.", "closed_slow"),
)

#: Counts that the worker keeps of a stream, in its description.
_DESCRIPTION = {
    "skipped": "Samples that the source left out in its epoch.",
    "infinities": "Infinite values that were made NaN.",
    "late": "Samples that came too late, and were left out.",
    "doubled": "Pushed samples that were there already, and were left out.",
    "nameless": "Texts that could become no state, and were made NaN.",
    "left_out": "What came from outside and was no sample, or could not be taken.",
    "unpublished": "Frames that the channel layer did not take.",
    "measured_rate": "Samples per second and signal.",
}

#: What this hub counts of a stream as it comes: name, help, and attribute of its figures.
_CAME = (
    ("waves_frames", "Frames of a stream that came to this server.", "frames"),
    ("waves_samples", "Samples of a stream that came to this server.", "samples"),
    ("waves_sample_bytes", "Bytes of values that came to this server.", "bytes"),
)

#: What a worker counts of a stream that it runs, since its runner began: the same at each server.
_RUN = (
    ("waves_runner_frames", "Frames that the worker published.", "frames"),
    ("waves_runner_samples", "Samples that the worker published.", "samples"),
    ("waves_runner_bytes", "Bytes of frames that the worker published.", "bytes"),
    ("waves_late_ticks", "Ticks that came when the next one was due already.", "late_ticks"),
)
_STATES = ("live", "silent", "stale", "failed", "stopped")


def _counter(name: str, text: str, label: str, counts: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, text: str, durations: Durations) -> Metric:
    return HistogramMetricFamily(
        name, text, buckets=durations.buckets(), sum_value=durations.seconds
    )


class ServerCollector:
    """Reads the services of this process at each scrape; nothing is counted twice."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.hub = services.hub

    def collect(self) -> Iterable[Metric]:
        """The metrics, as they are now."""
        for name, text, attribute in _PUMP:
            yield CounterMetricFamily(name, text, value=getattr(self.hub.pump, attribute))
        received = Counter(self.hub.counts)
        for link in self.services.links:
            received.update(link.receiver.counts)
        yield _counter("waves_received", "What the hub took or refused, by kind.", "kind", received)
        yield from self._sockets()
        yield from self._http()
        yield from self._process()
        yield self._triggers()
        yield from self._streams()
        yield from self._runners()

    def _sockets(self) -> Iterable[Metric]:
        open_now = Counter(type(c.transport).__name__ for c in self.hub.connections)
        family = GaugeMetricFamily("waves_connections", "Open sockets.", labels=["transport"])
        for transport, count in open_now.items():
            family.add_metric([transport], count)
        yield family
        let_in = "Sockets that were let in, to view or to send."
        yield _counter("waves_handshakes", let_in, "socket", attendance.handshakes)
        held = {
            "messages said": Rate.held,
            "heavy answers": self.hub.pump.put_off,
            "readings": pasts.counts["held"],
        }
        text = "What waited because one caller has its share already, by what it was."
        yield _counter("waves_held", text, "what", held)
        text = "Answers that lack what is recorded, because so many were read or waited for."
        yield CounterMetricFamily("waves_readings_refused", text, value=pasts.counts["refused"])
        text = "Messages of sockets that were refused while the socket goes on, by code."
        yield _counter("waves_messages_refused", text, "code", self.hub.refused)
        text = "Sockets that this server closed, by code and reason."
        closed = CounterMetricFamily("waves_sockets_refused", text, labels=["code", "reason"])
        for code, count in attendance.closes.items():
            closed.add_metric([str(code), attendance.REASONS.get(code, "other")], count)
        yield closed

    def _http(self) -> Iterable[Metric]:
        text = "Requests that were refused or ended, by reason."
        yield _counter("waves_http_refused", text, "reason", http_bounds.counts)
        statuses = {str(status): count for status, count in http_bounds.statuses.items()}
        yield _counter("waves_http_answers", "Answers to requests, by status.", "status", statuses)

    def _process(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("waves_tasks", "Tasks of the event loop.", len(asyncio.all_tasks()))
        text = "How long the event loop let a task wait that was due."
        yield _histogram("waves_loop_lag_seconds", text, self.services.turns)
        text = "From a message to oneself until it came through the channel layer (Redis)."
        trips = HistogramMetricFamily("waves_layer_round_trip_seconds", text, labels=["host"])
        for number, link in enumerate(self.services.links, 1):
            durations = link.receiver.round_trips
            trips.add_metric([str(number)], durations.buckets(), durations.seconds)
        yield trips
        board = self.hub.board
        for name, members in (("servers", board.servers), ("workers", board.workers)):
            text = f"All {name} of the site that were heard of lately."
            # A process with a worker for each Redis host is one.
            processes = {m.told.get("process", m.id) for m in members.present()}
            yield GaugeMetricFamily(f"waves_{name}", text, len(processes))

    def _triggers(self) -> Metric:
        search = self.hub.pump.search
        text = "Triggers that are looked for, and those that there is no time for."
        family = GaugeMetricFamily("waves_triggers", text, labels=["state"])
        family.add_metric(["searched"], search.finders - search.paused)
        family.add_metric(["paused"], search.paused)
        return family

    def _streams(self) -> Iterable[Metric]:
        """What is kept of streams here: over Redis of those that are viewed."""
        by_stream = ["stream"]
        viewers = GaugeMetricFamily("waves_viewers", "Viewers here.", labels=by_stream)
        memory = GaugeMetricFamily("waves_history_bytes", "Memory of history.", labels=by_stream)
        text = "From the time of the newest sample until it came to this server."
        lag = GaugeMetricFamily("waves_hub_lag_seconds", text, labels=by_stream)
        came = {a: CounterMetricFamily(n, t, labels=by_stream) for n, t, a in _CAME}
        counts = {
            key: GaugeMetricFamily(f"waves_{key}", text, labels=by_stream)
            for key, text in _DESCRIPTION.items()
        }
        losses, ages = _losses(), _ages()
        for slug, stream in self._kept().items():
            kept, said = stream.kept, stream.kept.description or {}
            viewers.add_metric([slug], len(stream.audience))
            memory.add_metric([slug], kept.history.bytes)
            lag.add_metric([slug], kept.figures.lag)
            _add_figures(slug, kept, losses, ages)
            for attribute, family in came.items():
                family.add_metric([slug], getattr(kept.figures, attribute))
            for key, gauge in counts.items():
                gauge.add_metric([slug], said.get(key, 0))
        yield from (viewers, memory, lag, *came.values(), *counts.values(), losses, ages)

    def _kept(self) -> dict[str, Any]:
        """What is described, by slug: two of the same name would make the whole text worthless."""
        kept = {s.kept.description["slug"]: s for s in self._described()}
        return dict(sorted(kept.items()))

    def _described(self) -> list[Any]:
        return [s for s in self.hub.streams.values() if s.kept.description is not None]

    def _runners(self) -> Iterable[Metric]:
        """What workers say of every stream, viewed or not."""
        now, board = time.time(), self.hub.board
        workers = board.workers.present()
        text = "From the time of the newest sample until the worker had published it."
        lag = GaugeMetricFamily("waves_runner_lag_seconds", text, labels=["stream"])
        text = "For how long there was no newer sample, by their times."
        age = GaugeMetricFamily("waves_newest_sample_age_seconds", text, labels=["stream"])
        text = "1 for the state that a stream is in."
        state = GaugeMetricFamily("waves_stream_state", text, labels=["stream", "state"])
        counts = {a: CounterMetricFamily(n, t, labels=["stream"]) for n, t, a in _RUN}
        described = {h: board.description(h) for h in board.handles()}
        for slug, handle in {d["slug"]: h for h, d in described.items() if d}.items():
            said = described[handle] or {}
            for each in _STATES:
                state.add_metric([slug, each], float(said.get("state") == each))
            found = work_of(workers, handle)
            if found is None:
                continue
            work = found[1]
            for attribute, family in counts.items():
                family.add_metric([slug], work.get(attribute, 0))
            if work.get("newest") is not None:
                lag.add_metric([slug], work.get("lag", 0.0))
                age.add_metric([slug], max(0.0, now - work["newest"]))
        yield from (state, lag, age, *counts.values())


def _losses() -> CounterMetricFamily:
    text = "Samples that viewers here were not sent, by reason: each viewer counts."
    return CounterMetricFamily("waves_lost_samples", text, labels=["stream", "reason"])


def _ages() -> HistogramMetricFamily:
    text = "From the time of a frame's newest sample until the last socket was handed it."
    return HistogramMetricFamily("waves_latency_seconds", text, labels=["stream"])


def _add_figures(
    slug: str, kept: Kept, losses: CounterMetricFamily, ages: HistogramMetricFamily
) -> None:
    for reason in LOSSES:
        losses.add_metric([slug, reason], kept.figures.lost[reason])
    durations = kept.figures.ages
    ages.add_metric([slug], durations.buckets(), durations.seconds)


def exposition(services: Services) -> bytes:
    """The metrics of this process and of its services, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ServerCollector(services))
    ProcessCollector(registry=registry)
    return generate_latest(registry)
