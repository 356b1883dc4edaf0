"""A board on a terminal of this machine: its numbers on the page, and what it says besides."""

import json

import pytest

from waves.tests.browser.conftest import log_in
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.sources.ports import Plug


@pytest.fixture
def plug(tmp_path):
    plug = Plug(tmp_path / "board")
    plug.plug_in()
    yield plug
    plug.unplug()


async def test_what_a_board_prints_is_drawn_and_what_is_no_sample_is_shown(
    new_context, site, faults, plug
):
    faults.expect("WebSocket connection to")  # as the server ends
    site.execute("UPDATE waves_stream SET enabled = 0")
    fields = {"name": "Board", "source": "serial", "rate": 10, "enabled": 1}
    options = json.dumps({"port": str(plug.path)})
    site.add_stream("board", "noise", options=options, **fields)
    site.execute("DELETE FROM waves_signal WHERE stream_id = (SELECT max(id) FROM waves_stream)")
    with site.serve(WAVES_SERIAL_PORTS=str(plug.path)) as server:
        staff = await new_context()
        await log_in(await staff.new_page(), server)
        scope = await Oscilloscope.load(staff, server, "board")
        sketch = scope.page.locator("#send")
        await sketch.get_by_text("Serial.begin(115200);").wait_for()
        assert "key" not in await sketch.locator("p").inner_text()

        plug.print(b"Booting \x1b[1m<b>now</b>", b"inlet: 60.5 mV", b"inlet: 61.5 mV")
        await scope.until_drawn("drawn.signals[0].y.includes(61.5)")
        await sketch.wait_for(state="hidden")
        assert "mV" in await scope.page.locator("#signals tr").first.inner_text()
        await scope.page.locator("#log summary").click()
        await scope.until_text("log-lines", "Booting ␛[1m<b>now</b>")

        plug.unplug()
        await scope.until_text("notice", f"Unplugged; waits for {plug.path}.")
        plug.plug_in()
        await scope.until("!document.getElementById('notice').textContent.includes('Unplugged')")
        plug.print(b"", b"half", b"inlet: 62.5 mV")
        await scope.until_drawn("drawn.signals[0].y.includes(62.5)")
        assert scope.received.of_type("stream")[-1]["state"] == "live"
