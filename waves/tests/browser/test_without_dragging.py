"""What can be dragged can also be clicked; keys of one character can be switched off."""

import pytest_asyncio

from waves.tests.browser.oscilloscope import Oscilloscope


@pytest_asyncio.fixture(loop_scope="session")
async def cursors(context, daphne) -> Oscilloscope:
    """Rolling at 0.2 s a division, with the cursors one and half a second from the right end."""
    query = "?window=2&trigger=off&cursors=1&ct=-1,-0.5&cy=-1,1"
    scope = await Oscilloscope.open(context, daphne, "noise", query)
    await scope.until_text("cursor-1", "−1")
    return scope


async def close_keys(scope: Oscilloscope) -> None:
    await scope.page.keyboard.press("Escape")
    await scope.page.locator("#keys").wait_for(state="hidden")
    # What had the focus loses it with the next frame, and keys before that are its own.
    await scope.until("!document.activeElement.closest('#keys')")


async def test_buttons_move_the_cursor_that_had_the_focus_last(cursors):
    await cursors.click("cursor-more")
    await cursors.until_text("cursor-1", "−980.0 ms")
    await cursors.click("cursor-2")
    await cursors.until_text("cursor-chosen", "time 2")
    await cursors.click("cursor-less")
    await cursors.until_text("cursor-2", "−520.0 ms")
    assert "980.0" in await cursors.text("cursor-1")


async def test_buttons_move_a_level(cursors):
    await cursors.click("cursor-a")
    await cursors.until_text("cursor-chosen", "level A")
    before = await cursors.page.locator("#cursor-a").get_attribute("aria-valuenow")
    await cursors.click("cursor-more")
    await cursors.until(
        f"Number(document.getElementById('cursor-a').ariaValueNow) > Number({before!r})"
    )


async def test_buttons_go_to_the_past_and_back(noise):
    # The address follows a little later: each step is read there before the next one.
    edge = "Number(new URLSearchParams(location.search).get('end'))"
    await noise.click("run")
    paused = await noise.until(f"{edge} > 0 && {edge}")
    await noise.click("earlier")
    earlier = await noise.until(f"{edge} < {paused} && {edge}")
    await noise.click("later")
    await noise.until(f"{edge} > {earlier}")


async def test_keys_of_one_character_can_be_switched_off(noise):
    await noise.page.keyboard.press("?")
    await noise.page.locator("#keys-single").uncheck()
    await close_keys(noise)
    await noise.page.keyboard.press("t")
    await noise.page.keyboard.press("+")
    await noise.page.keyboard.press("Space")
    # Keys come in their order: the space bar, which still acts, was the last of them.
    await noise.until_state("paused")
    assert (await noise.drawn()).window == 2.0
    assert await noise.page.evaluate("document.documentElement.dataset.theme") is None


async def test_they_stay_off_on_all_pages_until_they_are_switched_on(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "noise")
    await scope.page.keyboard.press("?")
    await scope.page.locator("#keys-single").uncheck()
    await scope.page.goto(f"http://{daphne.address}/")
    await scope.page.keyboard.press("t")
    assert await scope.page.evaluate("document.documentElement.dataset.theme") is None
    await scope.page.goto(f"http://{daphne.address}/streams/noise/")
    await scope.until_usable()
    await scope.page.locator("#keys-button").click()
    await scope.page.locator("#keys-single").check()
    await close_keys(scope)
    await scope.page.keyboard.press("t")
    await scope.until("document.documentElement.dataset.theme === 'light'")
