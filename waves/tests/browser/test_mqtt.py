"""A broker on the page: what to publish, and then what was published."""

import asyncio
import json

import pytest

from waves.tests.browser.conftest import log_in
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.sources.broker import Broker


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


async def test_what_is_published_by_the_copied_line_is_drawn(new_context, site, faults, broker):
    faults.expect("WebSocket connection to")  # as the server ends
    await broker.publish("tele/plug/LWT", "Online", "-r")
    site.execute("UPDATE waves_stream SET enabled = 0")
    fields = {"name": "Plug", "source": "mqtt", "rate": 10, "enabled": 1}
    options = {"broker": "127.0.0.1", "port": broker.port, "topics": "tele/plug/#"}
    site.add_stream("plug", "noise", options=json.dumps(options), **fields)
    site.execute("DELETE FROM waves_signal WHERE stream_id = (SELECT max(id) FROM waves_stream)")
    with site.serve() as server:
        staff = await new_context()
        await log_in(await staff.new_page(), server)
        # The admin has the line to copy.
        page = await staff.new_page()
        await page.goto(f"http://{server.address}/admin/waves/stream/")
        await page.get_by_role("link", name="Plug", exact=True).click()
        await page.locator("summary", has_text="mosquitto_pub").click()
        line = await page.locator(".waves-example pre").first.inner_text()
        await page.close()

        scope = await Oscilloscope.load(staff, server, "plug")
        # What is retained is there at once.
        await scope.until("document.getElementById('lanes-now').textContent.includes('Online')")
        process = await asyncio.create_subprocess_exec("bash", "-c", line)
        assert await process.wait() == 0
        await scope.until_drawn(
            "drawn.signals.some((signal) => signal.y.includes(Math.fround(60.1)))"
        )
        await broker.publish("tele/plug/SENSOR", '{"ENERGY": {"Power": 61.5}}')
        await scope.until_drawn("drawn.signals.some((signal) => signal.y.includes(61.5))")
        assert "SENSOR/ENERGY.Power" in await scope.page.locator("#signals").text_content()
