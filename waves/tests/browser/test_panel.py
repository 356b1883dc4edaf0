"""The panel beside the plot: what is read is in sight, and what is set is folded."""

from waves.tests.browser.oscilloscope import Oscilloscope

#: Where something ends, and whether that is in the panel's part of the window.
BOTTOM = "document.querySelector('{}').getBoundingClientRect().bottom"


async def test_cursors_push_no_measurement_out_of_sight(new_context, daphne):
    context = await new_context(viewport={"width": 1280, "height": 720})
    scope = await Oscilloscope.open(context, daphne, "waveforms")
    await scope.click("welcome-close")
    table = BOTTOM.format("#measure-table")
    before = await scope.until(
        f"/\\d/.test(document.querySelector('#measurements td')?.textContent) && {table}"
    )
    assert before < 720
    await scope.page.keyboard.press("c")
    await scope.until_text("cursor-dt", "40.00 ms")
    await scope.page.evaluate("document.querySelector('aside').scrollTop = 0")
    assert await scope.page.evaluate(table) == before
    # What it does is seen where it is pressed.
    await scope.click("measure-between")
    await scope.until_text("measure-span", "Between the cursors.")
    assert await scope.page.evaluate(BOTTOM.format("#measure-span")) < 720
    # Three lines of cursors: times, levels, and what moves them.
    lines = await scope.page.evaluate(
        """() => {
          const shown = document.querySelectorAll(
            "#cursor-readings :is(.slider, .difference, select)",
          );
          const bottoms = [...shown].map((one) => one.getBoundingClientRect().bottom);
          return new Set(bottoms.map((bottom) => Math.round(bottom / 12))).size;
        }"""
    )
    assert lines == 3


async def test_the_trigger_folds_to_a_line_that_says_what_triggers(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms")
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    open_height = (await scope.page.locator("#trigger").bounding_box())["height"]
    await scope.page.locator("#trigger-summary").press("Enter")
    await scope.page.locator("#trigger-level").wait_for(state="hidden")
    assert await scope.page.locator("#trigger-brief").inner_text() == "Sine ↗ 600 mV"
    folded = (await scope.page.locator("#trigger").bounding_box())["height"]
    assert folded < open_height / 2
    # The keys go on, and the line says so.
    await scope.page.keyboard.press("]")
    await scope.until_text("trigger-brief", "650 mV")
