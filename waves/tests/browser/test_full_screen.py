"""Full screen leaves out what a screen on a wall does not need, and nothing else: at every size."""

import pytest

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope

#: Width and height of a screen, and how large a text of 13 pixels is there.
SCREENS = [
    (390, 844, 13),
    (844, 390, 13),
    (1280, 720, 13),
    (1440, 900, 13),
    (1920, 1080, 13),
    (3840, 2160, 26),
]
SIZES = """() => ["#name", "#pill", "#signals th", "footer b"].map(
  (one) => Number.parseFloat(getComputedStyle(document.querySelector(one)).fontSize),
)"""
#: By how much what must be seen reaches beyond the window: to the right, the status line below,
#: and everything else below.
BEYOND = """() => {
  const all = [...document.querySelectorAll(".top, .plot, #chart, aside")];
  const low = (one) => one.getBoundingClientRect().bottom - innerHeight;
  const right = document.documentElement.scrollWidth - innerWidth;
  return [right, low(document.querySelector("footer")), Math.max(...all.map(low))];
}"""
#: Pages beside the oscilloscope: the list, one that is not there, and one of the admin.
OTHERS = ("/", "/nowhere/", "/admin/login/")


async def test_nothing_is_cut_off_and_on_a_wall_all_of_it_is_larger(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms")
    for width, height, text in SCREENS:
        await scope.page.set_viewport_size({"width": width, "height": height})
        for full in (False, True):
            await scope.page.keyboard.press("f")
            await scope.until(f"(document.fullscreenElement !== null) === {str(not full).lower()}")
            axis = f"chart().getOption().xAxis[0].axisLabel.fontSize - {11.5 * text / 13}"
            await scope.until(f"Math.abs({axis}) < 0.2 && innerWidth === {width}")
            assert min(await scope.page.evaluate(SIZES)) >= 11 * text / 13
            right, status, below = await scope.page.evaluate(BEYOND)
            assert right <= 0
            assert status <= 0.5
            # On a phone the panel scrolls with the page; its status line stays.
            assert below <= 0.5 or width < 760 or height < 480
    # On the last, the largest, a hand still finds what it reaches for.
    hands = Hands(scope)
    await hands.drag_to(await hands.handle("position"), await hands.at(-0.1, up=0.97))
    await scope.until("Math.abs(standing() + 0.1) < 2e-3")


async def test_other_pages_are_as_large_on_a_wall(page, daphne, faults):
    # As deployed: while developing, Django shows a 404 page of its own.
    faults.expect("404 (Not Found)")
    size = "Number.parseFloat(getComputedStyle(document.body).fontSize)"
    for path in OTHERS:
        await page.set_viewport_size({"width": 1920, "height": 1080})
        await page.goto(f"http://{daphne.address}{path}")
        desk = await page.evaluate(size)
        await page.set_viewport_size({"width": 3840, "height": 2160})
        assert 1.98 <= await page.evaluate(size) / desk <= 2.02


@pytest.mark.firefox
async def test_full_screen_by_mouse_and_by_key(noise):
    page = noise.page
    button = page.locator("#full-screen")
    for enter, leave in (
        (button.click, button.click),
        (lambda: page.keyboard.press("f"), lambda: page.keyboard.press("f")),
        (lambda: button.press("Enter"), lambda: button.press("Space")),
    ):
        await enter()
        await noise.until("document.fullscreenElement !== null")
        await page.locator("#full-screen[aria-pressed=true]").wait_for()
        assert not await page.locator("#run").is_visible()
        # Keys work all the same, and the chart goes on.
        await page.keyboard.press("-")
        drawn = await noise.until_drawn("drawn.window === 1 && drawn.signals[0].x[0] <= -0.99")
        assert noise.place_of(drawn)
        await page.keyboard.press("+")
        await noise.until_drawn("drawn.window === 2")
        await leave()
        await noise.until("document.fullscreenElement === null")
        await page.locator("#full-screen[aria-pressed=false]").wait_for()
        assert await page.locator("#run").is_visible()
