"""The past beyond memory: a year of a recording on the page, and each way to go through it."""

import re
import time

import numpy as np
import pytest

from waves.tests.browser.conftest import in_session_loop
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.recording import Recording, of_a_year, of_many_restarts

KEYS = ["gaussian", "pink", "brown"]
YEAR, DAY = 400 * 86_400.0, 86_400.0
#: The largest value of a trace, as it is drawn.
HIGHEST = "Math.max(...drawn().signals[0].y.filter(Number.isFinite))"

#: The unix second at the right end, as the address says.
AT = "Number(new URLSearchParams(location.search).get('at')) / 1000"


@pytest.fixture
def recording() -> Recording:
    return of_a_year(KEYS)


@in_session_loop
async def scope(new_context, daphne, recording) -> Oscilloscope:
    context = await new_context(viewport={"width": 1400, "height": 860})
    await recording.give(context)
    return await Oscilloscope.open(context, daphne, "noise")


async def zoom(scope: Oscilloscope, window: float) -> None:
    await scope.enter("time", f"{window / 10} s")
    await scope.until(f"Math.abs((drawn()?.window ?? NaN) / {window:g} - 1) < 1e-9")


async def test_a_year_is_seen_with_the_spike_of_each_epoch_and_what_became_another(scope):
    await zoom(scope, YEAR)
    # One sample of 10^10 stands out, and no column lost it.
    await scope.until(f"{HIGHEST} === 3")
    await scope.until("texts().includes('1 kHz → 2 kHz')")
    # Where there was nothing is shaded, and is no loss.
    await scope.until("shades().length >= 2")
    assert await scope.page.evaluate("drawn().gaps.length") == 0
    await scope.until_state("live")


async def test_the_wheel_goes_on_from_live_into_the_past_and_asks_for_what_is_seen(
    scope, recording
):
    for _ in range(9):
        await scope.page.keyboard.press("+")
    await scope.until("drawn()?.window === 1200")
    # A server that has just started has a gap where its memory begins.
    await scope.until("Math.min(...drawn().signals[0].x.filter(Number.isFinite)) < -1190")
    wide = [query for query in recording.asked if "columns" in query and query["columns"] != "400"]
    assert wide, "nothing was asked for"
    for query in wide:
        width = (float(query["to"]) - float(query["from"])) / float(query["columns"])
        assert width <= 1.0, "columns are wider than a pixel"


async def test_home_is_the_beginning_of_the_recording(scope, recording):
    await zoom(scope, DAY)
    await scope.page.keyboard.press("Home")
    await scope.until_text("behind", "the oldest")
    at = float(re.search(r"[?&]at=([\d.]+)", await scope.until("location.search"))[1]) / 1000
    assert at == pytest.approx(recording.since + DAY, abs=1)


async def test_a_link_holds_a_moment_by_its_time_whatever_epoch_there_is_now(
    scope, recording, new_context, daphne
):
    await zoom(scope, DAY)
    middle = recording.epochs[1].begin + 3600
    await scope.page.keyboard.press("Space")
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(middle))
    await scope.page.fill("#go-to-time", text)
    await scope.click("go-to-submit")
    await scope.until("/[?&]at=/.test(location.search)")
    await scope.until(
        f"Math.abs({middle} + 43200 - new URLSearchParams(location.search).get('at') / 1000) < 2"
    )
    await scope.until_still()
    picture = await scope.page.evaluate("drawn().signals[0].y")
    query = await scope.page.evaluate("location.search")
    elsewhere = await new_context(viewport={"width": 1400, "height": 860})
    await recording.give(elsewhere)
    changed = re.sub(r"epoch=\d+", "epoch=7", query)
    other = await Oscilloscope.open(elsewhere, daphne, "noise", changed)
    await other.until_state("paused")
    await other.until("!document.getElementById('coarse').offsetParent")
    await other.until_still()
    assert await other.page.evaluate("drawn().signals[0].y") == picture


