"""The state page of the admin goes on by itself, and says when it does not."""


async def test_the_state_of_the_site_is_shown_as_it_goes_on(staff_context, daphne, faults):
    page = await staff_context.new_page()
    await page.goto(f"http://{daphne.address}/admin/waves/stream/")
    await page.get_by_role("link", name="State", exact=True).click()
    row = page.get_by_role("row", name="Sine", exact=False).first
    await row.get_by_text("live").wait_for()
    # Some number of it is another each time; for how long a server has run, once a minute only.
    before = await page.evaluate("document.querySelector('#waves-state').textContent")
    await page.wait_for_function(
        "(before) => document.querySelector('#waves-state').textContent !== before", arg=before
    )
    await page.route("**/state/", lambda route: route.abort())
    faults.expect("net::ERR_FAILED")
    await page.get_by_text("this is how it was").wait_for()
    await page.unroute("**/state/")
    await page.wait_for_function("() => !document.querySelector('.waves-old')")
