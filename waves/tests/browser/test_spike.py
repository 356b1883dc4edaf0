"""One sample in 1,000,000 is seen in each window that holds it, and zooming in shows it alone."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_index import EVERYTHING, Index
from waves.tests.plant.streams import FIRST_SPIKE, SPIKE_EVERY

RATE = 1_000_000
STREAM = {
    "source": "python",
    "options": json.dumps({"function": "waves.tests.plant.streams.spikes"}),
    "rate": RATE,
    "window": 2.0,
    # Longer than all zooming takes: a spike is kept for as long as it is looked at.
    "history": 90.0,
}
#: Time/div by the wheel: each step from 1 s to 2 µs, which is two samples: it goes no further.
STEPS = [1.0, *(mantissa * 10**-k for k in range(1, 7) for mantissa in (5, 2, 1))][:-1]
#: Pixel columns that a spike may lie beside its place: one, and what is rounded on the way, as x
#: is the middle of a column and the right end stands on a whole one.
BESIDE = 1.5

#: A frozen picture once it is as fine as its pixels or its samples, with the right end that the
#: address tells, and its width in pixels.
SETTLED = """((window, rate) => {
  const query = new URLSearchParams(location.search);
  const picture = drawn();
  const shown = [Number(query.get("window")), picture.window];
  const told = query.has("end") && shown.every((each) => Math.abs(each / window - 1) < 1e-9);
  if (!told) return null;
  const pixel = (x) => chart().convertToPixel({ xAxisIndex: 0 }, x);
  const width = pixel(0) - pixel(-window);
  const [{ x, y }] = picture.signals;
  const fine = x.length >= Math.min(width - 4, window * rate);
  return fine && { x, y, window, end: Number(query.get("end")), width, gaps: picture.gaps.length };
})"""

#: Where the spikes are in so many pictures, one after the other as they are drawn.
WATCH = """(count) => new Promise((resolve) => {
  const pictures = [];
  let former = "";
  const look = () => {
    const { signals: [{ x, y }], gaps } = drawn();
    const spikes = x.filter((_, k) => y[k] === 1);
    const now = `${x.length} ${x[0]} ${spikes}`;
    if (now !== former) {
      const [left, right, high] = [x[0], x.at(-1), Math.max(...y)];
      pictures.push({ spikes, left, right, high, gaps: gaps.length });
    }
    former = now;
    if (pictures.length < count) requestAnimationFrame(look);
    else resolve(pictures);
  };
  look();
})"""

#: The pixel columns of a card whose trace goes up and down by more than half of its height.
TALL = """((slug) => {
  const canvas = document.querySelector(`[data-slug="${slug}"] canvas`);
  if (!canvas?.width) return null;
  const { width, height } = canvas;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const rows = Array.from({ length: height }, (_, row) => row);
  const drawnIn = (x) => rows.filter((row) => data[4 * (row * width + x) + 3] > 0);
  const tall = (x) => ((found) => found.at(-1) - found[0] > height / 2)(drawnIn(x));
  return { width, columns: Array.from({ length: width }, (_, x) => x).filter(tall) };
})"""


@pytest.fixture(scope="module")
def spikes(shared_site) -> Iterator[str]:
    """One stream for all of these tests: its history takes its time to fill."""
    key = shared_site.add_stream("spikes", like="python", name="Spikes", **STREAM)
    yield "spikes"
    shared_site.remove_stream(key)


@dataclass(frozen=True)
class Frozen:
    """A picture that stands: x in seconds from the right end, which is second ``end``."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    window: float
    end: float
    width: float
    gaps: int

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Frozen":
        return cls(np.asarray(told.pop("x")), np.asarray(told.pop("y")), **told)

    @property
    def column(self) -> float:
        """Seconds of a pixel."""
        return self.window / self.width

    @property
    def shown(self) -> NDArray[np.float64]:
        """Where spikes are drawn."""
        return self.x[self.y == 1]

    @property
    def middle(self) -> float:
        """The spike farthest from both ends, where a pixel more or less is a spike more or less."""
        return float(min(self.shown, key=lambda x: abs(x + self.window / 2)))

    @property
    def due(self) -> NDArray[np.float64]:
        """Where spikes are due, from a window before the left end to one after the right."""
        reach = 2 * max(self.window, SPIKE_EVERY / RATE)
        first, last = (
            round(((self.end + side * reach) * RATE - FIRST_SPIKE) / SPIKE_EVERY)
            for side in (-1, 1)
        )
        indices = FIRST_SPIKE + np.arange(max(first, 0), last + 1) * SPIKE_EVERY
        return indices / RATE - self.end

    def check(self) -> None:
        """The spikes that are due, each in its place and no other, are drawn whole."""
        assert set(self.y) == {0, 1}
        assert not self.gaps
        beside = BESIDE * self.column
        for x in self.shown:
            assert np.abs(self.due - x).min() < beside
        for x in self.due[(self.due > beside - self.window) & (self.due < -beside)]:
            assert (np.abs(self.shown - x) < beside).sum() == 1


