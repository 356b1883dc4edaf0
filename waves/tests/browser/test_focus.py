"""The focus: it reaches everything, is seen where it is, and is not lost."""

import pytest

from waves.tests.browser.oscilloscope import Oscilloscope

SCREENS = [
    pytest.param({"width": 1440, "height": 900}, id="wide"),
    pytest.param({"width": 390, "height": 844}, id="phone"),
]
#: Nobody tabs through more than this; a trap would go on for ever.
MOST = 200

#: Marks what can have the focus now; a phone hides some, a stop of radio buttons is one.
MARK = """() => document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")
  .forEach((e) => {
    const folded = e.closest("details:not([open])") && e.tagName !== "SUMMARY";
    const seen = e.checkVisibility({ visibilityProperty: true }) && !folded && !e.disabled;
    if (seen) e.dataset.unvisited = "";
  })"""
UNVISITED = "() => [...document.querySelectorAll('[data-unvisited]')].map((e) => e.outerHTML)"

#: What is wrong with where the focus is; null where the focus is on nothing.
STOP = """() => {
  const e = document.activeElement;
  if (e === document.body) return null;
  const { x, y, width, height } = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  const faults = {
    "not outlined": !outlined,
    "beyond the edge": x < 0 || x + width > innerWidth,
    "under something": !e.contains(top),
    "visited again": e.dataset.unvisited !== "",
  };
  delete e.dataset.unvisited;
  const found = Object.keys(faults).filter((name) => faults[name]);
  return found.map((name) => `${name}: ${e.outerHTML}`);
}"""


IS_ON_TOP = """() => {
  const { x, y, width, height } = document.activeElement.getBoundingClientRect();
  return document.activeElement.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


async def walk(page, key: str) -> None:
    """Go through the page by one key: each control once, and seen."""
    await page.evaluate(MARK)
    wrong = []
    for _ in range(MOST):
        await page.keyboard.press(key)
        said = await page.evaluate(STOP)
        if said is None:
            break
        wrong += said
    assert not wrong
    assert await page.evaluate(UNVISITED) == []


async def walk_each_way(page) -> None:
    for key in ("Tab", "Shift+Tab"):
        await walk(page, key)


@pytest.mark.parametrize("screen", SCREENS)
async def test_everything_on_the_list_is_reached_and_seen(page, daphne, screen):
    await page.set_viewport_size(screen)
    await page.goto(f"http://{daphne.address}/")
    await walk_each_way(page)


@pytest.mark.parametrize("screen", SCREENS)
async def test_everything_on_the_oscilloscope_is_reached_and_seen(context, daphne, screen):
    query = "?view=table&cursors=1&ct=-0.1,-0.05&cy=0.5,-0.5"
    scope = await Oscilloscope.load(context, daphne, "waveforms", query)
    await scope.page.set_viewport_size(screen)
    await scope.page.locator("#samples tr").first.wait_for()
    await scope.page.keyboard.press("Space")
    await scope.until_state("paused")
    await scope.until_still()
    await walk_each_way(scope.page)


async def test_no_field_of_the_form_is_under_the_preview(staff_context, daphne):
    page = await staff_context.new_page()
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"http://{daphne.address}/admin/waves/stream/1/change/")
    await page.wait_for_function(
        "() => document.querySelector('#waves-preview .plot > canvas').width > 300"
    )
    await page.locator("#id_signals-0-waveform").focus()
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        assert await page.evaluate(IS_ON_TOP)


def focus(scope, element):
    return scope.until(f"document.activeElement.id === '{element}'")


async def test_escape_closes_the_export_menu_and_gives_the_focus_back(noise):
    await noise.page.keyboard.press("d")
    await noise.page.keyboard.press("Tab")
    await focus(noise, "export-png")
    await noise.page.keyboard.press("Escape")
    await noise.page.locator("#export-png").wait_for(state="hidden")
    await focus(noise, "export-button")


async def test_the_export_menu_closes_when_the_focus_leaves_it(noise):
    await noise.page.keyboard.press("d")
    await noise.page.locator("#export-history").wait_for()
    await noise.until_frames()
    await noise.page.locator("#export-history").focus()
    await noise.page.keyboard.press("Tab")
    await focus(noise, "share")
    await noise.page.locator("#export-png").wait_for(state="hidden")


async def test_the_keys_are_read_from_the_top_and_give_the_focus_back(new_context, daphne):
    context = await new_context(viewport={"width": 390, "height": 844})
    scope = await Oscilloscope.open(context, daphne, "noise")
    await scope.page.locator("#keys-button").press("Enter")
    await focus(scope, "keys-label")
    assert await scope.page.evaluate("document.getElementById('keys').scrollTop") == 0
    await scope.page.keyboard.press("Escape")
    await focus(scope, "keys-button")


async def test_going_live_gives_the_focus_to_the_button_that_freezes(noise):
    await noise.page.keyboard.press("Space")
    await noise.page.locator("#live").press("Enter")
    await noise.page.locator("#frozen").wait_for(state="hidden")
    await focus(noise, "run")


async def test_the_table_is_scrolled_by_keys_and_the_page_stays_live(context, daphne):
    scope = await Oscilloscope.load(context, daphne, "noise", "?view=table")
    await scope.page.locator("#samples tr").nth(99).wait_for(state="attached")
    await scope.page.locator(".samples-scroll").press("PageDown")
    await scope.until("document.querySelector('.samples-scroll').scrollTop > 0")
    await scope.page.keyboard.press("ArrowLeft")
    await scope.page.keyboard.press("Home")
    await scope.until("document.querySelector('.samples-scroll').scrollTop === 0")
    await scope.until_state("live")
    assert await scope.page.locator("#y-auto").get_attribute("aria-pressed") == "true"
