"""The first visit: all modules of a page are asked for at once, under hashed names."""

import pytest

#: How each script of the page was asked for: by a link, by an element, or by another script.
ASKED = """() => performance.getEntriesByType("resource")
  .filter((one) => new URL(one.name).pathname.endsWith(".js"))
  .map((one) => [new URL(one.name).pathname, one.initiatorType])"""
LINKED = """() => [...document.querySelectorAll('link[rel="modulepreload"]')]
  .map((link) => new URL(link.href).pathname)"""
ELEMENTS = """() => [...document.scripts].filter((one) => one.src)
  .map((one) => new URL(one.src).pathname)"""
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
    # The rest stands in the page itself: what sets the theme before anything is drawn, and the
    # script whose modules are linked.
    rest = {name for name, how in asked if how != "link" and "worker" not in name}
    assert rest <= set(await page.evaluate(ELEMENTS))
    assert set(linked) == {name for name, how in asked if how == "link"}
