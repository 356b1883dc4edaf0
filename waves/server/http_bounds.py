"""What holds for every HTTP request, whoever answers it: bounds on what comes and what waits.

This is ASGI, outside of Django, so that it holds before Django reads a body, and under each server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from django.urls import ResolverMatch

from waves import addresses
from waves.conf import get_config
from waves.server import transport

logger = logging.getLogger("waves")

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Any, Any], Awaitable[None]]

#: A reader that takes nothing of 64 KiB for so long is given up: it reads less than 7 kB/s.
TAKE_SECONDS = 10.0
#: A body of which nothing comes for so long is given up.
BODY_SECONDS = 10.0
#: The longest body of those of our addresses where none has a purpose (API and health). One that is
#: small is left to the answer that says so (405).
BODILESS_BYTES = 16 * 1024

#: What was refused or given up since this process began, by kind.
counts: Counter[str] = Counter(late_body=0, long_body=0, unread=0)
#: Answers by their status.
statuses: Counter[int] = Counter()


def bounded(app: App, *, alone: bool = True) -> App:
    """``app``, with bodies bounded, HEAD without one, and readers that do not read given up.

    ``alone``: every address is bounded; else ours are, and a host's other pages take what they took
    before. ``scope["waves.finally"]`` takes functions to call when the request has ended, however
    it did; ``scope["waves.match"]`` is which of our addresses it asks for, None for none.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        ours = addresses.match(scope)
        scope = {**scope, "waves.match": ours}
        if ours is None and not alone:
            await app(scope, receive, send)
            return
        body, answer = Body(scope, receive, body_limit(ours, scope)), Answer(scope, send)
        with contextlib.ExitStack() as ending:
            ending.callback(answer.release)
            if not body.refusal:
                await app({**scope, "waves.finally": ending.callback}, body, answer)
            if body.refusal and not answer.started:
                await _refuse(answer, *body.refusal)

    return application


class Body:
    """The ``receive`` of one request: a body that is too long, or never comes, is a disconnect."""

    def __init__(self, scope: Scope, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._bytes = 0
        self._complete = False
        #: Status and words, where the body is refused.
        self.refusal: tuple[int, str] | None = None
        if _content_length(scope) > self._limit:
            self._refuse_length()
        elif not bytes(scope.get("query_string", b"")).isascii():
            # Django would answer with an empty page.
            self.refusal = 400, "An address has ASCII characters only: write others as %XX."

    async def __call__(self) -> Message:
        """The next message of the server, as long as the body keeps its bounds."""
        if self._complete:
            return await self._receive()  # waits for the end of the connection
        try:
            async with asyncio.timeout(BODY_SECONDS):
                message = await self._receive()
        except TimeoutError:
            counts["late_body"] += 1
            self.refusal = 408, f"Nothing of the body came for {BODY_SECONDS:g} s."
            return {"type": "http.disconnect"}
        self._bytes += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._bytes > self._limit:
            self._refuse_length()
            return {"type": "http.disconnect"}
        return message

    def _refuse_length(self) -> None:
        counts["long_body"] += 1
        self.refusal = 413, _too_long(self._limit)


def _too_long(limit: int) -> str:
    return f"A body has at most {limit:,} bytes here (WAVES_BODY_LIMIT)."


def too_long(limit: int) -> bytes:
    """What a body beyond a bound is answered with, where it is not even taken."""
    return orjson.dumps({"error": _too_long(limit)})


def body_limit(ours: ResolverMatch | None, scope: Scope) -> int:
    """How many bytes a body may have that is sent to one of our addresses, or to another."""
    most = get_config().body_bytes
    if ours is None and scope["method"] == "POST" and addresses.takes_files(scope):
        return most + get_config().upload_limit
    bodiless = ours is not None and addresses.is_bodiless(ours)
    return min(most, BODILESS_BYTES) if bodiless else most


def _content_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.strip().isdigit():
            # A number of so many digits is no length; int() would take its time over it.
            return int(value) if len(value) < 20 else 10**20
    return 0


class Answer:
    """The ``send`` of one request: no body for HEAD, and no more than the reader takes."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._path = scope["path"]
        self._head = scope["method"] == "HEAD"
        self._send = send
        self._reader: transport.DaphneReader | None = None
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Send a message, and wait until its reader has room for more."""
        more = message.get("more_body", False)
        self.started = True
        if message["type"] == "http.response.start":
            statuses[message["status"]] += 1
        if self._head and message["type"] == "http.response.body":
            if more:
                return
            message = {**message, "body": b""}
        if message["type"] == "http.response.body" and not more:
            self.release()
        try:
            async with asyncio.timeout(TAKE_SECONDS):
                await self._send_one(message, more)
        except TimeoutError:
            self._give_up()

    async def _send_one(self, message: Message, more: bool) -> None:
        if more and self._reader is None:
            self._reader = transport.reader_of(self._send)
        await self._send(message)
        if more and self._reader is not None:
            await self._reader.taken()

    def _give_up(self) -> None:
        counts["unread"] += 1
        logger.warning(
            "A reader of %r took nothing for %g s: dropped.", self._path[:200], TAKE_SECONDS
        )
        transport.abort(self._send)
        # What Django is told when a peer leaves amid an answer.
        raise asyncio.CancelledError

    def release(self) -> None:
        """Nothing is waited for any more."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.release()


async def _refuse(answer: Answer, status: int, words: str) -> None:
    body = orjson.dumps({"error": words})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        # What was not read of the body would be taken for the next request.
        (b"connection", b"close"),
    ]
    await answer({"type": "http.response.start", "status": status, "headers": headers})
    await answer({"type": "http.response.body", "body": body})
