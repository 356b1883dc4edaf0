"""Who did what: entries of Django's own log, which the admin shows (``waves.admin.audit``)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model


def note(user: Any, row: Model, words: str) -> None:
    """Write down that a user did something with a row, in words such as “Stopped.”.

    Nothing is written where the project has no admin, and so no log. Raises DatabaseError.
    """
    if not _has_log(user):
        return
    from django.contrib.admin.models import CHANGE, LogEntry

    LogEntry.objects.log_actions(
        user.pk, type(row)._default_manager.filter(pk=row.pk), CHANGE, words
    )


def note_of_list(user: Any, model: type[Model], words: str) -> None:
    """The same of no one row, but of the list of all. Raises DatabaseError."""
    if not _has_log(user):
        return
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType

    LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(model),
        object_repr=f"The list of {model._meta.verbose_name_plural}",
        action_flag=CHANGE,
        change_message=words,
    )


def _has_log(user: Any) -> bool:
    return apps.is_installed("django.contrib.admin") and getattr(user, "pk", None) is not None
