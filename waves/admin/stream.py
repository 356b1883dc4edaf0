"""The admin of streams: list, change page, start and stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST

from waves.addresses import are_included
from waves.admin import forms, preview, recorded, state, trying
from waves.admin.known import known, knows_all
from waves.admin.order import copy_of, reorder
from waves.audit import note, note_of_list
from waves.database import uploads
from waves.dsp.synthesis import WAVEFORMS
from waves.hub.status import board
from waves.models import Signal, Stream
from waves.sources import SOURCES, source_class
from waves.sources.base import Example
from waves.specs import examples_of, stream_spec

#: django-stubs names the entries of a fieldset in a private type.
Fieldsets = Any

#: Fields of a waveform that stand in the first row; the others are noise, clipping and bits.
LEVEL_AND_TIME = ("amplitude", "offset", "frequency", "phase")
#: The signal that a new stream begins with.
FIRST_SIGNAL = [{"name": "Signal 1"}]


#: A key has 64 bits at most.
KEY_DIGITS = 18


#: Characters of an order: of thousands of streams.
MOST_ORDER = 100_000


def row(kind: str, names: Iterable[str]) -> list[tuple[str, ...]]:
    """The form fields of a kind, in one row; stream.css breaks it where it is full."""
    return [tuple(forms.field_name(kind, name) for name in names)]


class SignalInline(admin.StackedInline):  # type: ignore[type-arg]
    """The signals of a stream, on its page."""

    model = Signal
    formset = forms.SignalFormSet
    max_num = forms.MAX_SIGNALS

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new stream begins with one signal."""
        return 0 if obj else 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """The form has a field for each parameter of each waveform."""
        self.form = forms.with_declared(forms.SignalForm, forms.waveform_fields)
        return super().get_formset(request, obj, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Fieldsets:
        """A fieldset a waveform: preview.js shows the chosen one only."""
        declared = forms.waveform_fields()
        makers = forms.waveform_makers()
        others = [name for name in declared[forms.COMMON] if name not in LEVEL_AND_TIME]
        own = [
            (
                None,
                {
                    "fields": row(key, declared[key]),
                    "classes": ("waves-waveform", f"waves-waveform-{key}", *makers),
                },
            )
            for key in WAVEFORMS
            if declared[key]
        ]
        return [
            (None, {"fields": [("name", "key", "unit", "colour"), "position"]}),
            (None, {"fields": ["waveform"], "classes": makers}),
            (
                None,
                {"fields": row(forms.COMMON, LEVEL_AND_TIME), "classes": makers},
            ),
            *own,
            (
                "Noise, clipping, bits",
                {"fields": row(forms.COMMON, others), "classes": ("collapse", *makers)},
            ),
            (
                "Line, missing values, states",
                {"fields": [("line", "missing", "states")], "classes": ("collapse",)},
            ),
        ]


class TagFilter(admin.AllValuesFieldListFilter):
    """The tags; to have none is a choice with a name, too."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """As Django gives them, but none of them is an empty link."""
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or "No tag"}


@admin.register(Stream)
class StreamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Streams: what they are in the list, everything about one on its page."""

    inlines = (SignalInline,)
    list_display = ("name", "state", "measured_rate", "viewers", "source", "sample_rate", "page")
    list_filter = ("source", "enabled", "visibility", ("tag", TagFilter))
    search_fields = ("name", "slug", "description", "tag")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012  Django's own convention
    actions = ("start", "stop", "duplicate")
    readonly_fields = ("memory", "disk", "recorded")
    delete_selected_confirmation_template = "admin/waves/stream/delete_selected_confirmation.html"
    change_form_template = "admin/waves/stream/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stream]:
        """Those that whoever asks may know of: to copy, to delete or to preview others, too."""
        rows = super().get_queryset(request)
        return rows if knows_all(request.user) else rows.filter(pk__in=known(request.user))

    @admin.display(description="state")
    def state(self, stream: Stream) -> SafeString:
        """What the worker last said of it; its message is the tooltip."""
        status = board.of(stream.pk)
        state = status.state if stream.enabled else "stopped"
        return format_html(
            '<span class="waves-state waves-state-{}" title="{}">{}</span>',
            state,
            status.message,
            "not reported yet" if state == "unknown" else state,
        )

    @admin.display(description="measured rate")
    def measured_rate(self, stream: Stream) -> str:
        """Samples a second of each signal, as they come."""
        rate = board.of(stream.pk).measured_rate if stream.enabled else 0.0
        return f"{float(f'{rate:.5g}'):,.10g} Hz" if rate else "–"

    @admin.display(description="sample rate", ordering="rate")
    def sample_rate(self, stream: Stream) -> str:
        """As configured."""
        return f"{stream.rate:,.10g} Hz"

    @admin.display(description="viewers")
    def viewers(self, stream: Stream) -> int:
        """Viewers in all server processes."""
        return board.of(stream.pk).viewers

    @admin.display(description="page")
    def page(self, stream: Stream) -> SafeString:
        """A link to the live page."""
        live = stream.page_address()
        return format_html('<a href="{}">Watch live</a>', live) if live else mark_safe("–")

    def view_on_site(self, obj: Stream) -> str:
        """The live page. Django's own way there names any stream to any staff user."""
        return obj.page_address()

    @admin.display(description="memory")
    def memory(self, stream: Stream) -> str:
        """What the history takes; preview.js keeps it true while one edits."""
        return preview.memory(stream)

    @admin.display(description="disk")
    def disk(self, stream: Stream) -> str:
        """What a recording takes, and what is free; preview.js keeps it true."""
        return recorded.disk(stream)

    @admin.display(description="recorded")
    def recorded(self, stream: Stream) -> str:
        """What is recorded so far."""
        return (recorded.recorded(stream) if stream.pk else "") or "–"

    @admin.action(description="Start the selected streams", permissions=["change"])
    def start(self, request: HttpRequest, queryset: QuerySet[Stream]) -> None:
        """The worker starts them within half a second."""
        self._enable(request, queryset, True, "started")

    @admin.action(description="Stop the selected streams", permissions=["change"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Stream]) -> None:
        """The worker stops them within half a second."""
        self._enable(request, queryset, False, "stopped")

    @admin.action(description="Duplicate the selected streams", permissions=["add"])
    def duplicate(self, request: HttpRequest, queryset: QuerySet[Stream]) -> None:
        """A copy of each, which is stopped until it is set up."""
        self._tell_of_copies(request, [copy_of(stream) for stream in queryset])

    def _tell_of_copies(self, request: HttpRequest, copies: list[Stream]) -> None:
        for copy in copies:
            note(request.user, copy, "Made as a copy.")
        names = ", ".join(f"“{copy}”" for copy in copies)
        one = len(copies) == 1
        said = "is stopped until you start it." if one else "are stopped until you start them."
        self.message_user(request, f"{names} {said}")

    def _enable(
        self, request: HttpRequest, queryset: QuerySet[Stream], enabled: bool, done: str
    ) -> None:
        for stream in queryset:
            note(request.user, stream, f"{done.capitalize()}.")
        count = queryset.update(enabled=enabled)
        self.message_user(request, f"{count} {'stream' if count == 1 else 'streams'} {done}.")

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave out a button that the page does not have: on a new stream it is Django's fault."""
        if "_saveasnew" in request.POST:
            post = request.POST.copy()
            del post["_saveasnew"]
            setattr(request, "POST", post)  # noqa: B010  the stubs know no other way
        return super().changeform_view(request, *args, **kwargs)

    def response_action(  # type: ignore[override]  # the stubs are of a newer Django
        self, request: HttpRequest, queryset: QuerySet[Stream]
    ) -> HttpResponse | None:
        """Refuse a choice that is no key: Django takes it to the database, which fails."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if all(pk.isascii() and pk.isdecimal() and len(pk) <= KEY_DIGITS for pk in chosen):
            return super().response_action(request, queryset)
        said = f"{ACTION_CHECKBOX_NAME}: choose streams from the list."
        self.message_user(request, said, messages.ERROR)
        return None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With how data gets into this very stream, where others send it."""
        stream = self.get_object(request, object_id)
        shown: tuple[Example, ...] = ()
        if stream is not None and are_included():
            shown = examples_of(stream_spec(stream), request.build_absolute_uri)
        context = {**(extra_context or {}), "examples": shown}
        return super().change_view(request, object_id, form_url, context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """For whoever may view streams: to others Django would say which there are."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask what becomes of what was recorded."""
        stream = self.get_object(request, object_id)
        said = recorded.recorded(stream) if stream is not None else ""
        return super().delete_view(
            request, object_id, {**(extra_context or {}), "recordings": said}
        )

    def delete_model(self, request: HttpRequest, obj: Stream) -> None:
        """Delete a stream and, where that was chosen, what was recorded of it."""
        self._give_up(request, [obj])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Stream]) -> None:
        """As for one."""
        self._give_up(request, list(queryset))
        super().delete_queryset(request, queryset)

    def _give_up(self, request: HttpRequest, streams: list[Stream]) -> None:
        if request.POST.get("recording") != "delete":
            return
        try:
            rows = list(recorded.of_streams(streams))
            had = {row.stream for row in rows}
            recorded.give_up(rows)
        except Error:
            said = "What was recorded is still there: its database cannot be written."
            self.message_user(request, said, messages.WARNING)
            return
        for stream in streams:
            if stream.uuid in had:
                note(request.user, stream, "What was recorded is deleted, too.")

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """The form has a field for each option of each source."""
        self.form = forms.with_declared(forms.StreamForm, forms.source_fields)
        form = super().get_form(request, obj, change, **kwargs)
        if not knows_all(request.user):
            slugs = known(request.user).values_list("slug", flat=True)
            form.known = frozenset(slugs)  # type: ignore[attr-defined]
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Fieldsets:
        """A fieldset a source: preview.js shows the chosen one only."""
        declared = forms.source_fields()
        options = [
            (
                source.label,
                {
                    "fields": row(kind, declared[kind]),
                    "classes": ("waves-source", f"waves-source-{kind}"),
                },
            )
            for kind, source in SOURCES.items()
            if declared[kind]
        ]
        return [
            (
                None,
                {"fields": [("name", "slug", "source", "enabled")]},
            ),
            *options,
            ("Samples", {"fields": [("rate", "window", "history", "memory")]}),
            (
                "Recording",
                {
                    "fields": [("record", "keep_seconds", "keep_bytes"), ("disk", "recorded")],
                    "classes": ("collapse",),
                },
            ),
            (
                "Who may see it",
                {
                    "fields": [("visibility", "listed_users", "listed_groups")],
                    "classes": ("collapse", "waves-readers"),
                },
            ),
            (
                "Description, tag, sample type, frames, worker",
                {
                    "fields": [
                        ("description", "tag", "sample_type", "frames_per_second", "runs_on")
                    ],
                    "classes": ("collapse",),
                },
            ),
            (
                "Sources that give times",
                {
                    "fields": [("late", "reorder_window", "longest_interval")],
                    "classes": ("collapse",),
                },
            ),
        ]

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """Name the signal that a new stream begins with."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        return kwargs if obj.pk else {**kwargs, "initial": FIRST_SIGNAL}

    def get_urls(self) -> list[URLPattern]:
        """Beside the usual ones: the preview, a copy of a stream, and the order of the list."""
        return [
            self._own("preview/", self.preview, "preview"),
            path("test/", self.test, name="waves_stream_test"),
            path("state/", self.admin_site.admin_view(self.site_state), name="waves_stream_state"),
            self._own("reorder/", self.reorder, "reorder"),
            self._own("<int:pk>/duplicate/", self.duplicate_one, "duplicate"),
            *super().get_urls(),
        ]

    def _own(self, at: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        guarded = self.admin_site.admin_view(require_POST(view))
        return path(at, guarded, name=f"waves_stream_{name}")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, which whoever may change streams puts into order by hand."""
        context = {"may_reorder": self.has_change_permission(request), "title": "Streams"}
        return super().changelist_view(request, {**(extra_context or {}), **context})

    def save_model(self, request: HttpRequest, obj: Stream, form: Any, change: bool) -> None:
        """A new stream stands after all others; a file is kept with its stream."""
        if not change:
            obj.position = Stream.last_position()
        super().save_model(request, obj, form, change)
        for uploaded in form.uploaded:
            uploads.store(obj, uploaded)
        uploads.keep_named(obj)
        if form.fitted:
            said = f"The sample rate is {form.fitted:,.10g} Hz, as the file says."
            messages.info(request, said)

    def duplicate_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a copy of a stream, and show it."""
        stream = self.get_object(request, str(pk))
        if not self.has_add_permission(request):
            raise PermissionDenied
        if stream is None:
            self.message_user(request, "There is no such stream (any more).", messages.ERROR)
            return redirect("admin:waves_stream_changelist")
        copy = copy_of(stream)
        self._tell_of_copies(request, [copy])
        return redirect("admin:waves_stream_change", copy.pk)

    def reorder(self, request: HttpRequest) -> HttpResponse:
        """Take another order of some streams: they share the places that they had."""
        if not self.has_change_permission(request):
            return JsonResponse({"error": "You may not change streams."}, status=403)
        said = request.POST.get("order", "")[:MOST_ORDER]
        wanted = [
            int(pk)
            for pk in said.split(",")
            if pk.isascii() and pk.isdecimal() and len(pk) <= KEY_DIGITS
        ]
        if reorder(wanted):
            note_of_list(request.user, Stream, "Put into another order.")
        return JsonResponse({})

    def site_state(self, request: HttpRequest) -> HttpResponse:
        """The servers, the workers, and what each stream is doing, for whoever may see streams."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "State",
            "opts": self.opts,
            **state.state_of(board),
        }
        return TemplateResponse(request, "admin/waves/stream/state.html", context)

    async def test(self, request: HttpRequest) -> HttpResponse:
        """Run the source for a moment as the posted form has it; nothing is saved."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return await trying.answer(request, self._look)

    def _look(self, request: HttpRequest) -> trying.Found:
        """What is to be run of a posted form, or why nothing is."""
        if not self.admin_site.has_permission(request):
            return "You are not logged in any more: log in, and open the page again."
        pk = request.POST.get("_stream", "")
        stream = self.get_object(request, pk) if pk else None
        allowed = self.has_change_permission if stream else self.has_add_permission
        if not allowed(request):
            return "You may not edit streams."
        form, formset = self._posted(request, stream)
        problem = preview.first_problem(form, formset)
        if problem:
            return f"First mend this: {problem}"
        asked = preview.spec_of(form, formset)
        stored = Stream.objects.filter(pk=stream.pk).first() if stream is not None else None
        runs = ""
        if stored is not None and stream_spec(stored) == asked:
            runs = trying.running(stored)
        return runs or asked

    def _posted(self, request: HttpRequest, stream: Stream | None) -> tuple[Any, Any]:
        form = self.get_form(request, stream)(request.POST, instance=stream)
        inline = SignalInline(Stream, self.admin_site)
        kwargs = self.get_formset_kwargs(request, form.instance, inline, "signals")
        return form, inline.get_formset(request, stream)(**kwargs)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Synthesise once what the posted form describes; nothing is saved."""
        pk = request.POST.get("_stream", "")
        stream = self.get_object(request, pk) if pk else None
        allowed = self.has_change_permission if stream else self.has_add_permission
        if not allowed(request):
            return JsonResponse({"errors": {"": ["You may not edit streams."]}}, status=403)
        if pk and stream is None:
            said = "_stream: there is no such stream (any more). Open the list again."
            return JsonResponse({**preview.NOTHING, "errors": {"_stream": [said]}})
        return JsonResponse(preview.answer(*self._posted(request, stream)))

    def save_related(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool
    ) -> None:
        """Save the signals, then warn of what works but may surprise."""
        super().save_related(request, form, formsets, change)
        stream = Stream.objects.prefetch_related("signals").get(pk=form.instance.pk)
        for warning in source_class(stream.source).warnings(stream_spec(stream)):
            messages.warning(request, warning)
