"""Pausing holds the picture, and loses nothing."""

import numpy as np
import pytest

from waves.tests.browser.oscilloscope import Oscilloscope

#: The first x of the picture that is frozen, and of what is drawn of it two frames later.
BEFORE_AND_AFTER = """async () => {
  const before = drawn().signals[0].x[0];
  document.getElementById("run").click();
  for (let k = 0; k < 2; k += 1) await new Promise(requestAnimationFrame);
  return [before, drawn().signals[0].x[0]];
}"""


@pytest.mark.firefox
async def test_a_paused_picture_stands_still_while_data_goes_on_arriving(noise):
    await noise.click("run")
    await noise.until_state("paused")
    await noise.until_still()
    held = await noise.drawn()
    await noise.until_received(500)
    still = await noise.drawn()
    assert np.array_equal(held.y, still.y)
    assert np.array_equal(held.x, still.x)
    assert not await noise.was_reloaded()


async def test_a_window_that_is_not_yet_filled_stays_where_it_was(context, daphne, add_stream):
    add_stream("young", like="noise", rate=100, window=50, history=60, frames_per_second=2)
    scope = await Oscilloscope.open(context, daphne, "young")
    # Frames are half a second apart: once live ones come, the right end is well before the newest.
    await scope.until_received(150)
    before, after = await scope.page.evaluate(BEFORE_AND_AFTER)
    assert after == before


async def test_resuming_catches_up_and_nothing_is_missing(context, daphne, add_stream):
    # The window is much longer than the pause, and is drawn sample by sample.
    add_stream("paused", like="noise", rate=200, window=10)
    scope = await Oscilloscope.open(context, daphne, "paused")
    await scope.click("run")
    await scope.until_state("paused")
    await scope.until_still()
    held = scope.place_of(await scope.drawn())
    await scope.until_received(300)
    await scope.click("run")
    await scope.until_state("live")
    drawn = await scope.until_shown(held.stop + 200)
    # What came during the pause is in the middle of the picture.
    assert scope.place_of(drawn).start <= held.stop
    assert not drawn.gaps
    assert await scope.text("lost") == "0"


async def test_the_button_says_what_it_does_and_one_word_says_what_is_so(noise):
    run = noise.page.get_by_role("button", name="Pause", exact=True)
    await run.click()
    await noise.page.get_by_role("button", name="Run", exact=True).wait_for()
    for element in ("pill", "frozen"):
        await noise.until_text(element, "Paused")
    await noise.until_text("behind", "s ago")
    await noise.click("live")
    await run.wait_for()
    await noise.until_text("pill", "Live")
