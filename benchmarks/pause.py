"""A pause in real time: what came meanwhile is looked at, and afterwards nothing of it is missing.

The page of a 1 kHz stream is paused for a minute, goes back to the beginning and on from there,
sample by sample, and resumes. Then both of its tables are compared with what the generator makes:
the window, which comes of the page's own ring, and all that the server keeps.

``python -m benchmarks.pause --seconds 60``
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from benchmarks import document, page
from benchmarks.servers import Server, running, waves_daphne
from waves.dsp.synthesis import Synthesizer

RATE = 1000.0
#: Seconds that the page shows, and that the server keeps, besides the pause; a step of time/div.
MORE = 40.0
#: What ``benchmarks.database`` makes of one signal with noise: no two samples are alike.
WAVEFORM = {"frequency": 1.0, "noise": "gaussian", "noise_sigma": 0.05, "noise_seed": 0}
#: The last digit depends on the blocks that are made at a time.
ROUNDING = 1e-6
#: From the opening to the pause, in milliseconds: something to go back to.
BEFORE = 3000
#: Keys that look at the past, and milliseconds after each: an answer comes and is drawn.
KEYS = ("Home", "Shift+ArrowRight", "ArrowRight", "+", "-", "Shift+ArrowLeft")
LOOK = 300

Table = NDArray[np.float64]


def run(seconds: float) -> str:
    """A table: rows, indices left out, and values that are as made, in both exports."""
    window = seconds + MORE
    fields = page.stream(RATE, window, 1, noise=0.05, history=2 * window)
    server = Server("pause", "waves", waves_daphne, streams=(fields,))
    with running(server) as (port, _), page.browser() as chromium:
        opened = chromium.new_context(viewport=page.VIEWPORT).new_page()
        opened.goto(f"http://127.0.0.1:{port}/streams/bench/?trigger=off&window={window}")
        opened.locator("#pill[data-state=live]").wait_for()
        opened.wait_for_timeout(BEFORE)
        pause(opened, seconds)
        tables = [exported(opened, item) for item in ("export-window", "export-history")]
        lost = opened.locator("#lost").inner_text()
    head = ("table, as CSV", "rows", "indices left out", "values as the generator makes them")
    names = ("the window, of the page's ring", "all that the server keeps")
    rows = [[name, *compared(table)] for name, table in zip(names, tables, strict=True)]
    begin = f"After a pause of {seconds:.0f} s at 1 kHz, and a look at its past"
    return f"{begin} (lost, as the page says: {lost}):\n\n{document.table(head, rows)}"


def pause(opened: Page, seconds: float) -> None:
    """Pause, look at the past in single samples, and resume with the window that there was."""
    opened.keyboard.press("Space")
    opened.locator("#pill[data-state=paused]").wait_for()
    opened.wait_for_timeout(seconds * 1000)
    before = opened.locator("#time").input_value()
    per_division(opened, "10 ms")
    for key in KEYS:
        opened.keyboard.press(key)
        opened.wait_for_timeout(LOOK)
    per_division(opened, before)
    opened.keyboard.press("End")
    opened.locator("#pill[data-state=live]").wait_for()
    # What is live moves to where the newest samples are.
    opened.wait_for_timeout(LOOK)


def per_division(opened: Page, text: str) -> None:
    """Type time/div."""
    opened.fill("#time", text)
    opened.keyboard.press("Enter")
    opened.locator("#time").blur()


def exported(opened: Page, item: str) -> Table:
    """Rows of index, unix time and value, as an entry of the export menu gives them."""
    opened.keyboard.press("d")
    with opened.expect_download() as started:
        opened.locator(f"#{item}").click()
    with Path(started.value.path()).open(newline="") as lines:
        return np.array(list(csv.reader(lines))[1:], np.float64)


def compared(table: Table) -> list[str]:
    """How many rows, how many indices between them have none, and how many values are right."""
    indices = table[:, 0].astype(np.int64)
    made = Synthesizer(RATE, "sine", WAVEFORM).samples(int(indices[-1]) + 1)[indices]
    right = int((np.abs(table[:, 2] - made) < ROUNDING).sum())
    missing = int(indices[-1] - indices[0]) + 1 - len(indices)
    return [f"{len(indices):,}", f"{missing:,}", f"{right:,} of {len(indices):,}"]


def main() -> None:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    page.collect_static()
    print(run(options.seconds))


if __name__ == "__main__":
    main()
