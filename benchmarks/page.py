"""``make bench-page``: what the page costs in Chromium with software rendering.

Each run opens the real page on a real daphne, with one stream, and looks at every animation frame:
when it came, and how many milliseconds of JavaScript the main thread did for it (all animation
callbacks, ECharts' own included, and every message that came in). Beside it, in the same run, the
page of the original's kind: ``setOption`` with pairs, default animation and width.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks import document
from benchmarks.servers import ROOT, Server, environment, running, waves_daphne

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
#: A plot of 1,200 × 500 CSS pixels, as the facts of the design were measured.
VIEWPORT = {"width": 1590, "height": 640}
#: Between opening the page and looking: the window fills, the JIT warms up.
SETTLE_SECONDS = 6.0

#: Counts work and frames. It runs before the page's own scripts and changes nothing else.
INSTRUMENT = """
(() => {
  const bench = { frames: [], work: 0, on: false };
  window.bench = bench;
  const raf = window.requestAnimationFrame.bind(window);
  const timed = (call) => function (...given) {
    const start = performance.now();
    try { return call.apply(this, given); } finally { bench.work += performance.now() - start; }
  };
  window.requestAnimationFrame = (call) => raf(timed(call));
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...own, set(call) { own.set.call(this, call && timed(call)); },
  });
  raf(function look(at) {
    if (bench.on) bench.frames.push([at, bench.work]);
    bench.work = 0;
    raf(look);
  });
})();
"""

#: The page of the original's kind, with ``count`` points: each frame a point leaves, one comes.
NAIVE = """
async (count) => {
  const echarts = await import("/static/vendor/echarts/echarts.esm.min.js");
  const element = document.createElement("div");
  element.style.width = "1200px";
  element.style.height = "500px";
  document.body.replaceChildren(element);
  const chart = echarts.init(element);
  const data = Array.from({ length: count }, (_, i) => [i, Math.sin(i / 50)]);
  chart.setOption({ xAxis: { type: "value", min: "dataMin", max: "dataMax" }, yAxis: {},
    series: [{ type: "line", showSymbol: false, data }] });
  let next = count;
  const frame = () => {
    requestAnimationFrame(frame);
    for (let i = 0; i < 17; i += 1, next += 1) {
      data.shift();
      data.push([next, Math.sin(next / 50)]);
    }
    chart.setOption({ series: [{ data }] });
  };
  requestAnimationFrame(frame);
}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """A stream whose page is looked at. ``query`` is the page's own; ``pages`` are open at once."""

    label: str
    stream: dict[str, Any]
    query: str = ""
    pages: int = 1


