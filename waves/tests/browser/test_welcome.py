"""Whoever comes for the first time is told what the hands can do; once."""

from waves.tests.browser.oscilloscope import Oscilloscope


async def test_a_first_visit_explains_itself_once(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms")
    line = scope.page.locator("#welcome")
    assert "space pauses" in await line.inner_text()
    # It covers no trace: it ends where the plot begins.
    box, plot = await line.bounding_box(), await scope.page.locator("#plot").bounding_box()
    assert box["y"] + box["height"] <= plot["y"]
    await scope.click("welcome-close")
    assert not await line.is_visible()
    assert await scope.page.evaluate("document.activeElement.id") == "run"
    other = await Oscilloscope.open(context, daphne, "sine")
    assert not await other.page.locator("#welcome").is_visible()


async def test_what_a_link_shows_and_what_is_stopped_is_not_explained(
    new_context, daphne, add_stream
):
    add_stream("halted", like="noise", enabled=0)
    context = await new_context()
    shared = await Oscilloscope.open(context, daphne, "sine", "?window=1")
    assert not await shared.page.locator("#welcome").is_visible()
    stopped = await Oscilloscope.load(context, daphne, "halted")
    await stopped.until_state("stopped")
    await stopped.page.locator("#welcome").wait_for(state="hidden")
    plain = await Oscilloscope.open(context, daphne, "sine")
    await plain.page.locator("#welcome").wait_for()


async def test_fingers_are_told_what_fingers_do(new_context, daphne):
    phone = await new_context(is_mobile=True, has_touch=True)
    scope = await Oscilloscope.open(phone, daphne, "sine")
    text = await scope.page.locator("#welcome").inner_text()
    assert "two fingers" in text
    assert "space" not in text
