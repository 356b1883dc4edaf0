"""Spectrum, table, vertical controls, references, auto-set and exports."""

import csv
import re
import struct
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from waves.tests.browser.oscilloscope import Oscilloscope


@pytest.fixture
def waveforms(context, daphne):
    """Opens the page of sine (50 Hz, 1 V), square and chirp."""

    async def opened(query: str = "") -> Oscilloscope:
        return await Oscilloscope.open(context, daphne, "waveforms", query)

    return opened


@pytest.mark.firefox
async def test_the_spectrum_shows_the_frequency_and_level_of_a_sine(waveforms):
    scope = await waveforms()
    await scope.click("view-spectrum")
    told = await scope.until("spectrum()?.signals[0].y.length > 100 && spectrum()")
    x, y = (np.array(told["signals"][0][axis]) for axis in "xy")
    above_dc = x > 20
    assert x[above_dc][y[above_dc].argmax()] == pytest.approx(50, abs=1)
    assert y[above_dc].max() == pytest.approx(-3.01, abs=0.1)
    row = scope.page.locator("#fft-peak-rows tr").filter(has_text="Sine").first
    await row.filter(has_text="50.00 Hz").wait_for()
    assert "−3.0 dBV" in await row.inner_text()


async def test_the_spectrum_follows_its_options_on_a_frozen_view(waveforms):
    scope = await waveforms()
    await scope.click("view-spectrum")
    await scope.until("spectrum()?.signals[0].y.length > 100")
    await scope.click("run")
    await scope.page.select_option("#fft-axis", "log")
    assert (await scope.until("spectrum().min === -1 && spectrum()"))["max"] == pytest.approx(
        np.log10(500)
    )
    await scope.page.select_option("#fft-scale", "linear")
    peak = await scope.until("Math.max(...spectrum().signals[1].y) > 0 && spectrum()")
    assert max(peak["signals"][1]["y"]) == pytest.approx(0.8 * 4 / np.pi / np.sqrt(2), rel=0.02)
    await scope.click("fft-hold")
    await scope.until("spectrum().held === 3")
    await scope.until("location.search.includes('fh=1')")
    await scope.page.reload()
    await scope.until_usable()
    await scope.until("spectrum()?.min === -1 && spectrum().held === 3")


async def test_the_spectrum_of_columns_is_made_of_the_latest_samples_at_full_rate(
    context, daphne, add_stream
):
    add_stream("quick", like="waveforms", rate=200_000)
    query = "?trigger=off&view=spectrum&fn=16384"
    scope = await Oscilloscope.load(context, daphne, "quick", query)
    await scope.until_text("fact-mode", "min and max of")
    await scope.until_text("fft-basis", "From the latest 16\u202f384 samples at full rate, 81.9 ms")
    assert (await scope.until("spectrum()"))["max"] == pytest.approx(100_000)


async def test_the_table_shows_the_samples_that_came_and_is_turned_by_keys(context, waveforms):
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    scope = await waveforms("?trigger=off")
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.19")
    await scope.click("view-table")
    await scope.click("run")
    await scope.page.locator("#samples tr").nth(99).wait_for()
    await scope.until_state("paused")
    await scope.page.locator("#samples-older").focus()
    await scope.page.keyboard.press("Enter")
    await scope.until_text("samples-range", "101 to 200")
    await scope.click("samples-newest")
    await scope.until_text("samples-range", "Newest first: 1 to 100 of 20")
    rows = await scope.page.locator("#samples tr").all_inner_texts()
    for row in (re.split(r"\s+", text.strip()) for text in rows):
        assert float(row[2]) == pytest.approx(scope.samples[int(row[0])], abs=1e-6)
    await scope.click("samples-copy")
    await scope.until_toast("100 rows are copied")
    copied = await scope.page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0].split("\t")[:3] == ["Sample", "Time (s)", "Sine (V)"]
    assert copied.count("\n") == 100


@pytest.mark.firefox
async def test_csv_of_window_and_history_are_the_samples_that_came(waveforms, tmp_path):
    scope = await waveforms("?trigger=off")
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.19")
    await scope.click("run")
    window = rows_of(await download(scope, "export-window", tmp_path))
    history = rows_of(await download(scope, "export-history", tmp_path))
    for rows, least in ((window, 200), (history, 500)):
        assert rows[0] == ["sample", "time (s)", "Sine (V)", "Square (V)", "Chirp (V)"]
        indices = np.array([int(row[0]) for row in rows[1:]])
        assert len(indices) >= least
        assert (np.diff(indices) == 1).all()
    values = {int(row[0]): row for row in history[1:]}
    for row in window[1:]:
        assert np.float32(row[2]) == np.float32(scope.samples[int(row[0])])
        assert row[2:] == values[int(row[0])][2:]
        assert float(row[1]) == pytest.approx(float(values[int(row[0])][1]), abs=2e-6)


