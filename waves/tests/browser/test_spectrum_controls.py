"""Every option of the spectrum, in its own data, on what runs and on what is frozen."""

import numpy as np
import pytest
import pytest_asyncio

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


@pytest_asyncio.fixture(loop_scope="session", params=[False, True], ids=["live", "frozen"])
async def analysed(request, context, daphne):
    """The spectrum of sine (50 Hz, 1 V), square and chirp, running or not."""
    scope = await Oscilloscope.load(context, daphne, "waveforms", "?view=spectrum&trigger=off")
    await scope.until("spectrum()?.signals[0].y.length > 100")
    await scope.until(
        "/From (199|20[012]) samples/.test(document.getElementById('fft-basis').textContent)"
    )
    if request.param:
        await scope.click("run")
        await scope.until_state("paused")
    yield scope
    await scope.until_state("paused" if request.param else "live")


async def choose(scope: Oscilloscope, option: str, value: str) -> None:
    await scope.page.select_option(f"#fft-{option}", value)


async def test_window_function_and_size_make_bins_and_leakage(analysed):
    scope = analysed
    # 200 samples hold ten periods. What is 25 to 31 Hz beside them is in a side lobe of the window
    # function: a rectangular one lets through far more.
    aside = "(({ x, y }) => Math.max(...y.filter((_, n) => Math.abs(x[n] - 78) < 3)))"
    aside += "(spectrum().signals[0])"
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
    await scope.page.locator("#fft-axis").press("l")
    await choose(scope, "axis", "log")
    await scope.until(f"spectrum().min === -1 && Math.abs({np.log10(500)} - spectrum().max) < 1e-6")
    await scope.page.locator("#fft-axis").press("ArrowUp")
    await scope.until("spectrum().min === 0 && spectrum().max === 500")


async def test_peaks_are_labelled_and_listed_as_many_as_are_asked_for(analysed):
    scope = analysed
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
    scope = analysed
    frozen = await scope.page.locator("#frozen").is_visible()
    await choose(scope, "averages", "4")
    await choose(scope, "averaging", "linear")
    if frozen:
        # The same samples once more are no second spectrum.
        await scope.until("!/mean of/.test(document.getElementById('fft-basis').textContent)")
    else:
        await scope.until_text("fft-basis", "mean of 4")
        await scope.page.locator("#fft-averages").press("8")
        await scope.until_text("fft-basis", "mean of 8")
        await scope.page.locator("#fft-averaging").press("e")
        await scope.until_text("fft-basis", "mean of 8")
        await choose(scope, "averaging", "off")
        await scope.until("!/mean of/.test(document.getElementById('fft-basis').textContent)")
    await scope.page.locator("#fft-hold").press("Space")
    await scope.until("spectrum().held === 3")
    # What is held of the chirp is never below what is.
    held = "traces('extra-held', 'spectrum')[2].y"
    if not frozen:
        # It sweeps, so that in the end it was higher everywhere below 100 Hz …
        below = f"{held}.filter((y, n) => spectrum().signals[2].x[n] < 90 && y > -20).length"
        most = await scope.until(f"{below} > 5 && {below}")
        await scope.until(f"{below} > {most} * 1.2")
    await scope.click("fft-reset")
    await scope.until(
        f"spectrum().held === 3 && {held}.every((y, n) => y >= spectrum().signals[2].y[n] - 1e-3)"
    )
    await scope.click("fft-hold")
    await scope.until("spectrum().held === 0")