async def test_an_instant_that_was_asked_for_stays_in_the_middle_while_zooming(scope, recording):
    await zoom(scope, DAY)
    asked = float(int(recording.epochs[1].begin + 3600))
    await scope.page.fill("#go-to-time", time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(asked)))
    await scope.click("go-to-submit")
    await scope.until_state("paused")
    at = "new URLSearchParams(location.search).get('at') / 1000"
    for window in (10, 7200):
        await zoom(scope, window)
        await scope.until(f"Math.abs({asked + window / 2} - {at}) < 0.01")
    await scope.page.keyboard.press("-")
    await scope.until(
        f"drawn().window < 7200 && Math.abs({asked} + drawn().window / 2 - {at}) < 0.01"
    )


async def test_the_pointer_reads_a_date_in_a_window_of_days(scope):
    await zoom(scope, YEAR)
    box = await scope.page.locator("#chart").bounding_box()
    await scope.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    # As "24 Apr 14:03 · −201 d 3 h".
    read = r"/^\d+ \w{3}( \d{4})? \d\d:\d\d · −\d{3} d \d+ h$/"
    await scope.until(f"texts().some((text) => {read}.test(text))")


async def test_more_epochs_than_are_marked_are_told(new_context, daphne):
    context = await new_context(viewport={"width": 1400, "height": 860})
    await of_many_restarts(KEYS).give(context)
    scope = await Oscilloscope.open(context, daphne, "noise")
    await zoom(scope, 4 * DAY)
    told = "texts().some((text) => text.includes('zoom in to see them'))"
    await scope.until(told)
    await zoom(scope, 300)
    await scope.until(f"!({told}) && texts().some((text) => text.startsWith('restarted'))")


async def test_a_link_to_what_is_gone_says_since_when_there_is_a_recording(
    new_context, daphne, recording
):
    context = await new_context()
    await recording.give(context)
    gone = (recording.since - DAY) * 1000
    scope = await Oscilloscope.open(context, daphne, "noise", f"?window=10&run=0&epoch=7&at={gone}")
    await scope.until_toast("Recorded since")
    await scope.until_state("live")


async def test_the_band_of_the_whole_recording_is_gone_along_by_pointer_and_keys(scope, recording):
    bar = scope.page.locator("#minimap")
    await zoom(scope, DAY)
    await scope.until("!document.getElementById('minimap').hidden")
    assert not await scope.page.locator("#history").is_visible()
    box = await bar.bounding_box()
    await scope.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    await scope.until_state("paused")
    search = "Number(new URLSearchParams(location.search).get('at')) / 1000"
    await scope.until(f"{search} > 0")
    there = await scope.page.evaluate(search)
    whole = time.time() - recording.since
    assert (there - recording.since) / whole == pytest.approx(0.25, abs=0.01)
    await bar.press("PageUp")
    await scope.until(f"Math.abs({search} - {there - DAY}) < 60")
    assert ", of 390 d" in await bar.get_attribute("aria-valuetext")
    await bar.press("End")
    await scope.until_state("live")


async def test_it_is_said_that_it_records_and_why_it_does_not(new_context, daphne, recording):
    context = await new_context()
    await recording.give(context)
    scope = await Oscilloscope.open(context, daphne, "noise")
    await scope.until("document.getElementById('recording').offsetParent !== null")
    full = "Not recorded since 14:02: the disk is full."
    other = await new_context()
    await recording.give(other, not_recorded=full)
    scope = await Oscilloscope.open(other, daphne, "noise")
    await scope.until_text("notice", full)
    assert not await scope.page.locator("#recording").is_visible()


async def test_a_part_that_cannot_be_read_is_told(scope, recording):
    recording.problem = "Part of the recording is damaged, and left out."
    await zoom(scope, DAY)
    await scope.until_text("notice", recording.problem)


async def test_what_is_recorded_is_measured_where_its_samples_fit(scope):
    await zoom(scope, 60)
    await scope.page.keyboard.press("Space")
    for _ in range(2):
        await scope.page.keyboard.press("Shift+ArrowLeft")
    rms = "document.getElementById('measurements').rows[2]?.cells[1]?.textContent ?? ''"
    await scope.until(f"/\\d/.test({rms})")
    await zoom(scope, DAY)
    await scope.until(f"{rms} === '–'")
    await scope.until_text("measure-span", "over a million samples")


async def test_a_stream_that_is_not_recorded_has_neither_band_nor_field(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "noise")
    await scope.until("document.getElementById('history').ariaValueText.startsWith('live')")
    for name in ("minimap", "go-to", "recording", "crossings", "beneath"):
        assert not await scope.page.locator(f"#{name}").is_visible(), name


