"""The first visit: all modules of a page are asked for at once, under hashed names."""

import pytest

#: How each script of the page was asked for: by a link, by an element, or by another script.
ASKED = """() => performance.getEntriesByType("resource")
  .filter((one) => new URL(one.name).pathname.endsWith(".js"))
  .map((one) => [new URL(one.name).pathname, one.initiatorType])"""
LINKED = """() => [...document.querySelectorAll('link[rel="modulepreload"]')]
  .map((link) => new URL(link.href).pathname)"""
MOVES = {
    "/streams/sine/": "() => drawn()?.signals[0].y.length > 1",
    "/": """() => document.querySelector('[data-slug="sine"] canvas') !== null""",
}


@pytest.mark.parametrize("path", MOVES)
async def test_no_module_is_asked_for_later_than_the_others(new_context, daphne, path) -> None:
    page = await (await new_context()).new_page()
    await page.goto(f"http://{daphne.address}{path}")
    await page.wait_for_function(MOVES[path])
    linked = await page.evaluate(LINKED)
    assert len(linked) == len(set(linked)) > 10
    asked = await page.evaluate(ASKED)
    once = [name for name, _ in asked]
    assert len(once) == len(set(once)), "a file was fetched twice"
    # Beside the modules there is one script that sets the theme before anything is drawn.
    (theme,) = [name for name, how in asked if how != "link" and "worker" not in name]
    assert theme.startswith("/static/waves/js/theme.")
    assert set(linked) == {name for name, how in asked if how == "link"}
