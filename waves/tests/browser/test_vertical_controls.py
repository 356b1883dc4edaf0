"""Vertical controls and signals, on what runs and on what is frozen."""

import pytest_asyncio

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import LIVE_OR_FROZEN, Oscilloscope

#: Ends of each y axis, the one of the chosen signal first.
AXES = "chart().getOption().yAxis.map(({ min, max }) => ({ min, max, span: max - min }))"


@pytest_asyncio.fixture(**LIVE_OR_FROZEN)
async def waveforms(request, context, daphne):
    """The page of sine, square and chirp, running or not, whose axis is from −2 V to 2 V."""
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?y=sine:0:0.5")
    await scope.until_drawn("drawn.low === -2 && drawn.high === 2")
    async with scope.as_asked(request.param):
        yield scope


async def test_units_per_division_and_offset_by_mouse_keys_and_field(waveforms):
    scope, page = waveforms, waveforms.page
    steps = [
        (scope.click("y-larger"), -4, 4),
        (page.locator("#y-smaller").press("Enter"), -2, 2),
        (page.keyboard.press("PageUp"), -4, 4),
        (page.keyboard.press("PageDown"), -2, 2),
        (scope.click("y-up"), -1.5, 2.5),
        (page.locator("#y-down").press("Space"), -2, 2),
        (page.keyboard.press("ArrowDown"), -2.5, 1.5),
        (page.keyboard.press("ArrowUp"), -2, 2),
        (page.keyboard.press("Shift+ArrowUp"), -1.95, 2.05),
        (page.keyboard.press("Shift+ArrowDown"), -2, 2),
        (page.fill("#y", "200 mV"), -2, 2),
        (page.keyboard.press("Enter"), -0.8, 0.8),
        # The field gave the keys back to the page: there an arrow moves, and in the field it steps.
        (page.keyboard.press("ArrowDown"), -1, 0.6),
        (page.keyboard.press("ArrowUp"), -0.8, 0.8),
        (page.locator("#y").press("ArrowUp"), -2, 2),
        (page.keyboard.press("ArrowDown"), -0.8, 0.8),
    ]
    for act, low, high in steps:
        await act
        near = f"Math.abs(drawn.low - {low}) < 1e-9 && Math.abs(drawn.high - {high}) < 1e-9"
        await scope.until_drawn(near)
    assert await scope.text("y") == "200 mV"
    await page.locator("#y-auto").press("Enter")
    fitted = await scope.until_drawn("drawn.low < -1.2 && drawn.high > 1.2")
    assert all(fitted.low <= min(s["y"]) <= max(s["y"]) <= fitted.high for s in fitted.signals)
    await scope.click("y-fixed")
    await page.locator("#y-fixed[aria-pressed=true]").wait_for()
    await page.keyboard.press("a")
    await page.locator("#y-auto[aria-pressed=true]").wait_for()


async def test_dragging_up_and_down_moves_the_axis(waveforms):
    hands = Hands(waveforms)
    height = await waveforms.until(
        "[1, 0].map((y) => chart().convertToPixel({ yAxisIndex: 0 }, y))"
    )
    volt = height[1] - height[0]
    await hands.drag(await hands.at(-0.07, up=0.3), down=-volt)
    await waveforms.until_drawn("Math.abs(drawn.low + 3) < 0.03")
    await hands.drag(await hands.handle("zero"), down=volt)
    await waveforms.until_drawn("Math.abs(drawn.low + 2) < 0.03")


async def test_axes_are_shared_as_is_chosen(waveforms):
    scope, page = waveforms, waveforms.page
    await page.select_option("#y-axes", "signal")
    await scope.until(f"{AXES}.length === 3")
    # Each has what it had. Fitted on its own, the chirp is from −1.8 V to −0.6 V.
    await scope.until(f"{AXES}.every(({{ span }}) => span === 4)")
    await page.locator("#signals .per-division").nth(2).click()
    await scope.click("y-auto")
    await scope.until(f"Math.abs({AXES}[0].span - 1.6) < 1e-9")
    await page.locator("#signals .per-division").nth(0).press("Enter")
    await scope.until(f"{AXES}[0].span === 4")
    assert len(await scope.until("handles().filter(({ kind }) => kind === 'zero')")) == 3
    for sharing, zeros in (("one", 1), ("unit", 1), ("signal", 3)):
        await page.keyboard.press("y")
        await scope.until(f"handles().filter(({{ kind }}) => kind === 'zero').length === {zeros}")
        assert await page.locator("#y-axes").input_value() == sharing
    await page.locator("#y-axes").press("o")
    await scope.until("handles().filter(({ kind }) => kind === 'zero').length === 1")


async def test_a_line_is_drawn_as_this_browser_chooses_and_the_address_says_so(waveforms):
    scope, page = waveforms, waveforms.page
    holes = "drawn().signals[0].y.some(Number.isNaN)"
    chosen = "new URLSearchParams(location.search).get('lines')"
    await scope.until(f"!{holes} && {chosen} === null")
    await scope.unfold("line")
    await page.select_option("#line", "points")
    await scope.until(f"{holes} && {chosen} === 'sine:points:'")
    await page.select_option("#line-missing", "held")
    await scope.until(f"{chosen} === 'sine:points:held'")
    await page.select_option("#line", "")
    await page.select_option("#line-missing", "")
    await scope.until(f"!{holes} && {chosen} === null")


async def test_signals_are_switched_by_mouse_and_by_keys(waveforms):
    scope = waveforms
    buttons = scope.page.locator("#signals button.signal")
    for k, act in enumerate(
        [buttons.nth(0).click(), buttons.nth(1).press("Space"), scope.page.keyboard.press("3")]
    ):
        await act
        await scope.until_drawn(f"drawn.signals[{k}].y.length === 0")
        assert await buttons.nth(k).get_attribute("aria-pressed") == "false"
    await buttons.nth(1).press("Enter")
    drawn = await scope.until_drawn("drawn.signals[1].y.length > 190")
    assert [len(signal["y"]) > 0 for signal in drawn.signals] == [False, True, False]


async def test_auto_set_by_mouse_and_by_keys(waveforms):
    scope, page = waveforms, waveforms.page
    for act in (
        lambda: scope.click("auto-set"),
        lambda: page.locator("#auto-set").press("Space"),
        lambda: page.keyboard.press("o"),
    ):
        await page.keyboard.press("+")
        await page.keyboard.press("y")
        await scope.until_drawn("drawn.window > 0.1")
        await act()
        # Four periods of 20 ms are nearest to 100 ms; the sine, 2 V high, has the upper third.
        await scope.until_drawn("drawn.window === 0.1 && drawn.signals[0].x[0] <= -0.09")
        sine = await scope.until(f"{AXES}.length === 3 && {AXES}[0].min < -3 && {AXES}[0]")
        assert (1.6 - sine["min"]) / sine["span"] > 0.9
        assert (-0.4 - sine["min"]) / sine["span"] > 0.6
