"""Reading a spectrum: under the pointer, by cursors, zoomed, and by the harmonics of a peak."""

import re

import pytest
from playwright.async_api import expect

from waves.tests.browser.conftest import in_session_loop
from waves.tests.browser.hands import Hands
from waves.tests.browser.oscilloscope import Oscilloscope

RANGE = "chart('spectrum').getOption().xAxis.map(({ min, max }) => ({ min, max }))[0]"
#: Texts over the spectrum, their boxes and their font.
TEXTS = """chart("spectrum").getZr().storage.getDisplayList()
  .filter(({ type, z }) => type === "tspan" && z >= 6)
  .map((shape) => {
    const { x, y, width, height } = shape.getBoundingRect();
    return { text: shape.style.text, font: shape.style.font, left: x, top: y, width, height };
  })"""


@in_session_loop
async def spectrum(context, daphne) -> Oscilloscope:
    """A paused spectrum of sine (50 Hz), square and chirp, of bins of about 0.24 Hz."""
    scope = await Oscilloscope.load(context, daphne, "waveforms", "?view=spectrum&off=chirp")
    await scope.until("spectrum()?.signals[0].y.length > 100")
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    await scope.page.locator("#fft-peak-rows tr").first.wait_for()
    return scope


async def at(scope: Oscilloscope, hertz: float) -> tuple[float, float]:
    """The place of a frequency on the page, at the height of the highest level there."""
    px, py = await scope.page.evaluate(
        """(hertz) => {
          const near = ({ x, y }) => y.filter((_, n) => Math.abs(x[n] - hertz) < 1);
          const all = spectrum().signals.flatMap(near);
          const to = (axis, value) => chart("spectrum").convertToPixel({ [axis]: 0 }, value);
          return [to("xAxisIndex", hertz), to("yAxisIndex", Math.max(...all))];
        }""",
        hertz,
    )
    box = await scope.page.locator("#spectrum").bounding_box()
    assert box
    return box["x"] + px, box["y"] + py


async def test_the_pointer_reads_the_nearest_bin_of_each_signal(spectrum):
    page = spectrum.page
    await page.mouse.move(*await at(spectrum, 50))
    readout = page.locator("#fft-readout")
    await expect(readout).to_contain_text(re.compile(r"^50\.0\d? Hz"))
    # A sine of 1 V is 0.707 V RMS; a bin beside its top is a little less.
    text = re.sub(r"\s+", " ", await readout.inner_text())
    level = re.search(r"Sine −(\d\.\d) dBV", text)
    assert level, text
    assert float(level[1]) == pytest.approx(3.2, abs=0.4)
    assert "Square" in text
    hair = await page.locator("#fft-hair").bounding_box()
    assert hair
    assert hair["x"] == pytest.approx((await at(spectrum, 50))[0], abs=2)
    await page.mouse.move(5, 5)
    await expect(readout).to_be_hidden()


async def test_the_wheel_zooms_about_the_pointer_and_keys_and_buttons_do_too(spectrum):
    page = spectrum.page
    # A tone of the square: what is beside tones is below the plot.
    place = await at(spectrum, 75)
    await page.mouse.move(*place)
    for top in (390, 310, 250):
        await page.mouse.wheel(0, -100)
        await spectrum.until(f"({RANGE}).max < {top}")
    assert (await at(spectrum, 75))[0] == pytest.approx(place[0], abs=2)
    zoomed = await spectrum.until(RANGE)
    await page.mouse.down()
    await page.mouse.move(place[0] - 60, place[1], steps=3)
    await page.mouse.up()
    await spectrum.until(f"({RANGE}).min > {zoomed['min']} + 1")
    await spectrum.click("fft-all")
    await spectrum.until(f"({RANGE}).min === 0 && ({RANGE}).max === 500")
    await page.locator("#fft-in").press("Enter")
    await spectrum.until(f"({RANGE}).min > 80 && ({RANGE}).max < 420")
    await page.locator("#spectrum").press("ArrowLeft")
    await spectrum.until(f"({RANGE}).min < 60")
    # Its keys act on the spectrum alone.
    assert await spectrum.text("time") == "20 ms"
    await page.locator("#spectrum").press("+")
    await page.locator("#spectrum").press("Home")
    await spectrum.until(f"({RANGE}).min === 0 && ({RANGE}).max === 500")
    assert await spectrum.text("time") == "20 ms"


