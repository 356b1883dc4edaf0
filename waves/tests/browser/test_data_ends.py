"""Where data ends: dots at samples, the nearest window, what is not kept."""

import pytest

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope


async def test_the_wheel_stops_at_two_samples_a_division_and_each_has_a_dot(context, daphne):
    # 1000 samples a second: 20 of them are ten divisions.
    scope = await Oscilloscope.open(context, daphne, "noise", "?window=0.1")
    hands = Hands(scope)
    await scope.until_drawn("drawn.signals[0].dots > 90")
    await hands.turn(await hands.at(-0.05), -4)
    await scope.until_drawn("drawn.window === 0.02")
    await scope.until_toast("Two samples a division")
    for act in (
        lambda: scope.click("time-shorter"),
        lambda: scope.page.keyboard.press("-"),
    ):
        await act()
        await scope.until_frames()
        drawn = await scope.until_drawn("drawn.signals.every(({ dots }) => dots >= 20)")
        assert drawn.window == pytest.approx(0.02)
    # Whoever types a time gets it.
    await scope.page.fill("#time", "1 ms")
    await scope.page.keyboard.press("Enter")
    await scope.until_drawn("drawn.window === 0.01")


async def test_what_is_not_kept_is_shaded(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "heartbeat", "?window=100")
    await scope.until("texts().some((text) => /^(Not kept|Before the beginning)$/.test(text))")
    # Up to where the line begins, and no further.
    await scope.until(
        """(({ signals: [{ x }] }, [shade]) => shade && x.length &&
          Math.abs(shade.left + shade.width - chart().convertToPixel({ xAxisIndex: 0 }, x[0])) < 3
        )(drawn(), shades())"""
    )
    await scope.page.fill("#time", "100 ms")
    await scope.page.keyboard.press("Enter")
    await scope.until("drawn().window === 1 && shades().length === 0")
