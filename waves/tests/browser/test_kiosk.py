"""A stream on a wall: the picture, and nobody who touches it."""

import json

from playwright.async_api import BrowserContext

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.server.processes import free_port

#: What a person could press or come to by keys, as far as it is there for them.
REACHED = """() => {
  const all = document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex]");
  const seen = [...all].filter((one) => one.checkVisibility({ visibilityProperty: true }));
  return seen.map((one) => one.outerHTML);
}"""
#: Wake locks that the tests release, and how many were asked for.
LOCKS = """
globalThis.locks = [];
const hide = (hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  if (hidden) locks.at(-1).dispatchEvent(new Event("release"));
  document.dispatchEvent(new Event("visibilitychange"));
};
globalThis.hide = hide;
const request = async (type) => {
  locks.push(Object.assign(new EventTarget(), { type }));
  return locks.at(-1);
};
Object.defineProperty(Navigator.prototype, "wakeLock", { value: { request }, configurable: true });
"""

#: Makes a link for a wall, and prints its key.
WALL_LINK = """
from waves import links
from waves.models import Stream
print(links.make(Stream.objects.get(slug="noise"), "wall")[1])
"""


async def test_a_wall_has_the_picture_and_no_controls(context: BrowserContext, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?window=5&kiosk&run=0&end=1")
    page = scope.page
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await scope.until_state("live")
    assert await page.evaluate(REACHED) == []
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement === document.body")
    # What a hand does to the picture, a wall leaves alone.
    await page.mouse.move(900, 500)
    await page.mouse.wheel(0, 400)
    for key in (" ", "v", "-", "t"):
        await page.keyboard.press(key)
    drawn = await scope.until_drawn("drawn.window === 5 && drawn.signals[0].x[0] <= -4.9")
    assert len(drawn.signals) > 1
    await scope.until_state("live")
    names = await page.locator("#legend li").all_inner_texts()
    assert len(names) == len(drawn.signals)
    box = await page.locator("#chart").bounding_box()
    assert box
    assert box["width"] == 1920
    assert box["y"] + box["height"] == 1080
    assert box["height"] > 0.9 * 1080
    # The link stays as it is, and so do the settings of the browser.
    assert page.url.endswith("?window=5&kiosk&run=0&end=1")
    assert await page.evaluate("localStorage.length") == 0
    await page.locator("body[data-pointer=rests]").wait_for()
    assert await page.evaluate("getComputedStyle(document.body).cursor") == "none"
    await page.mouse.move(901, 500)
    assert await page.locator("body[data-pointer]").count() == 0


async def test_the_screen_stays_on_whenever_the_wall_is_seen(new_context, daphne):
    context = await new_context()
    await context.add_init_script(LOCKS)
    scope = await Oscilloscope.open(context, daphne, "noise", "?kiosk")
    await scope.until("locks.length === 1 && locks[0].type === 'screen'")
    await scope.page.evaluate("hide(true)")
    assert await scope.page.evaluate("locks.length") == 1
    await scope.page.evaluate("hide(false)")
    await scope.until("locks.length === 2")
    await scope.page.goto(f"http://{daphne.address}/streams/noise/")
    await scope.until_state("live")
    assert await scope.page.evaluate("locks.length") == 0


async def test_a_wall_of_which_not_all_came_loads_itself_again(page, daphne, faults):
    faults.expect("bare-tools")
    faults.expect("net::ERR_FAILED")
    await page.clock.install()
    await page.route("**/bare-tools*", lambda route: route.abort())
    await page.goto(f"http://{daphne.address}/streams/noise/?kiosk")
    await faults.until_seen("bare-tools")
    await page.unroute("**/bare-tools*")
    await page.clock.fast_forward(60_000)
    await page.locator("#plot[data-view]").wait_for(state="attached")


async def test_so_does_one_behind_a_link_that_reloaded_itself(
    new_context, daphne, faults, shared_site
):
    faults.expect("scope")
    faults.expect("net::ERR_FAILED")
    key = shared_site.manage("shell", "-v0", "-c", WALL_LINK).split()[-1]
    context = await new_context()
    await context.clock.install()
    page = (await Oscilloscope.open_at(context, f"{daphne.url}/shared/#{key}")).page
    # As `renewal.js` leaves it; the first visit was that of a person.
    await page.evaluate("sessionStorage.setItem('waves.reloaded', Date.now())")
    await page.route("**/scope*", lambda route: route.abort())
    await page.reload()
    await faults.until_seen("scope")
    await page.unroute("**/scope*")
    await context.clock.fast_forward(60_000)
    await page.locator("#plot[data-view]").wait_for(state="attached")
    shared_site.execute("DELETE FROM waves_sharelink")


async def test_a_wall_reloads_after_an_upgrade_and_says_what_it_lacks(context, faults, site):
    faults.expect("ERR_CONNECTION")
    faults.expect("WebSocket connection to")
    port = free_port()
    key = site.manage("shell", "-v0", "-c", WALL_LINK).split()[-1]
    with site.serve(port=port) as server:
        wall = await Oscilloscope.open(context, server, "noise", "?kiosk")
        linked = await Oscilloscope.open_at(context, f"{server.url}/shared/#{key}")
        desk = await Oscilloscope.open(context, server, "noise")
        server.stop()
        for each in (wall, linked):
            await each.until_state("waiting")
            assert await each.page.locator("#pill").is_visible()
            assert "Reconnecting" in await each.text("pill")
    with site.serve(port=port, application="waves.tests.browser.upgraded:application"):
        for each in (wall, linked):
            await each.until("globalThis.firstLoad === undefined && drawn()")
            told = json.loads(await each.page.locator("#waves-config").text_content() or "")
            assert (told["version"], told["mode"]) == ("upgraded", "kiosk")
            await each.until_state("live")
        await desk.until_state("live")
        assert not await desk.was_reloaded()


async def test_a_wall_behind_a_link_that_was_refused_comes_again(new_context, faults, site):
    faults.expect("401")
    key = site.manage("shell", "-v0", "-c", WALL_LINK).split()[-1]
    context = await new_context()
    await context.clock.install()
    with site.serve() as server:
        wall = await Oscilloscope.open_at(context, f"{server.url}/shared/#{key}")
        site.execute("UPDATE waves_sharelink SET revoked = '2020-01-01 00:00:00'")
        await wall.until_state("refused")
        # It looks, stays as it is, and looks again.
        async with wall.page.expect_response("**/api/v1/grants"):
            await context.clock.fast_forward(66_000)
        assert not await wall.was_reloaded()
        await wall.until_state("refused")
        site.execute("UPDATE waves_sharelink SET revoked = NULL")
        await context.clock.fast_forward(66_000)
        await wall.until("globalThis.firstLoad === undefined && drawn()")
        await wall.until_state("live")
