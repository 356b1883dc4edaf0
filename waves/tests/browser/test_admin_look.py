"""Log-in, admin and errors look as the pages do, and a phone has room for the form of a stream."""

from waves.tests.browser.error_pages import error_page

GROUND = "getComputedStyle(document.body).backgroundColor"
THEME = "document.documentElement.dataset.theme"
#: Half of the form of ``sine``, and of its page, at 390 pixels before anything was folded; and half
#: of the page of ``waveforms``, which has three signals.
HALF_FORM, HALF_PAGE, HALF_OF_THREE = 2955 / 2, 3260 / 2, 5713 / 2
PHONE = {"width": 390, "height": 844}


async def test_one_switch_is_for_pages_and_admin_and_all_wear_the_same_colours(
    staff_context, daphne, faults
):
    faults.expect("404 (Not Found)")
    page = await staff_context.new_page()
    site = f"http://{daphne.address}"
    await page.goto(f"{site}/")
    await page.locator("#theme[aria-label='Theme: as the system']").click()
    assert await page.evaluate(THEME) == "light"
    grounds = [await page.evaluate(GROUND)]
    await page.goto(f"{site}/admin/waves/stream/")
    assert await page.locator("h1").inner_text() == "Streams"
    assert await page.evaluate(THEME) == "light"
    assert await page.evaluate(GROUND) == grounds[0]
    await page.locator("#theme[aria-label='Theme: light']").click()
    body = error_page("500.html")
    await page.route(f"{site}/error/", lambda to: to.fulfill(body=body, content_type="text/html"))
    for path in ("/admin/waves/stream/", "/", "/nowhere/", "/error/"):
        await page.goto(f"{site}{path}")
        assert await page.evaluate(THEME) == "dark"
        grounds.append(await page.evaluate(GROUND))
    assert len(set(grounds[1:])) == 1
    assert grounds[0] != grounds[1]


async def test_the_log_in_has_the_switch_and_the_colours_of_the_pages(page, daphne):
    await page.goto(f"http://{daphne.address}/admin/login/")
    await page.locator("#theme").click()
    await page.locator("#theme").click()
    shown = await page.evaluate("getComputedStyle(document.querySelector('#content')).color")
    await page.goto(f"http://{daphne.address}/")
    assert await page.evaluate(THEME) == "dark"
    assert await page.evaluate("getComputedStyle(document.body).color") == shown


async def test_on_a_phone_the_form_begins_with_fields_and_is_half_as_long(
    new_context, administrator, daphne
):
    context = await new_context(viewport=PHONE, has_touch=True, storage_state=administrator)
    page = await context.new_page()
    await page.goto(f"http://{daphne.address}/admin/waves/stream/1/change/")
    form = page.locator("#stream_form")
    assert (await form.bounding_box())["height"] < HALF_FORM
    assert await page.evaluate("document.documentElement.scrollHeight") < HALF_PAGE
    controls = "input:not([type=hidden]), select, textarea, a.deletelink"
    assert await form.locator(controls).first.get_attribute("id") == "id_name"
    # Nothing is cut, and what saves is in reach, in one row.
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    colour = await page.get_by_label("Choose a colour").first.bounding_box()
    assert colour["x"] + colour["width"] < PHONE["width"]
    boxes = [await page.locator(f"[name={name}]").bounding_box() for name in ("_save", "_continue")]
    assert boxes[0]["y"] == boxes[1]["y"] < PHONE["height"] - boxes[0]["height"]
    # What is rarely needed is folded, and there.
    assert not await page.locator("#id_frames_per_second").is_visible()
    await page.get_by_text("Description, tag, sample type, frames, worker").click()
    assert await page.locator("#id_frames_per_second").is_visible()
    # Help comes with the focus, and moves nothing.
    hint, below = page.locator("#id_window_helptext"), page.locator("#id_history")
    assert not await hint.is_visible()
    before = await below.bounding_box()
    await page.locator("#id_window").focus()
    assert await hint.is_visible()
    assert (await below.bounding_box())["height"] == before["height"]
    await page.goto(f"http://{daphne.address}/admin/waves/stream/2/change/")
    assert await page.locator("#id_name").input_value() == "Waveforms"
    assert await page.evaluate("document.documentElement.scrollHeight") < HALF_OF_THREE


async def test_on_a_phone_the_list_of_the_admin_does_not_scroll_sideways(
    new_context, administrator, daphne
):
    context = await new_context(viewport=PHONE, has_touch=True, storage_state=administrator)
    page = await context.new_page()
    await page.goto(f"http://{daphne.address}/admin/waves/stream/")
    await page.get_by_role("button", name="up").first.wait_for()
    widths = (
        "[...document.querySelectorAll('.results, html')].map((e) => e.scrollWidth - e.clientWidth)"
    )
    assert await page.evaluate(widths) == [0, 0]
    assert await page.get_by_role("cell", name="live").first.is_visible()
