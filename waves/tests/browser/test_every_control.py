"""Whatever can be operated has a name, is reached by Tab, and shows that it has the focus."""

import re
import time

import pytest
from playwright.async_api import expect

from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.browser.recording import Epoch, Recording

#: What can be operated; dialogs and the menu of the plot have the page's focus for themselves.
OPERABLE = (
    ":is(a[href], button, input, select, summary, [role=slider], [tabindex='0'])"
    ":not([type=hidden], dialog *, #plot-menu *)"
)
#: Names what can be operated for a report, and collects of what gets the focus how wide an
#: outline it shows.
WATCH = f"""() => {{
  const labels = ["aria-label", "aria-labelledby", "title"];
  globalThis.named = (element) => element.id || element.textContent.trim()
    && labels.map((name) => element.getAttribute(name)).find(Boolean) || element.textContent.trim();
  globalThis.operable = () => [...document.querySelectorAll("{OPERABLE}")];
  globalThis.focused = {{}};
  document.addEventListener("focusin", ({{ target }}) => {{
    const {{ outlineStyle, outlineWidth, outlineColor }} = getComputedStyle(target);
    const isSeen = outlineStyle !== "none" && !/, 0\\)$/.test(outlineColor);
    focused[named(target)] = isSeen ? parseFloat(outlineWidth) : 0;
  }});
}}"""
UNFOLD = "document.querySelectorAll('details').forEach((e) => { e.open = true })"
#: What is there where a source reads lines: here it is as with `test_serial.py`.
LOGGED = "document.getElementById('log').hidden = false"
SHOWN = """operable()
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.disabled)
  .map(named)"""
#: Together these show everything that there is.
STATES = [
    "?cursors=1&mstats=1&measure=vpp,phase&mbetween=1&lines=square:::lane",
    "?view=spectrum&tkind=pulse&cursors=1&ct=5,6&fz=20,200&fcur=50,100&fk=50,sine",
    "?view=table&tkind=window&window=0.5",
]


@pytest.fixture
def prepared(context, daphne):
    """Opens a page that is frozen, with a reference, and with everything unfolded."""

    async def opened(query: str) -> Oscilloscope:
        scope = await Oscilloscope.load(context, daphne, "waveforms", query)
        await scope.page.locator("#signals button").first.wait_for()
        await scope.until("/\\d/.test(document.querySelector('#signals td').textContent)")
        await scope.page.keyboard.press("r")
        await scope.page.locator("#references button").first.wait_for()
        # What is captured is paused, and has one button more.
        await scope.page.keyboard.press("n" if "table" in query else "Space")
        await scope.page.locator("#next" if "table" in query else "#live").wait_for()
        if "spectrum" in query:
            # Before it is drawn there is no picture to export.
            await scope.until("spectrum()")
        if "table" in query:
            # In the middle of the table, where one can go both ways.
            await scope.page.locator("#samples-older").click()
            await scope.until("!document.getElementById('samples-newer').disabled")
        await scope.page.evaluate(WATCH)
        await scope.page.evaluate(LOGGED)
        await scope.page.evaluate(UNFOLD)
        # What the menu does when it opens, it does once that is over.
        await scope.until_frames()
        return scope

    return opened


async def test_every_control_has_a_name_is_reached_by_tab_and_shows_the_focus(
    prepared, context, daphne, new_context
):
    seen = set()
    for query in STATES:
        scope = await prepared(query)
        shown = await scope.page.evaluate(SHOWN)
        # Once from the beginning of the page to its end; a menu that the focus leaves is closed.
        await scope.page.locator(".brand").focus()
        await scope.page.keyboard.press("Tab")
        await scope.page.keyboard.press("Shift+Tab")
        await scope.page.evaluate(UNFOLD)
        for _ in shown:
            await scope.page.keyboard.press("Tab")
        focused = await scope.page.evaluate("focused")
        await scope.page.evaluate(UNFOLD)
        missed = set(shown) - set(focused)
        assert not missed, "Tab does not reach these"
        assert not [name for name in shown if focused[name] < 1], "these do not show the focus"
        for name in set(shown) - seen:
            if re.fullmatch(r"[\w-]+", name):
                control = scope.page.locator(f"#{name}")
                await expect(control).to_have_accessible_name(re.compile(r"[A-Za-z]"))
        seen.update(shown)
    # Where there is no room, some are behind a button.
    await scope.page.set_viewport_size({"width": 390, "height": 844})
    await expect(scope.page.locator("#more-button")).to_have_accessible_name("More")
    seen.update(await scope.page.evaluate(SHOWN))
    # Without a query there are the words for a first visit.
    plain = await Oscilloscope.load(context, daphne, "waveforms")
    await expect(plain.page.locator("#welcome-close")).to_have_accessible_name("Got it")
    seen.add("welcome-close")
    seen.update(await of_a_recording(new_context, daphne))
    every = await scope.page.evaluate("operable().map(named)")
    unseen = sorted(set(every) - seen)
    assert not unseen, "no state of this test shows these"


async def of_a_recording(new_context, daphne) -> list[str]:
    """What is there where a stream is recorded, its clock was set back, and a search goes on."""
    context = await new_context()
    now = time.time()
    epochs = [Epoch(1, now - 900, now - 300, 1000.0), Epoch(2, now - 600, now - 20, 1000.0)]
    await Recording(epochs, ["sine", "square", "triangle", "sawtooth"]).give(context)
    # A search that never ends.
    await context.route("**/api/v1/streams/*/crossing?*", lambda route: None)
    scope = await Oscilloscope.open(context, daphne, "waveforms", "?window=1200")
    await scope.page.keyboard.press("Space")
    await scope.page.locator("#beneath").wait_for()
    await scope.page.evaluate(WATCH)
    await scope.page.evaluate(UNFOLD)
    await scope.click("crossing-next")
    await scope.page.locator("#crossing-stop").wait_for()
    shown = await scope.page.evaluate(SHOWN)
    new = ["minimap", "go-to-time", "go-to-submit", "beneath", "crossing-stop"]
    for name in new:
        control = scope.page.locator(f"#{name}")
        await expect(control).to_have_accessible_name(re.compile(r"[A-Za-z]"))
    # One search at a time: the others wait for its end.
    await scope.click("crossing-stop")
    await scope.until("!document.getElementById('crossing-previous').disabled")
    return [*shown, *new, "crossing-previous", "crossing-next"]


async def test_no_id_is_there_twice(prepared):
    scope = await prepared(STATES[0])
    ids = await scope.page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert len(ids) > 100
    assert sorted(ids) == sorted(set(ids))
