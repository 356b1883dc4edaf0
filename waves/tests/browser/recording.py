"""A recording that is given to the page in place of the server's: a year in no time."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import numpy as np
from playwright.async_api import BrowserContext, Route

from waves.protocol.frames import Frame, encode

#: What the page is told of its stream, besides what the server says.
DESCRIBED = """(() => {
  const parse = JSON.parse;
  JSON.parse = (...given) => {
    const said = parse(...given);
    return said?.type === "stream" ? { ...said, ...SAID } : said;
  };
})()"""


@dataclass
class Epoch:
    """One epoch of the recording; the value of sample i is ``wave(i)``."""

    number: int
    begin: float
    end: float
    rate: float

    @property
    def last(self) -> int:
        return int((self.end - self.begin) * self.rate)


@dataclass
class Recording:
    """Epochs of one signal: a ramp of whole numbers, and one spike of a single sample in each."""

    epochs: list[Epoch]
    keys: list[str]
    asked: list[dict[str, str]] = field(default_factory=list)
    problem: str = ""

    @property
    def since(self) -> float:
        return self.epochs[0].begin

    async def give(self, context: BrowserContext, **said: object) -> None:
        """Answer the page's requests; ``said`` are further fields of the description."""
        told = {"record": True, "recorded_since": self.since, "not_recorded": "", **said}
        await context.add_init_script(DESCRIBED.replace("SAID", json.dumps(told)))
        await context.route("**/api/v1/streams/*/samples?*", self._samples)
        await context.route("**/api/v1/streams/*/epochs?*", self._epochs)

    async def _epochs(self, route: Route) -> None:
        query = self._query(route)
        low, high = float(query.get("from", 0)), float(query.get("to", 1e12))
        rows = [
            {
                "epoch": epoch.number,
                "first": 0,
                "last": epoch.last,
                "from": epoch.begin,
                "to": epoch.end,
                "rate": epoch.rate,
                "clock": "regular",
                "sample_type": "float32",
                "signals": [{"key": key, "name": key, "unit": ""} for key in self.keys],
                "why": "",
            }
            for epoch in self.epochs
            if epoch.end >= low and epoch.begin <= high
        ]
        most = int(query.get("most", 1000))
        body = {"recorded_since": self.since, "epochs": rows[:most], "more": len(rows) > most}
        await route.fulfill(json=body)

    async def _samples(self, route: Route) -> None:
        query = self._query(route)
        low, high = float(query["from"]), float(query["to"])
        width = (high - low) / float(query["columns"]) if "columns" in query else 0.0
        frames = [frame for epoch in self.epochs for frame in self._frames(epoch, low, high, width)]
        body = b"".join(encode(frame) for frame in frames)
        headers = {"Waves-Problem": self.problem} if self.problem else {}
        await route.fulfill(body=body, headers=headers, content_type="application/octet-stream")

    def _frames(self, epoch: Epoch, low: float, high: float, width: float) -> list[Frame]:
        stride = 1 << max(0, int(np.floor(np.log2(max(1.0, width * epoch.rate) + 1e-9))))
        first = max(0, int(np.floor((low - epoch.begin) * epoch.rate / stride)))
        last = min(epoch.last // stride, int(np.ceil((high - epoch.begin) * epoch.rate / stride)))
        if last < first:
            return []
        columns = np.arange(first, last + 1) * stride
        t0 = epoch.begin + first * stride / epoch.rate
        level = np.sin(columns / epoch.rate / 3600) * 0.5
        low_rows, high_rows = level - 0.1, level + 0.1
        spike = epoch.last // 2
        high_rows[(columns <= spike) & (spike < columns + stride)] = 3.0
        rows = len(self.keys)
        values = np.tile(low_rows.astype(np.float32), (rows, 1))
        maxima = np.tile(high_rows.astype(np.float32), (rows, 1))
        shared = (1, epoch.number, first * stride, t0, stride / epoch.rate)
        if stride == 1:
            return [Frame(*shared, maxima)]
        return [Frame(*shared, values, maxima=maxima, stride=stride)]

    def _query(self, route: Route) -> dict[str, str]:
        query = {key: each[0] for key, each in parse_qs(urlsplit(route.request.url).query).items()}
        self.asked.append(query)
        return query


def of_a_year(keys: list[str]) -> Recording:
    """400 days: a change of rate long ago, a restart yesterday, and an hour ago another."""
    now, day = time.time(), 86_400.0
    return Recording(
        [
            Epoch(1, now - 390 * day, now - 200 * day, 1000.0),
            Epoch(2, now - 200 * day, now - 30 * day, 2000.0),
            Epoch(3, now - 25 * day, now - 1.2 * day, 1000.0),
            Epoch(4, now - 1.1 * day, now - 3600, 1000.0),
            Epoch(5, now - 3590, now, 1000.0),
        ],
        keys,
    )


def of_many_restarts(keys: list[str]) -> Recording:
    """An epoch each minute of the last four days."""
    now, minute = time.time(), 60.0
    begins = now - np.arange(4 * 1440, 0, -1) * minute
    return Recording(
        [Epoch(n, begin, begin + minute - 1, 10.0) for n, begin in enumerate(begins.tolist(), 1)],
        keys,
    )
