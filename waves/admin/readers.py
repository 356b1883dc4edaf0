"""Who may see a stream, as its form asks for it: users and groups by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Model

#: Names in one field: of more users a group is made.
MOST_NAMES = 500


class NamesField(forms.CharField):
    """Names, one a line, of what is stored as primary keys in texts."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 24, "spellcheck": "false"})

    def __init__(self, kind: str, model: Callable[[], type[Model]], **kwargs: Any) -> None:
        super().__init__(required=False, label=f"listed {kind}s", **kwargs)
        self._kind, self._model = kind, model

    def prepare_value(self, value: Any) -> Any:
        """The names of those whose keys are stored, as far as they still exist."""
        if not isinstance(value, list):
            return value
        keys = [key for key in value[:MOST_NAMES] if self._is_key(key)]
        found = self._model()._default_manager.filter(pk__in=keys)
        return "\n".join(sorted(map(self._name, found)))

    def clean(self, value: Any) -> list[str]:
        """The keys of the names. Raises ValidationError where one has none."""
        names = _lines(super().clean(value))
        if len(names) > MOST_NAMES:
            raise ValidationError(f"At most {MOST_NAMES} names: make a group of more.")
        wanted = {f"{self._field}__in": names}
        rows = self._model()._default_manager.filter(**wanted)
        found = {self._name(row): str(row.pk) for row in rows}
        if unknown := sorted(names - found.keys()):
            raise ValidationError(f"There is no {self._kind} “{unknown[0][:80]}”.")
        return sorted(found.values())

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other names stand there."""
        return _lines(self.prepare_value(initial)) != _lines(data)

    def _is_key(self, key: Any) -> bool:
        """Past the form, anything may be stored."""
        try:
            self._model()._meta.pk.to_python(key)
        except (TypeError, ValidationError):
            return False
        return True

    @property
    def _field(self) -> str:
        return str(getattr(self._model(), "USERNAME_FIELD", "name"))

    def _name(self, row: Model) -> str:
        return str(getattr(row, self._field))


def _lines(text: Any) -> set[str]:
    return {line.strip() for line in str(text or "").splitlines()} - {""}


def users_field() -> NamesField:
    """The users that are listed, by the names that they sign in with."""
    return NamesField("user", get_user_model, help_text="Names to sign in with, one a line.")


def groups_field() -> NamesField:
    """The groups that are listed."""
    return NamesField("group", lambda: Group, help_text="Names of groups, one a line.")