async def test_cursors_are_dragged_typed_and_moved_by_bins(spectrum):
    page = spectrum.page
    await spectrum.click("fft-cursors")
    first, second = page.locator("#fft-cursor-1"), page.locator("#fft-cursor-2")
    await expect(first).to_have_value(re.compile(r"^125(\.0+)? Hz$"))
    await second.fill("50 Hz")
    await second.press("Enter")
    await expect(second).to_have_value(re.compile(r"^50\.0\d? Hz$"))
    await expect(page.locator("#fft-level-2")).to_have_text(re.compile(r"^−[23]\.\d dBV$"))
    await second.press("ArrowUp")
    await expect(second).to_have_value(re.compile(r"^50\.[23]\d? Hz$"))
    start, end = await at(spectrum, 125), await at(spectrum, 150)
    await page.mouse.move(*start)
    await page.mouse.down()
    await page.mouse.move(end[0], start[1], steps=3)
    await page.mouse.up()
    await expect(first).to_have_value(re.compile(r"^1(49|50)\.\d+ Hz$"))
    await expect(page.locator("#fft-cursor-distance")).to_have_text(
        re.compile(r"^(99|100)\.\d+ Hz$")
    )
    await expect(page.locator("#fft-cursor-difference")).to_have_text(re.compile(r"^\S+ dB$"))


async def test_harmonics_of_a_peak_are_marked_by_click_and_by_key(spectrum):
    page = spectrum.page
    names = f"({TEXTS}).map(({{ text }}) => text).filter((text) => /^\\d*f$/.test(text))"
    # The square of 25 Hz has odd harmonics: 75 Hz is its third.
    await page.mouse.click(*await at(spectrum, 25))
    found = await spectrum.until(f"({names}).length > 3 && {names}")
    assert found[:4] == ["f", "2f", "3f", "4f"]
    row = page.locator("#fft-harmonic-rows tr").nth(2)
    await expect(row).to_contain_text(re.compile(r"3f\s*75\.0"))
    lines = await spectrum.until(
        "chart('spectrum').getZr().storage.getDisplayList()"
        ".filter(({ type, style }) => type === 'line' && style.lineDash)"
        ".map(({ shape }) => shape.x1)"
    )
    box = await page.locator("#spectrum").bounding_box()
    assert box
    third = (await at(spectrum, 75))[0] - box["x"]
    assert min(abs(each - third) for each in lines) < 2
    await page.locator("#spectrum").press("Escape")
    await spectrum.until(f"({names}).length === 0")
    # The highest peak first, which is the sine.
    await page.locator("#fft-next-peak").press("Enter")
    await expect(page.locator("#fft-harmonic-rows td").first).to_have_text(
        re.compile(r"^(50|25)\.0")
    )
    await spectrum.click("fft-no-peak")
    await expect(page.locator("#fft-harmonics")).to_be_hidden()


async def test_labels_of_peaks_are_in_the_type_of_the_page_and_apart(spectrum):
    await spectrum.page.select_option("#fft-peaks", "10")
    texts = await spectrum.until(f"(({TEXTS}).length > 4) && ({TEXTS})")
    box = await spectrum.page.locator("#spectrum").bounding_box()
    assert box
    for one in texts:
        assert "ui-sans-serif" in one["font"]
        assert one["left"] >= 4
        assert one["left"] + one["width"] <= box["width"] - 4
        for other in texts:
            apart = (
                abs(one["left"] - other["left"]) > min(one["width"], other["width"]) + 8
                or abs(one["top"] - other["top"]) > one["height"] + 4
            )
            assert one is other or apart, (one["text"], other["text"])


async def test_fingers_zoom_the_spectrum_too(new_context, daphne):
    phone = await new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    scope = await Oscilloscope.load(phone, daphne, "waveforms", "?view=spectrum")
    await scope.until("spectrum()?.signals[0].y.length > 100")
    box = await scope.page.locator("#spectrum").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await Hands(scope).slide([(x - 30, y), (x + 30, y)], [(x - 90, y), (x + 90, y)])
    await scope.until(f"({RANGE}).min > 50 && ({RANGE}).max < 450")
