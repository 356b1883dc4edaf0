"""What labels and readings say: whole, true and apart, on a wide screen and on a phone."""

import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.plant.streams import QUANTITIES

STREAM = {
    "source": "python",
    "options": json.dumps({"function": "waves.tests.plant.streams.quantities"}),
    "rate": 100,
    "window": 2.0,
    "history": 60.0,
}
#: A wide one, and a phone.
SCREENS = [(1280, 800), (390, 844)]
#: Every text of the chart, and where it is, in CSS pixels.
TEXTS = """(() => {
  const list = chart().getZr().storage.getDisplayList().filter((shape) => shape.style?.text);
  return list.map((shape) => {
    const box = shape.getBoundingRect().clone();
    if (shape.transform) box.applyTransform(shape.transform);
    const { x, y, width, height } = box;
    return { text: shape.style.text, left: x, right: x + width, middle: y + height / 2 };
  });
})()"""
#: Where the plot is.
PLOT = """(() => {
  const [grid] = chart().getOption().grid;
  const { clientWidth, clientHeight } = document.getElementById("chart");
  return { left: grid.left, right: clientWidth - grid.right, bottom: clientHeight - grid.bottom,
    top: grid.top, width: clientWidth };
})()"""
PREFIXES = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "m": 1e-3, "µ": 1e-6, "n": 1e-9, "p": 1e-12}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def quantity(text: str, unit: str) -> float:
    """What a text such as "+1 GV" says, in ``unit``; the unit may be shortened."""
    found = re.fullmatch(r"([+−]?[\d.]+(?:e-?\d+)?) ?(.*)", text)
    assert found, text
    said = found[2]
    if said == unit or said.endswith("…"):
        return number(found[1])
    assert said.endswith(unit), f"{text} is not in {unit}"
    return number(found[1]) * PREFIXES[said.removesuffix(unit)]


def check_left_axis(texts: list[dict[str, Any]], plot: dict[str, float], unit: str) -> list[float]:
    """The values at the left axis, from the bottom up, each label within the picture."""
    left = [
        each
        for each in texts
        if each["right"] <= plot["left"] and each["middle"] < plot["bottom"] + 8
    ]
    above = [
        each
        for each in texts
        if each["middle"] < plot["top"] - 2 and each["left"] >= plot["left"] - 2
    ]
    labels = [each["text"] for each in sorted(left, key=lambda each: -each["middle"])]
    assert all(each["left"] >= 0 and each["right"] <= plot["width"] for each in texts), texts
    assert len(labels) >= 4
    assert len(set(labels)) == len(labels), labels
    offset = quantity(above[0]["text"], unit) if above else 0.0
    last = re.sub(r"^[−\d.]+(e-?\d+)?", "", labels[-1])
    return [offset + quantity(text.removesuffix(last) + last, unit) for text in labels]


async def test_every_label_is_whole_and_true_on_any_screen(context, daphne, add_stream):
    add_stream("quantities", like="noise", **STREAM)
    scope = await Oscilloscope.open(context, daphne, "quantities", "?axes=signal")
    for width, height in SCREENS:
        await scope.page.set_viewport_size({"width": width, "height": height})
        box = "document.getElementById('chart').clientWidth"
        await scope.until(f"innerWidth === {width} && chart().getWidth() === {box}")
        await check_labels(scope)


async def check_labels(scope: Oscilloscope) -> None:
    assert await scope.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for k, (_, _, unit, middle, ripple) in enumerate(QUANTITIES[:9]):
        await scope.page.locator("#signals .per-division").nth(k).click()
        await scope.until_drawn(
            f"Math.abs(drawn.low / 2 + drawn.high / 2 - {middle}) < {10 * ripple}"
        )
        await scope.until_frames()
        low, high, texts, plot = await scope.until(f"[drawn().low, drawn().high, {TEXTS}, {PLOT}]")
        values = check_left_axis(texts, plot, unit.strip())
        division = (high - low) / 8
        assert values[0] == pytest.approx(low, abs=division / 999)
        assert values[-1] == pytest.approx(high, abs=division / 999)


