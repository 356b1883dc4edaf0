"""What people set in their system: less motion, and colours of their own."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope

ROLLING = "?trigger=off"
#: The moments (ms) at which the picture became another.
WATCH = """() => {
  globalThis.moments = [];
  const last = () => globalThis.traces("signal-")[0]?.y.at(-1);
  let known = last();
  const look = () => {
    const now = last();
    if (now !== known) globalThis.moments.push(performance.now());
    known = now;
    requestAnimationFrame(look);
  };
  look();
}"""


@pytest.mark.parametrize("path", ["/", "/streams/noise/"])
async def test_with_reduced_motion_nothing_is_animated(new_context, daphne, path):
    page = await (await new_context(reduced_motion="reduce")).new_page()
    await page.goto(f"http://{daphne.address}{path}")
    await page.locator(".pill[data-state=live]").first.wait_for()
    assert await page.evaluate("document.getAnimations().length") == 0


async def test_with_reduced_motion_what_rolls_is_drawn_twice_a_second(new_context, daphne):
    context = await new_context(reduced_motion="reduce")
    scope = await Oscilloscope.open(context, daphne, "noise", ROLLING)
    await scope.page.evaluate(WATCH)
    await scope.until("moments.length >= 5")
    moments = await scope.page.evaluate("moments")
    # Half a second each, and a frame may be late before one and early before the next.
    assert moments[4] - moments[0] >= 1900


async def test_with_reduced_motion_what_one_does_is_drawn_at_once(new_context, daphne):
    context = await new_context(reduced_motion="reduce")
    scope = await Oscilloscope.open(context, daphne, "noise", ROLLING)
    frames = await scope.page.evaluate(
        """() => new Promise((resolve) => {
          const before = globalThis.drawn().window;
          document.getElementById("time-longer").click();
          let frames = 0;
          const look = () => {
            frames += 1;
            if (globalThis.drawn().window !== before) resolve(frames);
            else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        })"""
    )
    assert frames <= 3


async def test_in_the_colours_of_the_system_what_is_pressed_is_told_apart(new_context, daphne):
    context = await new_context(forced_colors="active")
    scope = await Oscilloscope.open(context, daphne, "noise")

    async def ground(element):
        return await scope.page.locator(element).first.evaluate(
            "(e) => getComputedStyle(e).backgroundColor"
        )

    assert await ground("#view-time") != await ground("#view-table")
    assert await ground(".per-division[aria-pressed=true]") != await ground(
        ".per-division[aria-pressed=false]"
    )
    # A swatch has the colour of its trace.
    swatch = "(e) => getComputedStyle(e, '::before').backgroundColor"
    tones = await scope.page.locator(".signal").evaluate_all(f"(all) => all.map({swatch})")
    assert len(set(tones)) == len(tones) > 1
