"""Link, theme, keys, views, table and references: by mouse and by keys, live and frozen."""

import asyncio

import pytest
import pytest_asyncio

from waves.tests.browser.oscilloscope import LIVE_OR_FROZEN, Oscilloscope
from waves.tests.server.processes import START_SECONDS

REFERENCES = "traces('extra-reference')"


@pytest_asyncio.fixture(**LIVE_OR_FROZEN)
async def waveforms(request, context, daphne):
    """The page of sine, square and chirp, running or not."""
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    # Straight, so that what is drawn of the sine is its samples, and no curve between them.
    query = "?trigger=off&window=0.5&lines=sine:straight:"
    scope = await Oscilloscope.open(context, daphne, "waveforms", query)
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.49")
    async with scope.as_asked(request.param):
        yield scope


async def until_copied(scope: Oscilloscope) -> str:
    """Wait for a text to be copied."""
    async with asyncio.timeout(START_SECONDS):
        while not (text := await scope.page.evaluate("navigator.clipboard.readText()")):
            await scope.until_frames()
    return text


async def test_the_link_is_copied_by_mouse_and_by_keys(waveforms):
    scope, page = waveforms, waveforms.page
    frozen = await page.locator("#frozen").is_visible()
    for act in (page.locator("#share").click(), page.locator("#share").press("Enter")):
        await page.evaluate("navigator.clipboard.writeText('')")
        await act
        assert ("run=0" in await until_copied(scope)) == frozen
        await scope.until_toast("this moment" if frozen else "this view")
    await page.evaluate("navigator.clipboard.writeText('')")
    await page.keyboard.press("s")
    link = await until_copied(scope)
    assert link == await page.evaluate("location.href")
    other = Oscilloscope(await page.context.new_page())
    await other.page.goto(link)
    whole = "drawn.signals[0].x[0] <= -0.4985 && drawn.signals[0].x.at(-1) >= -0.0015"
    drawn = await other.until_drawn(f"drawn.window === 0.5 && {whole}")
    if frozen:
        # One of them may have a point more beyond a border.
        fewer, more = sorted((drawn.y, (await scope.drawn()).y), key=len)
        spare = len(more) - len(fewer)
        assert spare <= 1
        parts = [more[: len(fewer)], more[spare:]]
        assert any(part == pytest.approx(fewer, abs=1e-6) for part in parts)


@pytest.mark.parametrize("waveforms", [False], ids=["live"], indirect=True)
async def test_the_theme_by_mouse_and_by_keys_colours_what_is_drawn(waveforms):
    scope, page = waveforms, waveforms.page
    theme = page.locator("#theme")
    for act, name in (
        (lambda: page.keyboard.press("t"), "'light'"),
        (lambda: theme.press("Enter"), "'dark'"),
        (theme.click, "undefined"),
    ):
        await act()
        await scope.until(f"document.documentElement.dataset.theme === {name}")
        plot = await scope.until("colour('--plot')")
        await scope.until_drawn(f"drawn.background === '{plot}'")
        signal = await scope.until("colour('--signal-1')")
        stroke = (
            "chart().getZr().storage.getDisplayList()"
            ".find(({ name }) => name === 'signal-0').style.stroke"
        )
        await scope.until(f"{stroke} === '{signal}'")


@pytest.mark.parametrize("waveforms", [False], ids=["live"], indirect=True)
async def test_the_keys_are_shown_by_mouse_and_by_keys(waveforms):
    page = waveforms.page
    dialog = page.locator("#keys")
    for act in (page.locator("#keys-button").click, lambda: page.keyboard.press("?")):
        await act()
        await dialog.wait_for(state="visible")
        await page.get_by_role("button", name="Close").press("Enter")
        await dialog.wait_for(state="hidden")


@pytest.mark.parametrize("waveforms", [False], ids=["live"], indirect=True)
async def test_the_views_by_mouse_and_by_key(waveforms):
    scope, page = waveforms, waveforms.page
    panels = {"time": "#chart", "spectrum": "#spectrum-panel", "table": "#table-panel"}
    for act, name in (
        (lambda: page.keyboard.press("v"), "split"),
        (lambda: page.keyboard.press("v"), "spectrum"),
        (lambda: page.keyboard.press("v"), "table"),
        (lambda: page.keyboard.press("v"), "time"),
        (page.locator("#view-split").click, "split"),
        (page.locator("#view-spectrum").click, "spectrum"),
        (lambda: page.locator("#view-table").press("Space"), "table"),
        (lambda: page.locator("#view-time").press("Enter"), "time"),
    ):
        await act()
        await page.locator(f"#view-{name}[aria-pressed=true]").wait_for()
        shown = [each for each, panel in panels.items() if await page.locator(panel).is_visible()]
        assert shown == (["time", "spectrum"] if name == "split" else [name])
    await scope.until_drawn("drawn.signals[0].x[0] <= -0.49")


async def test_the_table_is_turned_by_mouse_and_by_keys(waveforms):
    scope, page = waveforms, waveforms.page
    await scope.click("view-table")
    for act, first in (
        (page.locator("#samples-older").click, 101),
        (lambda: page.locator("#samples-older").press("Space"), 201),
        (page.locator("#samples-newer").click, 101),
        (lambda: page.locator("#samples-newer").press("Enter"), 1),
        (page.locator("#samples-older").click, 101),
        (lambda: page.locator("#samples-newest").press("Enter"), 1),
    ):
        await act()
        await scope.until_text("samples-range", f"Newest first: {first} to {first + 99}")
    await page.locator("#samples-copy").press("Enter")
    await scope.until_toast("100 rows are copied")
    row = (await page.evaluate("navigator.clipboard.readText()")).splitlines()[1].split("\t")
    assert float(row[2]) == pytest.approx(scope.samples[int(row[0])], abs=1e-6)


@pytest.mark.parametrize("waveforms", [False], ids=["live"], indirect=True)
async def test_a_table_that_has_the_focus_is_scrolled_by_keys(waveforms):
    scope, page = waveforms, waveforms.page
    await scope.click("view-table")
    await page.locator("#samples tr").nth(99).wait_for()
    table = page.locator(".samples-scroll")
    before = await scope.text("y")
    for key in ("PageDown", "ArrowDown", "End"):
        former = await table.evaluate("(each) => each.scrollTop")
        await table.press(key)
        await scope.until(f"document.querySelector('.samples-scroll').scrollTop > {former}")
    await table.press("Home")
    await scope.until("document.querySelector('.samples-scroll').scrollTop === 0")
    assert await scope.text("y") == before


async def test_references_are_kept_and_removed_by_mouse_and_by_keys(waveforms):
    scope, page = waveforms, waveforms.page
    drawn = await scope.drawn()
    await page.keyboard.press("r")
    copy = await scope.until(f"{REFERENCES}.length === 1 && {REFERENCES}[0]")
    if await page.locator("#frozen").is_visible():
        assert copy["y"] == pytest.approx(drawn.y, abs=1e-5)
    await scope.click("reference-add")
    await scope.until(f"{REFERENCES}.length === 2")
    await page.locator("#reference-add").press("Space")
    await scope.until(f"{REFERENCES}.length === 3")
    remove = page.locator("#references button").first
    await remove.click()
    await scope.until(f"{REFERENCES}.length === 2")
    await remove.press("Enter")
    await scope.until(f"{REFERENCES}.length === 1")
    # The focus stays in the section, not lost with the button that is gone.
    assert await scope.until("document.activeElement.id") == "reference-add"
