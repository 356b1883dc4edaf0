"""Everything on the page by key."""

import pytest


@pytest.mark.firefox
async def test_space_pauses_and_runs(noise):
    await noise.page.keyboard.press("Space")
    await noise.until_state("paused")
    await noise.page.keyboard.press("Space")
    await noise.until_state("live")


async def test_minus_and_plus_change_the_window(noise):
    await noise.page.keyboard.press("-")
    await noise.until_drawn("drawn.window === 1")
    await noise.page.keyboard.press("+")
    await noise.until_drawn("drawn.window === 2")


async def test_the_vertical_range_by_key(noise):
    before = await noise.until_drawn("drawn.signals[0].x[0] <= -1.99")
    span = before.high - before.low
    await noise.page.keyboard.press("PageUp")
    await noise.until_frames()
    larger = await noise.until_drawn(f"drawn.high - drawn.low > {span}")
    await noise.page.keyboard.press("ArrowUp")
    await noise.until_drawn(f"drawn.low > {larger.low}")
    await noise.page.keyboard.press("ArrowDown")
    await noise.until_drawn(f"drawn.low === {larger.low}")
    await noise.page.keyboard.press("PageDown")
    await noise.until_drawn(f"drawn.high - drawn.low < {larger.high - larger.low}")
    assert await noise.page.locator("#y-fixed").get_attribute("aria-pressed") == "true"
    await noise.page.keyboard.press("a")
    await noise.page.locator("#y-auto[aria-pressed=true]").wait_for()


async def test_digits_switch_signals(noise):
    await noise.page.keyboard.press("1")
    await noise.until_drawn("drawn.signals[0].y.length === 0")
    await noise.page.keyboard.press("1")
    await noise.until_drawn("drawn.signals[0].y.length > 0")


async def test_t_takes_the_next_theme(noise):
    await noise.page.keyboard.press("t")
    assert await noise.page.evaluate("document.documentElement.dataset.theme") == "light"


async def test_a_question_mark_shows_the_keys_and_escape_hides_them(noise):
    dialog = noise.page.locator("#keys")
    await noise.page.keyboard.press("?")
    await dialog.wait_for(state="visible")
    await noise.page.keyboard.press("-")
    await noise.page.keyboard.press("Escape")
    await dialog.wait_for(state="hidden")
    # While the dialog was open, its keys were its own.
    assert (await noise.drawn()).window == 2.0


async def test_space_on_a_button_is_the_button_s(noise):
    await noise.page.locator("#theme").focus()
    await noise.page.keyboard.press("Space")
    assert await noise.page.evaluate("document.documentElement.dataset.theme") == "light"
    await noise.until_state("live")
