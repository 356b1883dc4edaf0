"""The site that docs/deployment.md leads to, seen by a Chromium through nginx and TLS: the files of
`deploy/` as they are shipped, two servers, two workers, Redis and PostgreSQL."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from waves.tests.browser.conftest import (
    ARGUMENTS,
    CHROMIUM,
    in_session_loop,
    log_in,
    make_context,
)
from waves.tests.browser.deployed import Deployed
from waves.tests.browser.oscilloscope import Oscilloscope

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounts and a network of one's own take root"),
]

NAVIGATION = "() => performance.getEntriesByType('navigation')[0].nextHopProtocol"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory) -> Iterator[Deployed]:
    with ExitStack() as ends:
        yield Deployed(tmp_path_factory.mktemp("deployed"), ends)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(deployed: Deployed) -> AsyncIterator[Browser]:
    """One in the network of that machine."""
    entering = deployed.folder / "chromium"
    entering.write_text(f'#!/bin/sh\nexec {" ".join(deployed.machine.network)} {CHROMIUM} "$@"\n')
    entering.chmod(0o755)
    arguments = [*ARGUMENTS, *deployed.chromium_arguments]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=entering, args=arguments)
        yield browser
        await browser.close()


@in_session_loop
async def context(chromium, faults) -> AsyncIterator[BrowserContext]:
    context = await make_context(chromium)
    faults.watch(context)
    yield context
    await context.close()


async def test_a_stream_is_live_over_tls_and_http2(deployed, context):
    page = await context.new_page()
    answers = {}
    page.on("response", lambda answer: answers.setdefault(answer.url, answer))
    await page.goto("http://waves.example.org/")
    assert page.url == f"{deployed.url}/"
    assert await page.evaluate(NAVIGATION) == "h2"
    await expect(page.get_by_role("heading", name="Sine")).to_be_visible()
    files = [a for url, a in answers.items() if "/static/" in url and url.endswith(".js")]
    assert files
    assert {file.headers["content-encoding"] for file in files} == {"br"}
    assert all("immutable" in file.headers["cache-control"] for file in files)
    scope = await Oscilloscope.open(context, deployed, "sine")
    await scope.until_state("live")


async def test_staff_signs_in_and_an_edit_reaches_who_watches(deployed, context):
    scope = await Oscilloscope.open(context, deployed, "sine")
    page = await context.new_page()
    await log_in(page, deployed)
    cookies = await context.cookies()
    assert cookies
    assert all(cookie["secure"] for cookie in cookies)
    await page.goto(f"{deployed.url}/admin/waves/stream/")
    await page.get_by_role("link", name="Sine", exact=True).click()
    await page.locator("#id_name").fill("Sine behind nginx")
    await page.locator("[name=_save]").click()
    await page.locator(".messagelist .success").wait_for()
    await scope.until_text("name", "Sine behind nginx")


async def test_servers_restart_without_a_loss_and_workers_with_a_new_epoch(deployed, context):
    scope = await Oscilloscope.open(context, deployed, "noise")
    for unit in ("waves@8001", "waves@8002"):
        await asyncio.to_thread(deployed.restart, unit)
        await scope.until_received(200)
    (epoch,) = scope.received.values
    assert scope.received.missing(epoch) == 0
    for unit in ("waves-worker@1", "waves-worker@2"):
        deployed.units[unit].kill()
        await asyncio.to_thread(deployed.start, unit)
    await scope.until("Number(document.getElementById('fact-restarts').textContent) > 0")
    await scope.until_state("live")
    assert not await scope.was_reloaded()


async def test_the_check_for_deployment_is_clean_there(deployed):
    printed = deployed.machine.run(
        "set -a; . /etc/waves.env; set +a\n"
        "runuser -u waves -- .venv/bin/python manage.py check --deploy --fail-level WARNING"
    )
    assert "no issues" in printed
