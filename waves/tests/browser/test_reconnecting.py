"""The server goes and comes back; the page says so, and goes on by itself."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.server.processes import free_port


@pytest.mark.firefox
async def test_the_page_comes_back_after_a_restart_of_the_server(context, faults, site):
    faults.expect("ERR_CONNECTION")
    faults.expect("WebSocket connection to")
    faults.expect("Firefox can’t establish a connection")
    faults.expect("was interrupted while the page was loading")  # so Firefox says it now and then
    port = free_port()
    with site.serve(port=port) as server:
        # So long that the cut is still on the screen when a slow machine looks.
        scope = await Oscilloscope.open(context, server, "noise", "?window=10")
        server.stop()
        await scope.until_state("waiting")
        assert "Reconnecting" in await scope.text("pill")
        await scope.until_text("connection", "Not connected")
    with site.serve(port=port):
        await scope.until_state("live")
        await scope.until_drawn("drawn.gaps.length === 1 && drawn.signals[0].y.length > 20")
        for window in (5, 2):
            await scope.click("time-shorter")
            drawn = await scope.until_drawn(f"drawn.window === {window}")
        assert scope.place_of(drawn).stop > 0
        old, new = sorted(scope.received.values)
        assert new > old
        assert await scope.text("fact-restarts") == "1"
        assert not await scope.was_reloaded()


async def test_a_stream_that_is_gone_is_refused_for_good(
    context, faults, daphne, add_stream, shared_site
):
    key = add_stream("removed", like="noise")
    scope = await Oscilloscope.open(context, daphne, "removed")
    shared_site.remove_stream(key)
    await scope.until_state("stopped")
    assert await scope.page.locator("#pill").get_attribute("title") == "This stream was deleted."
