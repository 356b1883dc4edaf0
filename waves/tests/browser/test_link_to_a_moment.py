"""A link to a moment of a recorded stream shows the same picture, whatever happened since."""

import asyncio
import json
import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from waves.tests.browser.conftest import log_in
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.test_edits import save
from waves.tests.server.processes import START_SECONDS, Process, Site, free_port

STREAM = "/api/v1/streams/moment"
#: All that the chart draws: the points of each signal, the ends of its axes, and what is shaded.
PICTURE = """(() => {
  const { xAxis, yAxis } = chart().getOption();
  const ends = [...xAxis, ...yAxis].map(({ min, max }) => [min, max]);
  return { signals: drawn().signals, ends, gaps: drawn().gaps.length, shades: shades().length };
})()"""
#: Views that hold a moment, and the keys that go there: samples as they came into memory, at a
#: trigger too, and columns of seconds that only the recording has.
VIEWS = {
    "samples": ("?window=0.1&trigger=off", ["Space"]),
    "triggered": ("?window=0.1&trigger=auto&tlevel=0.25", ["Space"]),
    "columns": ("?window=5&trigger=off", ["Space", "Shift+ArrowLeft", "Shift+ArrowLeft"]),
}


#: Seconds of a pixel where 5 s are drawn on a thousand of them at least.
PIXEL = 5e-3
#: Samples a second when the link is made, and what a time may differ by, in seconds: memory counts
#: samples from one label on, and the recording has a label of each row, which follows the corrected
#: clock of the machine each 10 s: by 15 µs on a busy one. It is half a pixel.
RATE, EXACT = 4000, 5e-5

Points = tuple[NDArray[np.float64], NDArray[np.float64]]


@pytest.fixture
def recorded(site) -> tuple[Site, int]:
    """A site that records one stream, whose memory is of two seconds; and the key of that."""
    site.execute("UPDATE waves_stream SET enabled = 0")
    site.manage("migrate", "-v0")
    changes = {"rate": RATE, "history": 2.0, "record": 1, "window": 0.1, "enabled": 1}
    return site, site.add_stream("moment", like="waveforms", name="Moment", **changes)


def epochs(server: Process) -> list[dict[str, Any]]:
    return json.loads(server.get(f"{STREAM}/epochs")[1])["epochs"]


def recorded_since(server: Process) -> float:
    return json.loads(server.get(STREAM)[1]).get("recorded_since") or 0.0


async def until_recorded(server: Process, seconds: float, since: float = 0.0) -> None:
    """Wait until so many seconds of the newest epoch are on the disk, and it is told that nothing
    is older than ``since`` (unix seconds)."""
    deadline = time.monotonic() + 2 * START_SECONDS
    while True:
        told = epochs(server)
        is_long = told and told[-1]["to"] - told[-1]["from"] >= seconds
        if is_long and recorded_since(server) >= since:
            return
        assert time.monotonic() < deadline, told
        await asyncio.sleep(0.2)


async def picture_of(scope: Oscilloscope) -> dict[str, Any]:
    """What is drawn once nothing is on its way any longer."""
    await scope.until_state("paused")
    former = None
    while (now := await scope.page.evaluate(PICTURE)) != former:
        former = now
        await scope.until("!document.getElementById('coarse').offsetParent")
        await scope.until_received(500)
        await scope.until_frames()
    return now


async def seen_and_linked(context, server: Process, view: str) -> tuple[dict[str, Any], str]:
    """Go to a moment: what is drawn, and the link to it as somebody copies it."""
    query, keys = VIEWS[view]
    scope = await Oscilloscope.open(context, server, "moment", query)
    for key in keys:
        await scope.page.keyboard.press(key)
    picture = await picture_of(scope)
    await scope.click("share")
    await scope.until_toast("The link to this moment is copied.")
    link = await scope.page.evaluate("navigator.clipboard.readText()")
    # It is left before the server is: what it asks for then is no fault.
    await scope.page.close()
    return picture, link


