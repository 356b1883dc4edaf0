"""The menu of exports by keys alone, on what runs and on what is frozen."""

import csv

import numpy as np
import pytest
import pytest_asyncio

from waves.tests.browser.oscilloscope import LIVE_OR_FROZEN, Oscilloscope
from waves.tests.browser.test_focus import focus


@pytest_asyncio.fixture(**LIVE_OR_FROZEN)
async def waveforms(request, context, daphne):
    """The page of sine, square and chirp with cursors, running or not."""
    # Straight, so that what is drawn of the sine is its samples, and no curve between them.
    query = "?trigger=off&cursors=1&lines=sine:straight:"
    scope = await Oscilloscope.open(context, daphne, "waveforms", query)
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.19")
    async with scope.as_asked(request.param):
        yield scope


async def test_every_export_is_reached_and_done_by_keys(waveforms, tmp_path):
    scope, page = waveforms, waveforms.page
    beginnings = {
        "export-png": b"\x89PNG",
        "export-svg": b"<svg",
        "export-window": b"sample,",
        "export-sheet": b"\xef\xbb\xbfsample",
        "export-cursors": b"sample,",
        "export-history": b"sample,",
    }
    for n, (item, beginning) in enumerate(beginnings.items(), start=1):
        await page.keyboard.press("d")
        await focus(scope, "export-button")
        for _ in range(n):
            await page.keyboard.press("Tab")
        await focus(scope, item)
        async with page.expect_download() as started:
            await page.keyboard.press("Enter")
        path = tmp_path / item
        await (await started.value).save_as(path)
        assert path.read_bytes().startswith(beginning)
        # The menu is closed, and the focus back at its button.
        await focus(scope, "export-button")
        await page.locator(f"#{item}").wait_for(state="hidden")
    drawn = await scope.drawn()
    with (tmp_path / "export-cursors").open(newline="") as lines:
        between = [float(row[2]) for row in list(csv.reader(lines))[1:]]
    assert len(between) == pytest.approx(40, abs=2)
    if await page.locator("#frozen").is_visible():
        # From the left cursor on, at 0.4 of the window.
        starts = [
            k
            for k in range(len(drawn.y) - len(between) + 1)
            if np.allclose(drawn.y[k : k + len(between)], between, atol=1e-6)
        ]
        assert any(drawn.x[k] == pytest.approx(-0.12, abs=0.002) for k in starts)


@pytest.mark.parametrize("waveforms", [False], ids=["live"], indirect=True)
async def test_the_menu_is_opened_by_its_button_and_closed_by_escape(waveforms):
    scope, page = waveforms, waveforms.page
    button, item = page.locator("#export-button"), page.locator("#export-png")
    for key in ("Space", "Enter"):
        await button.press(key)
        await item.wait_for(state="visible")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Escape")
        await item.wait_for(state="hidden")
        await focus(scope, "export-button")
    await button.click()
    await item.wait_for(state="visible")
    await page.locator("#summary").click()
    await item.wait_for(state="hidden")
