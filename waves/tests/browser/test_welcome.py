"""Whoever comes for the first time is told what the hands can do; once."""

from waves.tests.browser.oscilloscope import Oscilloscope


async def test_a_first_visit_explains_itself_once(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms")
    line = scope.page.locator("#welcome")
    assert "space pauses" in await line.inner_text()
    await scope.click("welcome-close")
    assert not await line.is_visible()
    assert await scope.page.evaluate("document.activeElement.id") == "run"
    other = await Oscilloscope.open(context, daphne, "sine")
    assert not await other.page.locator("#welcome").is_visible()


async def test_what_lies_under_the_explanation_can_be_dragged(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "noise")
    box = await scope.page.locator("#welcome .for-keys").bounding_box()
    mouse = scope.page.mouse
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await mouse.move(x, y)
    await mouse.down()
    await mouse.move(x + 60, y, steps=4)
    await mouse.up()
    await scope.until_state("paused")


async def test_fingers_are_told_what_fingers_do(new_context, daphne):
    phone = await new_context(is_mobile=True, has_touch=True)
    scope = await Oscilloscope.open(phone, daphne, "sine")
    text = await scope.page.locator("#welcome").inner_text()
    assert "two fingers" in text
    assert "space" not in text
