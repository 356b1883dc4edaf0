"""A stream is renamed, or deleted, while its page is open or away: the page follows, or says so."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_index import EVERYTHING, Index
from waves.tests.server.processes import Process, Site, free_port

RENAME = "UPDATE waves_stream SET slug = ?, name = ? WHERE slug = ?"
NAME = "Other name"
#: So slow that what came before a cut stays on the screen.
QUERY = "?window=10&y=fixed"


async def address(scope: Oscilloscope) -> str:
    return await scope.page.evaluate("location.pathname + location.search")


async def followed(
    scope: Oscilloscope, server: Process, slug: str = "other", name: str = NAME
) -> None:
    """The page is that of the stream's new slug and name, and goes on."""
    await scope.until(f'document.title === "{name} · Waves"')
    assert await scope.text("name") == name
    assert (await address(scope)).startswith(f"/streams/{slug}/?")
    assert "y=fixed" in await address(scope)
    label = await scope.page.locator("#chart").get_attribute("aria-label")
    assert label == f"Live chart of {name}"
    await scope.page.locator("#export-button").click()
    # The menu fills its links in the event that tells that it is open.
    await scope.until(
        'document.getElementById("export-history").getAttribute("href")'
        f'?.startsWith("/api/v1/streams/{slug}/samples?")'
    )
    await scope.page.locator("#export-button").click()
    await scope.until_state("live")
    await scope.until_received(100)
    assert not await scope.was_reloaded()
    # And a reload, or whoever is sent the link, comes to the same page.
    assert server.get(await address(scope))[0] == 200


async def test_an_open_page_follows_and_a_second_time_and_keeps_what_it_was_told(context, site):
    with site.serve() as server:
        scope = await Oscilloscope.open(context, server, "noise", QUERY)
        for slug, name, former in (("between", "Between", "noise"), ("other", NAME, "between")):
            site.execute(RENAME, slug, name, former)
            await followed(scope, server, slug, name)
        assert await scope.text("lost") == "0"
        for former in ("noise", "between"):
            later = await Oscilloscope.open(context, server, former, QUERY)
            assert (await address(later)).startswith("/streams/other/?")


def rename_by_model(site: Site) -> None:
    code = (
        "from waves.models import Stream; s = Stream.objects.get(slug='noise');"
        "s.slug, s.name = 'other', 'Other name'; s.save()"
    )
    site.manage("shell", "-v0", "-c", code)


@pytest.fixture
def away(faults):
    faults.expect("ERR_CONNECTION")
    faults.expect("WebSocket connection to")


async def test_a_page_that_was_away_meanwhile_follows(context, away, site):
    port = free_port()
    with site.serve(port=port) as server:
        scope = await Oscilloscope.open(context, server, "noise", QUERY)
        server.stop()
        await scope.until_state("waiting")
    rename_by_model(site)
    with site.serve(port=port) as server:
        await followed(scope, server)


async def test_a_page_whose_stream_was_deleted_meanwhile_says_so(context, away, site):
    port = free_port()
    with site.serve(port=port) as server:
        scope = await Oscilloscope.open(context, server, "noise")
        server.stop()
        await scope.until_state("waiting")
    site.manage(
        "shell",
        "-v0",
        "-c",
        "from waves.models import Stream;Stream.objects.get(slug='noise').delete()",
    )
    with site.serve(port=port):
        await scope.until_state("refused")
        assert await scope.text("pill") == "Deleted"
        await scope.until_text("notice", "This stream was deleted.")


async def test_a_card_leads_to_the_new_address_and_goes_on(new_context, site):
    with site.serve() as server:
        index = await Index.open(await new_context(viewport=EVERYTHING), server)
        await index.until_drawn("noise")
        site.execute(RENAME, "other", "Other name", "noise")
        await index.card("other").get_by_text("Other name").wait_for()
        assert await index.card("other").locator("a").get_attribute("href") == "/streams/other/"
        await index.until_drawn("other")
        await index.page.get_by_label("Search streams").fill("heart")
        await index.until_said("unsubscribe", "other")
        await index.page.get_by_label("Search streams").fill("")
        await index.until_said("subscribe", "other")
        await index.until_drawn("other")
        assert not [m for m in index.heard if m["type"] == "error"]
