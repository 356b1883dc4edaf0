"""A sample between two that are missing is seen, on the page, on a card and in a file."""

import json
import re
from pathlib import Path

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_index import Index

STREAM = {
    "source": "python",
    "options": json.dumps({"function": "waves.tests.plant.streams.alone"}),
    "rate": 100,
    "window": 20.0,
    "history": 60.0,
}
#: Pieces of a canvas, from left to right, that have pixels of a colour: [red, green, blue].
PIECES = """([selector, colour]) => {
  const canvas = document.querySelector(selector);
  if (!canvas?.width) return 0;
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const isOf = (at) => colour.every((each, k) => Math.abs(data[at + k] - each) < 60);
  const near = (at) => data[at + 3] > 99 && isOf(at);
  const rows = Array.from({ length: height }, (_, row) => row);
  const column = (x) => rows.some((row) => near(4 * (row * width + x)));
  const has = Array.from({ length: width }, (_, x) => column(x));
  return has.filter((each, x) => each && !has[x - 1]).length;
}"""
STROKE = """chart().getZr().storage.getDisplayList()
  .find(({ name }) => name === "signal-0").style.stroke"""
#: How many samples a picture shows, as far as they are inside of the plot.
SHOWN = "drawn().signals[0].y.filter((y, k) => y && drawn().signals[0].x[k] > -19.9).length"


async def test_lone_samples_are_marks_on_the_page_on_a_card_and_in_a_file(
    context, daphne, shared_site
):
    key = shared_site.add_stream("alone", like="python", name="Alone", **STREAM)
    scope = await Oscilloscope.load(context, daphne, "alone", "?trigger=off&window=20")
    await scope.until(f"drawn() && {SHOWN} >= 5")
    reading = scope.page.locator("#signals td").first
    await reading.filter(has_text=re.compile(r"^(19|20|21)")).wait_for()
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    await scope.until_still()
    shown = await scope.until(SHOWN)
    colour = [int(each) for each in re.findall(r"\d+", await scope.until(STROKE))][:3]
    pieces = await scope.page.evaluate(PIECES, ["#chart canvas", colour])
    # The handle at the left border has the colour of its signal.
    assert shown <= pieces <= shown + 2
    await scope.page.keyboard.press("d")
    async with scope.page.expect_download() as download:
        await scope.click("export-svg")
    drawing = await (await download.value).path()
    paths = paths_of(drawing, colour)
    assert sum(path.count("M") for path in paths) >= 2 * shown
    index = await Index.open(context, daphne)
    await index.until_drawn("alone")
    await index.page.wait_for_function(
        f"(told) => ({PIECES})(told) >= 5", arg=['.card[data-slug="alone"] canvas', colour]
    )
    shared_site.remove_stream(key)


def paths_of(drawing: Path, colour: list[int]) -> list[str]:
    """The paths of an SVG that are stroked with a colour."""
    return [path for path in re.findall(r"<path[^>]*>", drawing.read_text()) if is_of(path, colour)]


def is_of(path: str, colour: list[int]) -> bool:
    stroke = re.search(r'stroke="([^"]+)"', path)
    text = stroke[1] if stroke else ""
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return [int(text[k : k + 2], 16) for k in (1, 3, 5)] == colour
    return [int(each) for each in re.findall(r"\d+", text)][:3] == colour
