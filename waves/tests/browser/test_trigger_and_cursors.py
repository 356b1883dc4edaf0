"""The trigger, cursors and measurements, in what is drawn."""

import asyncio
import json
import re

import numpy as np
import pytest

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.server.processes import START_SECONDS

#: Of distinct pictures, where the signal rises through 0 next to an x, in pixels.
CROSSINGS = """async ([count, near]) => {
  const found = [];
  let former = null;
  while (found.length < count) {
    await new Promise(requestAnimationFrame);
    const picture = drawn();
    const { x, y } = picture.signals[0];
    if (y[10] === former) continue;
    former = y[10];
    const plot = document.getElementById("chart").clientWidth - 84;
    for (let k = 1; k < x.length; k += 1) {
      if (y[k - 1] >= 0 || y[k] < 0 || Math.abs(x[k] - near) > picture.window / 50) continue;
      const at = x[k - 1] + (x[k] - x[k - 1]) * y[k - 1] / (y[k - 1] - y[k]);
      found.push((at / picture.window) * plot);
    }
  }
  return found;
}"""


@pytest.fixture
def add_sine(add_stream, shared_site):
    """``add_sine(slug, hertz, **changes)``: a stream with one sine."""

    def add(slug: str, hertz: float, **changes: object) -> None:
        key = add_stream(slug, like="sine", **changes)
        parameters = json.dumps({"frequency": hertz})
        shared_site.execute(
            "UPDATE waves_signal SET parameters = ? WHERE stream_id = ?", parameters, key
        )

    return add


async def crossings_of(scope: Oscilloscope, count: int, near: float) -> list[float]:
    async with asyncio.timeout(4 * START_SECONDS):  # pictures that stand still would be waited for
        return await scope.page.evaluate(CROSSINGS, [count, near])


async def open_triggered(context, daphne, slug: str) -> Oscilloscope:
    scope = await Oscilloscope.open(context, daphne, slug)
    await until_trigger(scope, "triggered")
    return scope


async def until_trigger(scope: Oscilloscope, state: str) -> None:
    await scope.page.locator(f"#trigger-state[data-state={state}]").wait_for()


async def fill(scope: Oscilloscope, element: str, text: str) -> None:
    await scope.page.locator(f"#{element}").fill(text)
    await scope.page.locator(f"#{element}").press("Enter")


def value_at(drawn, x: float) -> float:
    return float(np.interp(x, drawn.x, drawn.y))


@pytest.mark.firefox
async def test_a_sine_stands_still_over_300_sweeps(context, daphne, add_sine):
    # Not a whole number of samples in a period: each sweep has its trigger elsewhere.
    add_sine("still", 50.03, rate=10_000.0, window=0.2, frames_per_second=50.0)
    scope = await open_triggered(context, daphne, "still")
    crossings = await crossings_of(scope, 300, -0.16)
    assert max(crossings) - min(crossings) < 0.5


async def test_a_million_samples_a_second_stand_still_in_sweeps(context, daphne, add_sine):
    add_sine("million", 5003.7, rate=1e6, window=0.001, history=2.0)
    scope = await open_triggered(context, daphne, "million")
    # Before the server's sweeps come, the page finds its own in the samples that it has.
    await scope.until_text("fact-mode", "sweeps")
    assert scope.received.of_type("view")[-1]["mode"] == "sweeps"
    crossings = await crossings_of(scope, 60, -0.0008)
    assert max(crossings) - min(crossings) < 0.5
    assert await scope.text("lost") == "0"
    assert not (await scope.drawn()).gaps
    await scope.click("run")
    await scope.until_state("paused")
    await scope.until_still()
    held = await scope.drawn()
    await scope.until_received(100_000)
    assert np.array_equal((await scope.drawn()).y, held.y)


async def test_without_a_trigger_a_window_too_fast_to_roll_is_shown_whole(
    context, daphne, add_sine
):
    add_sine("rushing", 5003.7, rate=1e6, window=0.001, history=2.0)
    scope = await Oscilloscope.open(context, daphne, "rushing", "?trigger=off")
    await scope.until_text("fact-mode", "sweeps")
    await scope.until_text("trigger-hint", "the newest windows")
    lost = await scope.text("lost")
    for _ in range(3):
        former = await scope.drawn()
        drawn = await scope.until_drawn(f"drawn.signals[0].y[9] !== {float(former.y[9])!r}")
        assert len(drawn.y) >= 1000
        assert not drawn.gaps
    assert await scope.text("lost") == lost
    await scope.click("run")
    await scope.until_state("paused")
    assert len((await scope.until_drawn("drawn.signals[0].y.length >= 1000")).y) >= 1000


