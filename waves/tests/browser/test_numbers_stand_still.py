"""Numbers and lines that keep their places while they are read."""

import json
import re

import pytest
from playwright.async_api import expect

from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope

WANDERING = {
    "source": "python",
    "options": json.dumps({"function": "waves.tests.plant.streams.wandering"}),
    "rate": 100,
    "window": 0.2,
    "history": 10.0,
}
#: What measurement and row of the signal said, and where what is beside numbers stood.
WATCH = """() => {
  const one = (selector) => document.querySelector(selector);
  globalThis.said = { measured: new Set(), now: new Set(), left: new Set(), foot: new Set() };
  const look = () => {
    said.measured.add(one("#measurements td").textContent);
    said.now.add(one("#signals td").textContent);
    said.left.add(one("#measure-head th:last-child").getBoundingClientRect().left);
    const foot = ["#rate", "#latency", "#lost"].map((id) => one(id).getBoundingClientRect().left);
    said.foot.add(foot.join());
  };
  const all = { subtree: true, childList: true, characterData: true };
  new MutationObserver(look).observe(document, all);
}"""
#: Labels of times at the axis, by their pixels.
TIMES = """chart().getZr().storage.getDisplayList()
  .filter(({ type, style }) => type === "tspan" && /^\\d\\d\\.\\d+$/.test(style.text))
  .map(({ style, transform }) => ({ text: style.text, px: transform?.[4] ?? style.x }))"""
PIXEL = "chart().convertToPixel({{ {axis}AxisIndex: 0 }}, {value})"


async def test_a_value_between_999_millivolts_and_1_volt_keeps_its_prefix_and_its_place(
    add_stream, context, daphne
):
    add_stream("wandering", "noise", **WANDERING)
    scope = await Oscilloscope.load(context, daphne, "wandering", "?measure=max&trigger=off")
    # How many decimals there are is of what was seen first.
    await scope.until("document.querySelector('#measurements td')?.textContent.startsWith('1.01')")
    await scope.page.evaluate(WATCH)
    await scope.until("said.measured.size > 1 && said.now.size > 1")
    said = await scope.page.evaluate(
        "Object.fromEntries(Object.entries(said).map(([name, each]) => [name, [...each]]))"
    )
    assert {float(text.removesuffix(" V")) for text in said["measured"]} == {0.999, 1.01}
    assert len({re.sub(r"\d", "0", text) for text in said["measured"]}) == 1
    assert {re.sub(r"0+", "0", re.sub(r"\d", "0", text)) for text in said["now"]} == {"0.0 V"}
    assert len(said["now"]) > 1
    assert len(said["left"]) == len(said["foot"]) == 1


async def test_the_grid_of_a_paused_view_moves_with_the_samples_on_round_times(noise):
    hands = Hands(noise)
    await noise.page.keyboard.press("Space")
    await noise.until_state("paused")
    await noise.until_still()
    before = {
        each["text"]: each["px"]
        for each in await noise.until(f"(({TIMES}).length > 5) && ({TIMES})")
    }
    start = await hands.at(-1.5)
    await hands.drag(start, right=150)
    await noise.until_at_rest()
    after = {
        each["text"]: each["px"]
        for each in await noise.until(f"(({TIMES}).length > 5) && ({TIMES})")
    }
    both = before.keys() & after.keys()
    assert len(both) > 3
    for text in both:
        assert after[text] - before[text] == pytest.approx(150, abs=1.5)
    # They are the times of the clock, which says that of the right end a few times a second.
    away = f"""({TIMES}).map(({{ text, px }}) => {{
      const end = Number(document.querySelector("#clock").textContent.slice(-6));
      const x = chart().convertFromPixel({{ xAxisIndex: 0 }}, px);
      return Math.abs(((Number(text) - end - x + 90) % 60) - 30);
    }})"""
    await noise.until(f"Math.max(...{away}) < 0.004")
    for text in after:
        assert float(text) * 5 == pytest.approx(round(float(text) * 5))


async def test_from_the_trigger_the_grid_of_a_paused_view_counts_in_divisions(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?window=0.1")
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    hands = Hands(scope)
    await hands.drag(await hands.at(-0.05), right=31)
    # Once the address tells it, it is drawn.
    await scope.until("location.search.includes('end=')")
    await scope.until_still()
    labels = (
        "chart().getZr().storage.getDisplayList().filter(({ type, z, style }) =>"
        " type === 'tspan' && /^−?\\d+( ms)?$/.test(style.text) && style.textAlign === 'center')"
        ".map(({ style, transform }) => [style.text, transform?.[4] ?? style.x])"
    )
    found = await scope.until(f"(({labels}).length > 5) && ({labels})")
    zero = await scope.until("chart().convertToPixel({ xAxisIndex: 0 }, standing())")
    right, left = [await scope.until(PIXEL.format(axis="x", value=at)) for at in ("-1e-9", -0.1)]
    width = right - left
    for text, px in found:
        milliseconds = float(text.removesuffix(" ms").replace("−", "-"))
        assert milliseconds % 10 == 0
        assert px - zero == pytest.approx(milliseconds / 100 * width, abs=1.5)


async def test_an_axis_that_was_dragged_stands_on_tenths_of_a_division(context, daphne):
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?y=sine:0:0.5")
    hands = Hands(scope)
    zero, up = [await scope.until(PIXEL.format(axis="y", value=value)) for value in (0, 0.5)]
    height = zero - up
    await hands.drag(await hands.at(-0.1, up=0.7), down=1.16 * height)
    # Where the hand was is -1.42, and a drag draws on its way.
    await scope.until_drawn("Math.abs(drawn.low + 1.4) < 1e-9")


async def test_frames_a_second_stand_behind_a_click(noise):
    footer = noise.page.locator("footer")
    for shown in ["rate", "latency", "lost"]:
        await expect(noise.page.locator(f"#{shown}")).to_be_visible()
    await expect(noise.page.locator("#drawn")).to_be_hidden()
    await footer.get_by_text("Details").press("Enter")
    await expect(noise.page.locator("#drawn")).to_have_text(re.compile(r"^\d+ fps$"))
    await expect(noise.page.locator("#connected")).to_be_visible()
    await footer.get_by_text("Details").click()
    await expect(noise.page.locator("#drawn")).to_be_hidden()
