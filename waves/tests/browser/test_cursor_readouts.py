"""What is read at cursors stands in the picture; outside they only say where they are."""

import re

import pytest_asyncio

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_views_and_exports import download

CELLS = (
    "[...document.querySelectorAll('#cursor-values tr:first-child td')].map((e) => e.textContent)"
)


@pytest_asyncio.fixture(loop_scope="session")
async def paused(context, daphne) -> Oscilloscope:
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?cursors=1&y=sine:0:0.5")
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    await scope.until_still()
    return scope


async def test_values_stand_at_the_cursors_and_in_exported_pictures(paused, tmp_path):
    scope = paused
    await scope.page.locator("#cursor-1").press("Shift+ArrowRight")
    # Both stand where the sine is not what it is at the trigger.
    is_read = f"{CELLS}.slice(0, 2).every((text) => text.endsWith('V'))"
    sliders = "[...'12ab'].map((name) => document.getElementById(`cursor-${name}`).textContent)"
    wanted = await scope.until(
        f"((wanted) => {is_read} && wanted.every((text) => texts().includes(text)) && wanted)"
        f"([...{CELLS}.slice(0, 2).map((text) => `Sine ${{text}}`), ...{sliders}])"
    )
    assert all(re.search(r"\d", text) for text in wanted)
    svg = (await download(scope, "export-svg", tmp_path)).read_text()
    assert [text for text in wanted if text not in svg] == []


async def test_cursors_outside_the_window_point_and_come_back(paused):
    scope, hands = paused, Hands(paused)
    await scope.page.keyboard.press("Shift+ArrowLeft")
    await scope.until("texts().includes('1 →') && texts().includes('2 →')")
    # Neither the plot nor the panel says a value of what is not seen.
    await scope.until(f"{CELLS}.slice(0, 2).every((text) => text === '–')")
    assert "outside" in await scope.page.locator("#cursor-values td").first.get_attribute("title")
    assert not [text for text in await scope.until("texts()") if text.startswith("Sine")]
    await scope.click("cursors-here")
    await scope.until(f"texts().includes('1') && texts().includes('2') && {CELLS}[0].endsWith('V')")
    assert await scope.page.locator("#cursors-here").is_disabled()
    # A click on the flag at the border does the same; so it is for levels.
    await scope.page.evaluate("document.activeElement.blur()")
    await scope.page.keyboard.press("Shift+ArrowRight")
    await scope.until("texts().includes('← 1') && texts().includes('← 2')")
    await scope.page.mouse.click(*await hands.handle("2"))
    await scope.until("texts().includes('1') && texts().includes('2')")
    await scope.page.evaluate("document.activeElement.blur()")
    for _ in range(8):
        await scope.page.keyboard.press("ArrowUp")
    await scope.until("texts().includes('↓ A') && texts().includes('↓ B')")
    await scope.click("cursors-here")
    await scope.until("texts().includes('A') && texts().includes('B')")
