"""A stream is shared by a link: for a person, in a page of another site, and until it ends."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.async_api import Page

from waves.tests.browser.oscilloscope import Oscilloscope

STREAM = "secret-chirp"


@pytest.fixture
def secret(add_stream, shared_site):
    """A stream that staff alone sees."""
    add_stream(STREAM, "chirp", visibility="listed")
    yield STREAM
    shared_site.execute("DELETE FROM waves_sharelink")


async def opened(staff_context, daphne) -> Page:
    """The dialog, as staff opens it."""
    scope = await Oscilloscope.open(staff_context, daphne, STREAM)
    page = scope.page
    # The tools come after the first picture; until then the button does nothing.
    await scope.until(
        "document.getElementById('share-dialog').open || document.getElementById('share').click()"
    )
    return page


async def made(page: Page) -> str:
    await page.locator("#share-make").click()
    await page.locator("#share-made").wait_for()
    return await page.locator("#share-text").input_value()


async def test_who_has_a_link_sees_the_stream_until_it_ends(
    staff_context, new_context, daphne, secret, shared_site, faults
):
    faults.expect("401")
    page = await opened(staff_context, daphne)
    link = await made(page)
    assert re.fullmatch(rf"http://{daphne.address}/shared/#wl_\w+\.[\w-]+", link)
    await page.get_by_role("button", name=re.compile("Revoke wl_")).wait_for()
    guest = await (await new_context()).new_page()
    await guest.goto(link)
    await guest.locator("#pill[data-state=live]").wait_for()
    await guest.wait_for_function("() => drawn().signals[0].y.length > 100")
    assert await guest.locator("#name").inner_text() == STREAM
    assert "wl_" not in guest.url
    assert await guest.context.cookies() == []
    # The key is kept for a reload, and shows this stream alone.
    await guest.reload()
    await guest.locator("#pill[data-state=live]").wait_for()
    shared_site.execute("UPDATE waves_sharelink SET expires = '2020-01-01 00:00:00'")
    await guest.locator("#pill[data-state=refused]").wait_for(timeout=10_000)
    assert "expired" in (await guest.locator("#pill").get_attribute("title") or "")
    await guest.reload()
    await guest.get_by_text("This link has expired.").wait_for()
    assert STREAM not in await guest.content()


async def test_a_link_is_revoked_where_it_was_made(
    staff_context, new_context, daphne, secret, faults
):
    faults.expect("401")
    page = await opened(staff_context, daphne)
    guest = await (await new_context()).new_page()
    await guest.goto(await made(page))
    await guest.locator("#pill[data-state=live]").wait_for()
    await page.get_by_role("button", name=re.compile("Revoke wl_")).click()
    await guest.locator("#pill[data-state=refused]").wait_for(timeout=10_000)
    await page.get_by_text(re.compile(r"Link wl_\w+, revoked")).wait_for()


@contextmanager
def other_site() -> Iterator[tuple[str, dict[str, str]]]:
    """A site of another origin; its one page is what the test puts into it."""
    page = {"body": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = f"<!doctype html><title>Other</title>{page['body']}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}", page
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_frame_in_a_page_of_another_site_shows_it_without_cookies(
    staff_context, new_context, daphne, secret, faults
):
    faults.expect("autofocusing")  # of a dialog that is not open
    page = await opened(staff_context, daphne)
    with other_site() as (origin, other):
        await page.get_by_label("In another page").check()
        await page.locator("[name=parents]").fill(origin)
        other["body"] = await made(page)
        assert "<iframe" in other["body"]
        context = await new_context()
        # As browsers block them in frames of other sites: nothing is stored, and none is sent.
        await context.add_init_script(
            "if (self !== top) for (const name of ['cookie', 'localStorage', 'sessionStorage']) "
            "Object.defineProperty(name === 'cookie' ? Document.prototype : window, name, "
            "{ get() { throw new DOMException('blocked', 'SecurityError'); } });"
        )
        guest = await context.new_page()
        await guest.goto(origin)
        frame = guest.frame_locator("iframe")
        await frame.locator("#pill[data-state=live]").wait_for()
        assert await frame.locator("#legend li").count() == 1
        assert not await frame.locator("#run").is_visible()
        assert await context.cookies() == []
    # Pages of other origins may not have it in a frame.
    with other_site() as (stranger, strange):
        strange["body"] = other["body"]
        faults.expect("frame-ancestors")
        faults.expect("chrome-error")
        guest = await (await new_context()).new_page()
        await guest.goto(stranger)
        assert await guest.frame_locator("iframe").locator("#pill").count() == 0
