"""What befalls the PostgreSQL in which the settings stand: it is gone for a while."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from benchmarks.faults import scenes
from benchmarks.faults.database_faults import ask_for_pages
from benchmarks.faults.scene import Installation, Scene
from benchmarks.faults.trial import Fault
from waves.tests.server.postgresql import postgresql

#: A name that is edited once it is there again reaches viewers so soon (s).
SAVED = 6.0
#: Between two visits of a person who asks for pages (s): each is answered at once, and logged.
PAUSE = 5.0
RENAME = "from waves.models import Stream; Stream.objects.filter(slug='sine').update(name='Back')"


async def on_postgresql(scene: Scene) -> None:
    """A worker and two servers over Redis, whose database is a PostgreSQL of the run's own."""
    scene.with_redis()
    server = await asyncio.to_thread(scene.stack.enter_context, postgresql())
    scene.postgresql = server
    site = scene.site()
    await asyncio.to_thread(move, site, server.url)
    await scenes.start_on(scene, site)


def move(site: Installation, url: str) -> None:
    """The streams go there from SQLite, and the site with them."""
    file = str(site.folder / "streams.json")
    said = site.manage("dumpdata", "waves.stream", "waves.signal", "-o", file)
    site.environment |= {"DATABASE_URL": url, "WAVES_DATABASE": ""}
    said += site.manage("migrate", "-v0") + site.manage("loaddata", "-v0", file)
    if "Error" in said:
        raise RuntimeError(f"The streams did not come into PostgreSQL: {said[-500:]}")


async def stop(scene: Scene, seconds: float) -> None:
    """It is killed, and there again; pages are asked for meanwhile, and an edit comes after."""
    (site,) = scene.sites
    assert scene.postgresql is not None
    await asyncio.to_thread(scene.postgresql.stop)
    asked = (ask_for_pages(scene, server.address, PAUSE) for server in scene.servers)
    pages = asyncio.gather(*asked)
    await asyncio.sleep(seconds)
    pages.cancel()
    with suppress(asyncio.CancelledError):
        await pages
    await asyncio.to_thread(scene.postgresql.start)
    await asyncio.to_thread(site.manage, "shell", "-c", RENAME)
    sines = [w.state for w in scene.watchers if w.state.slug == "sine"]
    told = await scene.until(lambda: all(s.description["name"] == "Back" for s in sines), SAVED)
    scene.check(told is not None, "an edit that was made afterwards did not arrive")


FAULTS = (
    Fault(
        "postgresql-gone",
        "the PostgreSQL of all settings is killed, and there again 30 s later; pages are asked for",
        on_postgresql,
        stop,
        lasts=30,
        told="never",
        unready=6,
        # A page that cannot be shown is a line of Django's, and several are asked for.
        lines=40,
    ),
)
