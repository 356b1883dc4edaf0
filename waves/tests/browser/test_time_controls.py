"""Time per division, the wheel, the past, the way back, and the clock."""

import re

import pytest

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import AtRest, Oscilloscope

#: A whole window of half a second, however many points a curve has between its samples.
WHOLE = "drawn.signals[0].x[0] <= -0.4985 && drawn.signals[0].x.at(-1) >= -0.0015"


async def pause(scope: Oscilloscope) -> None:
    await scope.click("run")
    await scope.until_state("paused")
    await scope.until_still()


async def moved(scope: Oscilloscope, former: AtRest, by: float) -> AtRest:
    """The view, once it rests elsewhere: it is as many samples later, to three."""
    there = await scope.until_at_rest(former)
    assert there.place.start - former.place.start == pytest.approx(by, abs=3)
    return there


async def zone(scope: Oscilloscope, name: str) -> str:
    await scope.page.locator(f"#clock-zone >> option[value={name}]:checked").wait_for(
        state="attached"
    )
    return await scope.text("clock")


async def test_time_per_division_is_typed_and_stepped(noise):
    field = noise.page.locator("#time")
    async for _ in noise.live_and_frozen():
        for text, window, shown in (("20 ms", 0.2, "20 ms"), ("0.05", 0.5, "50 ms")):
            await field.fill(text)
            await field.press("Enter")
            await noise.until_drawn(
                f"drawn.window === {window} && drawn.signals[0].x[0] <= -{window}"
            )
            assert await noise.text("time") == shown
        await field.press("ArrowUp")
        await noise.until_drawn("drawn.window === 1 && drawn.signals[0].x[0] <= -0.99")
        await field.press("ArrowDown")
        await noise.until_drawn("drawn.window === 0.5")
        await field.fill("much")
        await field.press("Enter")
        await noise.until_toast("Time per division is a time")
        await field.press("Escape")
        assert await noise.text("time") == "50 ms"
        await noise.page.locator("#time-shorter").press("Enter")
        await noise.until_drawn("drawn.window === 0.2")
        await noise.page.locator("#time-longer").press("Space")
        drawn = await noise.until_drawn(f"drawn.window === 0.5 && {WHOLE}")
        assert len(noise.place_of(drawn)) == pytest.approx(500, abs=3)


async def test_the_wheel_zooms_what_runs_at_its_right_end(noise):
    hands = Hands(noise)
    place = await hands.at(-1.5)
    await hands.turn(place, 1)
    await noise.until_drawn("drawn.window === 5")
    await hands.turn(place, -2)
    await noise.until_drawn("drawn.window === 1 && drawn.signals[0].x[0] <= -0.99")
    await noise.until_state("live")
    # It goes on to what has come by now.
    await noise.until_shown(noise.newest, "drawn.window === 1")


async def test_the_wheel_zooms_what_is_frozen_about_the_pointer(noise):
    await noise.until_drawn("drawn.signals[0].x[0] <= -1.99")
    await pause(noise)
    hands = Hands(noise)
    held = await noise.drawn()
    at = noise.place_of(held).stop - 1500
    await hands.turn(await hands.at(-1.5), -3)
    await noise.until_drawn("drawn.window === 0.2")
    there = await noise.until_at_rest()
    # What was a quarter from the left still is.
    assert there.place.start + 50 == pytest.approx(at, abs=4)
    await hands.turn(await hands.at(-0.15), 3)
    await noise.until_drawn("drawn.window === 2")
    again = await noise.until_at_rest(there)
    assert again.place.start == pytest.approx(noise.place_of(held).start, abs=4)


@pytest.mark.firefox
async def test_the_past_by_keys_from_its_beginning_to_what_is_live(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "noise", "?window=0.5")
    press = scope.page.keyboard.press
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.49")
    await press("ArrowLeft")
    await scope.until_state("paused")
    live = scope.newest  # a page that is busy learns of what is newer a moment later
    there = await scope.until_at_rest()
    for key, samples in (("ArrowLeft", -50), ("Shift+ArrowLeft", -500), ("ArrowRight", 50)):
        await press(key)
        there = await moved(scope, there, by=samples)
    await press("Shift+ArrowRight")
    there = await scope.until_at_rest(there)
    await press("Home")
    there = await scope.until_at_rest(there)
    # Ten seconds are kept, of what there was when it paused, or came since.
    oldest = [max(0, newest - 10_000) for newest in (live, scope.newest)]
    assert oldest[0] - 400 <= there.place.start <= oldest[1] + 400
    await scope.until_text("behind", "s ago")
    live = scope.newest
    await press("End")
    await scope.until_state("live")
    await scope.until_shown(live, WHOLE)


async def test_the_past_by_dragging_and_scrolling_and_the_button_back(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "noise", "?window=0.5")
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.49")
    hands = Hands(scope)
    # Nothing lies to the right of what is live.
    await hands.drag_to(await hands.at(-0.2), await hands.at(-0.3))
    await scope.until_state("live")
    before = scope.place_of(await scope.until_drawn(WHOLE))
    await hands.drag_to(await hands.at(-0.4), await hands.at(-0.1))
    await scope.until_state("paused")
    there = await scope.until_at_rest()
    # By how much the mouse moved it, whatever came until it took hold.
    assert before.stop <= there.place.stop + 303 <= scope.newest + 6
    await hands.drag_to(await hands.at(-0.1), await hands.at(-0.3))
    there = await moved(scope, there, by=200)
    await hands.turn(await hands.at(-0.25), -2, shift=True)
    # Two notches are 200 pixels.
    by = await scope.until("[-200, 0].map((px) => chart().convertFromPixel({ xAxisIndex: 0 }, px))")
    await moved(scope, there, by=(by[0] - by[1]) * 1000)
    await scope.click("live")
    await scope.until_state("live")
    assert not await scope.page.locator("#frozen").is_visible()
    await scope.page.keyboard.press("ArrowLeft")
    await scope.until_state("paused")
    await scope.page.locator("#live").press("Enter")
    await scope.until_state("live")


async def test_run_and_pause_by_keys_on_the_button(noise):
    for key in ("Space", "Enter"):
        for state in ("paused", "live"):
            await noise.page.locator("#run").press(key)
            await noise.until_state(state)


async def test_the_clock_is_that_of_the_right_end_in_each_zone(new_context, daphne):
    context = await new_context(timezone_id="Asia/Tokyo")
    scope = await Oscilloscope.open(context, daphne, "waveforms")
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    await scope.page.locator("#clock-zone").select_option("utc")
    await scope.page.locator("#run").click()
    await scope.until_state("paused")
    utc = re.fullmatch(r"(\d\d):(\d\d:\d\d\.\d{3})", await zone(scope, "utc"))
    assert utc
    # Here letters are the list's, and on the page they are keys.
    await scope.page.locator("#clock-zone").press("l")
    local = await zone(scope, "local")
    assert local == f"{(int(utc[1]) + 9) % 24:02}:{utc[2]}"
    await scope.page.locator("#run").focus()
    await scope.page.keyboard.press("z")
    assert await zone(scope, "utc") == utc[0]
    await scope.page.keyboard.press("z")
    assert await zone(scope, "trigger") == "160.0 ms"
    assert await scope.until("standing()") == pytest.approx(-0.16, abs=1e-4)
    await scope.page.keyboard.press("z")
    assert await zone(scope, "local") == local
