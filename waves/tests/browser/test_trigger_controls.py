"""The trigger's buttons, keys and handles, on what runs and on what is frozen."""

import pytest

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope

#: The sine of the demo has its middle here (V).
MIDDLE = 0.6


@pytest.fixture
def triggered(context, daphne):
    """Opens the page of a stream that triggers."""

    async def opened(slug: str = "waveforms", query: str = "") -> Oscilloscope:
        scope = await Oscilloscope.open(context, daphne, slug, query)
        await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
        return scope

    return opened


async def pause(scope: Oscilloscope) -> None:
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")


async def test_the_position_is_dragged_and_moved_by_keys(triggered):
    scope = await triggered()
    hands = Hands(scope)
    for where, text in ((-0.1, "50 %"), (-0.04, "80 %")):
        await hands.drag_to(await hands.handle("position"), await hands.at(where, up=0.97))
        await scope.until(
            f"Math.abs(standing() - {where}) < 1e-3 && triggered(0, {MIDDLE})?.rising"
        )
        assert await scope.text("trigger-position") == text
    await scope.page.keyboard.press(",")
    await scope.until(f"Math.abs(standing() + 0.05) < 1e-6 && triggered(0, {MIDDLE})?.rising")
    await scope.page.keyboard.press(".")
    await scope.until("Math.abs(standing() + 0.04) < 1e-6")
    await scope.page.locator("#trigger-position").press("ArrowDown")
    await scope.until("Math.abs(standing() + 0.042) < 1e-6")


async def test_on_a_frozen_picture_the_position_moves_the_picture(triggered):
    scope = await triggered()
    hands = Hands(scope)
    await pause(scope)
    await scope.until_still()
    before = await scope.drawn()
    await hands.drag_to(await hands.handle("position"), await hands.at(-0.1, up=0.97))
    await scope.until(f"Math.abs(standing() + 0.1) < 1e-3 && triggered(0, {MIDDLE})?.rising")
    await scope.page.keyboard.press(".")
    await scope.until(f"Math.abs(standing() + 0.09) < 1e-3 && triggered(0, {MIDDLE})?.rising")
    await scope.page.fill("#trigger-position", "20 %")
    await scope.page.keyboard.press("Enter")
    drawn = await scope.until_drawn("Math.abs(standing() + 0.16) < 1e-3")
    # Back at the place where it was frozen, nothing is another but what had no samples behind it
    # yet: the curve goes by the twelve on either side, and ends later than it did.
    both = slice(5, min(drawn.y.size, before.y.size) - 100)
    assert drawn.y[both] == pytest.approx(before.y[both], abs=1e-6)
    await scope.until_state("paused")


async def test_the_slope_by_mouse_and_by_key(triggered):
    scope = await triggered()
    async for _ in scope.live_and_frozen():
        rising = f"triggered(0, {MIDDLE})?.rising"
        await scope.click("trigger-falling")
        await scope.until(f"{rising} === false")
        await scope.click("trigger-rising")
        await scope.until(f"{rising} === true")
        await scope.page.locator("#trigger-falling").press("Enter")
        await scope.until(f"{rising} === false")
        await scope.page.keyboard.press("e")
        await scope.page.locator("#trigger-either[aria-pressed=true]").wait_for()
        await scope.page.keyboard.press("e")
        await scope.page.locator("#trigger-rising[aria-pressed=true]").wait_for()
        await scope.until(f"{rising} === true")


@pytest.mark.firefox
async def test_the_level_by_mouse_keys_and_field(triggered):
    scope = await triggered()
    async for _ in scope.live_and_frozen():
        hands = Hands(scope)
        await hands.drag(await hands.handle("level"), down=-40)
        level = await scope.until(
            "((text) => text !== '600 mV' && (text.endsWith('mV') ? 1e-3 : 1) * parseFloat(text))"
            "(document.getElementById('trigger-level').value)"
        )
        assert level > MIDDLE
        await scope.until(f"triggered(0, {level})?.rising")
        await scope.page.keyboard.press("]")
        await scope.until(f"triggered(0, {level} + 0.05)?.rising")
        await scope.page.keyboard.press("[")
        await scope.until(f"triggered(0, {level})?.rising")
        await scope.page.keyboard.press("l")
        await scope.until(f"triggered(0, {MIDDLE})?.rising")
        await scope.enter("trigger-level", "1.1 V")
        await scope.until("triggered(0, 1.1)?.rising")
        # Enter gave the keys back to the page.
        await scope.page.locator("#trigger-level").press("ArrowDown")
        await scope.until("triggered(0, 1.05)?.rising")
        await scope.page.locator("#trigger-middle").press("Space")
        await scope.until(f"triggered(0, {MIDDLE})?.rising")


async def test_either_slope_triggers_on_both(triggered):
    scope = await triggered(query="?tsource=chirp&tlevel=-1.2&tslope=either")
    await scope.until("triggered(2, -1.2)?.rising === true")
    await scope.until("triggered(2, -1.2)?.rising === false")


async def test_m_goes_through_the_modes_and_the_buttons_take_each(triggered):
    scope = await triggered()
    for mode, state in (("normal", "triggered"), ("single", "stopped"), ("off", "off")):
        await scope.page.keyboard.press("m")
        await scope.page.locator(f"#trigger-{mode}[aria-pressed=true]").wait_for()
        await scope.page.locator(f"#trigger-state[data-state={state}]").wait_for()
    # It rolls: there is nothing that it stands at, and the newest is at the right end.
    held = await scope.until_drawn("standing() === undefined")
    await scope.until_drawn(f"drawn.signals[0].y.at(-1) !== {float(held.y[-1])!r}")
    await scope.page.keyboard.press("m")
    await scope.page.locator("#trigger-auto[aria-pressed=true]").wait_for()
    await scope.until(f"triggered(0, {MIDDLE})?.rising")
    for mode in ("off", "normal"):
        await scope.click(f"trigger-{mode}")
        await scope.until(f"(standing() === undefined) === {str(mode == 'off').lower()}")
    await scope.page.locator("#trigger-off").press("Space")
    await scope.until("standing() === undefined")
    await scope.until_state("live")


async def test_a_mode_that_is_taken_on_a_frozen_picture_shows_what_is_live(triggered):
    scope = await triggered()
    await pause(scope)
    await scope.click("trigger-normal")
    await scope.until_state("live")
    await scope.until(f"triggered(0, {MIDDLE})?.rising")
