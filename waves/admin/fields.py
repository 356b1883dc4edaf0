"""Form fields from pydantic declarations: type, bounds, unit and help are written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from pydantic import ValidationError as DeclarationError
from pydantic import create_model
from pydantic.fields import FieldInfo

from waves.admin.uploads import UploadField
from waves.dsp.explanation import explain


class NumbersField(forms.CharField):
    """A list of numbers, written with commas; the declaration reads them."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as people write it."""
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(_written(number) for number in value)
        return value


class Suggesting(forms.TextInput):
    """A field to type into, which proposes values, as pairs of the value and words for people."""

    def __init__(self, suggestions: Callable[[], Iterable[tuple[str, str]]], **more: Any) -> None:
        super().__init__(**more)
        self._suggestions = suggestions

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The field, and its list beside it."""
        known = f"{name}-known"
        field = super().render(name, value, {**(attrs or {}), "list": known}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self._suggestions())
        return format_html('{}<datalist id="{}">{}</datalist>', field, known, options)


def _written(number: Any) -> str:
    # What a fixture left there may be no number: the form shows it, and refuses it.
    return f"{number:.10g}" if isinstance(number, int | float) else str(number)


class StatesField(forms.Field):
    """Names of values as people write them: "0 = closed, 1 = open"."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        """Show the names by code as text; what was typed stays as it is."""
        if not isinstance(value, Mapping):
            return value
        return ", ".join(f"{code} = {name}" for code, name in value.items())

    def to_python(self, value: Any) -> dict[str, str]:
        """Names by code. Raises ValidationError where it cannot be read."""
        if isinstance(value, Mapping):
            return dict(value)
        parts = [part for part in str(value or "").split(",") if part.strip()]
        pairs = [part.partition("=") for part in parts]
        if not all(sign and code.strip() for code, sign, _ in pairs):
            raise forms.ValidationError("Write each value and its name: 0 = closed, 1 = open.")
        return {code.strip(): name.strip() for code, _, name in pairs}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other names were typed, however they are written."""
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


class ColourInput(forms.TextInput):
    """A colour as text, or nothing; the page puts a picker beside it."""

    def __init__(self) -> None:
        super().__init__({"placeholder": "by itself", "data-waves-colour": "", "size": 8})


class DeclaredValidator:
    """Asks the declaration itself, so that its sentence is the one that the form shows."""

    def __init__(self, name: str, info: FieldInfo) -> None:
        definition: Any = (info.annotation, info)
        self._name = name
        self._model = create_model("Declared", **{name: definition})

    def __call__(self, value: Any) -> None:
        try:
            self._model.model_validate({self._name: value})
        except DeclarationError as error:
            raise ValidationError(explain(error, "", self._model.model_fields)) from None


def form_field(name: str, info: FieldInfo) -> forms.Field:
    """The form field of one declared option or parameter; empty where None is allowed."""
    kinds = [kind for kind in get_args(info.annotation) if kind is not NoneType]
    optional = NoneType in get_args(info.annotation)
    annotation = kinds[0] if optional else info.annotation
    if _is_upload(info):
        return UploadField(label=_label(name, info), help_text=info.description or "")
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    field = _typed(
        annotation,
        label=_label(name, info),
        help_text=info.description or "",
        required=not optional and annotation is not bool and default not in ((), ""),
        initial=default,
        validators=[DeclaredValidator(name, info)],
    )
    field.widget.attrs.update(_html_bounds(info))
    return field


def _is_upload(info: FieldInfo) -> bool:
    return _says(info, "upload")


def is_recording(info: FieldInfo) -> bool:
    """Whether an option is the slug of a stream that has a recording."""
    return _says(info, "recording")


def _says(info: FieldInfo, what: str) -> bool:
    extra = info.json_schema_extra
    return isinstance(extra, Mapping) and bool(extra.get(what))


def _typed(annotation: Any, **common: Any) -> forms.Field:
    if get_origin(annotation) is Literal:
        choices = [(value, str(value).replace("_", " ")) for value in get_args(annotation)]
        return forms.ChoiceField(choices=choices, **common)
    if annotation is float:
        return forms.FloatField(widget=forms.NumberInput(attrs={"step": "any"}), **common)
    if get_origin(annotation) in (list, tuple):
        return NumbersField(**common)
    kinds: dict[Any, type[forms.Field]] = {bool: forms.BooleanField, int: forms.IntegerField}
    return kinds.get(annotation, forms.CharField)(**common)


def _label(name: str, info: FieldInfo) -> str:
    title = info.title or name.replace("_", " ").capitalize()
    extra = info.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, Mapping) else None
    return f"{title} ({unit})" if unit else title


def _html_bounds(info: FieldInfo) -> dict[str, float]:
    """Bounds as attributes, for the arrows of the browser; the sentence comes from the server."""
    found = {}
    for bound in info.metadata:
        if isinstance(bound, Ge):
            found["min"] = float(bound.ge)  # type: ignore[arg-type]
        elif isinstance(bound, Le):
            found["max"] = float(bound.le)  # type: ignore[arg-type]
    return found
