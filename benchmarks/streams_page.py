"""``python -m benchmarks.streams_page``: what a list of 200 streams costs, at rest and scrolling.

Beside it, in the same run, its baseline: the same page, told that every card is in sight. So it
subscribes to all of them and draws all. Frames are looked at as in ``benchmarks.page``; messages
and bytes are those that the page's socket receives, before compression.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from playwright.sync_api import Browser

from benchmarks import document
from benchmarks.page import Looked, browser, collect_static, instrumented, look, stream
from benchmarks.servers import Server, running, waves_daphne

STREAMS = 200
#: For cards to be subscribed to and filled.
SETTLE_SECONDS = 10.0
#: CSS pixels a frame: a brisk turn of a wheel.
STEP = 12

#: Counts what comes. It wraps the handler that the page sets, as the other instruments do.
COUNT = """
(() => {
  window.came = { messages: 0, bytes: 0 };
  const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...own,
    set(call) {
      own.set.call(this, call && function (event) {
        came.messages += 1;
        came.bytes += event.data.byteLength ?? event.data.length;
        return call.call(this, event);
      });
    },
  });
})();
"""

#: The baseline: whatever is observed is in sight.
ALL_IN_SIGHT = """
window.IntersectionObserver = class {
  constructor(call) { this.call = call; }
  observe(target) { setTimeout(() => this.call([{ target, isIntersecting: true }])); }
  unobserve() {}
  disconnect() {}
};
"""

#: Down to the end and up again, for as long as the page is open.
SCROLL = """
(step) => {
  let by = step;
  const frame = () => {
    requestAnimationFrame(frame);
    const from = scrollY;
    scrollBy({ top: by, behavior: "instant" });
    if (scrollY === from) by = -by;
  };
  requestAnimationFrame(frame);
}
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the page: its frames, and what came a second."""

    looked: Looked
    messages: float
    kilobytes: float


def run_page(chromium: Browser, port: int, everything: bool, seconds: float) -> list[Seen]:
    """The list at rest, and while it scrolls."""
    page = instrumented(chromium)
    for script in [COUNT, *([ALL_IN_SIGHT] if everything else [])]:
        page.add_init_script(script)
    page.goto(f"http://127.0.0.1:{port}/")
    # Without it, a page that does not work would look fast.
    page.locator(".card canvas").first.wait_for()
    page.wait_for_timeout(SETTLE_SECONDS * 1000)
    seen = []
    for scrolls in (False, True):
        if scrolls:
            page.evaluate(SCROLL, STEP)
        page.evaluate("() => { came.messages = came.bytes = 0; }")
        looked = look([page], seconds)
        came = page.evaluate("() => came")
        seen.append(Seen(looked, came["messages"] / seconds, came["bytes"] / seconds / 1000))
    page.context.close()
    return seen


def rows(seconds: float) -> list[list[str]]:
    """A line for each page at rest and scrolling, on one server."""
    server = Server("list", "waves", waves_daphne, streams=(stream(100.0, 10.0, 1),) * STREAMS)
    lines = []
    with running(server) as (port, _), browser() as chromium:
        for label, everything in (("Waves", False), ("every card subscribed", True)):
            seen = run_page(chromium, port, everything, seconds)
            for how, each in zip(("at rest", "scrolling"), seen, strict=True):
                lines.append(_line(f"{label}, {how}", each))
    return lines


def _line(label: str, seen: Seen) -> list[str]:
    looked = seen.looked
    work = [f"{looked.fps:.0f}", f"{looked.median:.1f}", f"{looked.p95:.1f}"]
    return [label, *work, f"{seen.messages:.0f}", f"{seen.kilobytes:.0f}"]


def main(arguments: list[str] | None = None) -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args(arguments)
    collect_static()
    print(f"## The list: {STREAMS} streams of 100 Hz\n\n{document.machine()}\n")
    work = ("frames a second", "ms of work a frame, median", "p95")
    head = ("page", *work, "messages a second", "kB a second")
    print(document.table(head, rows(options.seconds)))


if __name__ == "__main__":
    main()
