"""Keys in the admin: a new one is shown once, and one that is of no use any more is revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from waves import keys
from waves.admin.known import known, views_all
from waves.audit import note
from waves.models import AccessKey, Stream


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
    #: Without what is only for those who may view all streams.
    narrow_fields = ("name", "may_write", "streams", "expires", "prefix", "last_used", "revoked")
    readonly_fields = ("prefix", "last_used", "revoked")
    filter_horizontal = ("streams",)
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessKey]:
        """Keys, each with those of its streams that whoever asks may know of."""
        chosen = Prefetch("streams", known(request.user))
        return super().get_queryset(request).prefetch_related(chosen)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """By no stream: the answer would tell which there are."""
        return not lookup.startswith("streams") and super().lookup_allowed(lookup, value, request)

    def has_change_permission(self, request: HttpRequest, obj: AccessKey | None = None) -> bool:
        """A key that opens more than whoever asks may see is revoked by them, and not changed."""
        narrow = obj is None or not _is_wide(obj) or views_all(request.user)
        return narrow and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: AccessKey | None = None) -> Any:
        """Keys that read, or are for all streams, are made by those who may view all streams."""
        is_whole = views_all(request.user) or (obj is not None and _is_wide(obj))
        return self.fields if is_whole else self.narrow_fields

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        """The streams are chosen among those that whoever asks may know of."""
        more = {**kwargs, "queryset": known(request.user)}
        return super().formfield_for_manytomany(db_field, request, **more)

    @admin.display(description="state")
    def use(self, key: AccessKey) -> str:
        """Whether it opens anything."""
        return key.problem or "in use"

    def save_model(self, request: HttpRequest, obj: AccessKey, form: Any, change: bool) -> None:
        """Make the key of a new row, and keep it for the one time that it is shown."""
        if "all_streams" not in form.fields:
            obj.all_streams = False
        if not change:
            request.waves_key = keys.seal(obj)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool
    ) -> None:
        """Leave those streams chosen that the form did not show."""
        chosen = Stream.objects.filter(accesskey=form.instance)
        others = list(chosen.exclude(pk__in=known(request.user)))
        super().save_related(request, form, formsets, change)
        form.instance.streams.add(*others)

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


def _is_wide(key: AccessKey) -> bool:
    """Whether it reads, or is for all streams, as one that makes streams has to be."""
    return key.all_streams or key.may_read or key.may_make
