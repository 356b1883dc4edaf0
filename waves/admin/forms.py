"""The forms of a stream and of a signal: a model's fields, and those of the chosen kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import count
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import CharField, Max, Value
from django.db.models.functions import Cast, Concat
from django.forms.formsets import ManagementForm
from django.forms.models import BaseInlineFormSet
from django.utils.functional import cached_property
from django.utils.html import escape
from pydantic.fields import FieldInfo

from waves.admin import uploads
from waves.admin.fields import ColourInput, StatesField, Suggesting, form_field, is_recording
from waves.admin.readers import groups_field, users_field
from waves.admin.uploads import UploadField
from waves.database.stored import mapping
from waves.database.uploads import Uploaded
from waves.dsp.synthesis import WAVEFORMS, Conditioning, parameter_fields
from waves.exceptions import ConfigurationError, WavesError
from waves.models import Signal, Stream, key_from
from waves.sources import SOURCES, option_fields
from waves.sources.base import Rows
from waves.transfer.playing import recorded_streams

#: Fields of every waveform; those of one waveform carry its key instead.
COMMON = "common"
#: Rows of one form. More have more fields than Django takes (DATA_UPLOAD_MAX_NUMBER_FIELDS).
MAX_SIGNALS = 128

Declared = dict[str, dict[str, FieldInfo]]


def source_fields() -> Declared:
    """The options of every source, by kind."""
    return {kind: option_fields(kind) for kind in SOURCES}


def waveform_fields() -> Declared:
    """The parameters of every waveform, by its key, those that all have once as COMMON."""
    common = dict(Conditioning.model_fields)
    own = {
        key: {name: info for name, info in parameter_fields(key).items() if name not in common}
        for key in WAVEFORMS
    }
    return {COMMON: common, **own}


def waveform_makers() -> tuple[str, ...]:
    """The CSS classes of what is shown for the sources alone whose rows have waveforms."""
    return tuple(f"waves-source-{kind}" for kind, s in SOURCES.items() if s.rows == "waveforms")


def field_name(kind: str, name: str) -> str:
    """The form's name for a declared field."""
    return f"{kind}__{name}"


