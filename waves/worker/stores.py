"""Where the register of workers is kept: in Redis where there is Redis, else in the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Protocol

from django.db import DatabaseError

from waves.conf import get_config
from waves.database import installation
from waves.database.installation import Installation
from waves.database.threads import in_thread
from waves.exceptions import ServiceUnavailableError
from waves.framelog import UNREACHABLE
from waves.shards import mark_of, words_of
from waves.worker.shares import Decision, Register, Share

logger = logging.getLogger("waves")

#: How long a store may take to answer. The database waits 5 s for a lock by itself.
ANSWER_SECONDS = 2.0
DATABASE_SECONDS = 10.0
#: Two workers that write at once: the later one reads again. More than this is no coincidence.
ATTEMPTS = 10
#: A register that no worker has written for a day is of no use to anybody.
KEEP_SECONDS = 86_400

#: Sets the key where it still holds what was read ("" for nothing).
_COMPARE_AND_SET = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class Store(Protocol):
    """One text that several workers read, and write by compare-and-set."""

    #: Whether it may lose the text (a flushed or restarted Redis).
    volatile: bool

    async def read(self) -> str:
        """The text, "" where there is none. Raises ServiceUnavailableError."""

    async def write(self, old: str, new: str) -> bool:
        """Write, if ``old`` still stands there. Raises ServiceUnavailableError."""

    async def close(self) -> None:
        """Give up what it holds open."""


class RedisStore:
    """A key of its own in Redis."""

    volatile = True

    def __init__(self, url: str, identity: str, words: str = "Redis") -> None:
        from redis.asyncio import Redis

        self._words = words
        self._key = f"waves:{identity}:workers"
        self._redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )

    async def read(self) -> str:
        """The value of the key."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return str(await self._redis.get(self._key) or "")
        except UNREACHABLE as error:
            raise _silent(self._words, error) from None

    async def write(self, old: str, new: str) -> bool:
        """Compare and set, in one script."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                arguments = (self._key, old, new, str(KEEP_SECONDS))
                done = self._redis.eval(_COMPARE_AND_SET, 1, *arguments)
                return bool(await done)  # type: ignore[misc]  # redis types it for both worlds
        except UNREACHABLE as error:
            raise _silent(self._words, error) from None

    async def close(self) -> None:
        """Close the connections, but do not wait for a Redis that hangs."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._redis.aclose()
        except UNREACHABLE:
            logger.debug("Redis did not take the end of a connection.")


class DatabaseStore:
    """A field of the installation's one row."""

    volatile = False

    async def read(self) -> str:
        """The field, as it stands."""
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                return await in_thread(installation.read_register, worker=True)()
        except (DatabaseError, TimeoutError) as error:
            raise _silent("The database", error) from None

    async def write(self, old: str, new: str) -> bool:
        """One UPDATE."""
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                return await in_thread(installation.write_register, worker=True)(old, new)
        except (DatabaseError, TimeoutError) as error:
            raise _silent("The database", error) from None

    async def close(self) -> None:
        """Nothing is held open."""


def _silent(what: str, error: BaseException) -> ServiceUnavailableError:
    words = str(error) or "no answer in time"
    return ServiceUnavailableError(f"{what} does not say who runs which stream ({words}).")


def store_for(identity: str, shard: int = 0) -> Store:
    """The store that the settings name."""
    urls = get_config().redis_urls
    return RedisStore(urls[shard], identity, words_of(shard)) if urls else DatabaseStore()


class Leases:
    """What a worker may run: its share in the register, renewed in the store. Each Redis host has
    a register of the streams that it carries."""

    def __init__(self, found: Installation, name: str, *, exclusive: bool, shard: int = 0) -> None:
        self.identity = found.identity
        self._store = store_for(found.identity, shard)
        self._share = Share(
            name,
            exclusive=exclusive,
            volatile=self._store.volatile,
            seals=found.seals,
            shard=mark_of(shard),
        )

    async def renew(self, running: Iterable[int], wanted: Mapping[int, str]) -> Decision:
        """Renew all leases at once, and learn what is ours.

        Raises ServiceUnavailableError where the store does not answer: then nobody can take over,
        and whoever runs something goes on.
        """
        running = tuple(running)
        for _ in range(ATTEMPTS):
            text = await self._store.read()
            register, decision = self._share.renew(Register.loads(text), running, wanted)
            if decision.refusal or await self._store.write(text, register.dumps()):
                return decision
        raise ServiceUnavailableError("Too many workers write who runs which stream at once.")

    async def leave(self, gone: int | None = None) -> None:
        """Give up one stream, or all of them for good; others take them at once."""
        for _ in range(ATTEMPTS):
            text = await self._store.read()
            register = self._share.leave(Register.loads(text), gone)
            if await self._store.write(text, register.dumps()):
                return

    async def close(self) -> None:
        """Leave, and let the store go. A store that does not answer is not waited for."""
        try:
            await self.leave()
        except ServiceUnavailableError as error:
            logger.debug("The leases run out by themselves: %s", error)
        await self._store.close()
