"""What doors take, on its way to the worker that runs the stream.

Where the worker is embedded, that is this process: a batch is put into the stream's inbox. Over
Redis a batch stands on a list of the stream's own (a Redis Stream, read by a group of one consumer)
until its samples are in the log of frames: there it outlives the end of either side.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict
from functools import cache, partial
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from waves.bus import bounded
from waves.conf import get_config
from waves.exceptions import BusyError, IngestError, ServiceUnavailableError, WavesError
from waves.framelog import AT_ONCE as FRAMES_AT_ONCE
from waves.framelog import UNREACHABLE, FrameLog, keys_of
from waves.ingest.batch import Batch
from waves.ingest.packing import pack, unpack
from waves.protocol.frames import parse
from waves.shards import shard_of, words_of
from waves.sources.inbox import MOST_TIMES, NOT_TAKEN, TOO_MUCH, Inbox, Receipt

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
AT_ONCE = 64
AGAIN_SECONDS = 0.5
#: The one consumer of a stream's list: whoever holds the lease is it, and finds what was not taken.
GROUP = "worker"

#: Waits for what became of a batch.
Answer = Callable[[], Awaitable[Receipt]]
_Seen = tuple[Sequence[str], Sequence[float], NDArray[np.float64]]

_REFUSALS: dict[str, type[WavesError]] = {
    each.__name__: each for each in (IngestError, BusyError, ServiceUnavailableError)
}


class Intake:
    """The inboxes of the streams that this process may run, or the way to whoever runs them."""

    def __init__(self) -> None:
        self._inboxes: dict[int, Inbox] = {}
        self._logs: dict[int, FrameLog] = {}

    def _log(self, handle: int) -> FrameLog:
        """That of the Redis host which carries a stream: what is pushed stands there, too."""
        shard = shard_of(handle)
        if shard not in self._logs:
            self._logs[shard] = FrameLog(shard)
        return self._logs[shard]

    def inbox(self, handle: int) -> Inbox:
        """The inbox of a stream, the same one for as long as the stream is there."""
        inbox = self._inboxes.get(handle)
        if inbox is None:
            durable = get_config().worker != "embedded"
            inbox = self._inboxes[handle] = Inbox(durable=durable)
        return inbox

    def forget(self, handle: int) -> None:
        """A stream is gone."""
        self._inboxes.pop(handle, None)

    async def push(self, identity: str, handle: int, batch: Batch, number: str = "") -> Receipt:
        """Hand a batch to the source of a stream, and wait for what became of it.

        ``identity`` is that of the installation. ``number`` names the batch, where its writer
        numbers them: one sent again is known. Raises IngestError where nothing of it can be taken,
        BusyError where too much waits, ServiceUnavailableError where the stream does not run.
        """
        answer = await self.hand_over(identity, handle, batch, number)
        return await answer()

    async def hand_over(
        self,
        identity: str,
        handle: int,
        batch: Batch,
        number: str = "",
        writer: str = "",
        to: str = "",
    ) -> Answer:
        """Put a batch behind those that were handed over before; what is returned waits for what
        became of it, and raises as ``push`` does.

        ``writer`` numbers its samples one by one. ``to`` is the same text for batches whose answers
        are awaited one after the other.
        """
        if get_config().worker == "embedded":
            inbox = self.inbox(handle)
            if inbox.check_room is not None:
                inbox.check_room()  # whoever is too fast waits, before anything is handed over
            told: asyncio.Future[Receipt]
            if number:
                told = asyncio.ensure_future(inbox.put(batch, number, writer=writer))
            else:
                delivery = inbox.leave(batch, writer=writer)
                told = delivery.receipt
                if not told.done():
                    told = asyncio.ensure_future(inbox.receipt_of(delivery))
            told.add_done_callback(_look_at)
            return partial(_result, told)
        key = keys_of(identity, handle)[1]
        answers = f"{key}:{to or uuid.uuid4().hex}"
        fields = {"batch": pack(batch), "number": number, "writer": writer, "answer": answers}
        try:
            redis = self._log(handle).connected()
            if await bounded(redis.xlen(key)) >= MOST_WAITING:
                raise BusyError(TOO_MUCH)
            entry = await bounded(redis.xadd(key, fields))
        except UNREACHABLE as error:
            raise _out_of_reach(handle, error) from None
        return partial(self._answer_from, handle, answers, entry.decode())

    async def _answer_from(self, handle: int, answers: str, entry: str) -> Receipt:
        """What became of the batch at a place. A worker that was killed may have left answers to
        batches before it, which the next one gives again."""
        redis = self._log(handle).connected()
        try:
            async with asyncio.timeout(ANSWER_SECONDS + 1):
                while found := await redis.blpop([answers], timeout=ANSWER_SECONDS):
                    told = orjson.loads(found[1])
                    if told.pop("entry") == entry:
                        return _answered(told)
        except UNREACHABLE as error:
            raise _out_of_reach(handle, error) from None
        raise ServiceUnavailableError(NOT_TAKEN)

    async def serve(self, identity: str, handle: int) -> None:
        """Put what waits in Redis into the inbox of a stream that runs here, for ever."""
        if get_config().worker == "embedded":
            return
        last, recalled = "0", False
        while True:
            try:
                if not recalled:
                    await self._recall(identity, handle)
                    recalled = True
                last = await self._look(keys_of(identity, handle)[1], handle, last)
            except UNREACHABLE as error:
                logger.debug("What is pushed waits: Redis cannot be reached (%s).", error)
                await asyncio.sleep(AGAIN_SECONDS)
                last = "0"

    async def _recall(self, identity: str, handle: int) -> None:
        """Tell the inbox what is in frames: whoever ran the stream before took more."""
        _, _, numbers, begun = keys_of(identity, handle)
        redis = self._log(handle).connected()
        known = {
            fields[b"n"].decode(): Receipt(**orjson.loads(fields[b"r"]))
            for _, fields in await bounded(redis.xrange(numbers))
        }
        entry, samples = orjson.loads(await bounded(redis.get(begun)) or b'["", 0]')
        seen = [each async for each in self._seen(identity, handle)]
        self.inbox(handle).recall(known, (entry, samples), reversed(seen))

    async def _seen(self, identity: str, handle: int) -> AsyncIterator[_Seen]:
        """Keys, times and values of the frames that are kept, the newest first."""
        samples, before = 0, "+"
        while samples < MOST_TIMES:
            entries = await self._log(handle).newest(identity, handle, before)
            for entry in entries:
                for frame in parse(entry.frame) if entry.frame else ():
                    if frame.times is None or not entry.keys:
                        return
                    samples += frame.n
                    values = frame.values.astype(np.float64)
                    yield entry.keys, (frame.t0 + frame.times).tolist(), values
            if len(entries) < FRAMES_AT_ONCE:
                return
            before = f"({entries[-1].epoch}-{entries[-1].sample + 1}"

    async def _look(self, key: str, handle: int, last: str) -> str:
        """Take batches: first those that were read and are not in frames, then new ones (">")."""
        redis = self._log(handle).connected()
        with contextlib.suppress(Exception):  # the group is there already
            await bounded(redis.xgroup_create(key, GROUP, "0", mkstream=True))
        async with asyncio.timeout(LOOK_MS / 1000 + ANSWER_SECONDS):
            found = await redis.xreadgroup(GROUP, GROUP, {key: last}, count=AT_ONCE, block=LOOK_MS)
        entries = found[0][1] if found else []
        # In their order: each is put before the next one is.
        answers = await asyncio.gather(*(self._take(handle, *each) for each in entries))
        if entries:
            await bounded(self._answer(redis, key, entries, answers))
        if last == ">" or not entries:
            return ">"
        return str(entries[-1][0].decode())

    async def _take(self, handle: int, entry: bytes, fields: dict[bytes, bytes]) -> dict[str, Any]:
        """What became of one batch, as it is told to its door."""
        inbox, place = self.inbox(handle), entry.decode()
        taken = inbox.taken.get(place)
        if taken is not None:
            return asdict(taken)
        try:
            batch = unpack(fields[b"batch"])
            number, writer = fields[b"number"].decode(), fields[b"writer"].decode()
            receipt = await inbox.put(batch, number, place, writer)
        except WavesError as error:
            told = {"error": type(error).__name__, "message": str(error)}
            return {
                **told,
                "line": getattr(error, "line", 0),
                "column": getattr(error, "column", 0),
            }
        return asdict(receipt)

    async def _answer(
        self, redis: Any, key: str, entries: Sequence[Any], answers: Sequence[dict[str, Any]]
    ) -> None:
        """Answer all in one step. A batch stays on the list until its samples are in frames."""
        async with redis.pipeline(transaction=True) as together:
            for (entry, fields), answer in zip(entries, answers, strict=True):
                if not answer.get("accepted"):
                    together.xack(key, GROUP, entry)
                    together.xdel(key, entry)
                to = fields[b"answer"]
                together.rpush(to, orjson.dumps({**answer, "entry": entry.decode()}))
                together.expire(to, KEEP_SECONDS)
            await together.execute()


async def _result(told: asyncio.Future[Receipt]) -> Receipt:
    return await told


def _look_at(told: asyncio.Future[Receipt]) -> None:
    """Whoever asked may be gone: then nobody looks at the error."""
    if not told.cancelled():
        told.exception()


def _out_of_reach(handle: int, error: Exception) -> ServiceUnavailableError:
    host = words_of(shard_of(handle))
    return ServiceUnavailableError(f"{host} cannot be reached ({str(error) or 'no answer'}).")


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
