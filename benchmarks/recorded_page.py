"""``python -m benchmarks.recorded_page``: from a year to ten microseconds and back, by the wheel.

The page of a stream with a recording of 10^9 samples (``recordings/year.py``) is opened in
Chromium while the stream goes on. It is paused, and the wheel is turned a notch at a time with the
pointer on a spike of one sample: down to the least window, and up again. Each picture at rest must
show the spikes that are due there, and no other; and it is told how long after the notch the
picture changed last, which is when it was as sharp as it gets. Then the same way once more in one
go, on what the page holds by now: how many frames a second, and how many milliseconds of work.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from benchmarks import document
from benchmarks.page import browser, collect_static, instrumented
from benchmarks.recordings import year
from benchmarks.recordings.serving import FILE, serving
from benchmarks.servers import ROOT

#: What the stream does while its past is looked at.
LIVE = {
    "rate": 1000.0,
    "frames_per_second": 25.0,
    "window": 10.0,
    "history": 20.0,
    "signals": 1,
    "record": True,
}
#: Seconds of the longest window.
YEAR = 400 * 86_400.0
#: The bars: milliseconds after the wheel rests, and frames a second.
SHARP_MS, FRAMES = 300, 60
#: A picture stands once it has not changed for so many milliseconds, and waits for nothing.
STANDS_MS = 400
#: Between two notches of a wheel that is turned in one go, in milliseconds.
NOTCH_MS = 50
#: Steps of time/div from 40 days to 1 µs: the wheel is not turned for ever.
MOST_STEPS = 60
#: Pixels that a spike may lie beside its place: see ``waves/tests/browser/test_spike.py``.
BESIDE = 1.5
#: Seconds that are rounded away from unix seconds as float64, on their way to the page and back.
ROUNDED = 5e-7
#: No frame of a screen with 60 Hz is on time to the microsecond.
SPARE = 1.02

DRAWN = ROOT / "waves" / "tests" / "browser" / "drawn.js"

#: Notes when the picture was drawn anew as something else, and how much work each frame was.
WATCH = """
addEventListener("wheel", () => { watch.turned = watch.changed = performance.now(); }, true);
globalThis.watch = { turned: 0, changed: 0, former: "", pictures: 0 };
const look = () => {
  requestAnimationFrame(look);
  const shapes = globalThis.chart?.()?.getZr().storage.getDisplayList() ?? [];
  const points = shapes.find(({ name }) => name === "signal-0")?.shape.points;
  if (!points) return;
  let sum = 0;
  for (let k = 0; k < points.length; k += 1) sum += (k % 977 + 1) * points[k];
  const now = `${points.length} ${sum}`;
  if (now !== watch.former) {
    watch.changed = performance.now();
    watch.pictures += 1;
  }
  watch.former = now;
};
requestAnimationFrame(look);
"""

#: Whether a picture stands, and says that it waits for nothing.
STANDS = f"""() => {{
  const waits = document.getElementById("coarse").offsetParent !== null;
  return !waits && performance.now() - Math.max(watch.turned, watch.changed) > {STANDS_MS};
}}"""

#: A picture that stands: where its spikes are, in seconds from the right end, and its right end.
PICTURE = f"""() => {{
  const {{ window, signals: [{{ x, y }}], gaps }} = drawn();
  const pixel = (x) => chart().convertToPixel({{ xAxisIndex: 0 }}, x);
  const isSpike = (k) => y[k] > {year.SPIKE} - 1e-6;
  const near = x.flatMap((_, k) => (isSpike(k) && k > 0 ? [Math.abs(x[k] - x[k - 1])] : []));
  return {{
    window, gaps: gaps.length, after: watch.changed - watch.turned,
    at: Number(new URLSearchParams(location.search).get("at")) / 1000,
    spikes: x.filter((_, k) => isSpike(k)), high: Math.max(...y.filter(Number.isFinite)),
    apart: Math.max(0, ...near), width: pixel(0) - pixel(-window), left: pixel(-window),
  }};
}}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that stands; ``spikes`` in seconds from its right end, unix second ``at``."""

    window: float
    at: float
    spikes: list[float]
    high: float
    #: Seconds to the point beside a spike.
    apart: float
    #: Pixels of the window, and of its left end on the chart.
    width: float
    left: float
    gaps: int
    #: Milliseconds from the notch to the last change.
    after: float

    def seconds_to(self, label: int) -> float:
        """An instant (nanoseconds since 1970) from its right end."""
        whole = round(self.at)
        return (label - whole * year.SECOND) / year.SECOND + (whole - self.at)

    def what_is_wrong(self, parts: Sequence[year.Part]) -> str:
        """Why it does not show the spikes that are due, and no other; empty where it does."""
        column = self.window / self.width
        beside = BESIDE * column + ROUNDED
        due = [
            (self.seconds_to(part.label(spike)), 1 / part.rate)
            for part in parts
            for spike in part.spikes
        ]
        if self.gaps:
            return f"{self.gaps} gaps that are none"
        for x, period in due:
            if beside - self.window < x < -beside:
                if not any(abs(each - x) < beside for each in self.spikes):
                    return f"no spike at {x:g} s"
                if self.apart > max(column, period) * 1.5:
                    return f"beside a spike a point is {self.apart:g} s away"
        for each in self.spikes:
            if not any(abs(each - x) < beside for x, _ in due):
                return f"a spike at {each:g} s, where none is due"
        return "" if self.high <= year.SPIKE else f"a value of {self.high:g}"


@dataclass(frozen=True, slots=True)
class Way:
    """What the wheel came by: pictures at rest on the way down and up, and frames in one go."""

    what: str
    pictures: list[Picture]
    wrong: list[str]
    #: Milliseconds between frames, and of work in each that drew a picture.
    frames: list[float]
    work: list[float]

    @property
    def least(self) -> float:
        """The least window that it came to, in seconds."""
        return min(picture.window for picture in self.pictures)

    @property
    def held(self) -> bool:
        """Whether it is as good as it has to be."""
        sharp = max(picture.after for picture in self.pictures) <= SHARP_MS
        return not self.wrong and sharp and statistics.median(self.frames) * FRAMES <= 1000 * SPARE


class Wheel:
    """The page, and a pointer that follows a spike."""

    def __init__(self, page: Page, parts: Sequence[year.Part], target: int) -> None:
        self._page, self._parts, self._target = page, parts, target
        self._box = page.locator("#chart").bounding_box() or {}
        #: Each notch so far, and the pixel of the chart on which the pointer was.
        self._turned: list[tuple[int, float]] = []

    def turn(self, direction: int, picture: Picture) -> None:
        """A notch, down (-1) or up, with the pointer on the target."""
        share = 1 + picture.seconds_to(self._target) / picture.window
        self._turned.append((direction, picture.left + share * picture.width))
        self._turn(*self._turned[-1])

    def turn_again(self) -> None:
        """All notches once more, in one go."""
        for direction, pixel in self._turned:
            began = time.monotonic()
            self._turn(direction, pixel)
            self._page.wait_for_timeout(max(0.0, NOTCH_MS - (time.monotonic() - began) * 1000))

    def _turn(self, direction: int, pixel: float) -> None:
        self._page.mouse.move(self._box["x"] + pixel, self._box["y"] + self._box["height"] / 2)
        self._page.mouse.wheel(0, 100 * direction)

    def look(self) -> Picture:
        """The picture as it is now."""
        return Picture(**self._page.evaluate(PICTURE))

    def rest(self) -> Picture:
        """The picture once it stands, and the address tells where."""
        self._page.wait_for_function(STANDS)
        return self.look()

    def steps(self, direction: int) -> Iterator[Picture]:
        """Each picture on the way to the least window, or to the year."""
        picture = self.rest()
        for _ in range(MOST_STEPS):
            former = picture.window
            self.turn(direction, picture)
            picture = self.rest()
            if picture.window == former:
                return
            yield picture


def to_the_year(page: Page) -> None:
    """Go live, pause, and show the year."""
    page.keyboard.press("End")
    page.wait_for_function("() => !/[?&]at=/.test(location.search)")
    page.keyboard.press("Space")
    page.wait_for_function("() => /[?&]at=/.test(location.search)")
    page.fill("#time", f"{YEAR / 10} s")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => drawn()?.window === {YEAR}")
    page.locator("#chart").hover()


def go(page: Page, what: str, parts: Sequence[year.Part], target: int, shots: Path | None) -> Way:
    """Down to the target and up again, and then once more in one go."""
    to_the_year(page)
    wheel = Wheel(page, parts, target)
    pictures, wrong = [], []
    for direction in (-1, 1):
        for picture in wheel.steps(direction):
            pictures.append(picture)
            problem = picture.what_is_wrong(parts)
            print(what, f"{picture.window:g} s", f"{picture.after:.0f} ms", problem)
            if problem:
                wrong.append(f"{what}, a window of {picture.window:g} s: {problem}")
            if shots and direction < 0:
                page.screenshot(path=shots / f"{what}-{len(pictures):02}-{picture.window:g}.png")
    frames, work = in_one_go(page, wheel)
    return Way(what, pictures, wrong, frames, work)


def in_one_go(page: Page, wheel: Wheel) -> tuple[list[float], list[float]]:
    """Milliseconds between the frames of the way down and up, and of the work in each."""
    page.evaluate("() => { bench.frames = []; bench.on = true; }")
    wheel.turn_again()
    told = page.evaluate("() => { bench.on = false; return bench.frames; }")
    times = [at for at, _ in told]
    return [b - a for a, b in itertools.pairwise(times)], [work for _, work in told]


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Page, list[year.Part]]]:
    """The page of the recording, which is made where the folder has none."""
    kept = folder / "parts.json"

    def make(env: Mapping[str, str]) -> None:
        text = year.text_of(year.parts_of(int(time.time())))
        command = [sys.executable, "-m", "benchmarks.recordings.year", text]
        subprocess.run(command, env=dict(env), cwd=ROOT, check=True)
        kept.write_text(text)

    with serving(folder, (LIVE,), before=make) as (port, _), browser() as chromium:
        page = instrumented(chromium)
        page.add_init_script(path=DRAWN)
        page.add_init_script(WATCH)
        page.goto(f"http://127.0.0.1:{port}/streams/bench/")
        page.locator("#plot[data-view]").wait_for(state="attached")
        page.wait_for_function("() => drawn()?.signals[0].y.length > 1000")
        yield page, year.parts_in(kept.read_text())


def ways(folder: Path, shots: Path | None) -> list[Way]:
    """Down to a spike in each part, the fastest first."""
    with opened(folder) as (page, parts):
        return [
            go(page, f"{part.rate:g} Hz", parts, part.label(part.spikes[1]), shots)
            for part in reversed(parts)
        ]


def row_of(way: Way) -> list[str]:
    """A line of the table."""
    after = sorted(picture.after for picture in way.pictures)
    frames = sorted(way.frames)
    work = sorted(way.work)
    p95 = int(0.95 * len(frames))
    return [
        f"a spike at {way.what}, down to {way.least:g} s",
        f"{len(way.pictures)}",
        f"{len(way.wrong)}",
        *(f"{statistics.median(after):.0f}", f"{after[-1]:.0f}"),
        *(f"{1000 / statistics.median(frames):.0f}", f"{frames[p95]:.0f}"),
        *(f"{statistics.median(work):.1f}", f"{work[p95]:.1f}"),
    ]


def text_of(told: Sequence[Way], machine: str, size: int) -> str:
    """The section of the document."""
    head = (
        *("way", "pictures", "wrong", "sharp after, ms, median", "most"),
        *("frames a second, median", "ms between frames, p95", "ms of work a frame, median", "p95"),
    )
    lines = [
        f"Bar: every picture true, sharp at most {SHARP_MS} ms after the notch, {FRAMES} frames a "
        f"second at the median: {'held' if all(way.held for way in told) else 'not held'}."
    ]
    lines += [f"- wrong: {words}" for way in told for words in way.wrong[:5]]
    return "\n\n".join(
        [
            "## The page of a recording of 10^9 samples",
            machine,
            "Chromium, headless, software rendering. The wheel goes from 400 days down to a spike "
            "of one sample and up again, a notch at a time; then at 20 notches a second on what "
            f"the page holds. The recording takes {size / 1e9:.1f} GB, and goes on meanwhile.",
            document.table(head, [row_of(way) for way in told]),
            "\n".join(lines),
        ]
    )


def main(arguments: list[str] | None = None) -> None:
    """Run it, print it, and keep it with ``--write``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the recording is, or is made and kept")
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the way down")
    parser.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    options = parser.parse_args(arguments)
    machine = document.machine()
    collect_static()
    for folder in (options.folder, options.shots):
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="waves-year-") as temporary:
        folder: Path = options.folder or Path(temporary)
        told: Any = ways(folder, options.shots)
        body = text_of(told, machine, (folder / FILE).stat().st_size)
    print(body)
    if options.write:
        document.write_section("recorded-page", body)


if __name__ == "__main__":
    main()
