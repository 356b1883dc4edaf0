"""The rows of signals: in sight, in the order that is wanted, and what is clicked is chosen."""

import pytest_asyncio

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope

NAMES = "[...document.querySelectorAll('#signals .cut')].map((name) => name.textContent)"
CHOSEN = "document.querySelector('#signals tr:has(.per-division[aria-pressed=true])').innerText"
SEEN = "drawn.signals.map(({ y }) => y.length > 0).join() === '%s'"


@pytest_asyncio.fixture(loop_scope="session")
async def waveforms(context, daphne):
    return await Oscilloscope.open(context, daphne, "waveforms", "?y=sine:0:0.5")


async def test_24_signals_have_room_and_are_told_apart_by_their_ends(
    new_context, daphne, shared_site, add_stream
):
    key = add_stream("many", like="noise")
    for k in range(3, 24):
        name = f"Temperature of the cooling circuit {k}"
        shared_site.add_signal(key, key=f"t{k}", name=name, position=k)
    context = await new_context(viewport={"width": 1280, "height": 720})
    scope = await Oscilloscope.open(context, daphne, "many", "?window=1")
    rows = scope.page.locator("#signals tr")
    assert await rows.count() == 24
    last = await rows.nth(23).bounding_box()
    footer = await scope.page.locator("footer").bounding_box()
    assert last["height"] >= 24
    assert last["y"] + last["height"] <= footer["y"]
    # Its begin is cut, its end is whole, and all of it stands in the title.
    name = rows.nth(23).locator(".cut")
    assert await name.get_attribute("title") == "Temperature of the cooling circuit 23"
    widths = "(e) => [...e.children].map((part) => part.scrollWidth > part.clientWidth)"
    assert await name.evaluate(widths) == [True, False]
    # What is short is whole, and of what is long more than its end is seen.
    assert await rows.nth(0).locator(".cut").evaluate(widths) == [False]
    assert await name.evaluate("(e) => e.firstChild.clientWidth") > 20
    # Pointing reads as many as have room below each other, and says how many more there are.
    await scope.page.mouse.move(*await Hands(scope).at(-0.5, up=0.5))
    read = await scope.until("texts().some((text) => text.startsWith('Tempera')) && texts()")
    names = [text for text in read if text.startswith(("Tempera", "Gauss", "Pink", "Brown"))]
    assert len(names) >= 20
    assert len(names) == 24 or f"and {24 - len(names)} more" in read


async def test_rows_are_put_into_order_by_dragging_and_by_keys_and_stay_so(waveforms):
    scope, page = waveforms, waveforms.page
    assert await page.evaluate(NAMES) == ["Sine", "Square", "Chirp"]
    rows = page.locator("#signals tr")
    first, last = [await rows.nth(k).locator(".cut").bounding_box() for k in (0, 2)]
    hands = Hands(scope)
    await hands.drag((first["x"] + 5, first["y"] + 5), down=last["y"] - first["y"])
    await scope.until(f"{NAMES}.join() === 'Square,Chirp,Sine'")
    await rows.nth(2).locator(".signal").press("Alt+ArrowUp")
    await scope.until(f"{NAMES}.join() === 'Square,Sine,Chirp'")
    # Once more by the same key: the focus went with the row.
    await page.keyboard.press("Alt+ArrowUp")
    await scope.until(f"{NAMES}.join() === 'Sine,Square,Chirp'")
    await page.locator("summary", has_text="Order").press("Enter")
    await page.locator("#signal-down").press("Enter")
    await scope.until(f"{NAMES}.join() === 'Square,Sine,Chirp'")
    # The first digit is for the first row.
    await page.locator("h1").click()
    await page.keyboard.press("1")
    await scope.until_drawn(SEEN % "true,false,true")
    await scope.until("location.search.includes('order=square,sine,chirp')")
    await page.goto(page.url.split("?")[0])
    await scope.until(f"{NAMES}.join() === 'Square,Sine,Chirp'")


async def test_a_click_chooses_and_a_double_click_shows_alone(waveforms):
    scope, page = waveforms, waveforms.page
    names = page.locator("#signals .cut")
    await names.nth(1).click()
    await scope.until(f"{CHOSEN}.includes('Square')")
    await names.nth(2).dblclick()
    await scope.until_drawn(SEEN % "false,false,true")
    await names.nth(2).dblclick()
    await scope.until_drawn(SEEN % "true,true,true")
    await page.locator("summary", has_text="Order").press("Enter")
    await page.locator("#signal-alone").press("Enter")
    await scope.until_drawn(SEEN % "false,false,true")
    await page.locator("#signal-alone").press("Enter")
    # A trace is clicked where it is, and only there.
    await scope.click("run")
    await scope.until_state("paused")
    drawn = await scope.until_drawn(SEEN % "true,true,true")
    sine = drawn.signals[0]
    at = max(range(len(sine["y"])), key=lambda k: sine["y"][k] - 100 * (sine["x"][k] > -0.03))
    x, _ = await Hands(scope).at(sine["x"][at])
    box = await page.locator("#chart").bounding_box()
    place = "(y) => chart().convertToPixel({ yAxisIndex: 0 }, y)"
    await page.mouse.click(x, box["y"] + await page.evaluate(place, sine["y"][at]))
    await scope.until(f"{CHOSEN}.includes('Sine')")


async def test_a_long_level_is_seen_whole(waveforms):
    level = waveforms.page.locator("#trigger-level")
    await level.fill("0.12345678901234")
    await level.press("Enter")
    await waveforms.until("document.getElementById('trigger-level').dataset.wide === 'true'")
    assert await level.input_value() == "123.45678901234 mV"
    # Its text would not have had room in half of the panel.
    assert await level.evaluate("(e) => e.scrollWidth <= e.clientWidth && e.clientWidth > 120")