async def test_normal_keeps_the_last_sweep_and_says_so(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    await scope.click("trigger-normal")
    await until_trigger(scope, "triggered")
    await fill(scope, "trigger-level", "5 V")
    await until_trigger(scope, "armed")
    await scope.until_still()
    held = await scope.drawn()
    await scope.until_received(300)
    assert np.array_equal((await scope.drawn()).y, held.y)
    await scope.until_text("trigger-hint", "the last sweep stays")
    await scope.page.keyboard.press("Escape")
    await scope.click("trigger-middle")
    await until_trigger(scope, "triggered")


async def test_auto_runs_free_where_nothing_triggers(context, daphne, add_stream):
    add_stream("free", like="noise", window=0.2)
    scope = await open_triggered(context, daphne, "free")
    await fill(scope, "trigger-level", "50 V")
    await until_trigger(scope, "auto")
    before = scope.place_of(await scope.drawn())
    await scope.until_received(200)
    assert scope.place_of(await scope.until_shown(before.stop)).start > before.start


async def test_single_stops_after_one_sweep_until_it_is_asked_again(context, daphne, add_stream):
    add_stream("single", like="noise", window=0.2)
    scope = await open_triggered(context, daphne, "single")
    await scope.page.keyboard.press("n")
    await until_trigger(scope, "stopped")
    await scope.until_still()
    held = await scope.drawn()
    await scope.until_received(300)
    assert np.array_equal((await scope.drawn()).y, held.y)
    # What is complete is a pause, and says so everywhere.
    await scope.until_state("paused")
    assert await scope.text("trigger-state") == "Held"
    assert await scope.text("run-label") == "Run"
    captured = await scope.text("paused")
    assert re.fullmatch(r"Captured \d\d:\d\d:\d\d\.\d{3}", captured)
    await scope.click("next")
    await scope.until_drawn(f"drawn.signals[0].y[0] !== {float(held.y[0])}")
    await until_trigger(scope, "stopped")
    assert scope.place_of(await scope.drawn()).start > scope.place_of(held).start
    said = "document.getElementById('paused').textContent"
    await scope.until(f"{said}.startsWith('Captured') && {said} !== {captured!r}")


async def test_what_was_captured_is_left_for_the_mode_before(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    await scope.click("trigger-normal")
    for way_out in ("Space", "End", "live", "run"):
        await scope.page.keyboard.press("n")
        await scope.until_state("paused")
        await scope.page.locator("#next").wait_for()
        await (scope.click(way_out) if way_out.islower() else scope.page.keyboard.press(way_out))
        await scope.page.locator("#trigger-normal[aria-pressed=true]").wait_for()
        await scope.until_state("live")
        await until_trigger(scope, "triggered")
        await scope.page.locator("#frozen").wait_for(state="hidden")


async def test_while_the_next_is_waited_for_what_is_seen_says_that_it_is_old(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    await scope.page.keyboard.press("n")
    await scope.until_text("paused", "Captured")
    assert not await scope.page.locator("#behind").is_visible()
    # The signal never comes so high.
    await scope.enter("trigger-level", "1.9 V")
    await scope.click("next")
    await scope.until_text("paused", "Waiting; this is of ")
    assert re.search(r"of \d\d:\d\d:\d\d\.\d{3}$", await scope.text("paused"))
    await scope.until_text("latency", "–")
    assert await scope.text("trigger-state") == "Armed"
    await scope.page.get_by_role("button", name="Stop waiting").click()
    await scope.page.locator("#trigger-auto[aria-pressed=true]").wait_for()
    await scope.page.locator("#frozen").wait_for(state="hidden")


async def test_what_is_captured_has_room_on_a_phone(new_context, daphne):
    phone = await new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    scope = await Oscilloscope.open(phone, daphne, "waveforms")
    await scope.click("trigger-single")
    await scope.until_text("paused", "Captured")
    for width, height in ((390, 844), (844, 390)):
        await scope.page.set_viewport_size({"width": width, "height": height})
        await scope.until(
            f"screen.width === {width} && document.documentElement.scrollWidth <= {width}"
        )
        assert await scope.page.evaluate("innerWidth") == width
        for name in ("next", "live", "paused"):
            box = await scope.page.locator(f"#{name}").bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


async def test_what_cannot_be_read_in_a_field_of_the_trigger_is_said(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    for name, words in (
        ("level", "a value of the signal"),
        ("holdoff", "a time, such as"),
        ("position", "from 0 % to 100 %"),
    ):
        await scope.enter(f"trigger-{name}", "abc")
        await scope.until_toast(words)
        await scope.page.locator(f"#trigger-{name}").press("Escape")
    await scope.click("trigger-off")
    await scope.until_text("trigger-hint", "The trigger is off")


async def test_a_link_to_what_was_captured_opens_it_and_leads_on(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    await scope.page.keyboard.press("n")
    await scope.until_text("paused", "Captured")
    captured = await scope.text("paused")
    await scope.until("location.search.includes('run=0')")
    again = await Oscilloscope.load(
        context, daphne, "waveforms", await scope.page.evaluate("location.search")
    )
    await again.until_text("paused", captured)
    await again.page.keyboard.press("End")
    await again.page.locator("#trigger-auto[aria-pressed=true]").wait_for()


async def test_level_and_position_move_by_mouse_and_by_keys(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    drawn = await scope.drawn()
    assert value_at(drawn, -0.16) == pytest.approx(0.6, abs=0.01)
    box = await scope.page.locator("#chart").bounding_box()
    mouse = scope.page.mouse
    handle = await handle_of(scope, "trigger-level")
    await mouse.move(box["x"] + handle["x"] - 4, box["y"] + handle["y"])
    await mouse.down()
    await mouse.move(box["x"] + handle["x"] - 4, box["y"] + handle["y"] - 60, steps=4)
    await mouse.up()
    level = float((await scope.page.locator("#trigger-level").input_value()).split()[0])
    assert level != 0.6
    level = level / 1000 if level > 2 else level
    drawn = await scope.until_drawn(f"Math.abs(valueAt(drawn, -0.16) - {level}) < 0.02")
    await scope.page.keyboard.press("[")
    await scope.until_drawn(f"Math.abs(valueAt(drawn, -0.16) - {level - 0.05}) < 0.02")
    for _ in range(6):
        await scope.page.keyboard.press(".")
    await scope.until_drawn(f"Math.abs(valueAt(drawn, -0.1) - {level - 0.05}) < 0.02")
    assert await scope.page.locator("#trigger-position").input_value() == "50 %"


async def handle_of(scope: Oscilloscope, element: str) -> dict[str, float]:
    """Where a triangle at the right border is, in pixels of the chart."""
    return await scope.until(
        "chart().getZr().storage.getDisplayList().filter(({ type, shape }) => type === 'polygon'"
        " && shape.points[0][0] > chart().getWidth() - 40)"
        ".map(({ shape }) => ({ x: shape.points[2][0] + 6, y: shape.points[2][1] }))[0]"
    )


async def test_the_address_brings_trigger_and_cursors_back(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    await scope.click("trigger-falling")
    await scope.page.keyboard.press("c")
    await scope.page.wait_for_url("**tslope=falling**cursors=1**")
    spread = await scope.text("cursor-dt")
    await scope.page.reload()
    await scope.until_usable()
    await until_trigger(scope, "triggered")
    await scope.until_drawn("valueAt(drawn, -0.159) < 0.6")
    await scope.until_text("cursor-dt", spread)


@pytest.mark.firefox
async def test_cursors_move_by_mouse_and_by_keys_and_read_what_is_drawn(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    page = scope.page
    await page.keyboard.press("c")
    await scope.until_text("cursor-dt", "40.00 ms")
    assert await scope.text("cursor-frequency") == "25.00 Hz"
    await page.keyboard.press("Shift+ArrowRight")
    await scope.until_text("cursor-dt", "20.00 ms")
    assert (await scope.drawn()).window == 0.2
    await scope.click("run")
    await scope.until_state("paused")
    drawn = await scope.drawn()
    box = await page.locator("#chart").bounding_box()
    x = await scope.until("chart().convertToPixel({ xAxisIndex: 0 }, -0.1)")
    await page.mouse.move(box["x"] + x, box["y"] + 200)
    await page.mouse.down()
    await page.mouse.move(box["x"] + x - 100, box["y"] + 200, steps=3)
    await page.mouse.up()
    at = await scope.until("chart().convertFromPixel({ xAxisIndex: 0 }, " + str(x - 100) + ")")
    read = await page.locator("#cursor-values tr").first.locator("td").first.text_content()
    number, unit = read.replace("−", "-").split()
    factor = 1e-3 if unit == "mV" else 1
    assert float(number) * factor == pytest.approx(value_at(drawn, at), abs=0.02)


@pytest.mark.firefox
async def test_measurements_are_those_of_what_is_drawn(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    rows = "[...document.querySelectorAll('#measurements tr')].map((row) => row.innerText)"
    await scope.until(f"/Vpp\\s+2\\.000 V\\s+1\\.600 V/.test({rows}[0])")
    await scope.until(f"/Frequency\\s+50\\.0\\d Hz\\s+25\\.00 Hz/.test({rows}[3])")
    await scope.page.get_by_text("Choose measurements").click()
    await scope.page.get_by_label("Crest factor").check()
    await scope.until(f"/Crest factor\\s+\\d/.test({rows}[5])")


async def test_statistics_count_and_begin_anew(context, daphne):
    scope = await open_triggered(context, daphne, "waveforms")
    await scope.click("measure-statistics")
    counted = "Number(document.querySelector('#measurements td:last-child').textContent)"
    await scope.until(f"{counted} > 4")
    await scope.click("run")
    await scope.click("measure-reset")
    assert await scope.until(f"{counted} === 1")
    await scope.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await scope.click("measure-copy")
    await scope.until_toast("copied")
    text = await scope.page.evaluate("navigator.clipboard.readText()")
    assert "Vpp of Sine\t2.000 V\t2.000 V" in text


async def test_of_columns_the_page_names_the_samples_that_it_measures(context, daphne, add_sine):
    add_sine("wide", 503.0, rate=500_000.0, window=2.0, history=4.0)
    scope = await Oscilloscope.open(context, daphne, "wide")
    await scope.until_text("measure-span", "its latest 16\u202f384 samples (32.8 ms)")
    rows = "[...document.querySelectorAll('#measurements tr')].map((row) => row.innerText)"
    await scope.until(f"/Frequency\\s+503\\.0 Hz/.test({rows}[3])")
    await scope.click("trigger-auto")
    await scope.until_text("trigger-hint", "too long")