async def follow(context, server: Process, link: str) -> Oscilloscope:
    query = link.partition("/streams/moment/")[2]
    assert link == f"http://{server.address}/streams/moment/{query}"
    return await Oscilloscope.open(context, server, "moment", query)


async def edit_rate(context, server: Process, key: int, rate: str) -> None:
    """By the admin's form."""
    form = await context.new_page()
    await log_in(form, server)
    await form.goto(f"http://{server.address}/admin/waves/stream/{key}/change/")
    await form.locator("#id_rate").fill(rate)
    await save(form)
    await form.close()


def assert_same(now: dict[str, Any], then: dict[str, Any], view: str) -> None:
    assert now["ends"] == then["ends"], view
    assert (now["gaps"], now["shades"]) == (then["gaps"], then["shades"]), view
    compare = assert_same_to_a_pixel if view == "columns" else assert_same_points
    pairs = [
        [(np.array(each["x"]), np.array(each["y"])) for each in both]
        for both in zip(now["signals"], then["signals"], strict=True)
    ]
    for one, other in pairs:
        compare(one, other)


def assert_same_points(now: Points, then: Points) -> None:
    # So little decides whether a sample at the very border is one of the window's.
    first = max(now[0][0], then[0][0]) - EXACT
    last = min(now[0][-1], then[0][-1]) + EXACT
    assert abs(now[0][0] - then[0][0]) < 1.1 / RATE
    assert abs(now[0][-1] - then[0][-1]) < 1.1 / RATE
    whole = (np.array(each) for each in (now, then))
    (x, y), (xs, ys) = (each[:, (first <= each[0]) & (each[0] <= last)] for each in whole)
    assert len(x) == len(xs) > 100
    np.testing.assert_allclose(x, xs, rtol=0, atol=EXACT)
    np.testing.assert_allclose(y, ys, rtol=0, atol=1e-6)


def assert_same_to_a_pixel(now: Points, then: Points) -> None:
    """Each point of either is between the extremes that the other has within a pixel of it: which
    samples share a pixel goes by the seconds of the epoch that is live."""
    for (x, y), (xs, ys) in ((now, then), (then, now)):
        near = np.abs(xs[None, :] - x[:, None]) <= PIXEL
        assert near.any(axis=1).all()
        low = np.where(near, ys, np.inf).min(axis=1)
        high = np.where(near, ys, -np.inf).max(axis=1)
        assert ((low - 1e-6 <= y) & (y <= high + 1e-6)).all()


async def test_a_link_shows_the_same_after_restarts_and_an_edit_until_it_is_gone(
    new_context, recorded
):
    site, key = recorded
    port = free_port()
    with site.serve(port=port) as server:
        await until_recorded(server, 18)
        context = await new_context(permissions=["clipboard-read", "clipboard-write"])
        seen = {view: await seen_and_linked(context, server, view) for view in VIEWS}
        told = epochs(server)[-1]
        await until_recorded(server, told["to"] - told["from"] + 4)
        server.stop()
    with site.serve(port=port) as server:
        await edit_rate(context, server, key, "1000")
        await until_recorded(server, 3)
    # The end of a context manager is a kill: this is the second time that all comes back.
    with site.serve(port=port) as server:
        assert [each["rate"] for each in epochs(server)][:2] == [RATE, RATE]
        assert epochs(server)[-1]["rate"] == 1000
        elsewhere = await new_context()
        for view, (picture, link) in seen.items():
            scope = await follow(elsewhere, server, link)
            assert_same(await picture_of(scope), picture, view)
            await scope.page.close()
        site.execute("UPDATE waves_stream SET keep_seconds = 1 WHERE slug = 'moment'")
        await until_recorded(server, 1, since=told["to"] + 4)
        scope = await follow(elsewhere, server, seen["samples"][1])
        await scope.until_toast("What this link shows is gone. Recorded since 20")
        await scope.until_state("live")
        await scope.page.close()
