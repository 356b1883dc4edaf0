"""The last frames of every stream in Redis, where the worker is a process of its own.

A frame stands there before anybody is sent it, and in the same step what was pushed for it is taken
off the list of what waits: a worker that is killed between the two leaves neither a hole nor a
double. Who missed frames, or was not there, reads them here by their position.

Of each stream it has a Redis Stream. The id of an entry is its place: ``<epoch>-0`` is the
description with which an epoch began, ``<epoch>-<sample + 1>`` the frame that begins with a sample.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import orjson

from waves.conf import get_config
from waves.exceptions import SourceError
from waves.sources.inbox import MOST_NUMBERS, Settled

#: What Redis clients and channel layers raise where their server cannot be reached, or is silent.
UNREACHABLE: tuple[type[Exception], ...] = (OSError, TimeoutError)
with contextlib.suppress(ImportError):  # without the extra `redis` there is nothing of it to raise
    from redis.exceptions import RedisError

    UNREACHABLE = (*UNREACHABLE, RedisError)

#: Redis has not answered within this: it cannot be reached.
ANSWER_SECONDS = 2.0
#: Frames are kept for this long, as far as they fit: who was cut off comes back sooner.
KEEP_SECONDS = 60.0
#: Entries that are read at once: 10 MB of the largest frames.
AT_ONCE = 64
#: What no worker has written for a day is of no use to anybody.
EXPIRE_SECONDS = 86_400

#: Adds an entry, drops old ones, and takes what was pushed for it off the list: all, or nothing.
#: An entry that is there already (an answer was lost) is left as it is; where a newer one is, the
#: id of that is returned. Keys: frames, list, numbers, begun. Arguments: id, field, value, keys of
#: the signals, oldest id to keep, what of the first batch is taken, how many batches, their ids,
#: and then numbers with their receipts.
_ADD = f"""
local put = redis.pcall('XADD', KEYS[1], ARGV[1], ARGV[2], ARGV[3], 'k', ARGV[4])
if type(put) == 'table' and put.err then
  local last = '0-0'
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
  if last ~= ARGV[1] then return last end
end
if ARGV[5] ~= '' then redis.call('XTRIM', KEYS[1], 'MINID', ARGV[5]) end
redis.call('EXPIRE', KEYS[1], {EXPIRE_SECONDS})
if ARGV[6] ~= '' then redis.call('SET', KEYS[4], ARGV[6], 'EX', {EXPIRE_SECONDS}) end
local count = tonumber(ARGV[7])
for i = 8, 7 + count do
  redis.call('XACK', KEYS[2], 'worker', ARGV[i])
  redis.call('XDEL', KEYS[2], ARGV[i])
end
for i = 8 + count, #ARGV, 2 do
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', {MOST_NUMBERS}, '*', 'n', ARGV[i], 'r', ARGV[i + 1])
  redis.call('EXPIRE', KEYS[3], {EXPIRE_SECONDS})
end
return ''
"""


_NOTHING = Settled()


class Entry(NamedTuple):
    """What stands at a place: a description, or a frame with the keys of its signals."""

    epoch: int
    sample: int
    description: Mapping[str, Any] | None
    frame: bytes
    keys: Sequence[str]


@dataclass(slots=True)
class _Bound:
    """What this process knows of a stream's frames: which are the oldest, and how much they are."""

    entries: deque[tuple[str, int, float]] = field(default_factory=deque)
    bytes: int = 0

    def add(self, place: str, size: int, now: float) -> str:
        """Count an entry; the id of the oldest one to keep, "" where nothing goes."""
        self.entries.append((place, size, now))
        self.bytes += size
        gone, most = False, get_config().frame_log_bytes
        while len(self.entries) > 1 and (
            self.bytes > most or now - self.entries[0][2] > KEEP_SECONDS
        ):
            self.bytes -= self.entries.popleft()[1]
            gone = True
        return self.entries[0][0] if gone else ""


def keys_of(identity: str, handle: int) -> tuple[str, str, str, str]:
    """The names in Redis: of frames, of what was pushed and waits, of numbers, of what began."""
    stem = f"waves:{identity}"
    pushed = f"{stem}:push:{handle}"
    return f"{stem}:frames:{handle}", pushed, f"{pushed}:numbers", f"{pushed}:begun"


