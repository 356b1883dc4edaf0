"""What befalls server processes: they end, hang and come back, behind nginx and without."""

from __future__ import annotations

import asyncio
import subprocess
import time

from benchmarks.faults import scenes
from benchmarks.faults.scene import COUNTED, Scene
from benchmarks.faults.trial import Fault
from waves.tests.server.processes import Process

#: No viewer behind the proxy is without samples for longer (s).
OUT = 3.0
#: A server that is told to end has done so in this time (s).
ENDS = 10.0
#: The page doubts what it shows, and says that it comes back, so soon (s).
DOUBTS, RECONNECTS = 5.0, 12.0
#: How often the page's badge is read.
BADGE_SECONDS = 0.25


async def stop(scene: Scene, server: Process) -> float:
    """SIGTERM; seconds until it ended."""
    scene.gone(server)
    began = time.monotonic()
    server.process.terminate()
    try:
        await asyncio.to_thread(server.process.wait, ENDS)
    except subprocess.TimeoutExpired:
        scene.problems.append(f"a server did not end within {ENDS:.0f} s of SIGTERM")
    server.kill()
    return time.monotonic() - began


async def restart_behind_nginx(scene: Scene, seconds: float) -> None:
    """Both servers are restarted, one after the other."""
    (site,) = scene.sites
    for server in list(scene.servers):
        await stop(scene, server)
        await asyncio.sleep(seconds)
        await scene.serve(site, port=server.port)
        await asyncio.sleep(seconds)
    out = max(watcher.longest_out for watcher in scene.watchers)
    scene.check(out <= OUT, f"a viewer was out for {out:.1f} s")


async def behind_nginx(scene: Scene) -> None:
    """Thirty viewers come through nginx, by the very file of ``deploy/``, to two servers."""
    scene.with_redis()
    site = scene.site()
    await scene.work(site)
    servers = [await scene.serve(site) for _ in range(2)]
    ports = [server.port for server in servers]
    proxy = await scenes.before(scene, ports)
    for _ in range(6):
        scene.watch(site, proxy.address, tls=proxy.ssl)


async def restart_each(scene: Scene, seconds: float) -> None:
    """Each server ends as asked, and comes back where it was."""
    (site, *_) = scene.sites
    for server in list(scene.servers):
        await stop(scene, server)
        await scene.serve(site, port=server.port)


async def kill_one(scene: Scene, seconds: float) -> None:
    """A server is killed, and comes back where it was."""
    (site, *_) = scene.sites
    server = scene.chance.choice(scene.servers)
    scene.gone(server)
    server.kill()
    await scene.serve(site, port=server.port)


async def hang(scene: Scene, seconds: float) -> None:
    """A server hangs, and goes on."""
    server = scene.chance.choice(scene.servers)
    server.pause()
    await asyncio.sleep(seconds)
    server.resume()


async def stop_with_half_a_post(scene: Scene, seconds: float) -> None:
    """SIGTERM while somebody has sent half of what he announced."""
    (site,) = scene.sites
    (server,) = scene.servers
    head = f"POST /admin/login/ HTTP/1.1\r\nHost: {server.address}\r\nContent-Length: 1000\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nhalf=".encode())
    await writer.drain()
    await asyncio.sleep(0.5)
    await stop(scene, server)
    writer.close()
    kind = "uvicorn" if "uvicorn" in server.process.args else "daphne"
    await scene.serve(site, kind, port=server.port)


async def under_uvicorn(scene: Scene) -> None:
    """One uvicorn process with the worker in it."""
    site = scene.site()
    scene.watch_all(site, await scene.serve(site, "uvicorn"))


async def rename(scene: Scene, seconds: float) -> None:
    """A stream gets another name while it is viewed; then the servers restart."""
    (site,) = scene.sites
    site.execute("UPDATE waves_stream SET slug = 'renamed' WHERE slug = ?", COUNTED[0])
    await asyncio.sleep(seconds)
    names = {watcher.state.slug for watcher in scene.watchers}
    scene.check("renamed" in names and COUNTED[0] not in names, f"viewers were told of {names}")
    await restart_each(scene, seconds)


async def hang_behind_a_page(scene: Scene, seconds: float) -> None:
    """The server hangs, and a person looks at the page."""
    # Takes longer to import than all the rest, and no other fault needs it.
    from playwright.async_api import async_playwright

    from waves.tests.browser.conftest import ARGUMENTS, CHROMIUM

    (server,) = scene.servers
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await chromium.new_page()
        await page.goto(f"http://{server.address}/streams/{COUNTED[0]}/")
        badge = page.locator("#pill")
        await page.locator("#pill[data-state=live]").wait_for()
        scene.begin()
        server.pause()
        seen: dict[str, float] = {}
        while (now := time.monotonic() - scene.began) < seconds:
            seen.setdefault(await badge.inner_text(), now)
            await asyncio.sleep(BADGE_SECONDS)
        server.resume()
        _judge_badge(scene, seen, seconds)
        await page.locator("#pill[data-state=live]").wait_for(timeout=20_000)
        await chromium.close()


def _judge_badge(scene: Scene, seen: dict[str, float], seconds: float) -> None:
    """``seen``: what the badge said, and since when."""
    later = [at for words, at in seen.items() if "live" not in words.lower()]
    scene.check(min(later, default=99) <= DOUBTS + BADGE_SECONDS, f"the badge said {seen}")
    if seconds > RECONNECTS:
        back = [at for words, at in seen.items() if "connect" in words.lower()]
        scene.check(min(back, default=99) <= RECONNECTS + BADGE_SECONDS, f"the badge said {seen}")


FAULTS = (
    Fault(
        "nginx-restarts",
        "behind nginx as shipped, two servers are restarted one after the other; 30 viewers",
        behind_nginx,
        restart_behind_nginx,
        lasts=3,
        short=0.5,
        lines=10,
    ),
    Fault(
        "server-restarts",
        "each of two servers is restarted (SIGTERM)",
        scenes.over_redis,
        restart_each,
        lines=10,
        storm=True,
        short=0,
    ),
    Fault(
        "server-killed",
        "one of two servers is killed, and started again",
        scenes.over_redis,
        kill_one,
        storm=True,
        short=0,
    ),
    Fault(
        "server-hangs",
        "one of two servers hangs (SIGSTOP) for 10 s",
        scenes.over_redis,
        hang,
        lasts=10,
        short=5,
        storm=True,
    ),
    Fault(
        "half-a-post-uvicorn",
        "uvicorn gets SIGTERM while half a POST is open",
        under_uvicorn,
        stop_with_half_a_post,
        short=0,
    ),
    Fault(
        "half-a-post-daphne",
        "the same with daphne",
        scenes.embedded,
        stop_with_half_a_post,
        short=0,
    ),
    Fault(
        "renamed",
        "a stream is renamed while it is viewed; then both servers are restarted",
        scenes.over_redis,
        rename,
        lasts=3,
        short=2,
        lines=10,
    ),
    Fault(
        "page-frozen",
        "the server behind an open page hangs (SIGSTOP) for 15 s",
        scenes.embedded,
        hang_behind_a_page,
        lasts=15,
        short=7,
        alone=True,
    ),
)
