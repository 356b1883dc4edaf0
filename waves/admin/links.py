"""Links that share streams, in the admin: who made which, and how one is revoked.

None is made here: a key is shown once, to whoever shares a stream on its page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from waves import links
from waves.admin.known import known
from waves.audit import note
from waves.models import ShareLink


@admin.register(ShareLink)
class ShareLinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Links: of which stream, by whom, until when."""

    list_display = ("prefix", "stream", "kind", "owner_name", "expires", "use", "last_used")
    list_filter = ("kind",)
    list_select_related = ("stream",)
    search_fields = ("prefix", "owner_name", "stream__name")
    actions = ("revoke",)
    exclude = ("digest",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShareLink]:
        """Those of streams that whoever asks may know of."""
        return super().get_queryset(request).filter(stream__in=known(request.user))

    @admin.display(description="state")
    def use(self, link: ShareLink) -> str:
        """Whether it opens anything."""
        return link.state

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody makes one here."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of it is only read."""
        fields = ShareLink._meta.concrete_fields
        return [each.name for each in fields if each.name not in ("id", "digest")]

    @admin.action(description="Revoke the selected links", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ShareLink]) -> None:
        """Let them open nothing any more, within seconds."""
        for link in queryset:
            links.revoke(link)
            note(request.user, link, "Revoked.")
        self.message_user(request, f"{len(queryset)} revoked. They open nothing from now on.")
