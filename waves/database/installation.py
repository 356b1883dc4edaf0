"""What tells this installation from others: an identity, made once in its database.

It stands in the name of every group and in every message, so that two installations may share a
Redis. A seal made of the SECRET_KEY shows that two processes are set up alike.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac

from waves.conf import get_config
from waves.models import Installation as Row


@dataclass(frozen=True, slots=True)
class Installation:
    """An identity, and the seals of its processes: ours first, then those of fallback keys."""

    identity: str
    seals: tuple[str, ...]

    @property
    def sender(self) -> str:
        """What our messages bear."""
        return f"{self.identity}:{self.seals[0]}"


def find() -> Installation:
    """The identity of this database, made where there is none yet. Raises DatabaseError."""
    identity = get_config().installation or _row().identity
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    seals = (salted_hmac("waves.installation", identity, secret=key) for key in keys)
    return Installation(identity, tuple(seal.hexdigest()[:16] for seal in seals))


def _row() -> Row:
    row, _ = Row.objects.get_or_create(pk=1, defaults={"identity": uuid.uuid4().hex})
    return row


def read_register() -> str:
    """Who runs which stream, as the workers wrote it."""
    return _row().register


def write_register(old: str, new: str) -> bool:
    """Write who runs which stream, if ``old`` still stands there."""
    return bool(Row.objects.filter(pk=1, register=old).update(register=new))
