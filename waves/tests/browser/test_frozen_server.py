"""A server that is frozen keeps its sockets open: the page says that nothing comes, and leaves."""

import asyncio
import itertools
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.async_api import expect

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_index import EVERYTHING, Index
from waves.tests.server.processes import Process

NO_DATA = re.compile(r"No data for (\d+) s")
#: Every text that an element shows from now on, with the longest time (s) for which the page itself
#: was held up since the one before.
RECORD = """(selector) => {
  const element = document.querySelector(selector);
  let [beat, heldUp] = [performance.now(), 0];
  const look = () => {
    const now = performance.now();
    [beat, heldUp] = [now, Math.max(heldUp, (now - beat) / 1000)];
  };
  setInterval(look, 100);
  globalThis.shown = [];
  const note = () => {
    look();
    globalThis.shown.push([heldUp, element.textContent]);
    heldUp = 0;
  };
  new MutationObserver(note).observe(element, { childList: true, subtree: true });
  note();
}"""


@contextmanager
def frozen(server: Process) -> Iterator[None]:
    """Stopped in the middle of its work, as by a machine without memory; its kernel goes on."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


@pytest.fixture
def expected(faults):
    # What is left while it opens, Chromium complains of; it asks for the icon when it likes.
    faults.expect("WebSocket connection to")
    faults.expect("/static/waves/icon.svg")
    return faults


async def running_page(context, server) -> Oscilloscope:
    scope = await Oscilloscope.open(context, server, "noise", "?window=10")
    await scope.page.evaluate(RECORD, "#pill")
    return scope


async def paused_page(context, server) -> Oscilloscope:
    scope = await running_page(context, server)
    await scope.click("run")
    await scope.until_state("paused")
    return scope


async def says_that_nothing_comes(scope: Oscilloscope) -> None:
    await scope.page.locator("#pill").filter(has_text=NO_DATA).wait_for()
    await scope.until_text("connection", "No answer")
    assert await scope.text("latency") == "–"
    await scope.page.locator("#pill").filter(has_text="Reconnecting").wait_for()
    await scope.until_text("connection", "Not connected")
    shown = await scope.page.evaluate("globalThis.shown")
    told = [(int(n[1]), held_up) for held_up, text in shown if (n := NO_DATA.search(text))]
    assert len(told) > 2
    # From 5 s on each second, but for those in which a busy machine held up the page.
    for (before, _), (seconds, held_up) in itertools.pairwise([(4, 0), *told]):
        # It looks four times a second.
        assert 1 <= seconds - before <= 1.35 + held_up, told


async def goes_on_by_itself(scope: Oscilloscope) -> None:
    await scope.until_received(100)
    await scope.until_state("live")
    # Nothing is doubled, and what was not produced meanwhile is a gap, and told.
    drawn = await scope.until_drawn("drawn.gaps.length > 0")
    assert len(drawn.gaps) == 1
    assert not await scope.was_reloaded()


async def no_card_is_called_live(index: Index) -> None:
    pill = index.card("noise").locator("[data-pill]")
    await pill.filter(has_text=NO_DATA).wait_for()
    await index.page.get_by_text("Nothing comes from the server.").wait_for()
    assert await index.page.locator('.card[data-state="live"]').count() == 0
    await pill.filter(has_text="Offline").wait_for()
    await index.page.get_by_text("Not connected. Trying again").wait_for()


async def test_each_page_says_that_nothing_comes_and_goes_on_by_itself(
    context, new_context, expected, site
):
    with site.serve() as server:
        live, paused = await running_page(context, server), await paused_page(context, server)
        index = await Index.open(await new_context(viewport=EVERYTHING), server)
        await index.until_drawn("noise")
        await index.until_state("noise", "live")
        with frozen(server):
            await asyncio.gather(
                says_that_nothing_comes(live),
                says_that_nothing_comes(paused),
                no_card_is_called_live(index),
            )
        await live.until_state("live")
        await paused.until_state("paused")
        await paused.click("run")
        await asyncio.gather(goes_on_by_itself(live), goes_on_by_itself(paused))
        await index.until_drawn("noise")
        await index.until_state("noise", "live")
        await expect(index.page.locator("#connection")).to_have_text("")
