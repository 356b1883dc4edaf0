"""What people set in their system: less motion, and colours of their own."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope

ROLLING = "?trigger=off"
#: Between which moments (ms) the picture became another: within one frame.
WATCH = """() => {
  globalThis.moments = [];
  const last = () => globalThis.traces("signal-")[0]?.y.at(-1);
  let known = last();
  const look = () => {
    const now = last();
    if (now !== known) globalThis.moments.push([globalThis.frameBegan, performance.now()]);
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
    # Half a second each, from frame to frame.
    assert moments[4][1] - moments[0][0] >= 2000


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


#: The borders of fields and lists, and what is behind each, as [r, g, b].
BORDERS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    const colour = channels(getComputedStyle(e).backgroundColor);
    return colour[3] === 0 ? ground(e.parentElement) : colour;
  };
  return [...document.querySelectorAll("input:not([type=checkbox]), select")]
    .filter((e) => e.checkVisibility())
    .map((e) => [channels(getComputedStyle(e).borderBottomColor), ground(e.parentElement)]);
}"""


def luminance(colour):
    shares = [c / 255 for c in colour[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("path", ["/", "/streams/noise/"])
async def test_a_field_is_seen_by_its_border(page, daphne, path):
    await page.goto(f"http://{daphne.address}{path}")
    await page.locator(".pill[data-state=live]").first.wait_for()
    grounds = set()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        borders = await page.evaluate(BORDERS)
        assert borders
        grounds.add(str(borders[0][1]))
        for border, ground in borders:
            darker, lighter = sorted((luminance(border), luminance(ground)))
            assert (lighter + 0.05) / (darker + 0.05) >= 3, scheme
    assert len(grounds) == 2
