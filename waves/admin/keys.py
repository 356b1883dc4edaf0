"""Keys in the admin: a new one is shown once, and one that is of no use any more is revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from waves import keys
from waves.audit import note
from waves.models import AccessKey


@admin.register(AccessKey)
class AccessKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Keys: who has which, what they may, when they were used last."""

    list_display = ("name", "prefix", "may_write", "may_read", "may_make", "use", "last_used")
    search_fields = ("name", "prefix")
    fields = (
        "name",
        ("may_write", "may_read", "may_make"),
        "all_streams",
        "streams",
        "expires",
        "prefix",
        "last_used",
        "revoked",
    )
    readonly_fields = ("prefix", "last_used", "revoked")
    filter_horizontal = ("streams",)
    actions = ("revoke",)

    @admin.display(description="state")
    def use(self, key: AccessKey) -> str:
        """Whether it opens anything."""
        return key.problem or "in use"

    def save_model(self, request: HttpRequest, obj: AccessKey, form: Any, change: bool) -> None:
        """Make the key of a new row, and keep it for the one time that it is shown."""
        if not change:
            request.waves_key = keys.seal(obj)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: AccessKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key above the list, where it is gone with the next page."""
        words = "The key of “{}”, which is shown this once: {}"
        key = getattr(request, "waves_key", "")
        self.message_user(
            request,
            format_html(words, obj.name, format_html("<code>{}</code>", key)),
            messages.WARNING,
        )
        return super().response_add(request, obj, post_url_continue)

    @admin.action(description="Revoke the selected keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[AccessKey]) -> None:
        """Let them be of no use any more, within seconds."""
        for key in queryset:
            keys.revoke(key.prefix)
            note(request.user, key, "Revoked.")
        self.message_user(request, f"{len(queryset)} revoked. They open nothing from now on.")