async def test_readings_have_the_digits_of_their_division_and_the_unit_as_it_is(
    context, daphne, add_stream
):
    add_stream("quantities", like="noise", **STREAM)
    scope = await Oscilloscope.open(context, daphne, "quantities", "?axes=signal")
    # Once the axis fits the signal.
    first = "document.querySelector('#signals td').textContent"
    await scope.until(f"/[.]\\d{{3}} Hz/.test({first})")
    now = await scope.page.locator("#signals td:nth-of-type(1)").all_text_contents()
    forms = [
        r"(49|50)\.\d{3} Hz",
        r"101\.32\d{3} kPa",
        r"(4999|5000)\.\d{3} m²",
        r"−?\d(\.\d{2,})? nA|−?\d{1,3}(\.\d+)? pA|0 A",
    ]
    forms += [r"0\.2\d{2}", r"pH 7\.2\d\d?|pH 7\.1\d\d?"]
    for text, form in zip(now, forms, strict=False):
        assert re.fullmatch(form, text), text


async def test_sixteen_signals_are_told_apart_in_rows_traces_and_files(
    context, daphne, add_stream, tmp_path
):
    add_stream("quantities", like="noise", **STREAM)
    scope = await Oscilloscope.open(context, daphne, "quantities")
    looks = await scope.until(
        """(() => {
          const all = chart().getZr().storage.getDisplayList();
          const traces = all.filter(({ name }) => /^signal-/.test(name ?? ""));
          const looks = traces.map(({ style }) => `${style.stroke} ${style.lineDash}`);
          return looks.length === 16 && looks;
        })()"""
    )
    assert len({look.split(") ")[0] for look in looks}) == 16
    assert sum("null" in look for look in looks) == 8
    tones = await scope.page.eval_on_selector_all(
        "#signals .signal",
        "(all) => all.map((e) => [e.style.getPropertyValue('--tone'), e.dataset.dash])",
    )
    assert len({tone for tone, _ in tones}) == 16
    assert [dash for _, dash in tones] == ["0"] * 8 + ["1"] * 8
    await scope.click("export-button")
    async with scope.page.expect_download() as download:
        await scope.click("export-svg")
    file = await download.value
    assert re.fullmatch(
        r"quantities-\d{4}-\d\d-\d\dT\d{6}(Z|[+-]\d{4})\.svg", file.suggested_filename
    )
    svg = (await file.path()).read_text()
    written = list(ET.fromstring(svg).itertext())
    assert any(re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC", text) for text in written)
    names = [text for text in written if text.startswith("a name")]
    assert names
    assert all("…" in text for text in names)
    assert svg.count("stroke-dasharray") >= 16


async def test_a_field_gives_the_keys_back_to_the_page_after_enter(noise):
    field = noise.page.locator("#time")
    await field.fill("1 min")
    await field.press("Enter")
    await noise.until("document.activeElement === document.body")
    await noise.until_text("fact-window", "10 min")
    await noise.page.keyboard.press("Space")
    await noise.until_state("paused")
    await field.fill("1,000")
    await field.press("Enter")
    await noise.until_toast("Is “1,000” 1000 or 1.000? Please type one of these.")
    assert await noise.page.evaluate("document.activeElement.id") == "time"


async def test_long_windows_have_the_time_of_day_at_their_axis(new_context, daphne, add_stream):
    context = await new_context(timezone_id="Asia/Kathmandu")
    add_stream("quantities", like="noise", **STREAM)
    scope = await Oscilloscope.open(context, daphne, "quantities", "?window=600")
    text = 'document.getElementById("clock").textContent'
    texts = f"{TEXTS}.map(({{ text }}) => text)"
    times = f"{texts}.filter((text) => /^\\d\\d:\\d\\d$/.test(text))"
    # The clock says the right end a few times a second, and the marks go with it.
    minutes = "((text) => 60 * Number(text.slice(0, 2)) + Number(text.slice(3, 5)))"
    later = f"({minutes}({text}) - {minutes}(times.at(-1)) + 1440) % 1440"
    is_clock = f"/^\\d\\d:\\d\\d:\\d\\d\\.\\d{{3}}$/.test({text})"
    await scope.until(f"((times) => times.length >= 8 && {is_clock} && {later} <= 2)({times})")
    await scope.page.locator("#time-axis").select_option("seconds")
    await scope.until(f"{texts}.includes('0 s')")
    await scope.until("location.search.includes('axis=seconds')")
    await scope.page.locator("#run").focus()
    await scope.page.keyboard.press("x")
    await scope.until(f"!{texts}.includes('0 s')")
