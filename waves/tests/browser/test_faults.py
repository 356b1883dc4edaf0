"""No page raises, complains, or is refused anything by its own policy."""

from collections.abc import Iterator

import pytest

from waves.tests.browser.conftest import log_in
from waves.tests.server.processes import Process, Site

#: Every page, with what Chromium itself says of its status.
PAGES = {
    "/": None,
    "/streams/sine/": "live",
    "/streams/waveforms/": "live",
    "/streams/system/": "live",
    "/streams/broken/": "failed",
    "/nowhere/": None,
    "/admin/login/": None,
}
STAFF_PAGES = ["/", "/streams/sine/", "/admin/waves/stream/", "/admin/waves/stream/1/change/"]


@pytest.fixture(scope="module")
def developed(prepared_site, tmp_path_factory) -> Iterator[Process]:
    """With DEBUG, and static files under their own names."""
    site = Site(tmp_path_factory.mktemp("developed"))
    site.start_from(prepared_site)
    with site.serve("daphne") as process:
        yield process


@pytest.fixture(params=["developed", "deployed"])
def server(request) -> Process:
    return request.getfixturevalue("daphne" if request.param == "deployed" else "developed")


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_fault(page, server, faults, path):
    if path == "/nowhere/":
        faults.expect("404 (Not Found)")
    await page.goto(f"http://{server.address}{path}")
    if state := PAGES[path]:
        await page.locator(f"#pill[data-state={state}]").wait_for()
    await page.wait_for_load_state("networkidle")


async def test_the_pages_of_staff_have_no_fault(page, server):
    await log_in(page, server)
    for path in STAFF_PAGES:
        await page.goto(f"http://{server.address}{path}")
        await page.wait_for_load_state("networkidle")


async def test_a_database_that_was_not_migrated_is_told_without_a_fault(page, faults, tmp_path):
    faults.expect("503 (Service Unavailable)")
    with Site(tmp_path).serve("daphne", ready="/", status=503) as server:
        await page.goto(f"http://{server.address}/", wait_until="networkidle")
        assert await page.get_by_text("python manage.py migrate").is_visible()


async def test_deployed_modules_have_hashed_names(page, daphne):
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    await page.goto(f"http://{daphne.address}/streams/sine/")
    await page.locator("#pill[data-state=live]").wait_for()
    scripts = [address for address in addresses if address.endswith(".js")]
    assert len(scripts) > 10
    assert all(len(address.split(".")[-2]) == 12 for address in scripts), scripts


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("console.error('a complaint')", "a complaint"),
        ("setTimeout(() => { throw new Error('raised on purpose') })", "raised on purpose"),
        (
            "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/'}))",
            "img-src",
        ),
    ],
)
async def test_a_fault_is_noticed(page, daphne, faults, script, words):
    await page.goto(f"http://{daphne.address}/")
    assert not faults.unexpected
    await page.evaluate(f"() => {{ {script} }}")
    await faults.until_seen(words)
    faults.expect("")
