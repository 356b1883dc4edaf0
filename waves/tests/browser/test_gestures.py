"""What hands try on a plot: wheel and double click over an axis, a box, pointing, a right click."""

import numpy as np
import pytest

from waves.tests.browser.conftest import in_session_loop
from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_page_controls import until_copied


@in_session_loop
async def paused(context, daphne) -> Oscilloscope:
    """A picture that stands: from −2 V to 2 V, 200 ms, the chosen axis fixed."""
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?y=sine:0:0.5")
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    await scope.until_still()
    await scope.until_drawn("drawn.low === -2 && drawn.high === 2")
    return scope


async def value_at(scope: Oscilloscope, y: float) -> float:
    """What the first axis has at a height of the page."""
    box = await scope.page.locator("#chart").bounding_box()
    return await scope.page.evaluate(
        "(py) => chart().convertFromPixel({ yAxisIndex: 0 }, py)", y - box["y"]
    )


async def test_the_wheel_over_the_axis_or_with_ctrl_scales_about_the_pointer(paused):
    hands, page = Hands(paused), paused.page
    x, y = await hands.at(-0.1, up=0.75)
    left = (await page.locator("#chart").bounding_box())["x"] + 20
    # What is under the pointer stays there, to a tenth of a division.
    value = await value_at(paused, y)
    await hands.turn((left, y), -1)
    drawn = await paused.until_drawn("drawn.high - drawn.low < 2")
    assert await value_at(paused, y) == pytest.approx(value, abs=0.02)
    assert drawn.window == 0.2
    await page.keyboard.down("Control")
    await hands.turn((x, y), 1)
    await page.keyboard.up("Control")
    await paused.until_drawn("drawn.high - drawn.low === 4")
    assert await value_at(paused, y) == pytest.approx(value, abs=0.05)
    # A double click on the axis, or in the plot, fits.
    for place in ((left, y), await hands.at(-0.15, up=0.1)):
        await page.click("#y-fixed")
        await page.mouse.dblclick(*place)
        await page.locator("#y-auto[aria-pressed=true]").wait_for()
    await hands.turn((x, y), -1)
    await paused.until_drawn("drawn.window === 0.1")
    box = await page.locator("#chart").bounding_box()
    await page.mouse.dblclick(x, box["y"] + box["height"] - 8)
    await paused.until_drawn("drawn.window === 0.2")


async def test_a_drag_with_shift_zooms_into_a_box(paused):
    hands, page = Hands(paused), paused.page
    before = await paused.drawn()
    start, end = await hands.at(-0.15, up=0.75), await hands.at(-0.1, up=0.5)
    high, low = [await value_at(paused, y) for _, y in (start, end)]
    await page.keyboard.down("Shift")
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(*end, steps=3)
    assert await page.locator("#box").is_visible()
    await page.mouse.up()
    await page.keyboard.up("Shift")
    drawn = await paused.until_drawn("Math.abs(drawn.window - 0.05) < 1e-3")
    assert not await page.locator("#box").is_visible()
    # To a tenth of a division; and what was there is there.
    assert (drawn.low, drawn.high) == pytest.approx((low, high), abs=0.02)
    middle = np.interp(-0.125, before.x, before.y)
    assert np.interp(-0.025, drawn.x, drawn.y) == pytest.approx(middle, abs=0.08)
    await paused.until_state("paused")


async def test_pointing_reads_every_signal_at_that_instant(paused):
    hands, page = Hands(paused), paused.page
    drawn = await paused.drawn()
    await page.mouse.move(*await hands.at(-0.1, up=0.4))
    read = await paused.until("texts().some((text) => text.startsWith('Chirp ')) && texts()")
    assert read.count("●") == 3
    sine = next(text for text in read if text.startswith("Sine ")).split()
    value = float(sine[1].replace("−", "-")) * (1e-3 if sine[2] == "mV" else 1)
    assert value == pytest.approx(np.interp(-0.1, drawn.x, drawn.y), abs=0.05)
    # Not while something is held, and not where nobody points.
    await page.mouse.down()
    await paused.until("!texts().includes('●')")
    await page.mouse.up()
    await page.mouse.move(*await hands.at(-0.05, up=0.4))
    await paused.until("texts().includes('●')")
    await page.mouse.move(5, 5)
    await paused.until("!texts().includes('●')")


async def test_a_right_click_offers_what_fits_the_place(paused):
    hands, page = Hands(paused), paused.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    async def choose(name: str) -> None:
        await page.mouse.click(*await hands.at(-0.12, up=0.75), button="right")
        await (
            page.get_by_role("group", name="At this place").get_by_role("button", name=name).click()
        )

    await choose("Cursor 2 here")
    x = (await hands.at(-0.12))[0] - (await page.locator("#chart").bounding_box())["x"]
    await paused.until(f"Math.abs(handles().find((h) => h.kind === '2')?.px - {x}) < 1.5")
    await page.evaluate("navigator.clipboard.writeText('')")
    await choose("Copy the values")
    copied = await until_copied(paused)
    assert [line.split("\t")[0] for line in copied.splitlines()[1:]] == ["Sine", "Square", "Chirp"]
    await choose("Mark this instant")
    await paused.until("texts().includes('1')")
    await choose("Remove all marks")
    # By keys, on the plot; Escape closes it.
    await page.locator("#chart").focus()
    await page.keyboard.press("Shift+F10")
    await page.locator("#menu-cursor-1:focus").wait_for()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.locator("#menu-level:focus").wait_for()
    await page.keyboard.press("Escape")
    await page.locator("#plot-menu").wait_for(state="hidden")
    # The level goes to where one clicked: 1 V of the sine.
    await choose("Trigger Sine at this level")
    await paused.until(
        "/^1(\\.0\\d*)? V|^9\\d\\d mV/.test(document.getElementById('trigger-level').value)"
    )


async def test_fingers_above_each_other_scale_and_one_that_rests_reads(new_context, daphne):
    context = await new_context(has_touch=True)
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?y=sine:0:0.5")
    hands = Hands(scope)
    await scope.until_drawn("drawn.low === -2 && drawn.high === 2")
    inner = [await hands.at(-0.1, up=0.4), await hands.at(-0.1, up=0.6)]
    outer = [await hands.at(-0.1, up=0.2), await hands.at(-0.1, up=0.8)]
    await hands.slide(inner, outer)
    drawn = await scope.until_drawn("drawn.high - drawn.low < 4")
    assert drawn.window == 0.2
    await scope.until_state("live")
    place = await hands.at(-0.1, up=0.5)
    await hands._touch("touchStart", [place])
    await scope.until("texts().includes('●')")
    await hands._touch("touchEnd", [])
    await scope.until("!texts().includes('●')")
    await scope.until_state("live")
