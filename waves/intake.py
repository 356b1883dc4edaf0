"""What doors take, on its way to the worker that runs the stream.

Where the worker is embedded, that is this process: a batch is put into the stream's inbox. Over
Redis a batch waits in a list of the stream's own (a Redis Stream, read by a group of one consumer)
until whoever runs the stream has taken it: there it outlives the end of either side.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from dataclasses import asdict
from functools import cache
from typing import Any

import orjson

from waves.bus import UNREACHABLE, bounded
from waves.conf import get_config
from waves.exceptions import BusyError, IngestError, ServiceUnavailableError, WavesError
from waves.ingest.batch import Batch
from waves.ingest.packing import pack, unpack
from waves.sources.inbox import NOT_TAKEN, TOO_MUCH, Inbox, Receipt

logger = logging.getLogger("waves")

#: Batches of one stream that wait in Redis; beyond, a writer is told to come back.
MOST_WAITING = 1000
#: A batch that is not answered within this will be sent again by its writer.
ANSWER_SECONDS = 7
#: An answer that nobody fetches is forgotten after this.
KEEP_SECONDS = 30
#: How long one look for new batches lasts, in milliseconds.
LOOK_MS = 1000
#: Batches that are read at once, and the pause after a Redis that could not be reached.
AT_ONCE = 32
AGAIN_SECONDS = 0.5
#: The one consumer of a stream's list: whoever holds the lease is it, and finds what was not taken.
GROUP = "worker"

_REFUSALS: dict[str, type[WavesError]] = {
    each.__name__: each for each in (IngestError, BusyError, ServiceUnavailableError)
}


class Intake:
    """The inboxes of the streams that this process may run, or the way to whoever runs them."""

    def __init__(self) -> None:
        self._inboxes: dict[int, Inbox] = {}
        self._redis: Any = None

    def inbox(self, handle: int) -> Inbox:
        """The inbox of a stream, the same one for as long as the stream is there."""
        return self._inboxes.setdefault(handle, Inbox())

    def forget(self, handle: int) -> None:
        """A stream is gone."""
        self._inboxes.pop(handle, None)

    async def push(self, identity: str, handle: int, batch: Batch, number: str = "") -> Receipt:
        """Hand a batch to the source of a stream, and wait for what became of it.

        ``identity`` is that of the installation. ``number`` names the batch, where its writer
        numbers them: one sent again is known. Raises IngestError where nothing of it can be taken,
        BusyError where too much waits, ServiceUnavailableError where the stream does not run.
        """
        if get_config().worker == "embedded":
            return await self.inbox(handle).put(batch, number)
        try:
            return await self._through_redis(_key(identity, handle), batch, number)
        except UNREACHABLE as error:
            raise ServiceUnavailableError(f"Redis cannot be reached ({error}).") from None

    async def _through_redis(self, key: str, batch: Batch, number: str) -> Receipt:
        redis, answer = self._connected(), f"{key}:{uuid.uuid4().hex}"
        if await bounded(redis.xlen(key)) >= MOST_WAITING:
            raise BusyError(TOO_MUCH)
        fields = {"batch": pack(batch), "number": number, "answer": answer}
        await bounded(redis.xadd(key, fields))
        async with asyncio.timeout(ANSWER_SECONDS + 1):
            found = await redis.blpop([answer], timeout=ANSWER_SECONDS)
        if found is None:
            raise ServiceUnavailableError(NOT_TAKEN)
        return _answered(orjson.loads(found[1]))

    async def serve(self, identity: str, handle: int) -> None:
        """Put what waits in Redis into the inbox of a stream that runs here, for ever."""
        if get_config().worker == "embedded":
            return
        key, last = _key(identity, handle), "0"
        while True:
            try:
                last = await self._look(key, handle, last)
            except UNREACHABLE as error:
                logger.debug("What is pushed waits: Redis cannot be reached (%s).", error)
                await asyncio.sleep(AGAIN_SECONDS)
                last = "0"

    async def _look(self, key: str, handle: int, last: str) -> str:
        """Take batches: first those that were read and not taken, then new ones (">")."""
        redis = self._connected()
        with contextlib.suppress(Exception):  # the group is there already
            await bounded(redis.xgroup_create(key, GROUP, "0", mkstream=True))
        async with asyncio.timeout(LOOK_MS / 1000 + ANSWER_SECONDS):
            found = await redis.xreadgroup(GROUP, GROUP, {key: last}, count=AT_ONCE, block=LOOK_MS)
        entries = found[0][1] if found else []
        for entry, fields in entries:
            answer = await self._take(handle, entry, fields)
            await bounded(self._finish(redis, key, entry, fields, answer))
        return ">" if not entries else last

    async def _take(self, handle: int, entry: bytes, fields: dict[bytes, bytes]) -> dict[str, Any]:
        """What became of one batch, as it is told to its door."""
        try:
            batch = unpack(fields[b"batch"])
            # One without a number has that of its place: it may be read again.
            number = fields[b"number"].decode() or entry.decode()
            receipt = await self.inbox(handle).put(batch, number)
        except WavesError as error:
            told = {"error": type(error).__name__, "message": str(error)}
            return {
                **told,
                "line": getattr(error, "line", 0),
                "column": getattr(error, "column", 0),
            }
        return asdict(receipt)

    async def _finish(
        self, redis: Any, key: str, entry: bytes, fields: dict[bytes, bytes], answer: dict[str, Any]
    ) -> None:
        """Answer, and forget the batch, in one step."""
        to = fields[b"answer"]
        async with redis.pipeline(transaction=True) as together:
            together.xack(key, GROUP, entry)
            together.xdel(key, entry)
            together.rpush(to, orjson.dumps(answer))
            together.expire(to, KEEP_SECONDS)
            await together.execute()

    def _connected(self) -> Any:
        if self._redis is None:
            from redis.asyncio import Redis

            self._redis = Redis.from_url(get_config().redis_url, socket_connect_timeout=2)
        return self._redis


def _key(identity: str, handle: int) -> str:
    return f"waves:{identity}:push:{handle}"


def _answered(told: dict[str, Any]) -> Receipt:
    """The receipt, or the refusal, raised as it was."""
    if "error" not in told:
        return Receipt(**told)
    kind = _REFUSALS.get(told["error"], ServiceUnavailableError)
    if kind is IngestError:
        raise IngestError(told["message"], line=told["line"], column=told["column"])
    raise kind(told["message"])


@cache
def intake() -> Intake:
    """That of this process."""
    return Intake()
