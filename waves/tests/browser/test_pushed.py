"""Pushed samples on the page: what to send, and then what was sent."""

import json
import urllib.request

from waves.tests.browser.conftest import log_in
from waves.tests.browser.oscilloscope import Oscilloscope


def send(server, slug: str, body: dict, key: str) -> dict:
    request = urllib.request.Request(
        f"http://{server.address}/api/v1/streams/{slug}/samples",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


async def test_a_stream_without_data_says_to_staff_what_to_send_and_shows_what_comes(
    new_context, site, faults
):
    faults.expect("WebSocket connection to")  # as the server ends
    key = site.manage("accesskey", "create").splitlines()[0]
    site.execute("UPDATE waves_stream SET enabled = 0")
    fields = {"name": "Boiler", "source": "push", "options": "{}", "rate": 10, "enabled": 1}
    site.add_stream("boiler", "noise", **fields)
    site.execute("DELETE FROM waves_signal WHERE stream_id = (SELECT max(id) FROM waves_stream)")
    with site.serve() as server:
        staff = await new_context()
        await log_in(await staff.new_page(), server)
        scope = await Oscilloscope.load(staff, server, "boiler")
        told = scope.page.locator("#send")
        await told.get_by_text("Nothing has come yet.").wait_for()
        curl = await told.locator("pre").first.inner_text()
        assert f"http://{server.address}/api/v1/streams/boiler/samples" in curl
        assert "$WAVES_KEY" in curl
        # Others are not told how.
        other = await Oscilloscope.load(await new_context(), server, "boiler")
        assert await other.page.locator("#send").count() == 0
        # The admin has the same to copy.
        page = await staff.new_page()
        await page.goto(f"http://{server.address}/admin/waves/stream/")
        await page.get_by_role("link", name="Boiler", exact=True).click()
        await page.locator("summary", has_text="Telegraf").click()
        assert 'bucket = "boiler"' in await page.locator(".waves-example pre").nth(1).inner_text()
        await page.close()

        for value in (60.5, 61.5):
            assert send(server, "boiler", {"inlet": value, "door": "open"}, key)["accepted"] == 1
        await scope.until_drawn("drawn.signals[0].y.includes(61.5)")
        await told.wait_for(state="hidden")
        row = scope.page.locator("#signals tr").first
        assert "inlet" in await row.inner_text()
        await scope.until("document.getElementById('lanes-now').textContent.includes('door: open')")


async def test_a_key_is_made_in_the_admin_shown_once_and_revoked(new_context, site, faults):
    faults.expect("Failed to load resource")  # as the server ends
    with site.serve() as server:
        page = await (await new_context()).new_page()
        await log_in(page, server)
        await page.goto(f"http://{server.address}/admin/waves/accesskey/add/")
        await page.get_by_label("Name").fill("the boiler's board")
        await page.get_by_label("May make streams").check()
        await page.locator("[name=_save]").click()
        key = await page.locator(".messagelist code").inner_text()
        assert send(server, "made", {"a": 1}, key)["accepted"] == 1
        await page.reload()
        assert key not in await page.content()
        await page.locator("#action-toggle").check()
        await page.get_by_label("Action:").select_option("revoke")
        await page.get_by_role("button", name="Go").click()
        await page.get_by_text("This key was revoked.").wait_for()
        await page.close()
