"""The list of streams: every card is live over one socket, and says how its stream is."""

import json

from playwright.async_api import Locator, Page, WebSocket

from waves.tests.browser.test_hidden_tab import SET_HIDDEN

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
        self.sockets: list[WebSocket] = []
        self.said: list[dict] = []
        self.heard: list[dict] = []
        page.on("websocket", self._connected)

    def _connected(self, socket: WebSocket) -> None:
        self.sockets.append(socket)
        socket.on("framesent", lambda text: self.said.append(json.loads(text)))
        socket.on("framereceived", self._received)

    def _received(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self.heard.append(json.loads(message))

    @classmethod
    async def open(cls, context, server) -> "Index":
        index = cls(await context.new_page())
        async with index.page.expect_websocket():
            await index.page.goto(f"http://{server.address}/")
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
            await self.sockets[0].wait_for_event("framesent")


DEMO = ["sine", "waveforms", "noise", "chirp", "heartbeat", "system", "python"]


async def test_every_stream_of_the_demo_is_live_over_one_socket(new_context, daphne):
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
    for slug in DEMO:
        await index.until_drawn(slug)
        await index.until_state(slug, "live")
    assert len(index.sockets) == 1
    strides = {m["handle"]: m["stride"] for m in index.heard if m["type"] == "view"}
    assert len(strides) >= len(DEMO)
    assert not [m for m in index.heard if m.get("reason") == "too slow"]


async def test_a_card_is_sent_no_more_than_fills_it(new_context, daphne, add_stream):
    handle = add_stream("very-fast", like="sine", rate=200_000, window=0.001, history=5)
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
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


async def test_a_stream_that_fails_says_why(new_context, daphne):
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
    await index.until_state("broken", "failed")
    card = index.card("broken")
    await card.get_by_text("ZeroDivisionError").wait_for()
    assert await card.locator("[data-pill]").inner_text() == "Failed"


async def test_the_search_finds_by_name_and_says_when_nothing_is_found(new_context, daphne):
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
    await index.until_said("subscribe", "sine")
    await index.page.get_by_label("Search by name").fill(" HEART")
    assert await index.card("heartbeat").is_visible()
    assert not await index.card("sine").is_visible()
    await index.until_said("unsubscribe", "sine")
    await index.page.get_by_label("Search by name").fill("no such stream")
    await index.page.get_by_text("No stream has this name.").wait_for()
    await index.page.get_by_label("Search by name").fill("")
    await index.until_drawn("sine")


async def test_only_cards_on_the_screen_are_subscribed(new_context, daphne):
    index = await Index.open(await new_context(viewport={"width": 390, "height": 500}), daphne)
    first = await index.page.locator(".card").first.get_attribute("data-slug")
    last = await index.page.locator(".card").last.get_attribute("data-slug")
    await index.until_said("subscribe", first)
    assert not [m for m in index.said if m.get("stream") == last]
    await index.card(last).scroll_into_view_if_needed()
    await index.until_said("subscribe", last)
    await index.until_said("unsubscribe", first)
    wide = await index.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


async def test_a_hidden_tab_draws_nothing_and_is_sent_nothing(new_context, daphne):
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
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
    await context.add_init_script(
        """globalThis.cleared = 0;
        const clear = CanvasRenderingContext2D.prototype.clearRect;
        CanvasRenderingContext2D.prototype.clearRect = function (...box) {
          if (this.canvas.closest("[data-slug=noise]")) globalThis.cleared += 1;
          clear.apply(this, box);
        };"""
    )
    index = await Index.open(context, daphne)
    await index.page.wait_for_function("() => globalThis.cleared >= 1")
    started = await index.page.evaluate("performance.now()")
    await index.page.wait_for_function("() => globalThis.cleared >= 4")
    assert await index.page.evaluate("performance.now()") - started >= 2900


async def test_a_card_is_a_link_that_the_keyboard_reaches_and_shows(new_context, daphne):
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
    await index.page.get_by_label("Search by name").fill("heart")
    await index.page.keyboard.press("Tab")
    link = index.card("heartbeat").get_by_role("link")
    outline = await link.evaluate(
        "(a) => document.activeElement === a && getComputedStyle(a).outlineStyle"
    )
    assert outline == "solid"
    await index.page.keyboard.press("Enter")
    await index.page.wait_for_url("**/streams/heartbeat/")


async def test_a_stream_that_is_deleted_says_so_and_nothing_else_stops(
    new_context, daphne, shared_site, add_stream
):
    handle = add_stream("short-lived", like="noise")
    index = await Index.open(await new_context(viewport=EVERYTHING), daphne)
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


async def test_a_lost_connection_is_said_and_found_again(new_context, faults, site):
    faults.expect("WebSocket connection to")
    context = await new_context(viewport=EVERYTHING)
    with site.serve() as server:
        port = server.port
        index = await Index.open(context, server)
        await index.until_drawn("noise")
    await index.page.get_by_text("Not connected. Trying again").wait_for()
    await index.until_state("noise", "waiting")
    with site.serve(port=port):
        await index.until_drawn("noise")
        await index.until_state("noise", "live")
        assert await index.page.locator("#connection").inner_text() == ""
