"""Counts of this process for Prometheus: what was sent, what could not be, who views what."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from waves.hub.hub import Hub

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


class HubCollector:
    """Reads the hub at each scrape; nothing is counted twice."""

    def __init__(self, hub: Hub, layer: Mapping[str, int], http: Mapping[str, int]) -> None:
        self.hub = hub
        self.layer = layer
        self.http = http

    def collect(self) -> Iterable[Metric]:
        """The metrics, as they are now."""
        for name, text, attribute in _PUMP:
            yield CounterMetricFamily(name, text, value=getattr(self.hub.pump, attribute))
        received = CounterMetricFamily(
            "waves_received", "What the hub took or refused, by kind.", labels=["kind"]
        )
        for kind, count in {**self.hub.counts, **self.layer}.items():
            received.add_metric([kind], count)
        yield received
        refused = CounterMetricFamily(
            "waves_http_refused",
            "Requests that were refused or ended, by reason.",
            labels=["reason"],
        )
        for reason, count in self.http.items():
            refused.add_metric([reason], count)
        yield refused
        yield GaugeMetricFamily("waves_tasks", "Tasks of the event loop.", len(asyncio.all_tasks()))
        yield self._connections()
        yield self._triggers()
        yield from self._streams()

    def _connections(self) -> Metric:
        open_now = Counter(type(c.transport).__name__ for c in self.hub.connections)
        family = GaugeMetricFamily("waves_connections", "Open sockets.", labels=["transport"])
        for transport, count in open_now.items():
            family.add_metric([transport], count)
        return family

    def _triggers(self) -> Metric:
        search = self.hub.pump.search
        text = "Triggers that are looked for, and those that there is no time for."
        family = GaugeMetricFamily("waves_triggers", text, labels=["state"])
        family.add_metric(["searched"], search.finders - search.paused)
        family.add_metric(["paused"], search.paused)
        return family

    def _streams(self) -> Iterable[Metric]:
        viewers = GaugeMetricFamily("waves_viewers", "Viewers here.", labels=["stream"])
        memory = GaugeMetricFamily("waves_history_bytes", "Memory of history.", labels=["stream"])
        counts = {
            key: GaugeMetricFamily(f"waves_{key}", text, labels=["stream"])
            for key, text in _DESCRIPTION.items()
        }
        for stream in self.hub.streams.values():
            kept = stream.kept
            if kept.description is None:
                continue
            slug = [kept.description["slug"]]
            viewers.add_metric(slug, len(stream.audience))
            memory.add_metric(slug, kept.history.bytes)
            said: Mapping[str, Any] = kept.description
            for key, family in counts.items():
                family.add_metric(slug, said.get(key, 0))
        yield from (viewers, memory, *counts.values())


def exposition(hub: Hub, layer: Mapping[str, int], http: Mapping[str, int]) -> bytes:
    """The metrics of a hub, of the channel layer and of HTTP, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(HubCollector(hub, layer, http))
    return generate_latest(registry)
