"""Starts hub, pump and, if configured, the embedded worker with the server; ends them cleanly.

daphne runs no ASGI lifespan. Under it the reactor starts us when it runs, and waits for us before
it shuts down; under Django's reloader ``atexit`` still finds the loop running. Other servers send
the lifespan; where none does, the first request or socket starts us.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from waves import daphne_bounds, stopping, transport, wires
from waves.conf import get_config
from waves.exceptions import ServiceUnavailableError
from waves.layer import Publisher, Receiver
from waves.runner import Worker
from waves.streaming.hub import Hub
from waves.streaming.messages import CLOSE_RESTART
from waves.streaming.pump import Pump
from waves.streaming.status import board

logger = logging.getLogger("waves")

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]

#: Ctrl-C under the reloader leaves a quarter of a second; the sockets close first.
EXIT_SECONDS = 0.25
#: Each hub publishes its viewer counts this often.
COUNT_SECONDS = 2.0


class Services:
    """What runs beside the requests of one server process, on its event loop."""

    def __init__(self) -> None:
        self.pump = Pump()
        self.hub = Hub(self.pump, board)
        self.publisher = Publisher()
        embedded = get_config().worker == "embedded"
        self.receiver = Receiver(self.hub, everything=embedded)
        self.worker = Worker(self.publisher) if embedded else None
        self.loop = asyncio.get_running_loop()
        self._tasks = [self._start(job) for job in self._jobs()]

    def _jobs(self) -> list[Coroutine[Any, Any, None]]:
        jobs = [self.receiver.run(), self.pump.run(), self._housekeeping()]
        return jobs if self.worker is None else [*jobs, self.worker.run()]

    def _start(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self.loop.create_task(job)
        task.add_done_callback(_report)
        return task

    async def _housekeeping(self) -> None:
        publish_at = 0.0
        while True:
            await asyncio.sleep(1.0)
            self.hub.check_stale()
            self.pump.check_stuck()
            if self.loop.time() >= publish_at:
                publish_at = self.loop.time() + COUNT_SECONDS
                with contextlib.suppress(ServiceUnavailableError):
                    counts = self.hub.viewer_counts()
                    await self.publisher.viewers(self.receiver.name, counts)

    def close_sockets(self) -> None:
        """Tell every viewer to come back: the server restarts."""
        for connection in list(self.hub.connections):
            connection.finish(CLOSE_RESTART, "The server restarts.")

    async def stop(self) -> None:
        """Close the sockets first, then cancel the tasks and await them."""
        self.close_sockets()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _report(task: asyncio.Task[None]) -> None:
    """A task of ours never ends by itself: say so where one does."""
    if not task.cancelled() and task.exception() is not None:
        logger.critical("A part of Waves stopped; restart it.", exc_info=task.exception())


#: The services of this process, once started.
_services: Services | None = None


def services() -> Services:
    """The services of this process, started where no one has done so yet."""
    global _services
    if _services is None:
        _services = Services()
    return _services


def running() -> Services | None:
    """The services of this process, or None where they were not started (yet)."""
    return _services


async def shut_down() -> None:
    """End the services of this process; they may be started again."""
    global _services
    ending, _services = _services, None
    if ending is not None:
        await ending.stop()


def wrap(app: App) -> App:
    """The outermost application: ``app``, with the services started and ended around it."""
    _follow_twisted()

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        services()
        stopping.remember(send)
        if scope["type"] == "websocket":
            await _serve_socket(app, scope, receive, send)
        else:
            body = stopping.BoundedBody(receive, send)
            await app(scope, body.receive, body.send)

    return application


async def _serve_socket(app: App, scope: Scope, receive: Any, send: Any) -> None:
    """Bound what comes in before anything is awaited, and with it before anything is said."""
    inflow = wires.inflow_for(send)
    scope = {
        **scope,
        "scheme": wires.scheme_of(scope, send),
        "waves.transport": partial(transport.transport_for, send, inflow),
    }
    if inflow is None:
        await app(scope, wires.paced(receive), send)
        return
    try:
        await app(scope, *wires.watched(inflow, receive, send))
    finally:
        inflow.end()


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            services()
            stopping.follow_signals()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await shut_down()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _follow_twisted() -> None:
    """Start and end with daphne's reactor, where this process has one that may run."""
    reactor = sys.modules.get("twisted.internet.reactor")
    loop = getattr(reactor, "_asyncioEventloop", None)
    if reactor is None or loop is None:
        return
    daphne_bounds.install()
    # At `when running` the loop does not run yet; one turn later it does.
    reactor.callWhenRunning(lambda: reactor.callLater(0, services))
    reactor.addSystemEventTrigger("before", "shutdown", _shut_down_deferred)
    atexit.register(_shut_down_at_exit, loop)


def _shut_down_deferred() -> Any:
    from twisted.internet.defer import Deferred

    # The close frames leave before daphne cancels the consumers.
    if _services is not None:
        _services.close_sockets()
    return Deferred.fromFuture(asyncio.ensure_future(shut_down()))


def _shut_down_at_exit(loop: asyncio.AbstractEventLoop) -> None:
    if _services is None or not loop.is_running():
        return
    with contextlib.suppress(TimeoutError, RuntimeError):
        asyncio.run_coroutine_threadsafe(shut_down(), loop).result(EXIT_SECONDS)