class FrameLog:
    """Writes and reads the frames of the streams that one Redis host carries. Raises one of
    UNREACHABLE where it is silent."""

    def __init__(self, shard: int = 0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._shard = shard
        self._monotonic = monotonic
        self._bounds: dict[int, _Bound] = {}
        self._redis: Any = None
        self._add: Any = None

    async def begin(self, identity: str, description: Mapping[str, Any]) -> None:
        """Write the description with which an epoch begins."""
        text = orjson.dumps(description)
        await self._write(identity, description["handle"], f"{description['epoch']}-0", "d", text)

    async def append(
        self,
        identity: str,
        handle: int,
        place: tuple[int, int],
        data: bytes,
        keys: Sequence[str] = (),
        settled: Settled | None = None,
    ) -> None:
        """Write the frame that begins at a place, (epoch, sample), and settle what was pushed.

        Raises SourceError where another worker has written a newer place.
        """
        epoch, sample = place
        identifier = f"{epoch}-{sample + 1}"
        await self._write(identity, handle, identifier, "f", data, keys, settled or _NOTHING)

    async def _write(
        self,
        identity: str,
        handle: int,
        place: str,
        name: str,
        value: bytes,
        keys: Sequence[str] = (),
        settled: Settled = _NOTHING,
    ) -> None:
        names = keys_of(identity, handle)
        bound = self._bounds.get(handle)
        async with asyncio.timeout(ANSWER_SECONDS):
            if bound is None:
                bound = self._bounds[handle] = _Bound()
                # What another process wrote goes as one.
                there = int(await self.connected().memory_usage(names[0]) or 0)
                bound.add(place, there, self._monotonic())
            oldest = bound.add(place, len(value), self._monotonic())
            numbers = [
                part for n, told in settled.numbers for part in (n, orjson.dumps(asdict(told)))
            ]
            arguments = (
                place,
                name,
                value,
                orjson.dumps(keys),
                oldest,
                orjson.dumps(settled.begun) if settled.begun else "",
                len(settled.entries),
                *settled.entries,
                *numbers,
            )
            newer = await self._add(keys=names, args=arguments)
        if newer:
            raise SourceError("Another worker has begun a newer epoch of this stream.")

    async def read(self, identity: str, handle: int, epoch: int, sample: int) -> list[Entry]:
        """What stands behind the sample before a place, the oldest first, AT_ONCE entries at most.

        ``sample`` 0 and above leaves out the description of the epoch, -1 does not.
        """
        name = keys_of(identity, handle)[0]
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await self.connected().xrange(name, f"{epoch}-{sample + 1}", count=AT_ONCE)
        return [_entry(*each) for each in found]

    async def newest(self, identity: str, handle: int, before: str = "+") -> list[Entry]:
        """What stands at the end, or before a place, the newest first, AT_ONCE entries at most."""
        name = keys_of(identity, handle)[0]
        async with asyncio.timeout(ANSWER_SECONDS):
            found = await self.connected().xrevrange(name, before, "-", count=AT_ONCE)
        return [_entry(*each) for each in found]

    async def forget(self, identity: str, handle: int) -> None:
        """A stream is gone, and all that is kept of it."""
        self._bounds.pop(handle, None)
        async with asyncio.timeout(ANSWER_SECONDS):
            await self.connected().delete(*keys_of(identity, handle))

    async def close(self) -> None:
        """Let its connections go."""
        if self._redis is not None:
            await self._redis.aclose()

    def connected(self) -> Any:
        """The client of Redis: what was pushed stands in the same one."""
        if self._redis is None:
            from redis.asyncio import Redis

            url = get_config().redis_urls[self._shard]
            self._redis = Redis.from_url(url, socket_connect_timeout=ANSWER_SECONDS)
            self._add = self._redis.register_script(_ADD)
        return self._redis


def _entry(identifier: bytes, fields: Mapping[bytes, bytes]) -> Entry:
    epoch, _, place = identifier.partition(b"-")
    text = fields.get(b"d")
    return Entry(
        int(epoch),
        int(place) - 1,
        orjson.loads(text) if text is not None else None,
        fields.get(b"f", b""),
        orjson.loads(fields.get(b"k", b"[]")),
    )


def frame_log(shard: int = 0) -> FrameLog | None:
    """One for this process, where its worker is another: else the hub is in the worker's hand."""
    config = get_config()
    return FrameLog(shard) if config.worker == "separate" and config.redis_urls else None
