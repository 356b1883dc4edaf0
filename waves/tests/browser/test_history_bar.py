"""The bar under the plot: all that is kept, and where the window stands in it."""

import json

import numpy as np
import pytest

from waves.tests.browser.conftest import in_session_loop
from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import AtRest, Oscilloscope

#: Seconds that the right end of a paused view is behind what is live.
BEHIND = "parseFloat(document.getElementById('behind').textContent)"
RATE = 200

#: Pixels of a colour of the page along the bar, from the share of its height that is given.
COLOURED = """((canvas, [red, green, blue]) => {
  const { width, height } = canvas;
  const copy = Object.assign(document.createElement("canvas"), { width, height });
  const ink = copy.getContext("2d", { willReadFrequently: true });
  ink.drawImage(canvas, 0, 0);
  const { data } = ink.getImageData(0, Math.round(height * SHARE), width, 1);
  const isNear = (value, wanted) => Math.abs(value - wanted) < 12;
  return Array.from({ length: width }, (_, x) => 4 * x).filter((at) => isNear(data[at], red)
    && isNear(data[at + 1], green) && isNear(data[at + 2], blue) && data[at + 3] > 240).length;
})(document.getElementById("history-canvas"), colour("--NAME").match(/\\d+/g).map(Number))"""


def coloured(name: str, share: float = 0.7) -> str:
    return COLOURED.replace("NAME", name).replace("SHARE", str(share))


#: The borders of the window, and cursors.
ACCENTED = coloured("accent")


@pytest.fixture(scope="module")
def bar(shared_site):
    """One stream for these tests: its history takes its time to fill."""
    fields = {"rate": RATE, "window": 1, "history": 10}
    key = shared_site.add_stream("bar", like="noise", name="Bar", **fields)
    yield "bar"
    shared_site.remove_stream(key)


@in_session_loop
async def kept(context, daphne, bar):
    scope = await Oscilloscope.open(context, daphne, bar)
    await scope.until("document.getElementById('history').ariaValueText === 'live, of 10 s'")
    return scope


async def rests_behind(
    scope: Oscilloscope, seconds: float, slack: float, since: int, former: AtRest | None = None
) -> AtRest:
    """The view comes to rest so far behind what was the newest sample, ``since`` or later."""
    found = await scope.until_at_rest(former, RATE)
    assert since - found.place.stop < (seconds + slack) * RATE
    assert scope.newest - found.place.stop > (seconds - slack) * RATE
    return found


async def test_the_window_is_dragged_along_all_that_is_kept(kept):
    box = await kept.page.locator("#history").bounding_box()
    mouse, y = kept.page.mouse, box["y"] + box["height"] / 2
    await mouse.move(box["x"] + box["width"] / 2, y)
    newest = kept.newest
    await mouse.down()
    await kept.until_state("paused")
    # The middle of the window comes to the pointer: half of 10 s less half of the window.
    there = await rests_behind(kept, 4.5, 0.7, newest)
    newest = kept.newest
    await mouse.move(box["x"] + box["width"] / 4, y, steps=3)
    await rests_behind(kept, 7, 0.9, newest, there)
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
    newest = kept.newest
    await bar.press("PageUp")
    await kept.until_state("paused")
    places = [await rests_behind(kept, 1, 0.5, newest)]
    for key in ("PageUp", "ArrowDown", "ArrowRight"):
        await bar.press(key)
        places.append(await kept.until_at_rest(places[-1], RATE))
        assert "oldest" not in await kept.text("behind")
    ends = [each.end for each in places]
    assert np.diff(ends) == pytest.approx([-1, -0.1, 0.1], abs=1e-6)
    assert " s ago, of 1" in await bar.get_attribute("aria-valuetext")
    # Where nothing older is kept, it says so.
    await bar.press("Home")
    await kept.until_text("behind", "oldest")
    await bar.press("End")
    await kept.until_state("live")
    await kept.until("document.getElementById('history').ariaValueText.startsWith('live')")


async def test_the_bar_is_dragged_by_a_finger_and_the_page_stays(new_context, daphne):
    phone = await new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    scope = await Oscilloscope.open(phone, daphne, "sine", "?window=1")
    box = await scope.page.locator("#history").bounding_box()
    assert box["height"] >= 24
    before = await scope.page.evaluate("scrollY")
    start = (box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    await Hands(scope).slide([start], [(start[0] - 0.3 * box["width"], start[1] - 30)])
    await scope.until_state("paused")
    await scope.until(f"{BEHIND} > 0.3")
    assert await scope.page.evaluate("scrollY") == before


async def test_the_cursors_of_a_paused_view_are_marks_in_the_bar(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "sine")
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    assert await scope.until(f"{ACCENTED} >= 0 && {ACCENTED} + 1") < 4
    await scope.page.keyboard.press("c")
    # Each is two pixels wide, of which one is whole wherever it stands.
    await scope.until(f"{ACCENTED} >= 4")


async def test_what_is_lost_and_where_the_stream_began_anew_is_marked(
    context, daphne, shared_site, add_stream
):
    options = json.dumps({"function": "waves.tests.plant.streams.stalling"})
    like = {"like": "python", "source": "python", "options": options}
    key = add_stream("lossy", **like, rate=200, window=1, history=10)
    scope = await Oscilloscope.open(context, daphne, "lossy")
    # Gaps are in the middle third; a restart is as high as the bar, and the first one is none.
    await scope.until(f"{coloured('warn', 0.5)} > 10")
    assert await scope.until(f"{coloured('bad')} + 1") == 1
    shared_site.execute("UPDATE waves_stream SET rate = 100 WHERE id = ?", key)
    await scope.until(f"{coloured('bad')} >= 1")
