"""axe-core finds nothing on any page, in both themes."""

import pytest
from axe_playwright_python.async_playwright import Axe

#: As deployed: while developing, Django shows a 404 page of its own.
PAGES = ["/", "/streams/noise/", "/nowhere/", "/admin/login/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_nothing(new_context, deployed, faults, path, scheme):
    faults.expect("404 (Not Found)")
    page = await (await new_context(color_scheme=scheme)).new_page()
    await page.goto(f"http://{deployed.address}{path}")
    if path.startswith("/streams/"):
        await page.locator("#pill[data-state=live]").wait_for()
    found = await Axe().run(page)
    assert not found.violations_count, found.generate_report()


async def test_axe_finds_what_is_wrong(page, daphne):
    await page.goto(f"http://{daphne.address}/")
    await page.evaluate("document.body.append(document.createElement('button'))")
    assert "button-name" in (await Axe().run(page)).generate_report()
