"""Which streams staff may know of in the admin: of all others it tells nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from waves.access import VIEW_STREAM, Viewer, seen
from waves.models import Stream


def views_all(user: Any) -> bool:
    """Whether a user has Django's permission to view all streams."""
    return bool(user.has_perm(VIEW_STREAM))


def knows_all(user: Any) -> bool:
    """Whether the admin's list is for a user: who may change streams knows of them, too."""
    return views_all(user) or bool(user.has_perm("waves.change_stream"))


def known(user: Any) -> QuerySet[Stream]:
    """The streams of the admin's list to whom that is for; to others those that they may see."""
    streams = Stream.objects.all()
    if knows_all(user):
        return streams
    return streams.filter(pk__in=[stream.pk for stream in seen(Viewer(user), streams)])
