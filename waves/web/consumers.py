"""The WebSocket: ASGI's events for a session. No database on the way of a frame."""

from __future__ import annotations

import asyncio
import contextlib
import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer

from waves.access import REMEMBER_SECONDS
from waves.addresses import address, by_slug
from waves.conf import get_config
from waves.exceptions import ServiceUnavailableError, UnknownStreamError, WireError
from waves.hub.connection import Connection
from waves.hub.session import Session
from waves.hub.viewer import Viewer
from waves.protocol import messages
from waves.protocol.messages import Show, Subscribe
from waves.server.handshakes import turns
from waves.server.lifespan import absence, running, serving
from waves.server.transport import AsgiTransport, transport_for
from waves.specs import no_stream
from waves.web import origins
from waves.web.attendance import Attendance, is_full
from waves.web.callers import Place, by_address, by_viewer, callers
from waves.web.guarding import sentinel, tell_fault
from waves.web.lookup import find_stream, is_gone, is_open_to_all, is_public, may_view
from waves.web.version import page_version
from waves.web.visitors import Visitor

#: In the order of our preference; a client that offers none is a person, and is sent text.
PROTOCOLS = (messages.PROTOCOL, messages.PROTOCOL_JSON)
#: A server that does not take the answer to a handshake within this is not waited for.
ACCEPT_SECONDS = 10.0
#: Where every visitor has to log in, the first message may show a key in place of that. A socket
#: that says nothing for so long is asked for the login.
FIRST_SECONDS = 10.0

_STORM = "Too many viewers come at once. Come back later."
_CROWD = "Too many sockets are open from here already. Close some, or sign in."
_TOO_MANY_VIEWS = "subscribe: you view as many streams as one may, over all your sockets."
_IDLE = "Nothing was subscribed for long. Come back when you want to see something."
_SHOWN_LATE = "A key is shown once, before anything else is said."
_NO_MORE = "You may not see this stream any more."
_UNASKED = "It cannot be asked at this moment what you may see. Come back soon."
_FULL = "This server has all the viewers it takes. Come back later."


#: Code and words of an error, and the code of the close that follows it.
Refusal = tuple[str, str, int]


def _unknown_path() -> str:
    every, one = address("socket"), by_slug("stream-socket").replace("{slug}", "<slug>")
    return f"Here is no WebSocket. There are {every} and {one}, with a slash at the end."


def _refuse_message(refuse: Callable[..., None] | None, words: str) -> None:
    if refuse is not None:
        refuse("bad_message", words, messages.CLOSE_BAD_MESSAGE)


def _wake(connection: Connection) -> None:
    services = running()  # none any more while the server ends
    if services is not None:
        services.pump.wake(connection)


class StreamConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """One socket. Frames reach it from the pump; it has no channel of its own: the hub has."""

    session: Session | None = None
    visitor: Visitor
    _guard: asyncio.Task[None] | None = None
    _sender: asyncio.Task[None] | None = None
    _task: asyncio.Task[Any] | None = None
    _given_up = False
    _place: Place | None = None
    #: Whether it was said, or need not be, who this is: by a key, a login, a stream for everyone.
    _known = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve the socket; whatever ends it, also daphne's cancel, its viewers are removed.

        Not Channels' own loop, which starts a task for each message that comes in: a thousand
        viewers acknowledge a thousand times a second.
        """
        self.scope, self.base_send = scope, send
        self.visitor, self.attendance = Visitor(scope), Attendance(scope)
        try:
            with contextlib.suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        except asyncio.CancelledError:
            # By the server as it ends, or by ourselves where a peer was given up.
            if not self._given_up:
                raise
        finally:
            sentinel.leave(self)
            if self._place is not None:
                callers.leave(self._place)
            self.attendance.ended()
            if self.session is not None:
                self.session.close()
            for task in filter(None, (self._guard, self._sender)):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Carry out one event of the server, without a thread hop: no database is used."""
        match message["type"]:
            case "websocket.connect":
                await self._connect()
            case "websocket.receive":
                await self._receive(message.get("text"))
            case "websocket.disconnect":
                self.attendance.left(message.get("code"))
                raise StopConsumer

    async def _connect(self) -> None:
        offered = self.scope["subprotocols"]
        chosen = next((p for p in PROTOCOLS if p in offered), None)
        in_turn = await turns.wait()
        # Accepted also where it is refused next: a browser shows no other reason to its page.
        async with asyncio.timeout(ACCEPT_SECONDS):
            await self.send({"type": "websocket.accept", "subprotocol": chosen})
        protocol = chosen or messages.PROTOCOL_JSON
        connection = self._connection(as_json=protocol == messages.PROTOCOL_JSON)
        refusal = self._refusal(known=bool(chosen) or not offered, in_turn=in_turn)
        self._known = self.visitor.shows_key or self._has_slug()
        if refusal is None and self.visitor.matters and self._known:
            refusal = await self._look_at_visitor()
        refusal = refusal or await self._take_place(connection)
        if refusal is not None:
            connection.refuse(*refusal)
            return
        self.session = Session(serving().hub, connection)
        self.session.open(protocol, page_version())
        self.attendance.admitted(protocol)
        if self.visitor.matters:
            self._ask_from_now_on(REMEMBER_SECONDS if self._known else FIRST_SECONDS)
        self._idle_since = time.monotonic()
        sentinel.watch(self)
        await self._subscribe_from_url()

    def _has_slug(self) -> bool:
        return "slug" in self.scope.get("url_route", {}).get("kwargs", {})

    def _refusal(self, *, known: bool, in_turn: bool) -> Refusal | None:
        """Why this socket is closed at once: code and words of the error, and the close code."""
        if not in_turn:
            return "unavailable", _STORM, messages.CLOSE_OVERLOAD
        if nothing := absence(asgi=True):
            return "unavailable", nothing, messages.CLOSE_REFUSED
        words = origins.refusal(self.scope)
        if words is not None:
            return "refused", words, messages.CLOSE_REFUSED
        if "url_route" not in self.scope:
            return "unknown_stream", _unknown_path(), messages.CLOSE_UNKNOWN
        if not known:
            offers = f"This server speaks {' and '.join(PROTOCOLS)}."
            return "bad_message", offers, messages.CLOSE_BAD_MESSAGE
        if is_full():
            return "unavailable", _FULL, messages.CLOSE_OVERLOAD
        return None

    async def _look_at_visitor(self) -> Refusal | None:
        """Why whoever this is may have no socket here (any more)."""
        try:
            words = await self.visitor.refusal()
        except ServiceUnavailableError as error:
            return "unavailable", str(error), messages.CLOSE_RESTART
        return ("refused", words, messages.CLOSE_REFUSED) if words else None

    async def _take_place(self, connection: Connection) -> Refusal | None:
        """Count the socket with its caller; why there is no place for it."""
        known = by_viewer(self.visitor.viewer) or by_address(self.scope)
        self._place = callers.enter(known, connection.viewers)
        if self._place is None and not self.visitor.matters:
            # Many may come from one address: those who are signed in are counted by themselves.
            refusal = await self._look_at_visitor()
            if refusal is not None:
                return refusal
            if user := by_viewer(self.visitor.viewer):
                self._place = callers.enter(user, connection.viewers)
        if self._place is None:
            return "unavailable", _CROWD, messages.CLOSE_OVERLOAD
        self._share(self._place, connection)
        return None

    @staticmethod
    def _share(place: Place, connection: Connection) -> None:
        connection.account = place.caller.account
        if (inflow := getattr(connection.transport, "inflow", None)) is not None:
            inflow.share(place.caller.together)

    def _count_as_known(self, connection: Connection) -> Refusal | None:
        """It was said who this is: from now on it is a socket of theirs, and none of its address.

        Returns why there is no place for it.
        """
        name = by_viewer(self.visitor.viewer)
        if not name or self._place is None or self._place.caller.name == name:
            return None
        place = callers.enter(name, connection.viewers)
        if place is None:
            return "unavailable", _CROWD, messages.CLOSE_OVERLOAD
        callers.leave(self._place)
        self._place = place
        self._share(place, connection)
        return None

    def look_at_idle(self, now: float) -> None:
        """Close the socket where nothing has been subscribed for long; ``now`` is monotonic."""
        session = self.session
        if session is None or session.connection.transport.closed:
            return
        if session.connection.viewers or session.connection.controls:
            self._idle_since = now
        elif now - self._idle_since > get_config().idle_seconds:
            session.connection.refuse("unavailable", _IDLE, messages.CLOSE_IDLE)

    @property
    def asks(self) -> bool:
        """Whether it asks already whether it may go on."""
        return self.session is None or self._guard is not None

    def shows(self, handles: frozenset[int]) -> bool:
        """Whether it shows one of these streams."""
        return self.session is not None and not handles.isdisjoint(self.session.connection.viewers)

    def guard(self) -> None:
        """Ask at once whether it may go on, and again and again."""
        self._ask_from_now_on(0.0)

    def _ask_from_now_on(self, seconds: float) -> None:
        if self.session is not None and self._guard is None:
            self._guard = asyncio.create_task(self._keep_asking(self.session, seconds))

    def _leave_guard(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
            self._guard = None

    async def _keep_asking(self, session: Session, seconds: float) -> None:
        """While the socket is open: who may not see a stream any more is sent no more of it."""
        while not session.connection.transport.closed:
            await asyncio.sleep(seconds)
            seconds = REMEMBER_SECONDS
            try:
                refusal = await self._ask_once(session)
            except Exception as error:  # of whatever a host has of its own
                tell_fault("It could not be asked who views; the socket is closed.", error)
                refusal = "unavailable", _UNASKED, messages.CLOSE_RESTART
            if refusal:
                session.connection.refuse(*refusal)
                return

    async def _ask_once(self, session: Session) -> Refusal | None:
        refusal = await self._look_at_visitor()
        for viewer in () if refusal else list(session.connection.viewers.values()):
            refusal = refusal or await self._ask_again(session, viewer)
        return refusal

    async def _ask_again(self, session: Session, viewer: Viewer) -> Refusal | None:
        try:
            if await may_view(self.visitor.viewer, viewer.kept.handle):
                return None
            if await is_gone(viewer.kept.handle):
                return None  # of which the worker tells, and there is nothing more to be sent
        except ServiceUnavailableError as error:
            return "unavailable", str(error), messages.CLOSE_RESTART
        viewers = session.connection.viewers
        if viewers.get(viewer.kept.handle) is not viewer:
            return None  # it went while it was asked after
        if len(viewers) == 1:
            return "refused", _NO_MORE, messages.CLOSE_REFUSED
        session.connection.refuse(
            "unknown_stream", str(no_stream(viewer.kept.slug)), stream=viewer.kept.slug
        )
        session.hub.unsubscribe(session.connection, viewer.kept.slug)
        session.hub.pump.wake(session.connection)
        return None

    def _connection(self, *, as_json: bool) -> Connection:
        # A scope that did not pass through `waves.asgi` has none; then it is told so.
        make = self.scope.get("waves.transport") or partial(transport_for, self.base_send)
        transport = make()
        transport.on_close = self.attendance.closing
        connection = Connection(transport, json=as_json)
        if transport.inflow is not None:
            # Its connection holds the inflow: were it held in turn, only a collection of garbage
            # would end both.
            refuse = weakref.WeakMethod(connection.refuse)
            transport.inflow.on_refused = lambda words: _refuse_message(refuse(), words)
        if isinstance(transport, AsgiTransport):
            transport.on_writable = lambda: _wake(connection)
            transport.on_given_up = self._give_up
            self._task = asyncio.current_task()
            self._sender = asyncio.create_task(transport.run())
        return connection

    def _give_up(self) -> None:
        """A peer does not even take the close: end without it, so that its memory is free."""
        self._given_up = True
        if self._task is not None:
            self._task.cancel()

    async def _subscribe_from_url(self) -> None:
        slug = self.scope["url_route"]["kwargs"].get("slug")
        if slug is None or self.session is None:
            return
        query = self.scope["query_string"].decode("latin1")
        try:
            await self._subscribe(self.session, messages.parse_query(query, slug))
        except WireError as error:
            connection = self.session.connection
            connection.refuse("bad_message", str(error), messages.CLOSE_BAD_MESSAGE)
        except UnknownStreamError as error:
            connection = self.session.connection
            connection.refuse("unknown_stream", str(error), messages.CLOSE_UNKNOWN)

    async def _receive(self, text: str | None) -> None:
        if self.session is None or self.session.connection.transport.closed:
            return
        message = self.session.take(text)
        if isinstance(message, Show):
            await self._show(self.session, message.key)
            return
        if not await self._is_let_in(self.session) or message is None:
            return
        subscription = message
        try:
            await self._subscribe(self.session, subscription)
        except UnknownStreamError as error:
            slug = subscription.stream
            self.session.refuse("unknown_stream", str(error), slug)

    async def _show(self, session: Session, key: str) -> None:
        """From now on a key decides alone what is seen, in place of any login."""
        if self._known:
            words = (_SHOWN_LATE, messages.CLOSE_BAD_MESSAGE)
            session.connection.refuse("bad_message", *words)
            return
        self.visitor.show(key)
        await self._is_let_in(session)

    async def _is_let_in(self, session: Session) -> bool:
        """Look once, at the first message, who it is, where that matters."""
        if self._known or not self.visitor.matters:
            self._known = True
            return True
        self._known = True
        self._leave_guard()  # it would have waited for this message
        return await self._is_identified(session)

    async def _subscribe(self, session: Session, message: Subscribe) -> None:
        asked = self._guard
        try:
            if not await is_open_to_all(message.stream) and not await self._is_identified(session):
                return
            handle, fallback = await find_stream(message.stream, self.visitor.viewer)
            if asked is None and not self.visitor.matters and await is_public(handle):
                # Of which no worker had spoken yet: it matters no more who looks at it.
                self._leave_guard()
            if self._place is not None and not callers.may_view_more(self._place):
                session.refuse("too_much", _TOO_MANY_VIEWS, message.stream)
                return
        except ServiceUnavailableError as error:
            session.connection.refuse("unavailable", str(error), messages.CLOSE_RESTART)
            return
        session.subscribe(handle, message, fallback)

    async def _is_identified(self, session: Session) -> bool:
        """Learn who it is, where it matters from now on; False where the socket is closed."""
        if self._guard is not None:
            return True
        refusal = await self._look_at_visitor()
        refusal = refusal or self._count_as_known(session.connection)
        if refusal is not None:
            session.connection.refuse(*refusal)
            return False
        self._ask_from_now_on(REMEMBER_SECONDS)
        return True
