"""Streams that were given, past the admin's form, what no form takes: their pages live."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_index import EVERYTHING, Index

SIGNALS = "UPDATE waves_signal SET name = ?, unit = ?, colour = ? WHERE stream_id = ?"
ODD = {
    "a-colour-of-css": ("Signal", "V", "red"),
    "half-a-colour": ("Signal", "V", "#12345"),
    "no-colour-at-all": ("Signal", "V", "é\u202e)(*"),
    "a-name-of-markup": ("<b>\"'&</b>", "<script>", ""),
    "a-name-of-controls": ("a\x01\x1b\u200b\ufeff\nb", "\u2028", ""),
    "a-name-without-an-end": ("name 🌊 " * 2000, "unit " * 500, ""),
    "no-name": ("", "", ""),
}


@pytest.mark.parametrize("slug", ODD)
async def test_the_page_of_an_odd_stream_is_live_and_exports(
    context, daphne, add_stream, slug, shared_site
):
    handle = add_stream(slug, like="noise")
    shared_site.execute(SIGNALS, *ODD[slug], handle)
    scope = await Oscilloscope.open(context, daphne, slug)
    await scope.until_state("live")
    wide = await scope.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    await scope.click("view-split")
    await scope.page.locator("#spectrum canvas").wait_for()
    for kind in ("png", "svg"):
        await scope.click("export-button")
        async with scope.page.expect_download() as download:
            await scope.click(f"export-{kind}")
        assert (await (await download.value).path()).stat().st_size > 1000


async def test_the_list_with_odd_streams_is_live(context, daphne, add_stream, shared_site):
    for slug, values in ODD.items():
        shared_site.execute(SIGNALS, *values, add_stream(slug, like="noise"))
    shared_site.execute(
        "UPDATE waves_stream SET name = ? WHERE slug = ?", "name 🌊 " * 2000, "no-name"
    )
    index = await Index.open(context, daphne, {**EVERYTHING, "height": 4000})
    for slug in (*ODD, "noise"):
        await index.until_state(slug, "live")
        await index.until_drawn(slug)
    assert await index.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_numbers_that_json_does_not_know_leave_every_page_standing(
    context, daphne, add_stream, shared_site
):
    handle = add_stream("boundless", like="noise")
    shared_site.execute(
        "UPDATE waves_stream SET rate = 9e999, window = 9e999, history = 9e999 WHERE id = ?", handle
    )
    index = await Index.open(context, daphne)
    await index.until_drawn("noise")
    scope = await Oscilloscope.load(context, daphne, "boundless")
    await scope.until_state("failed")
    await scope.until_text("notice", "Sample rate: ")
