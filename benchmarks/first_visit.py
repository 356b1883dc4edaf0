"""``python -m benchmarks.first_visit``: how long a first visit takes until the signal moves.

Each visit is a browser that has never been here, on a line of 50 ms and 10 Mbit/s: the developer
tools of Chromium hold up each answer so long, and share the bandwidth out. They leave out the
opening of connections, and WebSockets. The signal moves at the first of two frames in a row, after
the first samples came, in which the chart's pixels changed.
"""

from __future__ import annotations

import argparse
import statistics
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from benchmarks import document
from benchmarks.page import VIEWPORT, browser, collect_static
from benchmarks.servers import KILOHERTZ, Server, running, slug_of, waves_daphne

#: Of the line: seconds until an answer begins, and bits a second.
LATENCY, BANDWIDTH = 0.05, 10e6
#: A visit that takes longer shall be told and not awaited.
PATIENCE_MS = 30_000
#: The chart is looked at through so few pixels that looking costs next to nothing.
SMALL = (96, 48)

#: Runs before the page's own scripts. ``visit.moved`` is in ms since the visit began.
LOOK = """
(() => {
  const visit = { moved: null, samples: null };
  window.visit = visit;
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", { ...own, set(call) {
    own.set.call(this, function (event) {
      if (typeof event.data !== "string") visit.samples ??= performance.now();
      return call.call(this, event);
    });
  } });
  const small = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = small.getContext("2d", { willReadFrequently: true });
  let before = "", changed = null;
  requestAnimationFrame(function look(at) {
    if (visit.moved !== null) return;
    requestAnimationFrame(look);
    const chart = document.querySelector("#chart canvas");
    if (visit.samples === null || !chart?.width) return;
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.drawImage(chart, 0, 0, WIDTH, HEIGHT);
    const now = context.getImageData(0, 0, WIDTH, HEIGHT).data.join();
    if (before && now !== before) {
      if (changed !== null) visit.moved = changed;
      changed = at;
    } else {
      changed = null;
    }
    before = now;
  });
})();
"""
#: Of all that the page fetched by then: how many, and how many kB came over the line.
FETCHED = """() => {
  const fetched = [...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource")];
  return [fetched.length, fetched.reduce((sum, one) => sum + one.transferSize, 0) / 1000];
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """Seconds until the first samples came and until the signal moved; requests; kB."""

    samples: float
    moved: float
    requests: int
    kilobytes: float


def visit(chromium: Browser, url: str, *, throttled: bool = True) -> Visit:
    """A first visit."""
    context = chromium.new_context(viewport=VIEWPORT)
    page = context.new_page()
    width, height = SMALL
    page.add_init_script(LOOK.replace("WIDTH", str(width)).replace("HEIGHT", str(height)))
    if throttled:
        conditions = {
            "offline": False,
            "latency": LATENCY * 1000,
            "downloadThroughput": BANDWIDTH / 8,
            "uploadThroughput": BANDWIDTH / 8,
        }
        tools = context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", conditions)
    page.goto(url, wait_until="commit")
    page.wait_for_function("() => visit.moved !== null", timeout=PATIENCE_MS)
    at: dict[str, Any] = page.evaluate("() => visit")
    requests, kilobytes = page.evaluate(FETCHED)
    context.close()
    return Visit(at["samples"] / 1000, at["moved"] / 1000, requests, kilobytes)


def visits(count: int, *, throttled: bool = True) -> list[Visit]:
    """First visits of a stream's page, one after the other; one before them warms the server."""
    server = Server("first visit", "waves", waves_daphne, streams=(KILOHERTZ,))
    with running(server) as (port, _), browser() as chromium:
        url = f"http://127.0.0.1:{port}/streams/{slug_of(1)}/"
        visit(chromium, url, throttled=False)
        return [visit(chromium, url, throttled=throttled) for _ in range(count)]


def row(label: str, all_: list[Visit]) -> list[str]:
    """A line of the table."""
    moved = [each.moved for each in all_]
    return [
        label,
        f"{statistics.median(each.samples for each in all_):.2f}",
        f"{statistics.median(moved):.2f}",
        f"{max(moved):.2f}",
        str(all_[-1].requests),
        f"{all_[-1].kilobytes:.0f}",
    ]


def main(arguments: list[str] | None = None) -> None:
    """Visit, print the table, and keep it with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=9)
    parser.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    options = parser.parse_args(arguments)
    collect_static()
    machine = document.machine()
    head = ("line", "samples, s", "moves, s", "moves, worst", "requests", "kB")
    rows = [
        row("50 ms, 10 Mbit/s", visits(options.visits)),
        row("this machine", visits(options.visits, throttled=False)),
    ]
    parts = ["## The first visit", machine, document.table(head, rows)]
    body = "\n\n".join(parts)
    print(body)
    if options.write:
        document.write_section("first visit", body)


if __name__ == "__main__":
    main()
