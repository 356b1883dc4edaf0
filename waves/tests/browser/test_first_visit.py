"""The first visit: what a picture needs is asked for at once, under hashed names."""

import asyncio

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope

#: Each script that the page fetched, once for each time.
FETCHED = """() => performance.getEntriesByType("resource")
  .map((one) => new URL(one.name).pathname).filter((path) => path.endsWith(".js"))"""
LINKED = """() => [...document.querySelectorAll('link[rel="modulepreload"]')]
  .map((link) => new URL(link.href).pathname)"""
ELEMENTS = """() => [...document.scripts].filter((one) => one.src)
  .map((one) => new URL(one.src).pathname)"""
MOVES = {
    "/streams/sine/?window=3": "() => drawn()?.signals[0].y.length > 1",
    "/": """() => document.querySelector('[data-slug="sine"] canvas') !== null""",
}


@pytest.mark.parametrize("path", MOVES)
async def test_no_module_is_asked_for_later_than_the_others(new_context, daphne, path) -> None:
    page = await (await new_context()).new_page()
    await page.goto(f"http://{daphne.address}{path}")
    await page.wait_for_function(MOVES[path])
    linked = await page.evaluate(LINKED)
    assert len(linked) == len(set(linked)) > 10
    fetched = await page.evaluate(FETCHED)
    assert len(fetched) == len(set(fetched)), "a file was fetched twice"
    # The rest stands in the page itself: what sets the theme before anything is drawn, and the
    # script whose modules are linked. A worker fetches its own.
    known = {*linked, *await page.evaluate(ELEMENTS)}
    assert {path for path in fetched if "worker" not in path} == known


async def test_the_first_picture_does_not_wait_for_what_it_does_not_need(context, daphne) -> None:
    scope, come = Oscilloscope(await context.new_page()), asyncio.Event()

    async def hold_up(route) -> None:
        await come.wait()
        await route.continue_()

    await scope.page.route("**/later-tools.*", hold_up)
    await scope.page.goto(f"http://{daphne.address}/streams/sine/")
    await scope.until_drawn("drawn.signals[0].y.length > 1")
    assert await scope.page.locator("#plot[data-view]").count() == 0
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    come.set()
    await scope.until_usable()
    # What was changed before they came is kept, too.
    await scope.until("location.search.includes('run=0')")
    await scope.click("view-table")
    await scope.page.locator("#samples tr").first.wait_for()
    await scope.until("location.search.includes('run=0') && location.search.includes('view=table')")


async def test_a_picture_that_stands_at_its_trigger_waits_for_it(
    context, daphne, add_stream
) -> None:
    scope, come = Oscilloscope(await context.new_page()), asyncio.Event()
    add_stream("standing", like="sine", window=0.2)

    async def hold_up(route) -> None:
        await come.wait()
        await route.continue_()

    await scope.page.route("**/later-tools.*", hold_up)
    await scope.page.goto(f"http://{daphne.address}/streams/standing/")
    await scope.page.locator("#chart canvas").wait_for()
    await scope.until_frames(30)
    assert not await scope.page.evaluate("Boolean(drawn())")
    come.set()
    await scope.until_drawn("drawn.signals[0].y.length > 1")
    await scope.until_text("trigger-state", "Trig’d")


async def test_what_did_not_come_is_told(new_context, daphne, faults) -> None:
    faults.expect("later-tools")
    scope = Oscilloscope(await (await new_context()).new_page())
    await scope.page.route("**/later-tools.*", lambda route: route.abort())
    await scope.page.goto(f"http://{daphne.address}/streams/sine/")
    await scope.until_toast("Not all of the page came. Reload it.")
    await scope.until_drawn("drawn.signals[0].y.length > 1")
    await faults.until_seen("later-tools")
