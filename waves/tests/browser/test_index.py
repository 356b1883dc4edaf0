"""The list of streams: every card is live over one socket, and says how its stream is."""

import asyncio
import itertools
import json
import re

import pytest
from playwright.async_api import Locator, Page, WebSocket, expect

from waves.tests.browser.relay import is_needed, relay
from waves.tests.browser.test_hidden_tab import SET_HIDDEN
from waves.tests.server.processes import START_SECONDS

#: Wide and high enough that every card is on the screen.
EVERYTHING = {"width": 1680, "height": 2400}

PICTURE = """(slug) => document.querySelector(`[data-slug="${slug}"] canvas`)?.toDataURL()"""
DIFFERS = f"([slug, former]) => ({PICTURE})(slug) !== former"
FRAMES = """() => new Promise((resolve) => {
  const count = (left) => (left ? requestAnimationFrame(() => count(left - 1)) : resolve());
  count(30);
})"""


class Index:
    """The open page, and what passed its sockets."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sockets: list[WebSocket | int] = []
        self.said: list[dict] = []
        self.heard: list[dict] = []
        self._another = asyncio.Event()
        page.on("websocket", self._connected)

    def _connected(self, socket: WebSocket) -> None:
        self.sockets.append(socket)
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, text: str) -> None:
        self.said.append(json.loads(text))
        self._another.set()

    def _relayed(self, number: int, message: str | bytes) -> None:
        if number not in self.sockets:
            self.sockets.append(number)
        self._received(message)

    def _received(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self.heard.append(json.loads(message))

    @classmethod
    async def open(cls, context, server, viewport=EVERYTHING) -> "Index":
        index = cls(await context.new_page())
        await index.page.set_viewport_size(viewport)
        address = f"http://{server.address}/"
        if is_needed(index.page):
            await relay(index.page, index._relayed)
            await index.page.goto(address)
        else:
            async with index.page.expect_websocket():
                await index.page.goto(address)
        await index.page.evaluate("globalThis.firstLoad = true")
        return index

    def card(self, slug: str) -> Locator:
        return self.page.locator(f'.card[data-slug="{slug}"]')

    async def until_state(self, slug: str, state: str) -> None:
        await self.page.locator(f'.card[data-slug="{slug}"][data-state="{state}"]').wait_for()

    async def until_drawn(self, slug: str) -> str:
        """Wait for two pictures of a card that differ; the second."""
        await self.card(slug).locator("canvas").wait_for()
        former = await self.page.evaluate(PICTURE, slug)
        await self.page.wait_for_function(DIFFERS, arg=[slug, former])
        return await self.page.evaluate(PICTURE, slug)

    async def until_said(self, kind: str, slug: str) -> dict:
        """Wait for the page to tell the server something about a stream."""
        while True:
            for message in self.said:
                if message["type"] == kind and message.get("stream") == slug:
                    return message
            self._another.clear()
            await asyncio.wait_for(self._another.wait(), START_SECONDS)


DEMO = ["sine", "waveforms", "noise", "chirp", "heartbeat", "system", "python"]


@pytest.mark.firefox
async def test_every_stream_of_the_demo_is_live_over_one_socket(context, daphne):
    index = await Index.open(context, daphne)
    for slug in DEMO:
        await index.until_drawn(slug)
        await index.until_state(slug, "live")
    assert len(index.sockets) == 1
    strides = {m["handle"]: m["stride"] for m in index.heard if m["type"] == "view"}
    assert len(strides) >= len(DEMO)
    assert not [m for m in index.heard if m.get("reason") == "too slow"]


async def test_a_card_is_sent_no_more_than_fills_it(context, daphne, add_stream):
    handle = add_stream("very-fast", like="sine", rate=200_000, window=0.001, history=5)
    index = await Index.open(context, daphne)
    await index.until_drawn("very-fast")
    view = next(m for m in index.heard if m["type"] == "view" and m["handle"] == handle)
    asked = await index.until_said("subscribe", "very-fast")
    columns = asked["window"] * 200_000 / view["stride"]
    assert view["mode"] == "columns"
    assert asked["columns"] <= columns < 2 * asked["columns"]
    assert columns / asked["window"] * 8 <= 20_000


async def test_the_canvas_has_the_pixels_of_the_screen(new_context, daphne):
    context = await new_context(viewport=EVERYTHING, device_scale_factor=2)
    index = await Index.open(context, daphne)
    await index.until_drawn("sine")
    canvas = index.card("sine").locator("canvas")
    shown = await canvas.evaluate("(c) => c.getBoundingClientRect().toJSON()")
    width, height = await canvas.evaluate("(c) => [c.width, c.height]")
    assert abs(width - 2 * shown["width"]) <= 1
    assert abs(height - 2 * shown["height"]) <= 1


async def test_a_stream_that_fails_says_why(context, daphne):
    index = await Index.open(context, daphne)
    await index.until_state("broken", "failed")
    card = index.card("broken")
    await card.get_by_text("ZeroDivisionError").wait_for()
    assert await card.locator("[data-pill]").inner_text() == "Failed"


async def test_the_search_finds_by_name_and_says_when_nothing_is_found(context, daphne):
    index = await Index.open(context, daphne)
    await index.until_said("subscribe", "sine")
    await index.page.get_by_label("Search streams").fill(" HEART")
    await index.card("sine").wait_for(state="hidden")
    assert await index.card("heartbeat").is_visible()
    await index.until_said("unsubscribe", "sine")
    await index.page.get_by_label("Search streams").fill("no such stream")
    await index.page.get_by_text("No stream is like this.").wait_for()
    await index.page.get_by_label("Search streams").fill("")
    await index.until_drawn("sine")


async def test_only_cards_on_the_screen_are_subscribed(context, daphne):
    index = await Index.open(context, daphne, {"width": 390, "height": 500})
    first = await index.page.locator(".card").first.get_attribute("data-slug")
    last = await index.page.locator(".card").last.get_attribute("data-slug")
    await index.until_said("subscribe", first)
    assert not [m for m in index.said if m.get("stream") == last]
    await index.card(last).scroll_into_view_if_needed()
    await index.until_said("subscribe", last)
    await index.until_said("unsubscribe", first)
    wide = await index.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


async def test_a_hidden_tab_draws_nothing_and_is_sent_nothing(context, daphne):
    index = await Index.open(context, daphne)
    await index.until_drawn("noise")
    await index.page.evaluate(SET_HIDDEN, True)
    await index.until_said("unsubscribe", "noise")
    picture = await index.page.evaluate(PICTURE, "noise")
    await index.page.evaluate(FRAMES)
    assert await index.page.evaluate(PICTURE, "noise") == picture
    await index.page.evaluate(SET_HIDDEN, False)
    await index.until_drawn("noise")


async def test_where_people_ask_for_reduced_motion_a_card_is_drawn_once_a_second(
    new_context, daphne
):
    context = await new_context(viewport=EVERYTHING, reduced_motion="reduce")
    # By the page's own clock: a look from outside comes late where the machine is busy.
    await context.add_init_script(
        """globalThis.cleared = [];
        const clear = CanvasRenderingContext2D.prototype.clearRect;
        CanvasRenderingContext2D.prototype.clearRect = function (...box) {
          clear.apply(this, box);
          if (!this.canvas.closest("[data-slug=noise]")) return;
          cleared.push([globalThis.frameBegan, performance.now()]);
        };"""
    )
    index = await Index.open(context, daphne)
    await index.page.wait_for_function("() => globalThis.cleared.length >= 4")
    cleared = await index.page.evaluate("globalThis.cleared")
    # A card's second runs from frame to frame, and a busy machine draws late within a frame.
    assert all(later - began >= 1000 for (began, _), (_, later) in itertools.pairwise(cleared))


async def test_a_card_is_a_link_that_the_keyboard_reaches_and_shows(context, daphne):
    index = await Index.open(context, daphne)
    await index.page.get_by_label("Search streams").fill("heart")
    await index.card("sine").wait_for(state="hidden")
    # Over the state, the order and the star.
    for _ in range(4):
        await index.page.keyboard.press("Tab")
    link = index.card("heartbeat").get_by_role("link")
    outline = await link.evaluate(
        "(a) => document.activeElement === a && getComputedStyle(a).outlineStyle"
    )
    assert outline == "solid"
    await index.page.keyboard.press("Enter")
    await index.page.wait_for_url("**/streams/heartbeat/")


async def test_a_stream_that_is_deleted_says_so_and_nothing_else_stops(
    context, daphne, shared_site, add_stream
):
    handle = add_stream("short-lived", like="noise")
    index = await Index.open(context, daphne)
    await index.until_drawn("short-lived")
    shared_site.remove_stream(handle)
    await index.card("short-lived").get_by_text("This stream was deleted.").wait_for()
    await index.until_state("short-lived", "stopped")
    await index.until_drawn("noise")


async def test_a_stream_that_is_gone_before_it_is_asked_for_says_so(new_context, daphne):
    context = await new_context(viewport=EVERYTHING)

    # Before the page's module reads it: modules run after this event.
    await context.add_init_script(
        """document.addEventListener("readystatechange", () => {
          const config = document.getElementById("waves-config");
          config.textContent = config.textContent.replace('"slug": "sine"', '"slug": "gone"');
        }, { once: true });"""
    )
    index = await Index.open(context, daphne)
    await index.card("sine").get_by_text("This stream was deleted.").wait_for()
    assert [m["stream"] for m in index.heard if m["type"] == "error"] == ["gone"]
    await index.until_drawn("noise")
    assert len(index.sockets) == 1


async def test_a_stream_that_is_created_meanwhile_is_put_at_the_end(
    new_context, daphne, add_stream
):
    context = await new_context(viewport=EVERYTHING)
    page = await context.new_page()
    await page.clock.install()
    index = Index(page)
    await page.goto(f"http://{daphne.address}/")
    await page.clock.resume()
    await index.until_said("subscribe", "sine")
    add_stream("newcomer", like="noise")
    await page.clock.fast_forward(16_000)
    await index.card("newcomer").wait_for()
    assert await page.locator(".card").last.get_attribute("data-slug") == "newcomer"
    await index.until_said("subscribe", "newcomer")


async def test_what_is_out_of_sight_is_found_by_the_state_that_it_has_by_now(
    new_context, daphne, add_stream, shared_site
):
    add_stream("asleep", like="noise", enabled=0)
    page = await (await new_context(viewport=EVERYTHING)).new_page()
    await page.clock.install()
    await page.goto(f"http://{daphne.address}/?q=asleep&state=live")
    await page.clock.resume()
    await page.get_by_text("No stream is like this.").wait_for()
    shared_site.enable("asleep")
    card = page.locator('.card[data-slug="asleep"]')
    # The clock jumps once: a jump while a connection opens would end the wait for it.
    is_live = re.compile('data-slug="asleep"[^>]*data-state="live"')
    async with asyncio.timeout(2 * START_SECONDS):
        while not is_live.search(
            await (await page.request.get(f"http://{daphne.address}/")).text()
        ):
            pass
    await page.clock.fast_forward(16_000)
    await card.wait_for()


async def test_a_lost_connection_is_said_and_found_again(context, faults, site):
    faults.expect("WebSocket connection to")
    with site.serve() as server:
        port = server.port
        index = await Index.open(context, server)
        await index.until_drawn("noise")
    await index.page.get_by_text("Not connected. Trying again").wait_for()
    await index.until_state("noise", "waiting")
    with site.serve(port=port):
        await index.until_drawn("noise")
        await index.until_state("noise", "live")
        await expect(index.page.locator("#connection")).to_have_text("")


async def test_the_search_looks_everywhere_says_where_and_stays_in_the_address(
    context, daphne, add_stream, shared_site
):
    add_stream("in-a-cellar", like="noise", description="Pump of the cellar", tag="Plant")
    index = await Index.open(context, daphne)
    search = index.page.get_by_label("Search streams")
    found = index.page.locator(".card:not([hidden])")
    for words, slug in (
        ("cellar pump", "in-a-cellar"),  # its description
        ("plant", "in-a-cellar"),  # its tag
        ("this machine", "system"),  # its source
        ("square", "waveforms"),  # a signal
        ("chirp wave", "waveforms"),  # a signal and a name
        ("failed", "broken"),  # its state
        ("failed sine", None),  # each of the words is looked for
    ):
        await search.fill(words)
        if slug:
            await index.card(slug).wait_for()
            await index.page.get_by_text(
                "looked for in names, descriptions, sources, signals, states and tags"
            ).wait_for()
        else:
            await index.page.get_by_text("No stream is like this.").wait_for()
    await index.page.get_by_role("button", name="Show all").click()
    await index.page.get_by_label("State", exact=True).select_option("failed")
    await index.page.wait_for_url("**/?state=failed")
    await index.card("sine").wait_for(state="hidden")
    assert await index.card("broken").is_visible()
    await search.fill("zero")
    await index.page.wait_for_url("**/?state=failed&q=zero")
    # A link shows the same, and so does a reload.
    await search.fill("broken")
    await index.page.wait_for_url("**/?state=failed&q=broken")
    await expect(found).to_have_count(1)
    again = await context.new_page()
    await again.goto(index.page.url)
    await again.locator('.card[data-slug="broken"]').wait_for()
    await expect(again.locator(".card:not([hidden])")).to_have_count(1)
    # Whoever opens one of them, and goes back, finds the list as it was left.
    await again.locator('.card[data-slug="broken"] a').first.click()
    await again.wait_for_url("**/streams/broken/")
    await again.go_back()
    await again.locator('.card[data-slug="broken"]').wait_for()
    await expect(again.locator(".card:not([hidden])")).to_have_count(1)
    assert await again.get_by_label("Search streams").input_value() == "broken"
    # What is wrong stands first among the states.
    states = again.get_by_label("State", exact=True).locator("option")
    await expect(states.nth(1)).to_have_text(re.compile(r"^failed \("))


async def test_favourites_stand_first_and_tags_make_groups(context, daphne, add_stream):
    add_stream("tagged", like="noise", tag="Hall 2", position=99)
    index = await Index.open(context, daphne)
    heads = index.page.locator(".group-name")
    await heads.filter(has_text="Hall 2").wait_for()
    await index.page.get_by_role("button", name="Heartbeat: favourite").press("Enter")
    await heads.filter(has_text="Favourites").wait_for()
    assert (await heads.all_inner_texts())[0] == "Favourites"
    first = index.page.locator(".card:not([hidden])").first
    assert await first.get_attribute("data-slug") == "heartbeat"
    await index.until_drawn("heartbeat")
    # It is kept in this browser, and the order is as it is asked for within the groups.
    again = await Index.open(context, daphne)
    await again.page.locator(".group-name").filter(has_text="Favourites").wait_for()
    await again.page.get_by_label("Order").select_option("name")
    slugs = await again.page.locator(".card:not([hidden])").evaluate_all(
        "(cards) => cards.map((card) => card.dataset.slug)"
    )
    assert slugs[:2] == ["heartbeat", "tagged"]
    assert slugs.index("chirp") < slugs.index("noise") < slugs.index("sine")


async def test_of_a_long_list_only_what_is_seen_is_asked_for(context, daphne, shared_site):
    keys = [
        shared_site.add_stream(f"many-{k}", "noise", name=f"Many {k} {'long ' * 12}", enabled=0)
        for k in range(200)
    ]
    try:
        index = await Index.open(context, daphne, {"width": 1280, "height": 720})
        await index.page.get_by_label("Search streams").fill("many")
        await index.until_said("subscribe", "many-0")
        await index.page.evaluate(FRAMES)
        asked = {m["stream"] for m in index.said if m["type"] == "subscribe"}
        assert len(asked) < 40
        # A name that is cut is whole where the pointer rests.
        name = index.card("many-0").locator("h2")
        assert await name.get_attribute("title") == f"Many 0 {'long ' * 12}".strip()
        last = index.card("many-199")
        await last.scroll_into_view_if_needed()
        await index.until_said("subscribe", "many-199")
        asked = {m["stream"] for m in index.said if m["type"] == "subscribe"}
        assert len(asked) < 100
    finally:
        for key in keys:
            shared_site.remove_stream(key)