CASES = {
    "small": Case(
        "1 kHz × 1 signal, 2 s",
        {"rate": 1000.0, "frames_per_second": 25.0, "window": 2.0, "signals": 1},
    ),
    "million": Case(
        "50 kHz × 4 signals with 5 % of noise, 20 s: 1,000,000 samples in each of 4 traces",
        {
            "rate": 50_000.0,
            "frames_per_second": 25.0,
            "window": 20.0,
            "history": 22.0,
            "signals": 4,
            "noise": 0.05,
        },
    ),
    "sixty": Case(
        "1 kHz × 60 signals with 5 % of noise, 10 s",
        {
            "rate": 1000.0,
            "frames_per_second": 25.0,
            "window": 10.0,
            "history": 12.0,
            "signals": 60,
            "noise": 0.05,
        },
    ),
    "spectrum": Case(
        "2 pages of 1 kHz × 4 signals, 10 s, their spectra open (the first of them)",
        {
            "rate": 1000.0,
            "frames_per_second": 25.0,
            "window": 10.0,
            "history": 12.0,
            "signals": 4,
        },
        query="?view=spectrum&window=10",
        pages=2,
    ),
    "fast": Case(
        "1 MS/s × 4 signals, 10 s, as columns",
        {
            "rate": 1_000_000.0,
            "frames_per_second": 20.0,
            "window": 10.0,
            "history": 12.0,
            "signals": 4,
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run came to: frames a second, and milliseconds of main-thread work per frame."""

    fps: float
    median: float
    p95: float

    @classmethod
    def of(cls, frames: list[list[float]]) -> Looked:
        """From pairs of time and work, in milliseconds."""
        work = sorted(w for _, w in frames)
        seconds = (frames[-1][0] - frames[0][0]) / 1000
        p95 = work[int(len(work) * 0.95)]
        return cls((len(frames) - 1) / seconds, statistics.median(work), p95)


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page in Chromium with the instruments in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport=VIEWPORT).new_page()
        page.add_init_script(INSTRUMENT)
        yield page
        browser.close()


def look(page: Page, seconds: float) -> Looked:
    """Count frames and work for a while."""
    page.evaluate("() => { bench.frames = []; bench.on = true; }")
    page.wait_for_timeout(seconds * 1000)
    return Looked.of(page.evaluate("() => bench.frames"))


def heap_bytes(page: Page) -> int:
    """Bytes of the JavaScript heap after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    return int(used["usedSize"]) + int(used.get("backingStorageSize", 0))


def run_case(case: Case, seconds: float) -> Looked:
    """One stream of our page."""
    server = Server(case.label, "waves", waves_daphne, stream=dict(case.stream))
    with running(server) as (port, _), browser_page() as page:
        others = [page.context.new_page() for _ in range(case.pages - 1)]
        for each in (page, *others):
            each.goto(f"http://127.0.0.1:{port}/streams/bench/{case.query}")
        fill = min(case.stream["window"], 25.0)
        page.wait_for_timeout((SETTLE_SECONDS + fill) * 1000)
        return look(page, seconds)


def run_naive(points: int, seconds: float) -> Looked:
    """The original's kind of page."""
    server = Server("naive", "waves", waves_daphne, stream=dict(CASES["small"].stream))
    with running(server) as (port, _), browser_page() as page:
        page.goto(f"http://127.0.0.1:{port}/healthz/live")
        page.evaluate(NAIVE, points)
        page.wait_for_timeout(3000)
        return look(page, seconds)


def run_heap(minutes: float) -> list[float]:
    """Megabytes of the heap after collection, once a minute, with the million-sample page."""
    case = CASES["million"]
    server = Server(case.label, "waves", waves_daphne, stream=dict(case.stream))
    with running(server) as (port, _), browser_page() as page:
        page.goto(f"http://127.0.0.1:{port}/streams/bench/")
        page.wait_for_timeout(30_000)
        sizes = [heap_bytes(page) / 1e6]
        for _ in range(round(minutes)):
            page.wait_for_timeout(60_000)
            sizes.append(heap_bytes(page) / 1e6)
    return sizes


def collect_static() -> None:
    """The page is served as it is deployed: hashed names, compressed."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    env = environment(ROOT / "unused.sqlite3")
    subprocess.run(command, cwd=ROOT, env=env, check=True)


def rows(names: list[str], seconds: float) -> list[list[str]]:
    """A line of the table for each case, and for each size of the naive page."""
    lines = []
    for name in names:
        print(f"{CASES[name].label} …", file=sys.stderr)
        lines.append(_line(f"Waves: {CASES[name].label}", run_case(CASES[name], seconds)))
    for points in (1_000, 10_000, 100_000):
        print(f"naive, {points} points …", file=sys.stderr)
        label = f"The original's page: pairs, {points:,} points"
        lines.append(_line(label, run_naive(points, seconds)))
    return lines


def _line(label: str, looked: Looked) -> list[str]:
    return [label, f"{looked.fps:.0f}", f"{looked.median:.1f}", f"{looked.p95:.1f}"]


def main(arguments: list[str] | None = None) -> None:
    """Run what is asked for, print it, and keep it with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(CASES), help="cases, with commas between")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--heap-minutes", type=float, default=0.0)
    parser.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    options = parser.parse_args(arguments)
    collect_static()
    parts = ["## The page", document.machine(), "Chromium, headless, software rendering."]
    head = ("page", "frames a second", "ms of work a frame, median", "p95")
    parts.append(document.table(head, rows(options.only.split(","), options.seconds)))
    if options.heap_minutes:
        sizes = ", ".join(f"{size:.1f}" for size in run_heap(options.heap_minutes))
        parts.append(f"Heap after collection, each minute, in MB (1,000,000 × 4): {sizes}.")
    body = "\n\n".join(parts)
    print(body)
    if options.write:
        document.write_section("page", body)


if __name__ == "__main__":
    main()
