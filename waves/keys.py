"""Keys for programs: how they are made, kept, found again, and what they may.

A key is ``prefix.secret``. The secret has 256 random bits and is shown once. What is kept is an
HMAC under SECRET_KEY, so that a dump of the database is of no use; a key that was made under one of
SECRET_KEY_FALLBACKS goes on, and is kept under the present one from its next use.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.utils import timezone

from waves.exceptions import AccessError
from waves.models import AccessKey, Stream

Scope = Literal["write", "read", "make"]
SCOPES: tuple[Scope, ...] = ("write", "read", "make")

#: What all prefixes begin with, so that a key is recognised where it should not be.
BEGIN = "wv_"
#: A key is looked at again after so long: a revoked one stops within 5 s everywhere.
REMEMBER_SECONDS = 2.5
#: Keys that are remembered; beyond, all are forgotten.
MOST_REMEMBERED = 10_000
#: When it was last used is written so often.
USED_EVERY = timedelta(minutes=1)

UNKNOWN = "There is no such key, or it is not written as it was shown."


@dataclass(frozen=True, slots=True)
class Grant:
    """What a key may, as it was looked up. ``streams`` are handles, None for all."""

    prefix: str
    scopes: frozenset[Scope]
    streams: frozenset[int] | None
    #: A link that was shared: many may have it who do not know each other.
    of_link: bool = False

    def covers(self, handle: int) -> bool:
        """Whether it is for this stream."""
        return self.streams is None or handle in self.streams

    def check(self, scope: Scope, handle: int | None = None) -> None:
        """Raise AccessError where it may not."""
        if scope not in self.scopes:
            doing = {"write": "send samples", "read": "read", "make": "make streams"}[scope]
            raise AccessError(f"The key {self.prefix} may not {doing}.", status=403)
        if handle is not None and not self.covers(handle):
            raise self.not_for_it()

    def not_for_it(self) -> AccessError:
        """What is said of a stream that it is not for, whether there is one or not."""
        return AccessError(f"The key {self.prefix} is not for this stream.", status=403)


def make_key(
    name: str, scopes: Iterable[Scope] = ("write",), streams: Iterable[Stream] = ()
) -> tuple[AccessKey, str]:
    """Make a key; its row, and the key itself, which nobody can show again."""
    may = {f"may_{scope}": scope in set(scopes) for scope in SCOPES}
    chosen = list(streams)
    row = AccessKey(name=name, all_streams=not chosen, **may)
    key = seal(row)
    row.save()
    row.streams.set(chosen)
    return row, key


def seal(row: AccessKey) -> str:
    """Give a row that is not saved yet its prefix and its digest; the key, shown this once."""
    row.prefix = BEGIN + secrets.token_hex(4)
    key = f"{row.prefix}.{secrets.token_urlsafe(32)}"
    row.digest = digest_of(key)
    return key


def digest_of(key: str, secret: str | None = None) -> str:
    """What is kept of a key."""
    salted = hashlib.sha256(b"waves.keys" + (secret or settings.SECRET_KEY).encode()).digest()
    return hmac.new(salted, key.encode(), "sha256").hexdigest()


_remembered: dict[str, tuple[float, Grant | None]] = {}


def remembered(key: str) -> Grant | None:
    """What a key may that was found a moment ago."""
    at, grant = _remembered.get(digest_of(key), (-math.inf, None))
    return grant if time.monotonic() - at < REMEMBER_SECONDS else None


def find(key: str) -> Grant:
    """What a key may. Raises AccessError where it is none, revoked or expired; DatabaseError.

    It is read from the database at most every 2.5 s; not for the event loop.
    """
    grant = remembered(key)
    if grant is not None:
        return grant
    digest, at = digest_of(key), time.monotonic()
    _remembered.pop(digest, None)
    grant = _read(key, digest)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[digest] = at, grant
    return grant


def _read(key: str, digest: str) -> Grant:
    prefix = key.partition(".")[0]
    row = AccessKey.objects.filter(prefix=prefix).prefetch_related("streams").first()
    kept = row.digest if row is not None else ""
    if row is None or not is_kept(key, digest, kept):
        raise AccessError(UNKNOWN, status=401)
    if row.problem:
        raise AccessError(row.problem, status=401)
    _note_use(row, digest)
    scopes = frozenset(scope for scope in SCOPES if getattr(row, f"may_{scope}"))
    streams = frozenset(stream.pk for stream in row.streams.all())
    # A key for streams that were deleted since is for none.
    return Grant(row.prefix, scopes, None if row.all_streams else streams)


def is_kept(key: str, digest: str, kept: str) -> bool:
    """Whether a key is what is kept, under the SECRET_KEY or a former one; in constant time."""
    former = [digest_of(key, secret) for secret in settings.SECRET_KEY_FALLBACKS]
    found = [hmac.compare_digest(each, kept) for each in (digest, *former)]
    return any(found)


def _note_use(row: AccessKey, digest: str) -> None:
    now = timezone.now()
    if row.digest == digest and row.last_used is not None and now - row.last_used < USED_EVERY:
        return
    AccessKey.objects.filter(pk=row.pk).update(last_used=now, digest=digest)


def revoke(prefix: str) -> AccessKey:
    """Let a key be of no use any more. Raises AccessError where there is none of this prefix."""
    row = AccessKey.objects.filter(prefix=prefix.partition(".")[0]).first()
    if row is None:
        raise AccessError(f"There is no key {prefix.partition('.')[0]!r}.", status=404)
    if row.revoked is None:
        row.revoked = timezone.now()
        row.save(update_fields=["revoked"])
    return row
