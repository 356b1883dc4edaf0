"""Every option of the spectrum, in its own data, on what runs and on what is frozen."""

import numpy as np
import pytest

from waves.tests.browser.conftest import in_session_loop
from waves.tests.browser.oscilloscope import Oscilloscope

#: Highest value of a signal (by its place) above 20 Hz, and the frequency that it is at.
TOP = """(k) => {
  const { x, y } = spectrum().signals[k];
  const first = x.findIndex((hertz) => hertz > 20);
  const at = y.reduce((best, each, n) => (n > first && each > y[best] ? n : best), first);
  return { x: x[at], y: y[at] };
}"""
#: How many labels of peaks are drawn: in front of everything but the handles.
LABELS = (
    "chart('spectrum').getZr().storage.getDisplayList()"
    ".filter(({ type, z }) => type === 'tspan' && z === 6).length"
)
STEP = "(spectrum().signals[0].x[1] - spectrum().signals[0].x[0])"


@in_session_loop
async def analysed(context, daphne) -> Oscilloscope:
    """The spectrum of sine (50 Hz, 1 V), square and chirp."""
    scope = await Oscilloscope.load(context, daphne, "waveforms", "?view=spectrum&trigger=off")
    await scope.until("spectrum()?.signals[0].y.length > 100")
    await scope.until(
        "/From (199|20[012]) samples/.test(document.getElementById('fft-basis').textContent)"
    )
    return scope


async def choose(scope: Oscilloscope, option: str, value: str) -> None:
    await scope.page.select_option(f"#fft-{option}", value)


async def test_window_function_and_size_make_bins_and_leakage(analysed):
    scope = analysed
    async for _ in scope.live_and_frozen():
        # What is 25 to 31 Hz beside the sine is in a side lobe of the window function: a
        # rectangular one lets through far more.
        aside = "(({ x, y }) => Math.max(...y.filter((_, n) => Math.abs(x[n] - 78) < 3)))"
        aside += "(spectrum().signals[0])"
        await choose(scope, "window", "hann")
        await scope.until(f"{aside} < -40")
        await choose(scope, "window", "rectangular")
        await scope.until(f"{aside} > -35")
        await choose(scope, "window", "flatTop")
        top = await scope.until(f"{aside} < -40 && ({TOP})(0)")
        assert top["y"] == pytest.approx(-3.01, abs=0.05)
        await choose(scope, "size", "1024")
        await scope.until(f"Math.abs({STEP} - 1000 / 1024) < 1e-3")
        # By key: the next size.
        await scope.page.locator("#fft-size").press("ArrowDown")
        await scope.until(f"Math.abs({STEP} - 1000 / 2048) < 1e-3")


async def test_amplitude_scale_and_axes(analysed):
    scope = analysed
    async for _ in scope.live_and_frozen():
        await choose(scope, "step", "10")
        await choose(scope, "amplitude", "peak")
        await scope.until(f"Math.abs(({TOP})(0).y) < 0.1")
        await choose(scope, "scale", "linear")
        await scope.until(f"Math.abs(({TOP})(0).y - 1) < 0.02")
        await scope.page.locator("#fft-amplitude").press("r")
        await scope.until(f"Math.abs(({TOP})(0).y - 0.707) < 0.02")
        await scope.page.locator("#fft-scale").press("d")
        await scope.until(f"Math.abs(({TOP})(0).y + 3.01) < 0.1")
        division = "chart('spectrum').getOption().yAxis[0].interval"
        await scope.until(f"{division} === 10")
        await choose(scope, "step", "20")
        await scope.until(f"{division} === 20")
        await scope.page.locator("#fft-step").press("5")
        await scope.until(f"{division} === 5")
        await scope.page.locator("#fft-axis").press("l")
        await choose(scope, "axis", "log")
        await scope.until(
            f"spectrum().min === -1 && Math.abs({np.log10(500)} - spectrum().max) < 1e-6"
        )
        await scope.page.locator("#fft-axis").press("ArrowUp")
        await scope.until("spectrum().min === 0 && spectrum().max === 500")


async def test_peaks_are_labelled_and_listed_as_many_as_are_asked_for(analysed):
    scope = analysed
    async for _ in scope.live_and_frozen():
        rows = (
            "[...document.querySelectorAll('#fft-peak-rows th')]"
            ".filter(({ textContent }) => textContent === 'Square').length"
        )
        await choose(scope, "peaks", "1")
        await scope.until(f"{rows} === 1 && {LABELS} >= 1 && {LABELS} <= 3")
        await choose(scope, "peaks", "3")
        await scope.until(f"{rows} === 3")
        await scope.page.locator("#fft-peaks").press("0")
        await scope.until(f"{LABELS} === 0 && {rows} === 0")


async def test_averaging_hold_and_reset(analysed):
    scope, page = analysed, analysed.page
    await choose(scope, "averages", "4")
    await choose(scope, "averaging", "linear")
    await scope.until_text("fft-basis", "mean of 4")
    await page.locator("#fft-averages").press("8")
    await scope.until_text("fft-basis", "mean of 8")
    await page.locator("#fft-averaging").press("e")
    assert await page.locator("#fft-averaging").input_value() == "exponential"
    await scope.until_text("fft-basis", "mean of 8")
    await choose(scope, "averaging", "off")
    await scope.until("!/mean of/.test(document.getElementById('fft-basis').textContent)")
    await page.locator("#fft-hold").press("Space")
    # Two sweeps of the chirp. Its jump from end to start lifts the whole spectrum, so that a
    # picture frozen at that moment would lie above all that was held before it.
    await scope.until_received(2000)
    # Where the chirp was, what is held stays (dB).
    above = "((now, held) => held?.y.filter((y, n) => y > now.y[n] + 10).length)"
    above += "(spectrum().signals[2], traces('extra-held', 'spectrum')[2])"
    await scope.until(f"{above} > 0")
    # Of what is frozen there is one spectrum, and nothing is above it.
    await scope.click("run")
    await scope.until_state("paused")
    assert await scope.until(f"{above} > 0")
    await scope.click("fft-reset")
    await scope.until(f"spectrum().held === 3 && {above} === 0")
    await scope.click("fft-hold")
    await scope.until("spectrum().held === 0")
    await page.locator("#fft-reset").press("Enter")
    await choose(scope, "averaging", "linear")
    await scope.until("!/mean of/.test(document.getElementById('fft-basis').textContent)")
