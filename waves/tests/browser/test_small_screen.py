"""On a phone the chart is there, and the page does not scroll sideways."""

import pytest

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


async def test_the_chart_is_on_the_first_screen_and_draws(new_context, daphne):
    page = await (await new_context(**PHONE)).new_page()
    await page.goto(f"http://{daphne.address}/streams/noise/")
    await page.wait_for_function("() => globalThis.drawn()?.signals[0].y.length > 100")
    box = await page.locator("#chart").bounding_box()
    assert box["width"] > 300
    assert box["height"] > 150
    assert box["y"] + box["height"] <= 844
