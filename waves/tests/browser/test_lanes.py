"""States on the page: lanes, names in place of numbers, and names that come while it runs."""

import json
from xml.etree import ElementTree as ET

import pytest
import pytest_asyncio

from waves.tests.browser.oscilloscope import Oscilloscope

#: Texts that are drawn, and where.
TEXTS = """chart().getZr().storage.getDisplayList().filter(({ type }) => type === "tspan")
  .map((text) => ({ text: text.style.text, x: text.getComputedTransform()?.[4] ?? 0 }))"""


def said(text: str) -> str:
    """Whether a text is drawn within the plot, and not beside it."""
    return f"{TEXTS}.some(({{ text, x }}) => text === {json.dumps(text)} && x > 60)"


@pytest.fixture(scope="module")
def house(shared_site):
    options = json.dumps({"function": "waves.tests.plant.streams.house"})
    key = shared_site.add_stream(
        "house", like="python", name="House", source="python", options=options, rate=100, window=4.0
    )
    yield "house"
    shared_site.remove_stream(key)


@pytest_asyncio.fixture(loop_scope="session")
async def scope(context, daphne, house):
    scope = await Oscilloscope.load(context, daphne, house)
    await scope.until_state("live")
    await scope.until(said("open"))
    return scope


async def test_states_have_lanes_and_names_that_may_come_while_the_page_runs(scope):
    drawn = await scope.until_drawn("drawn.signals[2].y.length > 100")
    assert [len(signal["y"]) > 0 for signal in drawn.signals] == [False, False, True]
    await scope.until(said("closed"))
    now = await scope.until('document.getElementById("lanes-now").textContent')
    assert now.startswith(("door: closed. mode: mode ", "door: open. mode: mode "))
    assert await scope.page.locator("#chart").get_attribute("aria-describedby") == "lanes-now"
    row = scope.page.locator("#signals tr").first.locator("td").first
    assert await row.text_content() in ("open", "closed")

    # What has no mean says why, and for how long each state lasted is told, of a whole window.
    await scope.until_drawn("drawn.signals[2].x[0] <= -3.9")
    cell = "[...document.querySelectorAll('#measurements td')].find(({ title }) => title)"
    await scope.until(f"{cell}?.title.startsWith('States have names')")
    rows = "[...document.querySelectorAll('#stays-rows tr')].map((row) => row.innerText)"
    found = f"{rows}.find((text) => text.startsWith('door: open\\t'))"
    share = f"parseFloat(({found} ?? '').split('\\t')[2])"
    await scope.until(f"{share} > 40 && {share} < 60 && {rows}.length >= 3")

    # A new name is no other signal: nothing is made anew, and nothing is lost.
    await scope.page.evaluate('document.querySelector("#measurements tr").dataset.kept = "1"')
    now = await scope.text("lanes-now")
    number = int(now.split()[-1].rstrip("."))
    mode = "document.getElementById('lanes-now').textContent.match(/mode: mode (\\d+)\\.$/)?.[1]"
    later = int(await scope.until(f"{mode} >= {number + 2} && {mode}"))
    await scope.until(" || ".join(said(f"mode {each}") for each in range(later, later + 10)))
    assert len(scope.received.values) == 1
    assert await scope.page.locator("#lost").text_content() == "0"
    assert await scope.until('document.querySelector("#measurements tr").dataset.kept') == "1"


async def test_a_click_on_a_lane_chooses_its_signal(scope):
    box = await scope.page.locator("#chart").bounding_box()
    chosen = scope.page.locator("#signals tr:has([aria-pressed='true'].per-division)")
    for name, down in [("mode", 54), ("door", 28)]:
        await scope.page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + down)
        await chosen.locator(".cut").get_by_text(name).wait_for()


@pytest.mark.firefox
async def test_lanes_are_where_this_browser_puts_them_and_are_exported(scope, tmp_path):
    page = scope.page
    await scope.until(f"{said('open')} && {said('closed')}")
    await page.click("#export-button")
    async with page.expect_download() as started:
        await page.click("#export-svg")
    path = tmp_path / "house.svg"
    await (await started.value).save_as(path)
    assert {"door", "mode", "open", "closed"} <= set(ET.fromstring(path.read_text()).itertext())
    box = await page.locator("#chart").bounding_box()
    await page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 28)
    await page.locator("#chart[title^='door: ']").wait_for()

    await page.click("#trigger-normal")
    await scope.enter("trigger-level", "open")
    await scope.until('document.getElementById("trigger-level").value === "open"')
    await scope.until('document.getElementById("trigger-state").dataset.state === "triggered"')
    await page.click("#trigger-falling")
    await scope.until('document.getElementById("trigger-level").value === "closed"')
    await page.click("#trigger-off")

    await page.locator("#signals .per-division").first.click()
    await page.locator("#y-larger:disabled").wait_for()
    await scope.unfold("line-lane")
    await page.select_option("#line-lane", "plot")
    drawn = await scope.until_drawn("drawn.signals[0].y.length > 4")
    assert set(drawn.signals[0]["y"]) - {None} <= {0, 1}
    labels = "chart().getOption().yAxis[0].axisLabel"
    await scope.until(f"{labels}.formatter({labels}.customValues[1]) === 'open'")
    await page.select_option("#lanes-side", "below")
    await scope.until('location.search.includes("lines=door:::plot")')
    await scope.until('location.search.includes("lanes=below")')
    await page.select_option("#line-lane", "")
    await scope.until_drawn("drawn.signals[0].y.length === 0")
    await page.reload()
    await scope.until('document.getElementById("lanes-side").value === "below"')
