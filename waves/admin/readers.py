"""Who may see a stream, as its form asks for it: users by their names, and groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

#: Names of one stream: more are a group.
MOST_NAMES = 500


class UsersField(forms.CharField):
    """Names of users, one a line; its value is their primary keys as texts."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 24, "spellcheck": "false"})

    def __init__(self) -> None:
        super().__init__(
            label="listed users", required=False, help_text="Names to sign in with, one a line."
        )

    def prepare_value(self, value: Any) -> Any:
        """The names of those whose keys are stored, as far as they still exist."""
        if not isinstance(value, list):
            return value
        model = get_user_model()
        found = model._default_manager.filter(pk__in=value[:MOST_NAMES])
        return "\n".join(sorted(user.get_username() for user in found))

    def clean(self, value: Any) -> list[str]:
        """The keys of the names. Raises ValidationError where there is no such user."""
        names = {line.strip() for line in str(super().clean(value) or "").splitlines()} - {""}
        if len(names) > MOST_NAMES:
            raise ValidationError(f"At most {MOST_NAMES} names: make a group of more.")
        model = get_user_model()
        field = model.USERNAME_FIELD
        users = model._default_manager.filter(**{f"{field}__in": names})
        found = {user.get_username(): str(user.pk) for user in users}
        if unknown := sorted(names - found.keys()):
            raise ValidationError(f"There is no user “{unknown[0][:80]}”.")
        return sorted(found.values())

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other names stand there."""
        before = set(str(self.prepare_value(initial) or "").split("\n"))
        return before != {line.strip() for line in str(data or "").splitlines() or [""]}


class GroupsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Groups of Django; its value is their primary keys as texts."""

    def __init__(self) -> None:
        super().__init__(
            Group.objects.all(),
            label="listed groups",
            required=False,
            widget=FilteredSelectMultiple("groups", is_stacked=False),
        )

    def clean(self, value: Any) -> Any:
        """The keys of the groups. Raises ValidationError where there is no such group."""
        return sorted(str(group.pk) for group in super().clean(value))
