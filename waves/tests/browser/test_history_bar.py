"""The bar under the plot: all that is kept, and where the window stands in it."""

from waves.tests.browser.conftest import in_session_loop
from waves.tests.browser.oscilloscope import Oscilloscope

#: The seconds that a paused view shows at its right end, and those of all that is kept.
BEHIND = "parseFloat(document.getElementById('behind').textContent)"


@in_session_loop
async def kept(context, daphne, add_stream):
    add_stream("bar", like="noise", rate=200, window=1, history=10)
    scope = await Oscilloscope.open(context, daphne, "bar")
    await scope.until("document.getElementById('history').ariaValueText === 'live, of 10 s'")
    return scope


async def test_the_window_is_dragged_along_all_that_is_kept(kept):
    box = await kept.page.locator("#history").bounding_box()
    mouse, y = kept.page.mouse, box["y"] + box["height"] / 2
    await mouse.move(box["x"] + box["width"] / 2, y)
    await mouse.down()
    await kept.until_state("paused")
    # The middle of the window comes to the pointer: half of 10 s less half of the window.
    await kept.until(f"Math.abs({BEHIND} - 4.5) < 0.7")
    await mouse.move(box["x"] + box["width"] / 4, y, steps=3)
    await kept.until(f"Math.abs({BEHIND} - 7) < 0.9")
    drawn = await kept.drawn()
    assert kept.place_of(drawn).stop < kept.newest - 1000
    # At its end it is live.
    await mouse.move(box["x"] + box["width"] - 1, y, steps=3)
    await kept.until_state("live")
    await mouse.up()
    # The note takes no room from the bar, and covers nothing of the plot.
    await kept.page.keyboard.press("Space")
    after = await kept.page.locator("#history").bounding_box()
    assert after == box
    note = await kept.page.locator("#frozen").bounding_box()
    chart = await kept.page.locator("#chart").bounding_box()
    assert note["y"] >= chart["y"] + chart["height"]


async def test_the_bar_by_keys_says_where_it_stands(kept):
    bar = kept.page.locator("#history")
    await bar.press("PageUp")
    await kept.until_state("paused")
    await kept.until(f"Math.abs({BEHIND} - 1) < 0.5")
    await bar.press("PageUp")
    await kept.until(f"{BEHIND} > 1.9")
    assert "s ago, of 10 s" in await bar.get_attribute("aria-valuetext")
    await bar.press("ArrowRight")
    await bar.press("End")
    await kept.until_state("live")
    await kept.until("document.getElementById('history').ariaValueText.startsWith('live')")
