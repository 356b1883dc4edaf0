"""Which measurements there are, over what, and over time: by mouse and by keys, live and frozen."""

import numpy as np
import pytest
import pytest_asyncio

from waves.tests.browser.oscilloscope import LIVE_OR_FROZEN, Oscilloscope

ROWS = "[...document.querySelectorAll('#measurements tr')].map((row) => row.innerText)"

#: How many measurements the first row was of, each time that it changed.
COUNTS = """() => {
  const table = document.getElementById("measurements");
  const note = () => counts.push(table.querySelector("td:last-child").textContent);
  globalThis.counts = [];
  note();
  const all = { subtree: true, childList: true, characterData: true };
  new MutationObserver(note).observe(table, all);
}"""


@pytest_asyncio.fixture(**LIVE_OR_FROZEN)
async def measured(request, context, daphne):
    """The page of sine, square and chirp, running or not."""
    query = "?measure=vpp,max&cursors=1&ct=0,0.004&cy=0,1"
    scope = await Oscilloscope.open(context, daphne, "waveforms", query)
    await scope.page.locator("#trigger-state[data-state=triggered]").wait_for()
    await scope.page.locator("#measurements tr").nth(1).wait_for()
    async with scope.as_asked(request.param):
        yield scope


async def until_row(scope: Oscilloscope, pattern: str) -> None:
    """Wait for a row of the table to read so, its cells parted by white space."""
    await scope.until(f"{ROWS}.some((row) => /{pattern}/.test(row))")


async def test_measurements_between_the_cursors_by_mouse_and_by_key(measured):
    scope = measured
    await until_row(scope, r"Vpp\s+2\.000 V")
    await scope.click("measure-between")
    await scope.until_text("measure-span", "Between the cursors.")
    # Of the trigger, where the sine is at its middle, and 4 ms of its 20 ms more.
    await until_row(scope, r"Vpp\s+(8|9)\d\d\.\d mV")
    drawn = await scope.drawn()
    zero = await scope.until("standing()")
    seen = drawn.y[(drawn.x >= zero - 1e-9) & (drawn.x <= zero + 0.004 + 1e-9)]
    row = scope.page.locator("#measurements tr").filter(has_text="Vpp")
    shown = (await row.locator("td").first.inner_text()).removesuffix(" mV")
    assert float(shown) / 1000 == pytest.approx(np.ptp(seen), abs=0.15)
    await scope.page.locator("#cursor-2").press("Shift+ArrowRight")
    await until_row(scope, r"Vpp\s+(1\.9|2\.0)\d+ V")
    await scope.page.locator("#measure-between").press("Space")
    await scope.until("document.getElementById('measure-span').textContent === ''")
    await scope.page.keyboard.press("c")
    # Without cursors there is nothing between them.
    await scope.until("document.getElementById('measure-between').disabled")


async def test_measurements_are_chosen_by_mouse_and_by_key(measured):
    scope, page = measured, measured.page
    await page.locator(".measurements summary").press("Enter")
    await page.locator("#choose-max").uncheck()
    await scope.until(f"{ROWS}.length === 1")
    await page.locator("#choose-min").press("Space")
    await until_row(scope, r"Min\S*\s+.400\.0 mV\s+.800\.0 mV")
    await page.locator("#measure-phase").wait_for(state="hidden")


async def test_phase_is_against_the_signal_that_is_chosen(measured):
    scope, page = measured, measured.page
    await page.locator(".measurements summary").click()
    await page.get_by_label("Phase", exact=True).check()
    reference = page.get_by_label("Phase against")
    # The square has twice the period of the sine: only against itself a signal has a phase.
    await until_row(scope, r"Phase\s+0 °\s+–")
    await reference.select_option("square")
    await until_row(scope, r"Phase\s+–\s+0 °")
    await reference.press("s")
    assert await reference.input_value() == "sine"
    await until_row(scope, r"Phase\s+0 °\s+–")
    await page.get_by_label("Phase", exact=True).press("Space")
    await reference.wait_for(state="hidden")


async def test_statistics_by_mouse_and_by_key(measured):
    scope, page = measured, measured.page
    await page.locator("#measure-statistics").press("Enter")
    await scope.until("document.querySelectorAll('#measure-head th').length === 6")
    heads = await page.locator("#measure-head th").all_inner_texts()
    assert heads[1:] == ["Now", "Mean", "Min", "Max", "N"]
    await until_row(scope, r"Vpp\s+2\.000 V\s+2\.000 V\s+2\.000 V\s+2\.000 V\s+\d")
    # Five measurements a second: whoever looks late no longer finds the first.
    await page.evaluate(COUNTS)
    await page.locator("#measure-reset").press("Space")
    await scope.until("counts.includes('1')")
    await until_row(scope, r"Vpp\s+2\.000 V\s+2\.000 V\s+2\.000 V\s+2\.000 V\s+\d+$")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.locator("#measure-copy").press("Enter")
    await scope.until_toast("The measurements are copied.")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert "Vpp of Sine\t2.000 V\t2.000 V" in copied
    await scope.click("measure-statistics")
    await until_row(scope, r"Vpp\s+2\.000 V\s+1\.600 V")


MANY = 64
FITS = (
    "((room) => room.clientWidth > 0 && room.scrollWidth <= room.clientWidth)"
    "(document.getElementById('measure-table').parentElement)"
)


@pytest.fixture
def many(add_stream, shared_site):
    """A stream of sixty-four signals with long names and a long unit."""
    key = add_stream("many", like="sine")
    for k in range(1, MANY):
        name = f"Pressure of the chamber number {k}"
        shared_site.add_signal(key, name=name, key=f"p{k}", unit="mbar", position=k)
    return "many"


@pytest.mark.parametrize("shown", [1, 2, 3, 4, 16, MANY])
async def test_the_table_is_whole_however_many_signals_there_are(many, context, daphne, shown):
    keys = "vpp,mean,rms,deviation,frequency,duty,riseTime"
    off = ",".join(f"p{k}" for k in range(shown, MANY))
    scope = await Oscilloscope.load(context, daphne, many, f"?measure={keys}&off={off}")
    cells = "document.querySelectorAll('#measurements td')"
    filled = f"[...{cells}].every((cell) => cell.textContent !== '')"
    await scope.until(f"{cells}.length === {7 * shown} && {filled}")
    await scope.until(FITS)
    rises = "[...document.querySelectorAll('#measure-table th')].map((head) => head.innerText)"
    assert "Rise time" in await scope.page.evaluate(rises)


@pytest.mark.parametrize("shown", [1, 4])
async def test_statistics_are_whole_too(many, context, daphne, shown):
    off = ",".join(f"p{k}" for k in range(shown, MANY))
    query = f"?measure=vpp,frequency,duty&mstats=1&off={off}"
    scope = await Oscilloscope.load(context, daphne, many, query)
    cells = "document.querySelectorAll('#measurements td')"
    filled = f"[...{cells}].every((cell) => cell.textContent !== '')"
    await scope.until(f"{cells}.length === {15 * shown} && {filled}")
    await scope.until(FITS)