async def test_a_stopped_stream_shows_the_end_of_its_recording(
    new_context, daphne, add_stream, recording
):
    add_stream("still", like="noise", enabled=False, window=60)
    context = await new_context()
    await recording.give(context)
    scope = await Oscilloscope.open(context, daphne, "still")
    await scope.until("drawn()?.window === 60 && Math.min(...drawn().signals[0].x) < -59")
    await zoom(scope, YEAR)
    await scope.until(f"{HIGHEST} === 3")
    await scope.page.keyboard.press("Home")
    await scope.until_text("behind", "the oldest")


async def test_what_a_worker_records_goes_on_where_memory_ends(context, daphne, add_stream):
    add_stream("recorded", like="sine", record=True, history=1, window=1, rate=1000)
    scope = await Oscilloscope.open(context, daphne, "recorded")
    await scope.until("!document.getElementById('minimap').hidden")
    await scope.until_received(6000)
    await zoom(scope, 5)
    await scope.until("Math.min(...drawn().signals[0].x) < -4.9")
    await scope.page.keyboard.press("Space")
    await scope.until("!document.getElementById('coarse').offsetParent")
    await scope.until_still()
    drawn = await scope.drawn()
    assert not drawn.gaps
    assert not np.isnan(drawn.y).any(), "the line is broken"
    assert np.diff(drawn.x).max() < 0.05
    assert np.abs(drawn.y).max() == pytest.approx(1, abs=0.01)


async def test_what_is_live_is_sent_and_counted_while_a_year_is_on_the_screen(
    context, daphne, add_stream
):
    add_stream("long", like="sine", record=True, history=600, window=1, rate=20)
    scope = await Oscilloscope.open(context, daphne, "long")
    await scope.until("!document.getElementById('minimap').hidden")
    told = len(scope.received.told)
    await scope.enter("time", f"{YEAR / 10} s")
    # The memory of 12,000 samples in at least a thousand columns, not a year in as many.
    await scope.until_told("view", told)
    strides = [said["stride"] for said in scope.received.told[told:] if said["type"] == "view"]
    assert max(strides) <= 12
    await scope.until_received(100)
    await scope.until_text("rate", "20.0")


@in_session_loop
async def within(scope, recording):
    """Goes to the middle of an epoch, or of what lies behind it."""

    async def go(moment: float, window: float) -> None:
        await zoom(scope, DAY)
        await scope.page.keyboard.press("Space")
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(moment))
        await scope.page.fill("#go-to-time", text)
        await scope.click("go-to-submit")
        await scope.until(f"Math.abs({AT} - {moment + DAY / 2}) < 2")
        await scope.until_still()
        await zoom(scope, window)
        await scope.until(f"Math.abs({AT} - {moment + window / 2}) < 2")

    return go


async def test_steps_go_down_to_what_was_recorded_faster_than_what_is_live(
    scope, recording, within
):
    await within(recording.epochs[1].begin + 10 * DAY, 0.1)
    while not await scope.page.evaluate("toasts.some((said) => said.includes('nearer'))"):
        before = await scope.page.evaluate("drawn().window")
        await scope.page.keyboard.press("-")
        await scope.until(f"drawn().window < {before} || toasts.some((t) => t.includes('nearer'))")
    # Two samples a division of 2 kHz; the stream has 1 kHz now.
    assert await scope.page.evaluate("drawn().window") == pytest.approx(0.01)


async def test_where_nothing_was_recorded_is_shaded_though_nothing_else_is_seen(
    scope, recording, within
):
    await within(recording.epochs[1].end + 2 * DAY, DAY)
    await scope.until("shades().length === 1")
    assert "Lost 0" in await scope.page.inner_text("footer")


async def test_a_link_tells_two_moments_that_are_a_microsecond_apart(scope, recording, within):
    await within(recording.epochs[1].begin + 10 * DAY, 1e-5)
    await scope.until_still()
    there = await scope.page.evaluate(AT)
    await scope.page.keyboard.press("ArrowLeft")
    await scope.until(f"{AT} !== {there!r}")
    assert there - await scope.page.evaluate(AT) == pytest.approx(1e-6, abs=5e-7)
