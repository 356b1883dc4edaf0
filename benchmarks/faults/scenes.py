"""The scenes that faults happen to."""

from __future__ import annotations

import asyncio

from benchmarks.faults.link import make_link
from benchmarks.faults.scene import Installation, Scene
from waves.tests.server.proxy import Nginx, nginx


async def empty(scene: Scene) -> None:
    """An installation that nobody has started yet."""
    scene.site()


async def embedded(scene: Scene) -> None:
    """One server process with the worker in it."""
    site = scene.site()
    scene.watch_all(site, await scene.serve(site))


async def over_redis(scene: Scene) -> None:
    """A worker and two servers (in short: one) over Redis."""
    scene.with_redis()
    await start_over_redis(scene)


async def over_a_link(scene: Scene) -> None:
    """The same, with a link to Redis that can be cut."""
    scene.with_redis(make_link)
    await start_over_redis(scene)


async def two_workers(scene: Scene) -> None:
    """The same with two workers, one started after the other."""
    scene.with_redis()
    await start_over_redis(scene, workers="ab")


async def start_over_redis(scene: Scene, workers: str = "a", **environment: str) -> None:
    """Workers, and servers with the usual viewers."""
    await start_on(scene, scene.site(**environment), workers)


async def start_on(scene: Scene, site: Installation, workers: str = "a") -> None:
    """The same on a site that there is."""
    for name in workers:
        await scene.work(site, name)
    for _ in range(1 if scene.short else 2):
        scene.watch_all(site, await scene.serve(site))


async def before(scene: Scene, ports: list[int]) -> Nginx:
    """An nginx with the very file of ``deploy/`` in front of these servers."""
    folder = scene.folder / "nginx"
    folder.mkdir()
    return await asyncio.to_thread(scene.stack.enter_context, nginx(folder, ports))
