"""Links that share a stream: how they are made, listed, revoked, and what they open.

A link's key stands behind the ``#`` of its address, and is exchanged for a grant: a signed text
that is good for an hour, and is shown as a program's key is. A link shows no more than its maker
may see at that moment.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from waves.access import Viewer, may_view_now
from waves.exceptions import AccessError, TooMuchError
from waves.keys import MOST_REMEMBERED, REMEMBER_SECONDS, USED_EVERY, Grant, digest_of, is_kept
from waves.models import ShareLink, Stream

#: What prefixes of links, and grants, begin with, so that they are recognised.
BEGIN, GRANT = "wl_", "wg_"
#: A grant is good for so long; a page that is open longer asks for another.
GRANT_SECONDS = 3600
#: So long a link may last, in seconds: what is forgotten about ends within a month.
SHORTEST, LONGEST = 60, int(timedelta(days=30).total_seconds())
#: A link that is made by hand may be revoked by hand: nobody finds one in a longer list.
MOST_LIVE = 200

UNKNOWN = "There is no such link, or it is not written as it was shown."
ENDED = "This grant has ended: show the link's key again."
NOT_SEEN = "This link shows nothing any more: whoever made it may not see the stream."
NO_GRANT = "The key of a link is exchanged for a grant first: POST it to …/api/v1/grants."


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link's key opened: the link, and a grant that ends at these unix seconds."""

    link: ShareLink
    grant: str
    expires: int


def make(
    stream: Stream,
    kind: str,
    user: Any = None,
    *,
    expires: datetime | None = None,
    view: str = "",
    parents: Sequence[str] = (),
    controls: bool = False,
) -> tuple[ShareLink, str]:
    """Make a link of a user's; its row, and its key, which nobody can show again.

    Raises TooMuchError where they have as many as one may have.
    """
    owner = "" if user is None else str(user.pk)
    if live(ShareLink.objects.filter(owner=owner)).count() >= MOST_LIVE:
        raise TooMuchError(f"You have {MOST_LIVE} links that are live: revoke some of them first.")
    prefix = BEGIN + secrets.token_hex(4)
    key = f"{prefix}.{secrets.token_urlsafe(32)}"
    row = ShareLink.objects.create(
        stream=stream,
        kind=kind,
        prefix=prefix,
        digest=digest_of(key),
        owner=owner,
        owner_name="" if user is None else user.get_username()[:150],
        expires=expires,
        view=view,
        parents=list(parents),
        controls=controls,
    )
    return row, key


def live(rows: QuerySet[ShareLink]) -> QuerySet[ShareLink]:
    """Of some links those that are neither revoked nor expired."""
    lasting = Q(expires__isnull=True) | Q(expires__gt=timezone.now())
    return rows.filter(lasting, revoked__isnull=True)


def of_owner(user: Any, stream: Stream) -> list[ShareLink]:
    """The links that a user made of a stream, newest first."""
    return list(ShareLink.objects.filter(owner=str(user.pk), stream=stream))


def parents_of(slug: str) -> list[str] | None:
    """Whose pages may have a stream in a frame; None where it is embedded nowhere.

    A link counts for as long as its maker may see the stream. One query, whether there is such a
    stream or not, and those that say what makers may see.
    """
    named = Q(stream__slug=slug) | Q(stream__former_slugs__slug=slug)
    rows = live(ShareLink.objects.filter(named, kind="embed")).select_related("stream")
    found = list(rows.order_by("pk").distinct())
    makers = {(row.owner, row.stream_id): row for row in found}  # each is asked after once
    see = {maker for maker, row in makers.items() if _maker_sees(row)}
    found = [row for row in found if (row.owner, row.stream_id) in see]
    own = [row.parents for row in found if row.stream.slug == slug]
    lists = own or [row.parents for row in found]  # a current slug wins over a former one
    return list(dict.fromkeys(one for parents in lists for one in parents)) if lists else None


def revoke(row: ShareLink) -> None:
    """Let a link open nothing any more; who watches by it is sent nothing after 5 s."""
    if row.revoked is None:
        row.revoked = timezone.now()
        row.save(update_fields=["revoked"])


def open_link(key: str) -> Opened:
    """Exchange a link's key for a grant. Raises AccessError where it opens nothing; DatabaseError.

    Not for the event loop.
    """
    prefix = key.partition(".")[0]
    row = ShareLink.objects.select_related("stream").filter(prefix=prefix).first()
    kept = row.digest if row is not None else ""
    if not is_kept(key, digest_of(key), kept) or row is None:
        raise AccessError(UNKNOWN, status=401)
    _check(row)
    _note_use(row, key)
    ends = int(time.time()) + GRANT_SECONDS
    if row.expires is not None:
        ends = min(ends, int(row.expires.timestamp()))
    return Opened(row, GRANT + _signer().sign(row.prefix), ends)


_remembered: dict[str, tuple[float, Grant]] = {}


def remembered(text: str) -> Grant | None:
    """What a grant opens whose link was looked at a moment ago; None also where it is none."""
    try:
        return _remembered_of(_prefix_of(text))
    except AccessError:
        return None


def find_grant(text: str) -> Grant:
    """What a grant opens. Raises AccessError where it is none, or opens nothing any more;
    DatabaseError.

    Its link is read from the database at most every 2.5 s; not for the event loop.
    """
    prefix = _prefix_of(text)
    known = _remembered_of(prefix)
    if known is not None:
        return known
    at = time.monotonic()  # before anyone looks at what it is decided by
    _remembered.pop(prefix, None)
    row = ShareLink.objects.select_related("stream").filter(prefix=prefix).first()
    if row is None:
        raise AccessError(UNKNOWN, status=401)
    _check(row)
    grant = Grant(prefix, frozenset({"read"}), frozenset({row.stream_id}), of_link=True)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[prefix] = at, grant
    return grant


def _remembered_of(prefix: str) -> Grant | None:
    at, grant = _remembered.get(prefix, (0.0, None))
    return grant if time.monotonic() - at < REMEMBER_SECONDS else None


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(sep=".", salt="waves.links.grant")


def _prefix_of(text: str) -> str:
    """The link that a grant is of, by its signature alone. Raises AccessError."""
    try:
        return _signer().unsign(text.removeprefix(GRANT), max_age=GRANT_SECONDS)
    except signing.SignatureExpired:
        raise AccessError(ENDED, status=401) from None
    except signing.BadSignature:
        raise AccessError(UNKNOWN, status=401) from None


def _check(row: ShareLink) -> None:
    """Raise AccessError where a link opens nothing (any more)."""
    if row.problem:
        raise AccessError(row.problem, status=401)
    if not _maker_sees(row):
        raise AccessError(NOT_SEEN, status=401)


def _maker_sees(row: ShareLink) -> bool:
    """Whether who made it may see the stream still. One of no user shows what everyone may see."""
    if not row.owner:
        return may_view_now(Viewer(), row.stream)
    user = _user(row.owner)
    return user is not None and user.is_active and may_view_now(Viewer(user), row.stream)


def _user(owner: str) -> Any:
    if not apps.is_installed("django.contrib.auth"):
        return None
    from django.contrib.auth import get_user_model

    users = get_user_model()._default_manager
    try:
        return users.filter(pk=owner).first()
    except (ValueError, ValidationError):  # a key of another model of users, before it was changed
        return None


def _note_use(row: ShareLink, key: str) -> None:
    now, digest = timezone.now(), digest_of(key)
    if row.digest == digest and row.last_used is not None and now - row.last_used < USED_EVERY:
        return
    ShareLink.objects.filter(pk=row.pk).update(last_used=now, digest=digest)
