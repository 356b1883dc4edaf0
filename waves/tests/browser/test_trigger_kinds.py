"""Pulse and window triggers, source, hysteresis and holdoff, in what is drawn."""

import itertools

import pytest

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope

#: Beginnings of distinct sweeps, as they are drawn one after the other.
BEGINNINGS = """async (count) => {
  const found = [];
  while (found.length < count) {
    await new Promise(requestAnimationFrame);
    const [first, second] = drawn().signals[0].y;
    if (found.at(-1)?.[0] !== first) found.push([first, second]);
  }
  return found;
}"""
#: Whether the first signal fell below a level since it last was at the trigger's, 2 V.
ARMED = """(level) => {
  const { x, y } = drawn().signals[0];
  const at = x.findIndex((each) => each > standing());
  const last = y.findLastIndex((each, k) => k < at && each >= 2);
  return y.slice(last + 1, at).some((each) => each < level);
}"""
#: Sample by sample: the trigger goes by the samples, between which a curve has points of its own.
NOISE = "&window=0.2&tlevel=2&thysteresis=0&lines=gaussian:straight:"


@pytest.fixture
def normal(context, daphne):
    """Opens a page that shows the last sweep."""

    async def opened(slug: str = "waveforms", query: str = "") -> Oscilloscope:
        return await Oscilloscope.open(context, daphne, slug, f"?trigger=normal{query}")

    return opened


async def type_in(scope: Oscilloscope, **texts: str) -> None:
    for name, text in texts.items():
        await scope.page.fill(f"#trigger-{name}", text)
        await scope.page.keyboard.press("Enter")


async def pause(scope: Oscilloscope) -> None:
    await scope.click("run")
    await scope.until_state("paused")


async def test_the_source_is_chosen_and_with_it_its_level(normal):
    scope = await normal()
    page = scope.page
    await scope.until("triggered(0, 0.6)?.rising")
    await page.select_option("#trigger-source", "chirp")
    await scope.until("triggered(2, -1.2)?.rising")
    # By keys, and of what is frozen.
    await pause(scope)
    await page.locator("#trigger-source").press("s")
    await page.locator("#trigger-source").press("s")
    assert await page.locator("#trigger-source").input_value() == "square"
    await scope.until("triggered(1, 0)?.rising")


async def test_a_pulse_triggers_at_its_end_where_it_is_as_wide_as_is_asked(normal):
    # The chirp has half periods from 5 to 50 ms.
    scope = await normal(query="&tsource=chirp&tlevel=-1.2")
    await scope.page.select_option("#trigger-kind", "pulse")
    await type_in(scope, longer="20 ms", shorter="30 ms")
    pulse = "((found) => found && {rising} && found.width > {longer} && found.width < {shorter})"
    pulse += "(triggered(2, -1.2))"
    await scope.until(pulse.format(rising="!found.rising", longer=0.02, shorter=0.03))
    await scope.page.select_option("#trigger-polarity", "negative")
    await scope.until(pulse.format(rising="found.rising", longer=0.02, shorter=0.03))
    await type_in(scope, longer="0", shorter="10 ms")
    await scope.until(pulse.format(rising="found.rising", longer=0, shorter=0.01))
    # An arrow key takes the next step, 20 ms; what is emptied has no limit.
    await scope.page.locator("#trigger-longer").press("ArrowUp")
    assert await scope.text("trigger-longer") == "2 ms"
    await scope.page.locator("#trigger-shorter").press("ArrowUp")
    assert await scope.text("trigger-shorter") == "20 ms"
    await type_in(scope, shorter="", longer="3")
    # As it was understood.
    assert await scope.text("trigger-shorter") == "no limit"
    assert await scope.text("trigger-longer") == "3 s"
    await scope.page.locator("#trigger-state[data-state=armed]").wait_for()


async def test_a_frozen_picture_is_searched_for_a_pulse(normal):
    # Between two of the square's edges there are 20 ms; and from the middle of the window both of a
    # pulse's edges are within it, whichever pulse is taken of two that are equally near.
    scope = await normal(query="&tsource=square&tlevel=0&tposition=0.5")
    await scope.until("triggered(1, 0)?.rising")
    await pause(scope)
    await scope.page.select_option("#trigger-kind", "pulse")
    width = "Math.abs(triggered(1, 0).width - 0.02) < 2e-3"
    await scope.until(f"triggered(1, 0)?.rising === false && {width}")
    await scope.page.select_option("#trigger-polarity", "negative")
    await scope.until(f"triggered(1, 0)?.rising && {width}")
    await type_in(scope, longer="25 ms")
    await scope.until_text("trigger-hint", "Nothing in this window triggers.")


async def test_a_window_is_entered_and_left_at_levels_that_are_dragged(normal):
    scope = await normal()
    hands = Hands(scope)
    await scope.page.select_option("#trigger-kind", "window")
    low = await hands.handle("level", 1)
    await hands.drag(await hands.handle("level", 0), down=-30)
    await hands.drag(low, down=25)
    number = (
        "((text) => (text.endsWith('mV') ? 1e-3 : 1) * parseFloat(text.replace('−', '-')))"
        "(document.getElementById('trigger-{}').value)"
    )
    await scope.until(f"{number.format('high')} > 1.15 && {number.format('low')} < 0.05")
    high, low = [await scope.until(number.format(name)) for name in ("high", "low")]
    at_high, at_low = f"triggered(0, {high})", f"triggered(0, {low})"
    await scope.until(f"{at_low}?.rising === true || {at_high}?.rising === false")
    await scope.page.select_option("#trigger-direction", "leaving")
    await scope.until(f"{at_low}?.rising === false || {at_high}?.rising === true")
    await pause(scope)
    await scope.page.locator("#trigger-direction").press("e")
    await scope.until(f"{at_low}?.rising === true || {at_high}?.rising === false")
    # Both levels move together by a key, and each in its field.
    await scope.page.locator("#run").focus()
    await scope.page.keyboard.press("]")
    at_high, at_low = f"triggered(0, {high} + 0.05)", f"triggered(0, {low} + 0.05)"
    await scope.until(f"{at_low}?.rising === true || {at_high}?.rising === false")
    await type_in(scope, high="1.2 V", low="1.1 V")
    await scope.until("triggered(0, 1.1)?.rising === true || triggered(0, 1.2)?.rising === false")


async def test_with_hysteresis_a_signal_must_have_been_well_below_the_level(normal):
    scope = await normal("noise", NOISE)
    await scope.until("triggered(0, 2)?.rising")
    await type_in(scope, hysteresis="500 mV")
    # What was found before stays until there is a sweep of these settings.
    await scope.until(f"({ARMED})(1.5)")
    for _ in range(4):
        former = (await scope.drawn()).y[0]
        await scope.until_drawn(f"drawn.signals[0].y[0] !== {float(former)!r}")
        assert await scope.page.evaluate(ARMED, 1.5)
        await scope.until("triggered(0, 2)?.rising")
    await pause(scope)
    await type_in(scope, hysteresis="550 mV")
    await scope.until(f"triggered(0, 2)?.rising && ({ARMED})(1.45)")


async def test_no_sweep_comes_sooner_than_the_holdoff(normal):
    scope = await normal("noise", NOISE)
    await scope.until("triggered(0, 2)?.rising")
    await type_in(scope, holdoff="500 ms")
    # The first of them may be of before.
    found = (await scope.page.evaluate(BEGINNINGS, 4))[1:]
    indices = {value: index for index, value in scope.samples.items()}
    starts = [indices[first] for first, _ in found]
    assert all(later - earlier >= 499 for earlier, later in itertools.pairwise(starts))
