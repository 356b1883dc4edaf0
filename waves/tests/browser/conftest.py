"""One Chromium for all tests, and one context for most; every page is watched for faults.

What is marked with ``firefox`` runs in a Firefox as well.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    async_playwright,
    expect,
)

from waves.tests.browser.faults import REPORT_REFUSALS, Faults
from waves.tests.browser.oscilloscope import Oscilloscope
from waves.tests.server.processes import PASSWORD, START_SECONDS, USER, Process

HERE = Path(__file__).parent
#: Chromium without what is around a page: menus and tabs take a fifth of the time of a test.
CHROMIUM = "/usr/bin/chromium-headless-shell"
FIREFOX = "/usr/bin/firefox-esr"
#: A container gives no sandbox and no GPU; and nothing that the tests did not ask for.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page costs half of its opening where it needs no process of its own.
    "--renderer-process-limit=1",
]
#: Wide enough that a window of 2,000 samples is drawn sample by sample.
SIZE = {"width": 1680, "height": 900}

# Its own five seconds are too few for a busy machine.
expect.set_options(timeout=START_SECONDS * 1000)

#: The browser lives in the loop of the session, and so does every test that talks to it.
in_session_loop = pytest_asyncio.fixture(loop_scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("firefox"):
        metafunc.parametrize(
            "engine", ["browser", "firefox"], ids=["chromium", "firefox"], indirect=True
        )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    assert shutil.which(CHROMIUM), f"{CHROMIUM} is missing: run `make test`, which installs it."
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def firefox() -> AsyncIterator[Browser]:
    """The one of Debian, as its users have it: not a build of Playwright's own."""
    assert shutil.which(FIREFOX), f"{FIREFOX} is missing: run `make test`, which installs it."
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NODE_OPTIONS", f"--require={HERE / 'firefox.cjs'}")
        playwright = await async_playwright().start()
    firefox = await playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=FIREFOX,
        # It would take the focus from the page.
        firefox_user_prefs={"browser.download.alwaysOpenPanel": False},
    )
    yield firefox
    await firefox.close()
    await playwright.stop()


@pytest.fixture
def engine(request) -> Browser:
    """The browser of a test, and no other is started."""
    return request.getfixturevalue(getattr(request, "param", "browser"))


@pytest.fixture
def kept_context(request, engine) -> BrowserContext | None:
    """The context that is used again; in a Firefox each test has a new one."""
    is_kept = engine.browser_type.name == "chromium"
    return request.getfixturevalue("shared_context") if is_kept else None


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Console errors, exceptions and refusals of the policy: a test ends without any."""
    faults = Faults()
    yield faults
    assert not faults.unexpected, "\n".join(faults.unexpected)


@in_session_loop
async def new_context(engine, faults) -> AsyncIterator[Callable]:
    """Makes contexts, with the options of ``Browser.new_context``."""
    contexts = []

    async def make(**options) -> BrowserContext:
        context = await make_context(engine, **options)
        faults.watch(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        await context.close()


async def make_context(browser: Browser, **options) -> BrowserContext:
    context = await browser.new_context(**{"viewport": SIZE, **options})
    context.set_default_timeout(START_SECONDS * 1000)
    await context.add_init_script(path=HERE / "drawn.js")
    await context.add_init_script(REPORT_REFUSALS)
    return context


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_context(browser) -> AsyncIterator[BrowserContext]:
    context = await make_context(browser)
    # Its process stays, and so does what it compiled of the page's modules.
    await context.new_page()
    yield context
    await context.close()


@in_session_loop
async def context(engine, kept_context, faults) -> AsyncIterator[BrowserContext]:
    """A context as a new one is: nothing is kept from one test to the next."""
    context = kept_context or await make_context(engine)
    faults.watch(context)
    yield context
    if kept_context:
        await clear(context, faults)
    else:
        await context.close()


async def clear(context: BrowserContext, faults: Faults) -> None:
    keeper, *pages = context.pages
    origins = {"{}://{}".format(*urlsplit(page.url)) for page in pages}
    for page in pages:
        await page.close()
    faults.leave(context)
    await context.clear_cookies()
    await context.clear_permissions()
    session = await context.new_cdp_session(keeper)
    for origin in origins:
        what = {"origin": origin, "storageTypes": "all"}
        await session.send("Storage.clearDataForOrigin", what)
    await session.detach()


@in_session_loop
async def page(context) -> Page:
    return await context.new_page()


async def log_in(page: Page, server: Process) -> None:
    """Through the login page, as a person does."""
    await page.goto(f"{server.url}/admin/login/?next=/")
    await page.get_by_label("Username").fill(USER)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url(f"{server.url}/")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def administrator(browser, daphne) -> StorageState:
    """The cookies of the administrator on the shared server."""
    context = await browser.new_context()
    await log_in(await context.new_page(), daphne)
    state = await context.storage_state()
    await context.close()
    return state


@in_session_loop
async def staff_context(context, administrator) -> BrowserContext:
    await context.add_cookies(administrator["cookies"])
    return context


@pytest.fixture
def add_stream(shared_site, daphne, removed) -> Iterator[Callable]:
    """Copies streams of the demo for one test: ``add_stream(slug, like=…, **changes)``."""
    added = {}

    def add(slug: str, like: str, **changes: object) -> int:
        # Until the worker has looked, sockets and API find the one of the test before by this slug.
        if slug in removed:
            daphne.await_answer(f"/api/v1/streams/{slug}", 404)
        added[slug] = shared_site.add_stream(slug, like, name=slug, **changes)
        return added[slug]

    yield add
    for key in added.values():
        shared_site.remove_stream(key)
    removed.update(added)


@pytest.fixture(scope="session")
def removed() -> set[str]:
    """The slugs of the streams that tests added to the shared site, and that are gone."""
    return set()


@in_session_loop
async def noise(context, daphne) -> Oscilloscope:
    """The page of a stream no two samples of which are alike."""
    return await Oscilloscope.open(context, daphne, "noise")
