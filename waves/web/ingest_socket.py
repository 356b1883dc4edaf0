"""The WebSocket by which samples come in: ``waves.ingest.v1``, as docs/protocol.md has it.

A message is a batch. Messages are parsed and handed over in their order, and acknowledged in it.
Whoever sends faster than the stream takes is not read meanwhile: the sender's own socket fills.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import uuid
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
from channels.consumer import AsyncConsumer
from django.db import DatabaseError

from waves.database.readiness import SILENT, problem_of
from waves.exceptions import (
    AccessError,
    AllowanceError,
    BusyError,
    IngestError,
    ServiceUnavailableError,
    TooMuchError,
    UnknownStreamError,
    WavesError,
)
from waves.ingest import formats
from waves.intake import Answer
from waves.protocol import messages
from waves.server.handshakes import turns
from waves.server.lifespan import absence
from waves.server.transport import AsgiTransport, transport_for
from waves.web import origins, taking
from waves.web.answers import RETRY_SECONDS
from waves.web.attendance import Attendance, is_full
from waves.web.callers import Place, by_key, callers
from waves.web.credentials import grant_for, grant_of, key_in
from waves.web.guarding import tell_fault

PROTOCOL = "waves.ingest.v1"
#: Bytes of one message: daphne takes a mebibyte.
MOST_BYTES = 512 * 1024
#: Frames and bytes of one socket a second; of the key's allowance they all take.
FRAMES_A_SECOND, BYTES_A_SECOND = 2000, 32 * 1024 * 1024
#: Messages that may wait for their acknowledgement: what the server says it gives credit for.
CREDIT = 64
#: Whoever sends too much is kept waiting for so long, and then told.
PATIENCE_SECONDS = 30.0
#: A key is looked at again this often: a revoked one ends within 5 s.
ASK_SECONDS = 2.0
#: daphne gives a handshake 5 s.
LOOK_SECONDS, ACCEPT_SECONDS = 4.0, 10.0
#: What a writer may call itself, so that its own numbers are known when it comes back.
_WRITER = re.compile(r"[A-Za-z0-9_.:-]{1,64}")

_STORM = "Too many come at once. Come back later."
_CROWD = "Too many sockets of this key are open already. Close some, or use another key."
_FULL = "This server has all the sockets that it takes. Come back later."
_UNKNOWN = f"This WebSocket speaks {PROTOCOL}."


class IngestConsumer(AsyncConsumer):  # type: ignore[misc]  # channels has no types
    """One writer. What it sends is handed over in order; what became of it is told in order."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve the socket until either side ends it."""
        self.scope = scope
        self._key, self._to = "", uuid.uuid4().hex
        self._writer = ""
        self._underway: deque[Answer] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._counts = {"messages": 0, "accepted": 0, "late": 0, "doubled": 0}
        self._closed = False
        self._place: Place | None = None
        await receive()  # websocket.connect
        in_turn = await turns.wait()
        make = scope.get("waves.transport") or partial(transport_for, send)
        self._transport = make()
        attendance = Attendance(scope, "send")
        self._transport.on_close = attendance.closing
        if self._transport.inflow is not None:
            self._transport.inflow.on_refused = self._refuse_message
        # Before it is let in: what a writer says first may be longer than a viewer's words are.
        chosen = PROTOCOL if PROTOCOL in scope["subprotocols"] else None
        known = chosen is not None or not scope["subprotocols"]
        refusal, error = self._refusal(known=known, in_turn=in_turn), None
        if refusal is None:
            error = await self._look_at_writer()
        async with asyncio.timeout(ACCEPT_SECONDS):
            await send({"type": "websocket.accept", "subprotocol": chosen})
        jobs: list[Callable[[], Any]] = [self._acknowledge, self._keep_asking]
        if isinstance(self._transport, AsgiTransport):
            jobs.append(self._transport.run)
            self._transport.on_given_up = asyncio.current_task().cancel  # type: ignore[union-attr]
        tasks = [asyncio.create_task(job()) for job in jobs]
        try:
            if refusal is not None:
                self._refuse(*refusal)
            with self._told():
                if error is not None:
                    raise error
            if not self._closed:
                credit = {"messages": CREDIT, "bytes": MOST_BYTES}
                self._say(type="hello", protocol=PROTOCOL, time=time.time(), credit=credit)
                attendance.admitted(PROTOCOL)
            attendance.left(await self._serve(receive))
        finally:
            attendance.ended()
            if self._place is not None:
                callers.leave(self._place)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _serve(self, receive: Any) -> int | None:
        """Take messages until the socket is closed; the code of that."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                self._closed = True
                code: int | None = message.get("code")
                return code
            if not self._closed:
                with self._told():
                    await self._take_or_end(message)

    def _refusal(self, *, known: bool, in_turn: bool) -> tuple[str, str, int] | None:
        """Why this socket is closed at once: code, words, and the code of the close."""
        if not in_turn:
            return "unavailable", _STORM, messages.CLOSE_OVERLOAD
        if nothing := absence(asgi=True):
            return "unavailable", nothing, messages.CLOSE_REFUSED
        if (words := origins.refusal(self.scope)) is not None:
            return "refused", words, messages.CLOSE_REFUSED
        if not known:
            return "bad_message", _UNKNOWN, messages.CLOSE_BAD_MESSAGE
        if is_full():
            return "unavailable", _FULL, messages.CLOSE_OVERLOAD
        return None

    async def _look_at_writer(self) -> Exception | None:
        """Look at the key and the stream, and let much come; what stands against it."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._open()
        except TimeoutError:
            return ServiceUnavailableError(SILENT)
        except (WavesError, DatabaseError) as error:
            return error
        if self._transport.inflow is not None:
            widen = self._transport.inflow.widen
            widen(size=MOST_BYTES, frames=FRAMES_A_SECOND, a_second=BYTES_A_SECOND)
        return None

    async def _open(self) -> None:
        request = origins.as_request(self.scope, self.scope["query_string"])
        grant = await grant_of(request)
        grant.check("write")
        self._slug = self.scope["url_route"]["kwargs"]["slug"]
        await taking.target(self._slug, grant)
        self._place = callers.enter(by_key(grant))
        if self._place is None:
            raise BusyError(_CROWD)
        self._precision = request.GET.get("precision", "ns")
        name = request.GET.get("writer", "")
        if name and not _WRITER.fullmatch(name):
            raise IngestError("writer: 1 to 64 letters, digits and . _ : - name a writer.")
        self._writer = f"{grant.prefix}:{name or self._to}"
        self._key, self._grant = key_in(request.headers["Authorization"]), grant

    def _refuse_message(self, words: str) -> None:
        self._refuse("bad_message", words, messages.CLOSE_BAD_MESSAGE)

    async def _take_or_end(self, message: dict[str, Any]) -> None:
        """What came before a message that cannot be taken is acknowledged before that is told."""
        try:
            await self._take(message)
        except (WavesError, DatabaseError):
            while self._underway and not self._closed:
                self._room.clear()
                await self._room.wait()
            raise

    async def _take(self, message: dict[str, Any]) -> None:
        """Hand over a message, once there is room for it. Raises WavesError."""
        text = message.get("text")
        body: bytes = message["bytes"] if text is None else text.encode()
        while len(self._underway) >= CREDIT and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed or not body:
            return
        media_type = formats.of_message(body)
        is_numbered = media_type == formats.FRAMES
        answer = await self._patiently(
            partial(
                taking.hand_over,
                self._grant,
                self._slug,
                body,
                media_type,
                precision=self._precision,
                writer=self._writer if is_numbered else "",
                to=self._to,
            )
        )
        self._underway.append(answer)
        self._news.set()

    async def _patiently(self, hand_over: Any) -> Answer:
        """Who sends too much waits: nothing more is read of it. Raises WavesError."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer: Answer = await hand_over()
                return answer
            except (AllowanceError, BusyError) as error:
                pause = min(float(getattr(error, "seconds", 0.1)), 1.0)
                if time.monotonic() + pause > until or self._closed:
                    raise
                await asyncio.sleep(pause)

    async def _acknowledge(self) -> None:
        """Tell what became of each message, in their order, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._underway:
                with self._told():
                    receipt = await self._underway[0]()
                    self._counts["messages"] += 1
                    for count in ("accepted", "late", "doubled"):
                        self._counts[count] += getattr(receipt, count)
                    at = {"epoch": receipt.epoch, "next": receipt.next}
                    self._say(type="ack", **self._counts, **at)
                if self._closed:
                    return
                self._underway.popleft()
                self._room.set()

    async def _keep_asking(self) -> None:
        """A key that is revoked, or for this stream no more, ends its open sockets."""
        while not self._closed:
            await asyncio.sleep(ASK_SECONDS)
            if self._key:
                try:
                    with self._told(), contextlib.suppress(ServiceUnavailableError, DatabaseError):
                        self._grant = await grant_for(self._key)
                        await taking.target(self._slug, self._grant)
                except Exception as error:  # the key was right the last time; it is asked again
                    tell_fault("It could not be asked what a key may; it is tried again.", error)

    @contextlib.contextmanager
    def _told(self) -> Any:
        """What cannot be taken is told, and ends the socket: nothing behind it was taken."""
        try:
            yield
        except (WavesError, DatabaseError) as error:
            words = str(error)
            if isinstance(error, DatabaseError):
                words = problem_of(error) or SILENT
            for kind, (code, close) in _CLOSES:
                if isinstance(error, kind):
                    self._refuse(code, words, close, error)
                    return
            self._refuse("bad_message", words, messages.CLOSE_BAD_MESSAGE, error)

    def _refuse(self, code: str, words: str, close: int, error: Exception | None = None) -> None:
        if self._closed:
            return
        places = {key: at for key in ("line", "column") if (at := getattr(error, key, 0))}
        retry = {}
        if close in (messages.CLOSE_RESTART, messages.CLOSE_OVERLOAD):
            retry = {"retry_after": int(getattr(error, "seconds", RETRY_SECONDS))}
        self._say(type="error", code=code, message=words, **places, **retry, **self._counts)
        self._closed = True
        self._room.set()
        self._transport.close(close, words)

    def _say(self, **message: Any) -> None:
        if not self._closed and not self._transport.closed:
            self._transport.send_text(orjson.dumps(message).decode())


_CLOSES: tuple[tuple[type[Exception], tuple[str, int]], ...] = (
    (AccessError, ("refused", messages.CLOSE_REFUSED)),
    (UnknownStreamError, ("unknown_stream", messages.CLOSE_UNKNOWN)),
    (TooMuchError, ("bad_message", messages.CLOSE_BAD_MESSAGE)),
    (AllowanceError, ("too_much", messages.CLOSE_OVERLOAD)),
    (BusyError, ("too_much", messages.CLOSE_OVERLOAD)),
    (ServiceUnavailableError, ("unavailable", messages.CLOSE_RESTART)),
    (DatabaseError, ("unavailable", messages.CLOSE_RESTART)),
)