async def test_zooming_in_on_a_spike_never_loses_it_and_ends_at_its_one_sample(
    context, daphne, spikes
):
    scope = await Oscilloscope.open(
        context, daphne, spikes, "?trigger=off&window=10&lines=spike:straight:"
    )
    await scope.until_drawn("drawn.signals[0].x[0] <= -9.98 && !drawn.gaps.length")
    await scope.page.keyboard.press("Space")
    picture = await settled(scope, 10 * STEPS[0])
    picture.check()
    assert len(picture.shown) >= 9
    for per_division in STEPS[1:]:
        await turn_the_wheel(scope, picture.middle)
        picture = await settled(scope, 10 * per_division)
        picture.check()
        assert len(picture.shown) >= 1
    # Twenty samples in ten divisions, and one at either end.
    around = np.flatnonzero(picture.y == 1)[0] + np.array([-1, 0, 1])
    assert picture.y[around].tolist() == [0, 1, 0]
    assert np.diff(picture.x) == pytest.approx(1 / RATE, rel=1e-3)
    assert picture.y.sum() == 1


@pytest.mark.parametrize("window", [10, 1])
async def test_each_live_picture_shows_the_spikes_of_its_window(context, daphne, spikes, window):
    scope = await Oscilloscope.open(context, daphne, spikes, f"?trigger=off&window={window}")
    await scope.until_drawn(f"drawn.signals[0].x[0] <= {-0.998 * window} && !drawn.gaps.length")
    width = await scope.until("chart().getWidth()")
    second = SPIKE_EVERY / RATE
    async with asyncio.timeout(60):  # a page whose pictures stand still would be waited for
        pictures = await scope.page.evaluate(WATCH, 60)
    for told in pictures:
        # From the left end over the spikes to the right end no step is longer than theirs.
        steps = np.diff([told["left"], *told["spikes"], told["right"]])
        assert steps.max() < second + 2 * window / width
        assert steps[1:-1] == pytest.approx(second, abs=2 * window / width)
        assert told["high"] == 1
        assert not told["gaps"]


async def test_a_thumbnail_shows_the_spikes_of_its_window(new_context, daphne, spikes):
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
    asked = await index.until_said("subscribe", spikes)
    second = SPIKE_EVERY / RATE / asked["window"]
    # Filled once there are as many as there may be.
    whole = f"(({{ columns, width }}) => columns.at(-1) - columns[0] > {0.9 * second} * width)"
    await index.page.wait_for_function(f"() => {whole}({TALL}('{spikes}') ?? {{ columns: [] }})")
    for _ in range(20):
        former = await index.until_drawn(spikes)
        assert former
        told = await index.page.evaluate(f"() => {TALL}('{spikes}')")
        steps = np.diff([0, *told["columns"], told["width"] - 1])
        assert told["columns"]
        assert steps.max() <= second * told["width"] + 4


async def settled(scope: Oscilloscope, window: float) -> Frozen:
    return Frozen.of(await scope.until(f"{SETTLED}({window!r}, {RATE})"))


async def turn_the_wheel(scope: Oscilloscope, x: float) -> None:
    """A notch, with the pointer on an x of the picture."""
    box = await scope.page.locator("#chart").bounding_box()
    pixel = await scope.until(f"chart().convertToPixel({{ xAxisIndex: 0 }}, {x!r})")
    await scope.page.mouse.move(box["x"] + pixel, box["y"] + box["height"] / 2)
    await scope.page.mouse.wheel(0, -100)
