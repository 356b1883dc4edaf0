"""Several Redis hosts: each stream is on one of them, with its lease, what is pushed for it and its
frames. What a host carries needs no other: one that is lost stops no stream but its own.
"""

from __future__ import annotations

from hashlib import sha256

from waves.conf import get_config, in_memory, server_of


def count() -> int:
    """How many there are: one, too, where frames pass through memory."""
    return 1 if in_memory() else max(1, len(get_config().redis_urls))


def shard_of(handle: int) -> int:
    """The index of the host that carries a stream. Handles are given in turn: all get about as
    many."""
    return handle % count()


def name_of(shard: int) -> str:
    """Of several hosts which one, as “2/3”; empty where there is one only."""
    return f"{shard + 1}/{count()}" if count() > 1 else ""


def mark_of(shard: int) -> str:
    """The same for other processes: it says, too, of which list. Passwords are not in it."""
    if count() == 1:
        return ""
    servers = repr([server_of(url) for url in get_config().redis_urls])
    return f"{name_of(shard)} {sha256(servers.encode()).hexdigest()[:8]}"


def words_of(shard: int) -> str:
    """The same for a person, who reads the settings: “Redis host 2 of 3”."""
    return f"Redis host {shard + 1} of {count()}" if count() > 1 else "Redis"
