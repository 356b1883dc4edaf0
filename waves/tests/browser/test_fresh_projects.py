"""The wheel in projects that know nothing of Waves: the five edits, and a signal moves."""

import re
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page

from waves.tests.browser.oscilloscope import READ_EVERY
from waves.tests.installing import hosts
from waves.tests.installing.building import build, install
from waves.tests.server.processes import PASSWORD, ROOT, USER, Process
from waves.tests.server.viewing import view

PICTURE = """(slug) => document.querySelector(`[data-slug="${slug}"] canvas`)?.toDataURL()"""
DIFFERS = f"([slug, former]) => ({PICTURE})(slug) !== former"
#: The name of a collected file, with the hash of what is in it.
HASHED = re.compile(r"/assets/.*\.[0-9a-f]{12}\.js$")
DRAWN = "() => globalThis.drawn?.()?.signals.map(({ y }) => [...y])"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Where the wheel of this tree is installed, and nothing else is."""
    (wheel,) = build(ROOT, tmp_path_factory.mktemp("dist")).glob("*.whl")
    return install(wheel, tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="module")
def stock(installed, tmp_path_factory):
    host = hosts.stock(tmp_path_factory.mktemp("stock"), installed)
    with host.serve() as server:
        yield host, server


@pytest.fixture(scope="module")
def guarded(installed, tmp_path_factory):
    host = hosts.guarded(tmp_path_factory.mktemp("guarded"), installed)
    with host.serve(ready="/back/office/login/") as server:
        yield host, server


async def see_it_move(page: Page, server: Process, prefix: str) -> None:
    """On the card of the list, and on the page that it leads to."""
    await page.goto(f"http://{server.address}/{prefix}")
    card = page.locator(f'.card[data-slug="{hosts.RECIPE_SLUG}"]')
    await card.locator("canvas").wait_for()
    former = await page.evaluate(PICTURE, hosts.RECIPE_SLUG)
    await page.wait_for_function(DIFFERS, arg=[hosts.RECIPE_SLUG, former])
    await card.locator("a").click()
    await page.wait_for_url(f"**/{prefix}streams/{hosts.RECIPE_SLUG}/**")
    await page.locator("#pill[data-state='live']").wait_for()
    await page.wait_for_function(f"() => ({DRAWN})()?.every((y) => y.length > 1)")
    signals = await page.evaluate(DRAWN)
    assert len(signals) == 2  # inlet and outlet, of the host's own function
    moved = f"(former) => JSON.stringify(({DRAWN})()) !== former"
    now = await page.evaluate(f"() => JSON.stringify(({DRAWN})())")
    await page.wait_for_function(moved, arg=now, polling=READ_EVERY)


async def test_a_signal_moves_in_a_stock_project(context: BrowserContext, stock):
    host, server = stock
    await see_it_move(await context.new_page(), server, host.prefix)


async def test_a_signal_moves_below_a_prefix_behind_a_login_and_a_policy(
    context: BrowserContext, guarded
):
    host, server = guarded
    page = await context.new_page()
    await page.goto(f"http://{server.address}/{host.prefix}")
    await page.get_by_label("Username").fill(USER)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(f"**/{host.prefix}")
    await see_it_move(page, server, host.prefix)


@pytest.fixture(scope="module")
def deployed(installed, tmp_path_factory):
    host = hosts.deployed(tmp_path_factory.mktemp("deployed"), installed)
    with host.serve(ready="/internal/healthz/ready", server="daphne") as server:
        yield host, server


async def test_a_signal_moves_where_files_are_hashed_and_the_policy_has_a_nonce(context, deployed):
    host, server = deployed
    page = await context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await see_it_move(page, server, host.prefix)
    modules = [url for url in asked if "/waves/js/" in url or "/waves/vendor/" in url]
    assert len(modules) > 40
    assert all(HASHED.search(url) for url in modules)


async def test_the_form_of_a_stream_shows_it_in_an_admin_elsewhere(context, guarded):
    host, server = guarded
    page = await context.new_page()
    await page.goto(f"http://{server.address}/back/office/waves/stream/")
    await page.get_by_label("Username").fill(USER)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    async with page.expect_websocket() as opened:
        await page.get_by_role("link", name="My boiler").click()
    socket = await opened.value
    assert f"/{host.prefix}ws/streams/{hosts.RECIPE_SLUG}/" in socket.url


@pytest.mark.parametrize("path", ["ws/", f"ws/streams/{hosts.RECIPE_SLUG}/"])
async def test_without_a_login_the_socket_sends_nothing_either(guarded, path):
    host, server = guarded
    async with view(server.address, f"/{host.prefix}{path}") as viewer:
        if path == "ws/":  # the first message may show a key in place of a login
            await viewer.until(lambda: viewer.told)
            await viewer.say(type="subscribe", stream=hosts.RECIPE_SLUG)
        code, words = await viewer.until_closed()
    assert code == 4403
    assert "log in" in words
    assert [told["type"] for told in viewer.told if told["type"] != "hello"] == ["error"]
    assert not viewer.values


async def test_the_hosts_pages_are_its_own(stock):
    _, server = stock
    status, page = server.get("/nothing/")
    assert status == 404
    assert "Waves" not in page
    status, login = server.get("/admin/login/")
    assert status == 200
    assert "Django administration" in login
    assert "waves" not in login.lower()


async def test_the_checks_of_a_stock_project_only_tell_of_memory(stock):
    host, server = stock
    said = host.manage("check")
    assert "waves.I001" in said
    assert "identified 1 issue" in said
    assert "Traceback" not in server.printed()


async def test_the_demo_and_its_commands_are_not_in_a_host(stock):
    host, _ = stock
    commands = host.manage("help", "--commands").split()
    assert "runstreams" in commands
    assert not {"prepare", "firstadmin", "loaddemo"} & set(commands)
    program = "from waves.sources.declarations import registered; print(*registered())"
    assert host.manage("shell", "-v0", "-c", program).split() == ["plant.streams.my_boiler"]
