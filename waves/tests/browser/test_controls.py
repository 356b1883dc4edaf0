"""Window, vertical range, signals on and off, theme."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope


async def test_a_shorter_window_shows_less_and_a_longer_one_shows_its_past(noise):
    # There are 5 s to be shown, also where the server began just now.
    await noise.until_received(max(0, 5500 - noise.newest))
    assert (await noise.drawn()).window == 2.0
    await noise.click("time-shorter")
    drawn = await noise.until_drawn("drawn.window === 1 && drawn.signals[0].x[0] <= -0.99")
    assert len(noise.place_of(drawn)) == pytest.approx(1000, abs=3)
    assert "100 ms" in await noise.text("time")
    for _ in range(2):
        await noise.click("time-longer")
    drawn = await noise.until_drawn("drawn.window === 5 && drawn.signals[0].x[0] <= -4.9")
    # Filled from the history: the page itself had but 2 s when it was asked for 5 s.
    told = noise.received.of_type("view")[-1]
    indices = {value: index for index, value in noise.samples.items()}
    assert indices[drawn.y[0]] < told["next"] - 2000
    assert not drawn.gaps


async def test_a_fixed_range_stays_and_auto_fits_again(noise):
    auto = await noise.until_drawn("drawn.signals[0].x[0] <= -1.99")
    await noise.click("y-larger")
    await noise.until_frames()
    fixed = await noise.until_drawn(f"drawn.high - drawn.low > {auto.high - auto.low}")
    assert fixed.y.max() < fixed.high
    assert await pressed(noise, "y-fixed")
    await noise.click("y-up")
    await noise.until_drawn(f"drawn.low > {fixed.low}")
    await noise.until_received(200)
    assert (await noise.drawn()).high > fixed.high
    await noise.click("y-auto")
    again = await noise.until_drawn(f"drawn.high - drawn.low < {fixed.high - fixed.low}")
    assert again.low <= again.y.min()
    assert again.y.max() <= again.high


async def test_a_signal_is_switched_off_and_on(noise):
    button = noise.page.locator("#signals button.signal").nth(1)
    await button.click()
    drawn = await noise.until_drawn("drawn.signals[1].y.length === 0")
    assert await button.get_attribute("aria-pressed") == "false"
    assert len(drawn.signals[0]["y"]) > 0
    assert len(drawn.signals[2]["y"]) > 0
    await button.click()
    await noise.until_drawn("drawn.signals[1].y.length > 0")


async def test_every_signal_has_its_readings(noise):
    rows = noise.page.locator("#signals tr")
    assert await rows.count() == 3
    await noise.until(
        "[...document.querySelectorAll('#signals tr')]"
        ".every((row) => /\\d.*V$/.test(row.cells[1].textContent)"
        " && /\\d.*V\\/div$/.test(row.cells[2].textContent))"
    )
    names = await noise.page.locator("#signals .cut").all_inner_texts()
    assert names == ["Gaussian", "Pink", "Brown"]


@pytest.mark.firefox
async def test_the_theme_changes_page_and_chart_and_is_remembered(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "sine")
    backgrounds = set()
    for theme in ("light", "dark"):
        await scope.click("theme")
        assert await theme_of(scope) == theme
        drawn = await scope.until_drawn("drawn.background === colour('--plot')")
        backgrounds.add(drawn.background)
    assert len(backgrounds) == 2
    await scope.page.reload()
    await scope.until_usable()
    assert await theme_of(scope) == "dark"
    assert await scope.until_drawn(f"drawn.background === '{drawn.background}'")
    other = await Oscilloscope.open(context, daphne, "noise")
    assert await theme_of(other) == "dark"


async def test_the_system_s_theme_is_followed_until_one_is_chosen(new_context, daphne):
    backgrounds = {}
    for scheme in ("light", "dark"):
        context = await new_context(color_scheme=scheme)
        scope = await Oscilloscope.open(context, daphne, "sine")
        backgrounds[scheme] = (await scope.drawn()).background
    assert backgrounds["light"] != backgrounds["dark"]


async def pressed(scope: Oscilloscope, element: str) -> bool:
    state = await scope.page.locator(f"#{element}").get_attribute("aria-pressed")
    return state == "true"


async def theme_of(scope: Oscilloscope) -> str | None:
    return await scope.page.evaluate("document.documentElement.dataset.theme")
