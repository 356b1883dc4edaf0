"""The pages: the list of streams, the oscilloscope, and start and stop for staff."""

from __future__ import annotations

import math
from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from waves.dsp.trigger import trigger_fields
from waves.exceptions import UnknownStreamError
from waves.models import Stream
from waves.sources import source_label
from waves.specs import stream_named, stream_spec
from waves.streaming.spec import StreamSpec
from waves.streaming.status import board


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every stream, with its state."""
    streams = [_card(stream) for stream in Stream.objects.prefetch_related("signals")]
    config = {"ws": "/ws/", "streams": streams}
    return render(request, "waves/index.html", {"streams": streams, "config": config})


@require_safe
def oscilloscope(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one stream; a slug that it had before leads to it."""
    stream = _stream(slug)
    if stream.slug != slug:
        return _moved(request, stream)
    config = _configuration(stream_spec(stream), staff=_is_staff(request))
    return render(request, "waves/oscilloscope.html", {"stream": stream, "config": config})


@require_POST
@staff_member_required
@permission_required("waves.change_stream", raise_exception=True)
def control(request: HttpRequest, slug: str) -> HttpResponse:
    """Start or stop a stream, for staff; the worker sees it within half a second."""
    enabled = {"start": True, "stop": False}.get(request.POST.get("action", ""))
    if enabled is None:
        return HttpResponseBadRequest("The action is start or stop.")
    stream = _stream(slug)
    Stream.objects.filter(pk=stream.pk).update(enabled=enabled)
    return redirect(stream)


def _stream(slug: str) -> Stream:
    try:
        return stream_named(slug)
    except UnknownStreamError as error:
        raise Http404(str(error)) from None


def _moved(request: HttpRequest, stream: Stream) -> HttpResponse:
    """Not for good, since another stream may take the slug; the view that a link shows stays."""
    query = request.META["QUERY_STRING"]
    return redirect(f"{stream.get_absolute_url()}?{query}" if query else stream)


def _card(stream: Stream) -> dict[str, Any]:
    spec, status = stream_spec(stream), board.of(stream.pk)
    return {
        "slug": spec.slug,
        "name": spec.name,
        "description": spec.description,
        "handle": spec.handle,
        "state": status.state if spec.enabled else "stopped",
        "message": status.message,
        "rate": _finite(spec.rate),
        "window": _finite(spec.window),
        "sample_type": spec.sample_type,
        "source": stream.get_source_display(),
        "signals": _signals(spec),
        "url": stream.get_absolute_url(),
    }


def _configuration(spec: StreamSpec, staff: bool) -> dict[str, Any]:
    return {
        "slug": spec.slug,
        "name": spec.name,
        "handle": spec.handle,
        "ws": f"/ws/streams/{spec.slug}/",
        "rate": _finite(spec.rate),
        "source": source_label(spec.source),
        "window": _finite(spec.window),
        "historySeconds": _finite(spec.history),
        "enabled": spec.enabled,
        "signals": _signals(spec),
        "trigger": trigger_fields(),
        "staff": staff,
        "controlUrl": reverse("waves:control", args=[spec.slug]) if staff else None,
        "adminUrl": reverse("admin:waves_stream_change", args=[spec.handle]) if staff else None,
    }


def _finite(value: float) -> float | None:
    """A number as JSON has it: past the form, a field may hold one that JSON does not know."""
    return value if math.isfinite(value) else None


def _signals(spec: StreamSpec) -> list[dict[str, str]]:
    return [
        {"key": s.key, "name": s.name, "unit": s.unit, "colour": s.colour} for s in spec.signals
    ]


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return user.is_active and user.is_staff and user.has_perm("waves.change_stream")
