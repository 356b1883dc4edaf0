"""Fingers on the chart: they pull, pinch, and take hold of handles."""

import pytest

from waves.tests.browser.conftest import in_session_loop
from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_time_controls import moved


@in_session_loop
async def touch(new_context, daphne):
    """Opens a page on a screen that is touched."""
    context = await new_context(has_touch=True)

    async def opened(slug: str, query: str = "") -> tuple[Oscilloscope, Hands]:
        scope = await Oscilloscope.open(context, daphne, slug, query)
        return scope, Hands(scope)

    return opened


async def test_one_finger_pulls_the_past_to_the_right(touch):
    scope, hands = await touch("noise", "?window=0.5")
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.49")
    newest = scope.newest
    await hands.slide([await hands.at(-0.4)], [await hands.at(-0.1)])
    await scope.until_state("paused")
    there = await scope.until_at_rest()
    # By 300 samples from what was live when the finger came down, a moment behind what has come.
    assert newest - 1300 < there.place.stop < scope.newest - 290
    await hands.slide([await hands.at(-0.1)], [await hands.at(-0.3)])
    await moved(scope, there, by=200)
    await scope.page.locator("#live").tap()
    await scope.until_state("live")


async def test_two_fingers_zoom_about_what_is_between_them(touch):
    scope, hands = await touch("noise")
    # What runs keeps its right end.
    outer = [await hands.at(-1.4), await hands.at(-0.6)]
    inner = [await hands.at(-1.2), await hands.at(-0.8)]
    await hands.slide(inner, outer)
    await scope.until_drawn("drawn.window === 1")
    await scope.until_state("live")
    await hands.slide(outer, inner)
    await scope.until_drawn("drawn.window === 2 && drawn.signals[0].x[0] <= -1.99")
    await scope.page.locator("#run").tap()
    await scope.until_state("paused")
    await scope.until_still()
    held = scope.place_of(await scope.drawn())
    await hands.slide(inner, outer)
    await scope.until_drawn("drawn.window === 1")
    there = await scope.until_at_rest()
    # A second was before the middle of what was on the screen, and half of one is.
    assert there.place.start == pytest.approx(held.start + 500, abs=4)


async def test_a_finger_moves_cursors_and_what_belongs_to_the_trigger(touch):
    scope, hands = await touch("waveforms")
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    await scope.page.locator("#cursors-toggle").tap()
    await scope.until_text("cursor-dt", "40.00 ms")
    # A finger is wider than a pointer: it need not hit the flag in its middle.
    right = [(x + 12, y) for x, y in [await hands.handle("2")]]
    await hands.slide(right, [await hands.at(-0.04, up=0.97)])
    await scope.until("handles().some(({ kind }) => kind === '2')")
    flag = "chart().convertFromPixel({ xAxisIndex: 0 }, handles().find((h) => h.kind === '2').px)"
    await scope.until(f"Math.abs({flag} + 0.04) < 1e-3")
    read = (await scope.text("cursor-dt")).split()
    assert float(read[0]) == pytest.approx(80, abs=1)
    await hands.slide([await hands.handle("position")], [await hands.at(-0.1, up=0.97)])
    await scope.until("Math.abs(standing() + 0.1) < 2e-3 && triggered(0, 0.6)?.rising")
    x, y = await hands.handle("level")
    await hands.slide([(x, y)], [(x, y - 50)])
    await scope.until("triggered(0, 0.6) === null")
    await scope.until_state("live")


async def test_a_finger_up_or_down_scrolls_the_page_and_moves_no_trace(new_context, daphne):
    phone = await new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    scope = await Oscilloscope.open(phone, daphne, "waveforms", "?cursors=1")
    hands = Hands(scope)
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    before = await scope.drawn()
    # Over a cursor's line, which is held at its flag only.
    await scope.until("handles().some(({ kind }) => kind === '2')")
    x, _ = await hands.handle("2")
    y = (await hands.at(-0.1, up=0.3))[1]
    box = await scope.page.locator("#plot").bounding_box()
    await hands.slide([(x, y)], [(x, y - 200)], steps=8)
    await scope.until("scrollY > 100")
    after = await scope.drawn()
    assert (after.low, after.high) == (before.low, before.high)
    assert await scope.page.locator("#y-auto[aria-pressed=true]").count() == 1
    await scope.until_state("live")
    # The plot stays in sight, whatever is read below it.
    await scope.page.locator("#fact-history").scroll_into_view_if_needed()
    await scope.until("document.getElementById('plot').getBoundingClientRect().top >= 0")
    assert (await scope.page.locator("#plot").bounding_box())["height"] == box["height"]
