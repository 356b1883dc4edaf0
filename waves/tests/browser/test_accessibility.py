"""axe-core finds nothing on any page, in any of its states, in both themes, wide and on a phone."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe, AxeResults
from playwright.async_api import Page

from waves.tests.browser.error_pages import error_page
from waves.tests.server.processes import Site

#: To copy style sheets into the page, as axe likes to, the page's policy forbids.
OPTIONS = {"resultTypes": ["violations"], "preload": False}
#: The default rules, and the one of WCAG 2.2 AA that is off by default.
EVERYTHING = {**OPTIONS, "rules": {"target-size": {"enabled": True}}}
#: What depends on the theme.
COLOURS = {**OPTIONS, "runOnly": ["color-contrast", "link-in-text-block"]}
OTHER = {"light": "dark", "dark": "light"}
SCREENS = [
    {"width": 1440, "height": 900},
    # So high that nothing lies half under the plot or the status line, which stay in sight.
    {"width": 390, "height": 3000},
]

#: What is clicked (or, with "=", chosen), one state after the other, and what is then there.
OSCILLOSCOPE = {
    "time": ([], "#pill[data-state=live]"),
    "cursors, statistics, a pulse": (
        ["#cursors-toggle", "#measure-statistics", ".measurements summary", "#trigger-kind=pulse"],
        "#trigger-longer",
    ),
    "a reference, a window, frozen, the export menu": (
        ["#reference-add", "#trigger-kind=window", "#run", "#export-button"],
        "#references li",
    ),
    "the spectrum": (["#export-button", "#view-spectrum"], "#fft-peak-rows tr"),
    "the table": (["#view-table"], "#samples tr"),
    "a link for others, a sentence": (["#share", "#share-plain"], "#share-dialog[open]"),
    "the keys": (["#share-close", "#keys-button"], "#keys"),
}
INDEX = (
    ".card[data-state=live] canvas",
    ".card[data-state=failed]",
    ".card[data-state=stopped]",
)
MATCHES = "(theme) => matchMedia(`(prefers-color-scheme: ${theme})`).matches"
#: Django's admin goes from colour to colour, and what is between is nobody's.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter((each) => each instanceof CSSTransition).map((each) => each.finished))"""


async def find(page: Page, options: dict) -> AxeResults:
    if not await page.evaluate("'axe' in globalThis"):
        await page.evaluate(Axe().axe_script)
    return AxeResults(await page.evaluate("(options) => axe.run(document, options)", options))


async def look(page: Page, state: str) -> None:
    """Fail where axe finds anything in the theme that is on, or in the colours of the other, on
    each of the screens."""
    [theme] = [theme for theme in OTHER if await page.evaluate(MATCHES, theme)]
    for screen in SCREENS:
        await page.set_viewport_size(screen)
        await page.wait_for_function("(width) => innerWidth === width", arg=screen["width"])
        for scheme, options in ((theme, EVERYTHING), (OTHER[theme], COLOURS)):
            await page.emulate_media(color_scheme=scheme)
            await page.evaluate(SETTLED)
            found = await find(page, options)
            where = f"{state}, {scheme}, {screen}"
            assert not found.violations_count, f"{where}: {found.generate_report()}"


async def visit(page: Page, states: dict) -> None:
    for state, (steps, there) in states.items():
        await page.set_viewport_size(SCREENS[0])
        for step in steps:
            element, _, choice = step.partition("=")
            if choice:
                await page.locator(element).select_option(choice)
            else:
                await page.locator(element).click()
        await page.locator(there).first.wait_for()
        await look(page, state)


async def test_the_oscilloscope(staff_context, daphne):
    # Who is staff has all the controls of others, and some more.
    page = await staff_context.new_page()
    await page.goto(f"http://{daphne.address}/streams/waveforms/")
    await page.wait_for_function("() => globalThis.drawn()?.signals[0].y.length > 1")
    await page.locator("#plot[data-view]").wait_for()
    await visit(page, OSCILLOSCOPE)


async def test_a_stream_that_failed_and_one_that_is_stopped(context, daphne, add_stream):
    add_stream("not-running", like="noise", enabled=0)
    page = await context.new_page()
    for slug in ("broken", "not-running"):
        await page.goto(f"http://{daphne.address}/streams/{slug}/")
        await visit(page, {slug: ([], ":is(#notice, #stopped-words):not(:empty)")})


async def test_the_list(context, daphne):
    page = await context.new_page()
    # All of the cards are seen, and so told how they are.
    await page.set_viewport_size({"width": 1440, "height": 3000})
    await page.goto(f"http://{daphne.address}/")
    for there in INDEX:
        await page.locator(there).first.wait_for()
    await look(page, "streams")
    await page.get_by_label("Search streams").fill("no such stream")
    await visit(page, {"nothing found": ([], "#none")})


@pytest.mark.parametrize("path", ["/nowhere/", "/admin/login/", "/sign-in/"])
async def test_a_page_as_deployed(context, daphne, faults, path):
    # While developing, Django shows a 404 page of its own.
    faults.expect("404 (Not Found)")
    page = await context.new_page()
    await page.goto(f"http://{daphne.address}{path}")
    await look(page, path)


async def test_the_page_of_an_error(page, daphne):
    # It does without the database.
    body = error_page("500.html")
    address = f"http://{daphne.address}/error/"
    await page.route(address, lambda route: route.fulfill(body=body, content_type="text/html"))
    await page.goto(address)
    await look(page, "error")


async def test_the_page_before_the_database_is_ready(page, faults, tmp_path: Path):
    faults.expect("503 (Service Unavailable)")
    with Site(tmp_path).serve(ready="/", status=503) as server:
        await page.goto(f"http://{server.address}/")
        await look(page, "not ready")


ADMIN = [
    "",
    "waves/stream/",
    "waves/stream/state/",
    "waves/stream/add/",
    "waves/stream/1/history/",
]


async def test_the_admin(staff_context, daphne):
    page = await staff_context.new_page()
    for path in ADMIN:
        await page.goto(f"http://{daphne.address}/admin/{path}")
        await look(page, path)


async def test_the_form_of_a_stream_as_it_is_and_with_an_error(staff_context, daphne):
    page = await staff_context.new_page()
    await page.goto(f"http://{daphne.address}/admin/waves/stream/1/change/")
    await page.wait_for_function(
        "() => document.querySelector('#waves-preview .plot > canvas').width > 300"
    )
    await look(page, "form")
    await page.locator("#id_history").fill("100000")
    # The browser's own bounds would hold the form back.
    await page.evaluate("document.getElementById('stream_form').noValidate = true")
    await page.locator("[name=_continue]").first.click()
    await visit(page, {"errors": ([], ".field-history .errorlist")})


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_what_is_wrong(page, daphne, screen):
    await page.set_viewport_size(screen)
    await page.goto(f"http://{daphne.address}/")
    await page.evaluate(
        """() => {
          document.querySelector("h1").style.color = "color-mix(in srgb, currentColor 10%, Canvas)";
          for (let k = 0; k < 2; k += 1) {
            const small = document.createElement("button");
            small.style = "width: 9px; min-height: 9px; padding: 0";
            document.querySelector("main").prepend(small);
          }
        }"""
    )
    with pytest.raises(AssertionError, match="button-name") as raised:
        await look(page, "spoilt")
    assert {"color-contrast", "target-size"} <= set(re.findall(r"[a-z-]+", str(raised.value)))
