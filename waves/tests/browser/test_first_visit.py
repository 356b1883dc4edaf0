"""The first visit: all modules of a page are asked for at once, under hashed names."""

import pytest

#: Each script that the page fetched, once for each time.
FETCHED = """() => performance.getEntriesByType("resource")
  .map((one) => new URL(one.name).pathname).filter((path) => path.endsWith(".js"))"""
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
    fetched = await page.evaluate(FETCHED)
    assert len(fetched) == len(set(fetched)), "a file was fetched twice"
    # The rest stands in the page itself: what sets the theme before anything is drawn, and the
    # script whose modules are linked. A worker fetches its own.
    known = {*linked, *await page.evaluate(ELEMENTS)}
    assert {path for path in fetched if "worker" not in path} == known