async def test_csv_between_the_cursors_holds_less_than_the_window(waveforms, tmp_path):
    scope = await waveforms()
    await scope.page.get_by_role("button", name="Cursors", exact=True).click()
    rows = rows_of(await download(scope, "export-cursors", tmp_path))
    assert 2 < len(rows) < 190


@pytest.mark.firefox
@pytest.mark.parametrize("view", ["time", "spectrum"])
async def test_a_picture_says_what_it_shows(waveforms, tmp_path, view):
    scope = await waveforms()
    if view == "spectrum":
        await scope.click("view-spectrum")
        await scope.until("spectrum()?.signals[0].y.length > 100")
    svg = (await download(scope, "export-svg", tmp_path)).read_text()
    # A browser refuses a file that is not well-formed.
    drawing = ET.fromstring(svg)
    written = " ".join(drawing.itertext())
    for word in ("Waveforms", "Sine", "Square", "Chirp", "ms/div"):
        assert word in written
    assert svg.count("<path") > 10
    png = (await download(scope, "export-png", tmp_path)).read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG")
    box = await scope.page.locator("#chart").bounding_box()
    assert width == 2 * round(box["width"])
    assert height > 2 * box["height"]


async def test_a_signal_is_moved_by_its_handle_and_scaled_on_its_own(waveforms):
    scope = await waveforms()
    await scope.page.select_option("#y-axes", "signal")
    await scope.page.locator("#signals .per-division").nth(1).click()
    await scope.page.fill("#y", "1 V")
    await scope.page.keyboard.press("Enter")
    await scope.until("chart().getOption().yAxis[0].max === 4")
    box = await scope.page.locator("#chart").bounding_box()
    level = await scope.until("chart().convertToPixel({ yAxisIndex: 0 }, 0)")
    division = level - await scope.until("chart().convertToPixel({ yAxisIndex: 0 }, 1)")
    await scope.page.mouse.move(box["x"] + 68, box["y"] + level)
    await scope.page.mouse.down()
    await scope.page.mouse.move(box["x"] + 68, box["y"] + level + 2 * division, steps=4)
    await scope.page.mouse.up()
    await scope.until("chart().getOption().yAxis[0].max === 6")
    readings = await scope.page.locator("#signals .per-division").all_inner_texts()
    assert readings[1] == "1 V/div"
    assert readings[0] != readings[1]
    await scope.until("location.search.includes('square:2:1')")
    await scope.page.reload()
    await scope.until_usable()
    await scope.until("globalThis.drawn?.()?.high === 6")


async def test_auto_set_shows_four_periods_of_each_signal_in_its_place(waveforms):
    scope = await waveforms()
    await scope.page.keyboard.press("o")
    drawn = await scope.until_drawn("drawn.window === 0.1 && drawn.signals[0].x[0] <= -0.09")
    axes = await scope.until("chart().getOption().yAxis.map(({ min, max }) => ({ min, max }))")
    places = [
        [(value - axis["min"]) / (axis["max"] - axis["min"]) for value in (min(ys), max(ys))]
        for axis, ys in zip(axes, (signal["y"] for signal in drawn.signals), strict=True)
    ]
    assert places[0][0] > places[1][1]
    assert places[1][0] > places[2][1]


async def test_a_reference_stays_until_it_is_removed(waveforms):
    drawn = "traces('extra-reference').length"
    scope = await waveforms()
    await scope.page.keyboard.press("r")
    await scope.until(f"{drawn} === 1")
    await scope.page.locator("#signals .per-division").nth(2).click()
    await scope.click("reference-add")
    await scope.until(f"{drawn} === 2")
    await scope.page.reload()
    await scope.until_usable()
    await scope.until(f"globalThis.drawn?.() && {drawn} === 2")
    await scope.page.get_by_role("button", name="Remove the reference Sine").click()
    await scope.until(f"{drawn} === 1")


async def download(scope: Oscilloscope, item: str, folder: Path) -> Path:
    """What an entry of the export menu gives."""
    await scope.page.keyboard.press("d")
    async with scope.page.expect_download() as started:
        await scope.click(item)
    file = await started.value
    path = folder / file.suggested_filename
    await file.save_as(path)
    return path


def rows_of(path: Path) -> list[list[str]]:
    with path.open(newline="") as lines:
        return list(csv.reader(lines))
