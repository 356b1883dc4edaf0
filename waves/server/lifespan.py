"""Starts hub, pump and, if configured, the embedded worker with the server; ends them cleanly.

daphne runs no ASGI lifespan. Under it the reactor starts us when it runs, and waits for us before
it shuts down; under Django's reloader ``atexit`` still finds the loop running. Other servers send
the lifespan; where none does, the first request or socket starts us.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import logging
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Protocol

from django.db import DatabaseError
from django.urls import get_resolver

from waves import shards
from waves.bus import Publisher, Receiver, make_layer
from waves.conf import get_config
from waves.database import installation
from waves.database.installation import Installation
from waves.database.threads import in_thread
from waves.exceptions import ConfigurationError, ServiceUnavailableError
from waves.framelog import frame_log
from waves.hub.figures import MOMENTS, Durations
from waves.hub.hub import Hub
from waves.hub.pump import Pump
from waves.hub.status import board
from waves.server import daphne_bounds, http_bounds, report, stopping, transport, wires
from waves.server.pasts import Pasts
from waves.shards import shard_of
from waves.worker.worker import Worker

logger = logging.getLogger("waves")

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
Job = Callable[[], Awaitable[None]]

#: Ctrl-C under the reloader leaves a quarter of a second; the sockets close first.
EXIT_SECONDS = 0.25
#: Each hub publishes its viewer counts this often.
COUNT_SECONDS = 2.0
#: Streams that went stale and sockets that do not read are looked for this often: a stream is
#: stale within 4 s.
WATCH_SECONDS = 0.5
#: A part that failed, and a database that did not answer, are tried again after this.
AGAIN_SECONDS = 1.0
#: How often the database is asked whether it is still the same installation's.
IDENTITY_SECONDS = 5.0
ANSWER_SECONDS = 10.0
#: A worker speaks every second; one that was not heard for this long is not there.
WORKER_SECONDS = 4.0
#: An embedded worker that did not get to its streams for this long hangs (a locked SQLite alone
#: takes 10 s).
HANGS_SECONDS = 30.0
#: Stopping waits this long: sources and leases end sooner. Who is not done is cancelled again: a
#: Redis client that is cancelled as it times out may keep that to itself.
STOP_SECONDS, STOP_TIMES = 2.5, 3
#: How often garbage is looked for, as ``gc.set_threshold`` takes it. Python's own 700, 10, 10 looks
#: through everything each two seconds beside 100 requests a second: 25 ms in which nobody is sent
#: anything. What requests leave is found among the young, in 3 ms.
COLLECTIONS = (2000, 5, 100)
#: How long a thread may keep the others from running. The event loop lets go with each byte that it
#: writes, and with Python's own 5 ms it waits for so long until a look into the database is done.
SWITCH_SECONDS = 0.0005


#: Stands in the name of a part that serves one of several Redis hosts.
HOST_PART = " of Redis host "

_NONE = "No stream runs here:"
_WSGI = (
    "this server speaks WSGI, which has no WebSockets. Put “daphne” first in INSTALLED_APPS, set "
    "ASGI_APPLICATION, and start runserver again; or serve asgi.py with daphne."
)
_UNWRAPPED = (
    "the ASGI application is not that of Waves. Write in asgi.py: "
    "application = waves.asgi.application(get_asgi_application())"
)


@dataclass(frozen=True, slots=True)
class Link:
    """What this process sends to one Redis host, and receives from it; or through memory."""

    publisher: Publisher
    receiver: Receiver

    @property
    def problem(self) -> str:
        """Why nothing comes or goes, in words; else empty."""
        return self.publisher.problem or self.receiver.problem


class Services:
    """What runs beside the requests of one server process, on its event loop."""

    def __init__(self) -> None:
        self.pump = Pump()
        self.hub = Hub(self.pump, board)
        self.hub.past = Pasts().of
        embedded = get_config().worker == "embedded"
        self.links = [self._link(shard, embedded=embedded) for shard in range(shards.count())]
        board.cut_off = self._cut_off
        self.worker = Worker(self.links[0].publisher, exclusive=True) if embedded else None
        self.loop = asyncio.get_running_loop()
        self._started_at, self._since = time.monotonic(), time.time()
        #: How long the event loop let this task wait beyond its time.
        self.turns = Durations(MOMENTS)
        self._away: asyncio.Task[None] | None = None
        #: When a part last failed, by its name.
        self._failed_at: dict[str, float] = {}
        self._tasks = [self.loop.create_task(self._keep(name, job)) for name, job in self._jobs()]

    def _link(self, shard: int, *, embedded: bool) -> Link:
        layer = make_layer(shard)
        publisher = Publisher(layer, frame_log(shard), shard)
        # In memory it is one layer; over Redis what is sent must not wait for what is received.
        listening = layer if embedded else make_layer(shard)
        return Link(publisher, Receiver(self.hub, publisher, listening, everything=embedded))

    @property
    def installation(self) -> Installation | None:
        """Who we are; None until the database has said so."""
        return self.links[0].publisher.installation

    def _cut_off(self, handle: int) -> str:
        """Why nothing is heard of a stream where its Redis host is out of reach; else empty."""
        shard = shard_of(handle)
        if not self.links[shard].problem:
            return ""
        return f"{shards.words_of(shard)}, which carries this stream, cannot be reached."

    def _jobs(self) -> list[tuple[str, Job]]:
        jobs: list[tuple[str, Job]] = [
            *((_name("receiver", n), link.receiver.run) for n, link in enumerate(self.links)),
            *(
                (_name("count of viewers", n), partial(self._count_viewers, link))
                for n, link in enumerate(self.links)
            ),
            ("pump", self.pump.run),
            ("watch", self._watch),
        ]
        if self.worker is None:
            return [*jobs, ("identity", self._identify)]
        return [*jobs, ("worker", self.worker.run)]

    async def _keep(self, name: str, job: Job) -> None:
        """Run a part for ever: one that fails is told, and begun again."""
        while True:
            try:
                await job()
            except Exception:
                logger.critical("The %s failed; it begins again.", name, exc_info=True)
            self._failed_at[name] = time.monotonic()
            await asyncio.sleep(AGAIN_SECONDS)

    async def _identify(self) -> None:
        """Ask the database which installation this is, and follow it to another one."""
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    found = await in_thread(installation.find)()
                for link in self.links:
                    link.publisher.identify(found)
            except (DatabaseError, TimeoutError) as error:
                logger.debug("The database does not say which installation this is: %s", error)
            await asyncio.sleep(IDENTITY_SECONDS if self.installation else AGAIN_SECONDS)

    async def _watch(self) -> None:
        """Look after what stands still. Nothing in here waits for anything."""
        while True:
            due = time.monotonic() + WATCH_SECONDS
            await asyncio.sleep(WATCH_SECONDS)
            self.turns.add(time.monotonic() - due)
            self.hub.check_stale()
            self.pump.check_stuck()
            board.problem = self._no_streams()

    async def _count_viewers(self, link: Link) -> None:
        """Tell all servers over one host who views the streams that it carries, and of us."""
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            with contextlib.suppress(ServiceUnavailableError):
                problems = [*self.problems(), *self.lost()]
                receivers = [each.receiver for each in self.links]
                told = report.about(self.hub, receivers, self.turns, self._since, problems)
                await link.publisher.viewers(
                    link.receiver.name, link.receiver.viewer_counts(), told
                )

    def _no_streams(self) -> str:
        """Why no stream is produced for this process, in words; empty where some are."""
        worker = self.worker
        if worker is not None:
            return worker.lease_problem if not worker.runners else ""
        since = time.monotonic() - max(board.worker_heard_at, self._started_at)
        if since <= WORKER_SECONDS:
            return ""
        return "No worker reports. Start one: python manage.py runstreams"

    def problems(self) -> list[str]:
        """What keeps viewers from being served, each in words; empty ones mean nothing."""
        now = time.monotonic()
        told = self._failures(of_hosts=False)
        if self.installation is None:
            told.append("The database has not said yet which installation this is.")
        if all(self._is_lost(shard) for shard in range(len(self.links))):
            told += self.lost()
        if now - board.worker_heard_at > WORKER_SECONDS:
            # Which of two keys is the right one, the worker's says: whoever hears it goes on.
            told += [link.receiver.stranger for link in self.links]
        if self.worker is not None:
            told.append(self.worker.problem)
            if now - self.worker.steered_at > HANGS_SECONDS:
                told.append("The worker hangs: it has not looked after its streams for a while.")
        return [*told, self._no_streams()]

    def _failures(self, *, of_hosts: bool) -> list[str]:
        """The parts that failed lately: those that serve all, or one of several Redis hosts."""
        told = [name for name in self._failed() if (HOST_PART in name) is of_hosts]
        return [f"The {name} has failed; it begins again." for name in told]

    def _failed(self) -> list[str]:
        now = time.monotonic()
        return [name for name, at in self._failed_at.items() if now - at < WORKER_SECONDS]

    def _is_lost(self, shard: int) -> bool:
        """Whether nothing comes or goes through a Redis host, or a part that serves it failed."""
        end = HOST_PART + shards.name_of(shard)
        return bool(self.links[shard].problem) or any(n.endswith(end) for n in self._failed())

    def lost(self) -> list[str]:
        """The Redis hosts that are out of reach, each in words. While one is left viewers are
        served: of the streams of the others they are told that these stand still."""
        sides = [side for link in self.links for side in (link.publisher, link.receiver)]
        return [*(side.problem for side in sides), *self._failures(of_hosts=True)]

    async def send_away(self) -> None:
        """Tell every viewer to come back, once: the server restarts."""
        if self._away is None:
            self._away = self.loop.create_task(stopping.send_away(self.hub.connections))
        await asyncio.shield(self._away)

    async def stop(self) -> None:
        """Close the sockets first, then cancel the tasks and await them, but not for ever."""
        await self.send_away()
        left = set(self._tasks)
        for _ in range(STOP_TIMES):
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=STOP_SECONDS)
            if not left:
                return


def _name(job: str, shard: int) -> str:
    host = shards.name_of(shard)
    return f"{job}{HOST_PART}{host}" if host else job


#: The services of this process, once started; or what the settings have against it.
_services: Services | None = None
#: Those that end, or did.
_stopping: Services | None = None
_refused = ""
#: The server ends: nothing is begun any more.
_ending = False


def services() -> Services:
    """The services of this process, started where no one has done so yet."""
    global _services
    if _services is None:
        keep_for_good()
        _services = Services()
    return _services


@cache
def keep_for_good() -> None:
    """Let no collection of garbage look at what lives as long as the process.

    Django and its libraries are 110,000 objects. A full collection takes 50 ms for them, in which
    nobody is sent anything, and it comes as soon as somebody makes the server work.
    """
    get_resolver().url_patterns  # noqa: B018  pages import the rest, which is to be kept, too
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTIONS)
    sys.setswitchinterval(SWITCH_SECONDS)


def running() -> Services | None:
    """The services of this process; None where there are none (yet, or any more)."""
    return _services


async def shut_down() -> None:
    """End the services of this process; they may be started again."""
    global _services, _stopping
    if _services is not None:
        _stopping, _services = _services, None
        await _stopping.stop()


async def send_away() -> None:
    """Tell every viewer to come back, and wait until all are told."""
    ending = _services or _stopping
    if ending is not None:
        await ending.send_away()


def begin() -> None:
    """Start the services, where the settings allow it; else say once why not.

    The pages of a host are not ours to break: those of ours tell the same (``serving``).
    """
    global _refused
    try:
        services()
    except ConfigurationError as error:
        if str(error) != _refused:
            logger.critical("%s %s", _NONE, error)
        _refused = str(error)


def serving() -> Services:
    """The services of this process. Raises ServiceUnavailableError, with why there are none."""
    if _services is None:
        raise ServiceUnavailableError(absence(asgi=True))
    return _services


def absence(*, asgi: bool) -> str:
    """Why no stream runs in this process, in words; "" where some may. ``asgi``: what is spoken."""
    if _services is not None:
        return ""
    if _refused:
        return f"{_NONE} {_refused}"
    return f"{_NONE} {_UNWRAPPED if asgi else _WSGI}"


class Others(Protocol):
    """The WebSockets of a host."""

    application: App

    def has(self, scope: Scope) -> bool:
        """Whether a scope is for one of them."""


def wrap(pages: App, sockets: App, others: Others, *, alone: bool) -> App:
    """The outermost application, with the services started and ended around all others.

    ``alone`` says that nobody but us is served: see ``waves.asgi``.
    """
    _follow_twisted(alone=alone)
    pages = http_bounds.bounded(pages, alone=alone)

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if _ending:
            await _turn_away(scope, receive, send)
            return
        begin()
        if scope["type"] != "websocket":
            if alone:
                stopping.remember(send)
            await pages(scope, receive, send)
        elif others.has(scope):
            await others.application(scope, receive, send)
        else:
            stopping.remember(send)
            await _serve_socket(sockets, scope, receive, send)

    return application


async def _turn_away(scope: Scope, receive: Any, send: Any) -> None:
    """Who comes while the server ends goes to another one, or comes back."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"retry-after", b"1")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b"The server restarts.\n"})


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
            begin()
            stopping.follow_signals()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await shut_down()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _follow_twisted(*, alone: bool) -> None:
    """Start and end with daphne's reactor, where this process has one that may run."""
    reactor = sys.modules.get("twisted.internet.reactor")
    loop = getattr(reactor, "_asyncioEventloop", None)
    if reactor is None or loop is None:
        return
    daphne_bounds.install(everything=alone, before_end=send_away)
    # At `when running` the loop does not run yet; one turn later it does.
    reactor.callWhenRunning(lambda: reactor.callLater(0, begin))
    reactor.addSystemEventTrigger("before", "shutdown", _shut_down_deferred)
    atexit.register(_shut_down_at_exit, loop)


def _shut_down_deferred() -> Any:
    from twisted.internet.defer import Deferred

    global _ending
    _ending = True
    return Deferred.fromFuture(asyncio.ensure_future(shut_down()))


def _shut_down_at_exit(loop: asyncio.AbstractEventLoop) -> None:
    if _services is None or not loop.is_running():
        return
    with contextlib.suppress(TimeoutError, RuntimeError):
        asyncio.run_coroutine_threadsafe(shut_down(), loop).result(EXIT_SECONDS)