class DeclaredForm(forms.ModelForm):  # type: ignore[type-arg]
    """A model form whose JSON field is edited through the fields declared for the chosen kind.

    ``kind_field`` names the model field that chooses, ``json_field`` the one that stores. Fields
    of the kinds that were not chosen are neither validated nor kept.
    """

    declared: ClassVar[Declared] = {}
    kind_field: ClassVar[str]
    json_field: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = mapping(getattr(self.instance, self.json_field))
        for kind in (COMMON, getattr(self.instance, self.kind_field)):
            for name in self.declared.get(kind, {}):
                if name in stored:
                    self.initial.setdefault(field_name(kind, name), stored[name])
        if self.is_bound:
            self.fill(self._others())

    def fill(self, names: Iterable[str]) -> None:
        """Give fields that were not sent, because the page hid them, the values that they had."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        for name in names:
            field = self.fields[name]
            default = field.prepare_value(self.get_initial_for_field(field, name))
            if default is not None and default is not False:  # 0 is a value
                self.data.setdefault(self.add_prefix(name), default)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """Form name by declared name, for the chosen kind and what all kinds share."""
        return {
            name: field_name(group, name)
            for group in (COMMON, self.kind)
            for name in self.declared.get(group, {})
        }

    @property
    def kind(self) -> str:
        """The kind that was chosen, in the data or before."""
        before = self.get_initial_for_field(self.fields[self.kind_field], self.kind_field)
        return str(self.data.get(self.add_prefix(self.kind_field), before))

    @property
    def changed_data(self) -> list[str]:
        """What was changed, without the fields of kinds that were not chosen."""
        others = self._others()
        return [name for name in super().changed_data if name not in others]

    def clean(self) -> dict[str, Any]:
        """Collect the values of the chosen kind into the JSON field."""
        cleaned = super().clean() or self.cleaned_data
        for name in self._others():
            self.errors.pop(name, None)
            cleaned.pop(name, None)
        values = {name: cleaned[f] for name, f in self.chosen().items() if f in cleaned}
        setattr(self.instance, self.json_field, values)
        return cleaned

    def add_error(self, field: str | None, error: Any) -> None:
        """Show what the model says of its JSON field; the faulty fields have told their own."""
        messages = getattr(error, "error_dict", {})
        stored = messages.pop(self.json_field, None)
        if stored and not set(self.chosen().values()) & set(self.errors):
            messages.setdefault(NON_FIELD_ERRORS, []).extend(stored)
        if messages or not stored:
            super().add_error(field, error)

    def _others(self) -> set[str]:
        every = {field_name(kind, name) for kind, names in self.declared.items() for name in names}
        return every - set(self.chosen().values())


def posted_rows(data: Mapping[str, Any]) -> int:
    """How many signals a form says that it has; 0 where it says a number that none can have."""
    total = str(data.get("signals-TOTAL_FORMS", ""))
    # The length first: int() of a text takes its time, and refuses one of thousands of digits.
    rows = int(total) if len(total) <= 4 and total.isdecimal() else 0
    return rows if rows <= MAX_SIGNALS else 0


class StreamForm(DeclaredForm):
    """A stream, with the options of its source."""

    kind_field, json_field = "source", "options"

    listed_users, listed_groups = users_field(), groups_field()

    #: Slugs of the streams whose recordings may be chosen; None for all.
    known: ClassVar[frozenset[str] | None] = None

    class Meta:
        model = Stream
        # Options are edited through the declared fields, the order in the list.
        exclude = ("options", "position")  # noqa: DJ006

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Files that were sent, to be stored once the stream is.
        self.uploaded: list[Uploaded] = []
        #: The rate in Hz that a file has set; else None.
        self.fitted: float | None = None
        if self.known is not None:
            self._offer_recordings_of({"", *self.known})
        for name, field in self.fields.items():
            if isinstance(field, UploadField) and (token := self.initial.get(name)):
                # Django shows a help text as it is.
                field.help_text = f"{escape(uploads.describe(str(token)))} {field.help_text}"

    def _offer_recordings_of(self, slugs: set[str]) -> None:
        for kind, infos in self.declared.items():
            for name in (name for name, info in infos.items() if is_recording(info)):
                field: Any = self.fields[field_name(kind, name)]
                field.choices = [choice for choice in field.choices if choice[0] in slugs]

    def clean(self) -> dict[str, Any]:
        """Let the model check rate and history for as many signals as were sent."""
        self.instance.signal_count = self._posted_signals()
        source = SOURCES.get(self.kind)
        needs = source and source.rows != "overrides" and source.needs_signals
        if source and needs and not self.instance.signal_count:
            self.add_error("source", source.no_signal)
        cleaned = super().clean()
        for name, form_name in self.chosen().items():
            if isinstance(self.fields[form_name], UploadField) and cleaned.get(form_name):
                self._fit(name, form_name, cleaned)
        return cleaned

    def _fit(self, name: str, form_name: str, cleaned: dict[str, Any]) -> None:
        """Take over what a file says of the stream, and name it in the options."""
        upload = cleaned[form_name]
        options = self.instance.options
        if isinstance(upload, Uploaded):
            self.uploaded.append(upload)
            options[name] = upload.token
        try:
            layout = uploads.layout_of(upload)
            if layout is None:
                self.add_error(form_name, "This file is not stored (any more): choose it again.")
                return
            fitting = SOURCES[self.kind].fitting(options, layout)
        except ConfigurationError:
            return  # the faulty option has told its own
        except WavesError as error:
            self.add_error(form_name, str(error))
            return
        self.instance.signal_count = max(self.instance.signal_count, fitting.signals)
        if fitting.rate:
            self.errors.pop("rate", None)
            if cleaned.get("rate") != fitting.rate:
                self.fitted = fitting.rate
            cleaned["rate"] = fitting.rate

    def _posted_signals(self) -> int:
        # A row without a name is named where the rows are the signals: see `SignalFormSet`.
        are_named = self.kind in SOURCES and SOURCES[self.kind].rows != "overrides"
        return sum(
            (are_named or bool(self.data.get(f"signals-{row}-name")))
            and not self.data.get(f"signals-{row}-DELETE")
            for row in range(posted_rows(self.data))
        )


class SignalForm(DeclaredForm):
    """A signal, with the parameters of its waveform."""

    #: The page fills it in, in the order of the rows; a new row without it comes last.
    position = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    states = StatesField(required=False, help_text=Signal._meta.get_field("states").help_text)

    kind_field, json_field = "waveform", "parameters"

    class Meta:
        model = Signal
        exclude = ("stream", "parameters")  # noqa: DJ006  edited through the declared fields
        widgets: ClassVar[dict[str, Any]] = {"colour": ColourInput}

    #: What the rows are for the source that was chosen.
    rows: Rows = "overrides"

    #: Whether somebody added the row: the one that a new stream begins with has a name.
    was_added = False

    def has_changed(self) -> bool:
        """A row is a signal, even where it was left as it is; so is one that was added."""
        return super().has_changed() or self.rows != "overrides" or self.was_added

    def clean_position(self) -> int | None:
        """Where the page said nothing, a row stays where it is."""
        said: int | None = self.cleaned_data["position"]
        return self.instance.position if said is None and self.instance.pk else said

    def name_it(self, name: str) -> None:
        """Give a row that was left without one a name."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data[self.add_prefix("name")] = name  # type: ignore[index]


def _count(*, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        min_value=0, max_value=MAX_SIGNALS, required=required, widget=forms.HiddenInput
    )


