"""Cursors by mouse and by keys, on what runs and on what is frozen."""

import numpy as np
import pytest
import pytest_asyncio

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import LIVE_OR_FROZEN, Oscilloscope

#: Where the flag of a cursor is: seconds from the right end, or units of the first axis.
FLAG_X = "chart().convertFromPixel({{ xAxisIndex: 0 }}, handles().find((h) => h.kind === '{}')?.px)"
FLAG_Y = "chart().convertFromPixel({{ yAxisIndex: 0 }}, handles().find((h) => h.kind === '{}')?.py)"
#: Seconds of the first cursor from the trigger, as the address tells them.
LINKED = "parseFloat(new URLSearchParams(location.search).get('ct'))"


@pytest_asyncio.fixture(**LIVE_OR_FROZEN)
async def cursors(request, context, daphne):
    """A page that triggers, from −2 V to 2 V, with cursors, running or not."""
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?y=sine:0:0.5&cursors=1")
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    async with scope.as_asked(request.param):
        await scope.until_text("cursor-dt", "40.00 ms")
        yield scope


async def until_at(scope: Oscilloscope, flag: str, name: str, place: float) -> None:
    """Wait for the flag of a cursor to be at a place, to a pixel."""
    await scope.until(f"Math.abs({flag.format(name)} - {place}) < {4e-3 if 'y' in flag else 2e-4}")


async def test_time_cursors_by_mouse_and_by_the_keys_of_their_sliders(cursors):
    scope, hands = cursors, Hands(cursors)
    await hands.drag_to(await hands.handle("1"), await hands.at(-0.15, up=0.9))
    await until_at(scope, FLAG_X, "1", -0.15)
    # What was dragged has the focus: a key moves it on, by a fiftieth of a division or by one.
    assert await scope.until("document.activeElement.id") == "cursor-1"
    await scope.page.keyboard.press("Shift+ArrowRight")
    await until_at(scope, FLAG_X, "1", -0.13)
    slider = scope.page.locator("#cursor-2")
    for key, place in (
        ("ArrowLeft", -0.0804),
        ("ArrowDown", -0.0808),
        ("ArrowRight", -0.0804),
        ("ArrowUp", -0.08),
        ("Shift+ArrowUp", -0.06),
    ):
        await slider.press(key)
        await scope.until(f"Math.abs({FLAG_X.format('2')} - {place}) < 5e-5")
    # As seen from the trigger.
    seen = 1000 * (-0.06 - await scope.until("standing()"))
    read = await scope.text("cursor-2")
    assert float(read.removesuffix(" ms")) == pytest.approx(seen, abs=0.1)
    assert await slider.get_attribute("aria-valuetext") == read
    drawn = await scope.drawn()
    cells = scope.page.locator("#cursor-values tr").first.locator("td")
    for cell, at in ((0, -0.13), (1, -0.06)):
        read = value(await cells.nth(cell).text_content())
        assert read == pytest.approx(float(np.interp(at, drawn.x, drawn.y)), abs=0.1)


async def test_level_cursors_by_mouse_and_by_the_keys_of_their_sliders(cursors):
    scope, hands = cursors, Hands(cursors)
    x, y = await hands.handle("A")
    one, two = await scope.until("[0.8, 0.2].map((y) => chart().convertToPixel({yAxisIndex:0}, y))")
    await hands.drag((x, y), down=one - two)
    await until_at(scope, FLAG_Y, "A", 1.4)
    assert await scope.until("document.activeElement.id") == "cursor-a"
    await scope.page.keyboard.press("Shift+ArrowDown")
    await until_at(scope, FLAG_Y, "A", 0.9)
    slider = scope.page.locator("#cursor-b")
    for key, place in (("ArrowUp", -0.79), ("ArrowLeft", -0.8), ("Shift+ArrowUp", -0.3)):
        await slider.press(key)
        await until_at(scope, FLAG_Y, "B", place)
    await scope.until_text("cursor-b", "−300.0 mV")
    assert value(await scope.text("cursor-dy")) == pytest.approx(-1.2, abs=0.02)
    # Nothing but the cursor moved.
    drawn = await scope.drawn()
    assert (drawn.low, drawn.high, drawn.window) == (-2, 2, 0.2)


async def test_level_cursors_are_of_the_signal_that_is_chosen(cursors):
    scope = cursors
    await scope.page.select_option("#y-axes", "signal")
    await scope.page.locator("#signals .per-division").nth(2).click()
    await scope.click("y-larger")
    await scope.page.select_option("#cursor-signal", "chirp")
    # At first they are at 0.3 and 0.7 of their axis, from −4 V to 4 V.
    await until_at(scope, FLAG_Y, "A", 1.6)
    await scope.until_text("cursor-a", "1.600 V")
    await scope.page.locator("#cursor-signal").press("s")
    await scope.until_text("cursor-a", "800.0 mV")


async def test_a_view_is_kept_before_the_levels_of_another_signal_are_chosen(cursors):
    # Both in one turn, before the next picture.
    await cursors.page.evaluate(
        """() => {
          const list = document.getElementById("cursor-signal");
          list.value = "square";
          list.dispatchEvent(new Event("change"));
          document.getElementById("share").click();
        }"""
    )
    await cursors.page.wait_for_url("**csignal=square**")


@pytest.mark.firefox
async def test_a_link_brings_cursors_back_to_where_they_were(cursors):
    scope, hands = cursors, Hands(cursors)
    await hands.drag_to(await hands.handle("1"), await hands.at(-0.15, up=0.9))
    await until_at(scope, FLAG_X, "1", -0.15)
    await scope.until(f"Math.abs({LINKED} - 0.01) < 2e-4")
    # Its level is not in the link: when the first picture is drawn there is no trigger yet.
    await scope.page.reload()
    await scope.until_usable()
    await scope.until("globalThis.drawn?.() && standing()")
    await until_at(scope, FLAG_X, "1", -0.15)
    await until_at(scope, FLAG_X, "2", -0.08)


@pytest.mark.parametrize("cursors", [False], ids=["live"], indirect=True)
async def test_cursors_are_shown_and_hidden_by_mouse_and_by_keys(cursors):
    scope, page = cursors, cursors.page
    flags = "handles().filter(({ kind }) => '12AB'.includes(kind)).length"
    toggle = page.locator("#cursors-toggle")
    for act, count in (
        (toggle.click, 0),
        (lambda: page.keyboard.press("c"), 4),
        (lambda: toggle.press("Space"), 0),
        (lambda: toggle.press("Enter"), 4),
    ):
        await act()
        await scope.until(f"{flags} === {count}")
        assert await page.locator("#cursor-readings").is_visible() == (count > 0)
        assert await toggle.get_attribute("aria-pressed") == str(count > 0).lower()


def value(text: str) -> float:
    """The number in a reading of volts."""
    number, unit = text.replace("−", "-").split()
    return float(number) * {"V": 1, "mV": 1e-3}[unit]
