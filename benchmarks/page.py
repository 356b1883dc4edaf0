"""``make bench-page``: what the page costs in Chromium with software rendering.

Each run opens the real page on a real daphne, one for each stream of the case, and looks at every
animation frame: when it came, and how many milliseconds of JavaScript the main thread did for it
(all animation callbacks, ECharts' own included, timers, and every message of a socket or a worker).
Beside it, in the same run, the page of the original's kind: ``setOption`` with pairs, default
animation and width.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import document
from benchmarks.servers import ROOT, Server, environment, running, slug_of, waves_daphne

#: The whole browser, or where it is not installed the one that the tests use.
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium-headless-shell"
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
  for (const name of ["setTimeout", "setInterval"]) {
    const own = window[name].bind(window);
    window[name] = (call, ...given) => own(timed(call), ...given);
  }
  for (const { prototype } of [WebSocket, Worker]) {
    const own = Object.getOwnPropertyDescriptor(prototype, "onmessage");
    Object.defineProperty(prototype, "onmessage", {
      ...own, set(call) { own.set.call(this, call && timed(call)); },
    });
  }
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
  const echarts = await import("/static/waves/vendor/echarts/echarts.esm.min.js");
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
    """Streams whose pages are open at once. ``query`` is the pages' own."""

    label: str
    streams: tuple[dict[str, Any], ...]
    query: str = ""


def stream(rate: float, window: float, signals: int, **fields: Any) -> dict[str, Any]:
    """Fields of a stream at 25 frames/s whose history is a little longer than its window."""
    usual = {"frames_per_second": 25.0, "history": window + 2}
    return {"rate": rate, "window": window, "signals": signals, **usual, **fields}


CASES = {
    "small": Case("1 kHz × 1 signal, 2 s", (stream(1000.0, 2.0, 1),)),
    "million": Case(
        "50 kHz × 4 signals with 5 % of noise, 20 s: 1,000,000 samples in each of 4 traces",
        (stream(50_000.0, 20.0, 4, noise=0.05),),
    ),
    "sixty": Case(
        "1 kHz × 60 signals with 5 % of noise, 10 s",
        (stream(1000.0, 10.0, 60, noise=0.05),),
    ),
    "spectrum": Case(
        "2 streams of 4 signals (1 kHz and 2 kHz, 10 s), a page each, their spectra open",
        (stream(1000.0, 10.0, 4, noise=0.05), stream(2000.0, 10.0, 4, noise=0.05)),
        query="?view=spectrum&window=10",
    ),
    "fast": Case(
        "1 MS/s × 4 signals, 10 s, as columns",
        (stream(1_000_000.0, 10.0, 4, frames_per_second=20.0),),
    ),
}
#: Those whose heap is looked at.
HEAPS = ("million", "spectrum")


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
def browser() -> Iterator[Browser]:
    """Chromium, with software rendering."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def instrumented(chromium: Browser) -> Page:
    """A page with the instruments in it, in a window of its own: both of two are seen."""
    page = chromium.new_context(viewport=VIEWPORT).new_page()
    page.add_init_script(INSTRUMENT)
    return page


@contextmanager
def opened(case: Case) -> Iterator[list[Page]]:
    """The pages of a case, once their windows are filled."""
    server = Server(case.label, "waves", waves_daphne, streams=case.streams)
    with running(server) as (port, _), browser() as chromium:
        pages = [instrumented(chromium) for _ in case.streams]
        for number, page in enumerate(pages, 1):
            page.goto(f"http://127.0.0.1:{port}/streams/{slug_of(number)}/{case.query}")
        fill = max(fields["window"] for fields in case.streams)
        pages[0].wait_for_timeout((SETTLE_SECONDS + fill) * 1000)
        yield pages


def look(pages: list[Page], seconds: float) -> Looked:
    """Count frames and work for a while; of several pages the one that did worst."""
    for page in pages:
        page.evaluate("() => { bench.frames = []; bench.on = true; }")
    pages[0].wait_for_timeout(seconds * 1000)
    looked = [Looked.of(page.evaluate("() => bench.frames")) for page in pages]
    return min(looked, key=lambda each: (each.fps, -each.p95))


def heap_megabytes(page: Page) -> float:
    """Of the JavaScript heap after a collection, the memory of typed arrays included."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    session.detach()
    return (int(used["usedSize"]) + int(used.get("backingStorageSize", 0))) / 1e6


def run_case(case: Case, seconds: float) -> Looked:
    """The pages of one case."""
    with opened(case) as pages:
        return look(pages, seconds)


def run_naive(points: int, seconds: float) -> Looked:
    """The original's kind of page."""
    server = Server("naive", "waves", waves_daphne, streams=CASES["small"].streams)
    with running(server) as (port, _), browser() as chromium:
        page = instrumented(chromium)
        page.goto(f"http://127.0.0.1:{port}/healthz/live")
        page.evaluate(NAIVE, points)
        page.wait_for_timeout(3000)
        return look([page], seconds)


def run_heap(name: str, minutes: float) -> str:
    """A sentence: megabytes of the heap after collection, once a minute, all pages together."""
    with opened(CASES[name]) as pages:
        sizes = [sum(map(heap_megabytes, pages))]
        for _ in range(round(minutes)):
            pages[0].wait_for_timeout(60_000)
            sizes.append(sum(map(heap_megabytes, pages)))
    each = ", ".join(f"{size:.1f}" for size in sizes)
    return f"Heap after collection, each minute, in MB ({CASES[name].label}): {each}."


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
        parts += [run_heap(name, options.heap_minutes) for name in HEAPS]
    body = "\n\n".join(parts)
    print(body)
    if options.write:
        document.write_section("page", body)


if __name__ == "__main__":
    main()
