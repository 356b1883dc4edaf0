"""A pause of 60,000 samples, which are a minute at 1 kHz: nothing of it is missing afterwards."""

import csv
import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_views_and_exports import download
from waves.tests.plant.streams import FACTOR, MODULUS, NUMBERED_RATE
from waves.tests.server.processes import Process

PAUSE = 60_000
#: Seconds: far longer than the pause, so that all of it is in the window however slow all is.
WINDOW = 50
STREAM = {
    "source": "python",
    "options": json.dumps({"function": "waves.tests.plant.streams.numbered"}),
    "rate": NUMBERED_RATE,
    "window": WINDOW,
    "history": 90.0,
}
#: Seconds of the window that looks at the past: 200 samples, each drawn by itself.
LOOK = 0.01

#: A frozen picture of single samples, once the address tells its right end.
AT_REST = """((window, span, former) => {
  const query = new URLSearchParams(location.search);
  const { signals: [{ x, y }], window: shown } = drawn();
  const told = [shown, Number(query.get("window"))];
  const alike = told.every((each) => Math.abs(each / window - 1) < 1e-9);
  const end = Number(query.get("end"));
  return alike && query.has("end") && end !== former && x.at(-1) - x[0] > span && { x, y, end };
})"""


class Shown(NamedTuple):
    """What a frozen picture shows: indices of its samples, and the second at the right end."""

    indices: NDArray[np.int64]
    end: float


@pytest.mark.parametrize("leaving", ["zoomed in", "zoomed out"])
async def test_after_a_long_pause_and_a_look_at_the_past_nothing_is_missing(
    context, daphne, add_stream, tmp_path, leaving
):
    slug = f"numbered-{leaving.replace(' ', '-')}"
    add_stream(slug, like="python", **STREAM)
    # A straight line has no points but the samples.
    scope = await Oscilloscope.open(context, daphne, slug, "?lines=number:straight:")
    await scope.until_received(1000)
    await scope.click("run")
    await scope.until_state("paused")
    await scope.until_still()
    still = await scope.drawn()
    paused = scope.newest
    await scope.until_received(PAUSE)
    resumed = scope.newest
    assert np.array_equal((await scope.drawn()).y, still.y, equal_nan=True)
    await look_at_the_past(scope)
    if leaving == "zoomed out":
        await set_window(scope, WINDOW)
    await scope.page.keyboard.press("End")
    await scope.until_state("live")
    if leaving == "zoomed in":
        await set_window(scope, WINDOW)
    first = min(scope.samples)
    await scope.until_drawn(f"drawn.signals[0].x[0] < {-(resumed - first) / NUMBERED_RATE}")

    window = rows_of(await download(scope, "export-window", tmp_path))
    assert window[0] <= paused
    assert window[-1] >= resumed
    before = kept(daphne, slug)
    history = rows_of(await download(scope, "export-history", tmp_path))
    after = kept(daphne, slug)
    assert before["first"] <= history[0] <= after["first"]
    assert before["last"] <= history[-1] <= after["last"]
    lost = re.sub(r"\D", "", await scope.text("lost"))
    for rows in (window, history):
        await until_explained(scope, max(int(lost), rows[-1] + 1 - rows[0] - len(rows)))


async def look_at_the_past(scope: Oscilloscope) -> None:
    """To the beginning, and on from there: the samples one by one, each where it was made."""
    await set_window(scope, LOOK)
    await samples_shown(scope)
    await scope.page.keyboard.press("Home")
    await scope.until("document.getElementById('behind').textContent.includes('the oldest')")
    there = await samples_shown(scope)
    assert there.indices[0] == min(scope.samples)
    for key, seconds in {"Shift+ArrowRight": LOOK, "ArrowRight": LOOK / 10}.items():
        await scope.page.keyboard.press(key)
        here, there = there, await samples_shown(scope, former=there.end)
        assert there.end - here.end == pytest.approx(seconds)


async def set_window(scope: Oscilloscope, seconds: float) -> None:
    """Type time/div."""
    await scope.page.fill("#time", f"{seconds / 10} s")
    await scope.page.keyboard.press("Enter")
    await scope.page.locator("#time").blur()
    await scope.until(f"drawn().window === {seconds}")


async def samples_shown(scope: Oscilloscope, former: float | None = None) -> Shown:
    """The samples of a frozen picture with another right end, each at its own instant."""
    span = LOOK - 2 / NUMBERED_RATE
    told = await scope.until(f"{AT_REST}({LOOK}, {span}, {json.dumps(former)})")
    x, y = (np.array(told[axis], float) for axis in "xy")
    place = (x[~np.isnan(x)] + told["end"]) * NUMBERED_RATE
    indices = place.round().astype(int)
    assert np.abs(place - indices).max() < 1e-3
    # A hole, where the line ends, is one that the source left: see `until_explained`.
    assert (np.diff(indices) != 1).sum() == np.isnan(x).sum()
    assert (y[~np.isnan(x)] == value_of(indices)).all()
    return Shown(indices, told["end"])


async def until_explained(scope: Oscilloscope, missing: int) -> None:
    """Nothing is missing, or the source itself told that it had to leave so many out."""
    while scope.received.stream["skipped"] < missing:
        await scope.socket.wait_for_event("framereceived")


def value_of(indices: NDArray[np.int64]) -> NDArray[np.int64]:
    """As the stream makes them."""
    return indices * FACTOR % MODULUS


def rows_of(path: Path) -> NDArray[np.int64]:
    """The indices of a table, once each has its value."""
    with path.open(newline="") as lines:
        table = np.array(list(csv.reader(lines))[1:], float)
    indices = table[:, 0].astype(int)
    assert (np.diff(indices) >= 1).all()
    assert (table[:, 2] == value_of(indices)).all()
    return indices


def kept(daphne: Process, slug: str) -> dict[str, int]:
    """First and last index that the server keeps."""
    _, text = daphne.get(f"/api/v1/streams/{slug}")
    return json.loads(text)["kept"]
