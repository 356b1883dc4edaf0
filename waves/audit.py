"""Who did what: entries of Django's own log, which the admin shows (``waves.admin.audit``)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model


def note(user: Any, row: Model, words: str) -> None:
    """Write down that a user did something with a row, in words such as “Stopped.”.

    Nothing is written where the project has no admin, and so no log. Raises DatabaseError.
    """
    if not apps.is_installed("django.contrib.admin") or getattr(user, "pk", None) is None:
        return
    from django.contrib.admin.models import CHANGE, LogEntry

    LogEntry.objects.log_actions(
        user.pk, type(row)._default_manager.filter(pk=row.pk), CHANGE, words
    )
