"""On a phone the chart is there, and the page does not scroll sideways."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "has_touch": True}


@pytest.mark.parametrize("path", ["/", "/streams/noise/", "/nowhere/"])
async def test_nothing_scrolls_sideways(new_context, daphne, faults, path):
    # As deployed: while developing, Django shows a 404 page of its own.
    faults.expect("404 (Not Found)")
    page = await (await new_context(**PHONE)).new_page()
    await page.goto(f"http://{daphne.address}{path}")
    widths = "[document.documentElement.scrollWidth, innerWidth]"
    scroll, width = await page.evaluate(widths)
    assert width == 390
    assert scroll <= width


@pytest.mark.firefox
async def test_the_chart_is_on_the_first_screen_and_draws(new_context, daphne):
    page = await (await new_context(**PHONE)).new_page()
    await page.goto(f"http://{daphne.address}/streams/noise/")
    await page.wait_for_function("() => globalThis.drawn()?.signals[0].y.length > 100")
    box = await page.locator("#chart").bounding_box()
    assert box["width"] > 300
    assert box["height"] > 150
    assert box["y"] + box["height"] <= 844


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390)])
async def test_trigger_and_view_are_in_reach_and_the_plot_is_large(
    new_context, daphne, width, height
):
    phone = {"viewport": {"width": width, "height": height}, "is_mobile": True, "has_touch": True}
    scope = await Oscilloscope.open(await new_context(**phone), daphne, "waveforms")
    # On a first visit, too, the plot is whole, and the page is no wider than the phone.
    plot = await scope.page.locator("#plot").bounding_box()
    assert plot["y"] + plot["height"] <= height
    assert plot["height"] >= 2 / 3 * height or height > width
    assert await scope.page.evaluate("innerWidth") == width
    await scope.click("welcome-close")
    for element in ("run", "time", "trigger-single", "trigger-off", "view-time", "view-table"):
        box = await scope.page.locator(f"#{element}").bounding_box()
        assert 0 <= box["x"] <= width - box["width"]
        assert 0 <= box["y"] <= height - box["height"]
    bar = "document.querySelector('.bar')"
    assert await scope.page.evaluate(f"{bar}.scrollWidth <= {bar}.clientWidth")
    plot = await scope.page.locator("#plot").bounding_box()
    assert plot["y"] + plot["height"] <= height
    assert plot["height"] >= 2 / 3 * height or height > width
    # The status line takes nothing from it, and stays while the panel scrolls, as the plot does.
    await scope.page.locator("#fact-restarts").scroll_into_view_if_needed()
    plot, status = [await scope.page.locator(one).bounding_box() for one in ("#plot", "footer")]
    assert plot["y"] >= 0
    assert status["y"] + status["height"] <= height + 0.5
    assert plot["y"] + plot["height"] <= status["y"] or plot["x"] + plot["width"] <= status["x"]
    await scope.page.evaluate("scrollTo(0, 0)")
    # What can be done is told for fingers, and is closed without scrolling.
    await scope.page.locator("#keys-button").tap()
    close = await scope.page.get_by_role("button", name="Close").bounding_box()
    assert close["y"] + close["height"] <= height
    for one in ("#keys kbd >> nth=0", "#keys-single"):
        assert not await scope.page.locator(one).is_visible()
    await scope.page.get_by_text("one finger up or down").wait_for()
    await scope.page.get_by_role("button", name="Close").tap()
    # Behind "More" is full screen, and the way out of it.
    for full in ("true", "false"):
        await scope.page.locator("#more-button").tap()
        await scope.page.locator("#full-screen").tap()
        await scope.page.locator(f"#full-screen[aria-pressed={full}]").wait_for(state="attached")
