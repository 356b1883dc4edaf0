"""Time above, spectrum below: both live, and both in what is exported."""

import re
import struct
from xml.etree import ElementTree as ET

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_views_and_exports import download


async def test_time_and_spectrum_are_seen_and_move_together(context, daphne, tmp_path):
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?window=2&trigger=off")
    await scope.page.keyboard.press("v")
    await scope.page.wait_for_url("**view=split**")
    await scope.until("spectrum()?.signals[0].y.length > 100")
    former = await scope.drawn()
    await scope.until_drawn(f"drawn.signals[0].y.at(-1) !== {float(former.y[-1])!r}")
    upper, lower = [
        await scope.page.locator(f"#{chart}").bounding_box() for chart in ("chart", "spectrum")
    ]
    assert abs(upper["y"] + upper["height"] - lower["y"]) < 2
    assert abs(upper["height"] - lower["height"]) < 2
    await scope.click("run")
    await scope.until_state("paused")
    svg = ET.fromstring((await download(scope, "export-svg", tmp_path)).read_text())
    drawings = [part for part in svg if part.tag.endswith("svg")]
    assert [bool(re.search("dBV", "".join(part.itertext()))) for part in drawings] == [False, True]
    png = (await download(scope, "export-png", tmp_path)).read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    assert width == 2 * round(upper["width"])
    assert height > 2 * (upper["height"] + lower["height"])


async def test_the_chart_over_time_has_all_the_room_once_it_is_alone_again(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?view=split")
    await scope.until("spectrum()?.signals[0].y.length > 100")
    half = (await scope.page.locator("#chart").bounding_box())["height"]
    await scope.click("view-time")
    await scope.until(f"chart().getHeight() > {1.9 * half}")
    assert not await scope.page.locator("#spectrum-panel").is_visible()
