"""A file is uploaded in the admin, as a person does, and what it holds is seen on the page."""

import numpy as np

from waves.tests.browser.conftest import log_in
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.ingest.test_files import wav

ONCE = b"time (s),inlet (bar)\n" + b"".join(b"%g,%d\n" % (k / 4, k % 5) for k in range(41))


async def choose(page, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    await page.locator("#id_replay__file").set_input_files(file)
    await page.locator("[name=_save]").click()


async def replay_form(page, server, name: str) -> None:
    """The form of a new stream that replays a file at once."""
    await log_in(page, server)
    await page.goto(f"http://{server.address}/admin/waves/stream/add/")
    await page.locator("#id_name").fill(name)
    await page.locator("#id_source").select_option("replay")
    await page.locator("#id_replay__play").select_option("all_at_once")


async def test_a_file_is_refused_with_its_line_then_replayed_and_stopped_at_its_end(
    new_context, site, faults
):
    faults.expect("WebSocket connection to")  # as the server ends
    site.execute("UPDATE waves_stream SET enabled = 0")
    with site.serve() as server:
        staff = await new_context()
        page = await staff.new_page()
        await replay_form(page, server, "Boiler")
        await choose(page, "boiler.csv", b"t,a\n0,1\n1,one\n")
        await page.get_by_text("Line 3, column 2: 'one' is not a number.").wait_for()
        await choose(page, "boiler.csv", ONCE)
        await page.get_by_text("The sample rate is 4 Hz, as the file says.").wait_for()

        scope = await Oscilloscope.load(staff, server, "boiler", "?window=20")
        await scope.until_text("stopped-words", "The file ended. This stream is stopped.")
        await scope.until_drawn("drawn.signals[0].y.filter((y) => y === 4).length > 6")
        told = len(scope.received.told)
        await scope.click("stopped-start")
        # For a moment only: by what the page was told, since it may have looked before and after.
        await scope.until_told("stream", told, state="live")
        assert "inlet" in await scope.page.locator("#signals tr").first.inner_text()
        # Its end is told, and what was seen stays.
        await scope.until_text("stopped-words", "The file ended. This stream is stopped.")
        await scope.until_drawn("drawn.signals[0].y.filter((y) => y === 4).length > 6")

        # Longer than what else may be sent to the server.
        await page.locator("#result_list").get_by_role("link", name="Boiler").click()
        await page.get_by_text("boiler.csv: 2 columns of 41.").wait_for()
        await page.locator("#id_replay__play").select_option("looped")
        await page.locator("#id_enabled").check()
        ramp = np.arange(1_000_000) % 100 * 300
        await choose(page, "ramp.wav", wav(ramp.astype("<i2")[:, np.newaxis], 8000))
        await page.get_by_text("The sample rate is 8,000 Hz, as the file says.").wait_for()
        await page.close()
        await scope.page.locator("#signals tr").first.filter(has_text="sound").wait_for()
        await scope.until_state("live")
        await scope.until_drawn("drawn.signals[0].name && Math.max(...drawn.signals[0].y) > 0.9")
