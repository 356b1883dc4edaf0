"""The log of who changed, started, stopped, shared and revoked what: nobody edits it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, DELETION, LogEntry
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from waves.admin.known import known, knows_all


class AuditLog(admin.ModelAdmin):  # type: ignore[type-arg]
    """What was done to the things of Waves, the newest first."""

    list_display = ("action_time", "user", "kind", "object_repr", "what")
    list_filter = ("content_type",)
    search_fields = ("object_repr", "change_message")
    date_hierarchy = "action_time"
    list_select_related = ("user", "content_type")
    list_display_links = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """What is not of Waves is not shown: it may be of interest to others.

        Neither is what names a stream that whoever asks may not know of, or one that is deleted.
        """
        entries = super().get_queryset(request).filter(content_type__app_label="waves")
        if knows_all(request.user):
            return entries
        handles = [str(pk) for pk in known(request.user).values_list("pk", flat=True)]
        names_none = ~Q(content_type__model="stream") | Q(object_id__isnull=True)
        return entries.filter(names_none | Q(object_id__in=handles))

    @admin.display(description="of what kind", ordering="content_type")
    def kind(self, entry: LogEntry) -> str:
        """A stream, a key, a link."""
        return str(entry.content_type.name) if entry.content_type else "–"

    @admin.display(description="what was done")
    def what(self, entry: LogEntry) -> str:
        """In words."""
        plain = {ADDITION: "Added.", DELETION: "Deleted."}.get(entry.action_flag, "Changed.")
        return entry.get_change_message() or plain

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody writes by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes what was done."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody makes it undone."""
        return False


if not admin.site.is_registered(LogEntry):  # a host may show it in a way of its own
    admin.site.register(LogEntry, AuditLog)