class SignalCounts(ManagementForm):
    """How many rows a form says that it has: bounded before any of them is made."""

    TOTAL_FORMS = _count()
    INITIAL_FORMS = _count()
    MIN_NUM_FORMS = _count(required=False)
    MAX_NUM_FORMS = _count(required=False)


class SignalFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """The signals of a stream: each key once."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **BaseInlineFormSet.default_error_messages,
        "missing_management_form": (
            f"A form has at most {MAX_SIGNALS} signals, and says how many: "
            "%(field_names)s is missing or wrong. Open the page again."
        ),
    }

    @cached_property
    def management_form(self) -> ManagementForm:
        """Django's own takes any number of rows, and makes up to a thousand too many."""
        if not self.is_bound:
            return super().management_form
        counts = SignalCounts(self.data, auto_id=self.auto_id, prefix=self.prefix)
        counts.full_clean()
        return counts

    def add_fields(self, form: Any, index: int | None) -> None:
        """Tell each row what it is for the source; where it has no waveform, it keeps its own."""
        super().add_fields(form, index)
        kind = self.instance.source
        form.rows = SOURCES[kind].rows if kind in SOURCES else "overrides"
        if form.is_bound and not form.instance.pk and index is not None:
            form.was_added = not form["name"].value()
            if form.was_added and form.rows != "overrides":
                form.name_it(self._free_name(index))
        if form.is_bound and form.rows != "waveforms":
            form.fill([form.kind_field, *form.chosen().values()])

    def _free_name(self, index: int) -> str:
        """“Signal N” for the row at an index: N is its place, or the next that no row has."""
        rows = range(posted_rows(self.data))
        self._names |= {str(self.data.get(f"{self.prefix}-{row}-name", "")) for row in rows}
        name = next(n for n in map("Signal {}".format, count(index + 1)) if n not in self._names)
        self._names.add(name)
        return name

    @cached_property
    def _names(self) -> set[str]:
        return set()

    def save_new(self, form: Any, commit: bool = True) -> Any:
        """Save a new row, after all others where the page said no place."""
        if form.cleaned_data.get("position") is None:
            last = self.instance.signals.aggregate(last=Max("position"))["last"]
            form.instance.position = 0 if last is None else last + 1
        return super().save_new(form, commit)

    def clean(self) -> None:
        """Refuse a key that another row has, at the row that comes later."""
        super().clean()
        seen = self._keys_elsewhere()
        for form in self.forms:
            name = form.cleaned_data.get("name") if hasattr(form, "cleaned_data") else None
            if not name or form in self.deleted_forms:
                continue
            key = form.cleaned_data.get("key") or key_from(name)
            if key in seen:
                form.add_error("key", f"Another signal of this stream has the key “{key}”.")
            seen.add(key)

    def _keys_elsewhere(self) -> set[str]:
        """Keys of signals that this form does not show: somebody added them meanwhile."""
        if self.instance.pk is None:
            return set()
        shown = [form.instance.pk for form in self.forms if form.instance.pk]
        others = self.instance.signals.exclude(pk__in=shown)
        return set(others.values_list("key", flat=True))

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        """Save the rows; two may exchange their keys, which are set one after the other."""
        stored = dict(self.instance.signals.values_list("pk", "key"))
        rows = [form.instance for form in self.initial_forms if form.has_changed()]
        moved = [row.pk for row in rows if stored.get(row.pk, row.key) != row.key]
        # No key has this sign, so that every place is free when the first row takes one.
        aside = Concat(Value("~"), Cast("pk", CharField()))
        self.instance.signals.filter(pk__in=moved).update(key=aside)
        return super().save_existing_objects(commit)


def _declared_field(kind: str, name: str, info: FieldInfo) -> forms.Field:
    field = form_field(name, info)
    choices = SOURCES[kind].choices.get(name) if kind in SOURCES else None
    if is_recording(info):
        choices = recorded_streams
    if choices is not None:
        empty = [] if field.initial else [("", "---------")]
        return forms.TypedChoiceField(
            choices=lambda: [*empty, *choices()],
            label=field.label,
            help_text=field.help_text,
            required=field.required,
            initial=field.initial,
            empty_value=None,
        )
    suggestions = SOURCES[kind].suggestions.get(name) if kind in SOURCES else None
    if suggestions is not None:
        field.widget = Suggesting(suggestions, attrs=field.widget.attrs)
    if kind == COMMON:
        unused = [key for key, waveform in WAVEFORMS.items() if name in waveform.unused]
        field.widget.attrs["data-waves-unused"] = " ".join(unused)
    return field


@cache
def with_declared(base: type[DeclaredForm], declare: Callable[[], Declared]) -> type[DeclaredForm]:
    """The form with a field for everything that is declared, made when it is first shown."""
    declared = declare()
    fields = {
        field_name(kind, name): _declared_field(kind, name, info)
        for kind, infos in declared.items()
        for name, info in infos.items()
    }
    return type(base.__name__, (base,), {**fields, "declared": declared})
