"""The pages: the list of streams, the oscilloscope, and start and stop for staff."""

from __future__ import annotations

import math
from typing import Any, Literal
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from waves.access import handle_seen, seen
from waves.addresses import (
    address,
    admin_address,
    by_slug,
    sign_in_address,
    sign_out_address,
)
from waves.audit import note
from waves.conf import get_config
from waves.dsp.trigger import trigger_fields
from waves.exceptions import UnknownStreamError
from waves.hub.status import board
from waves.models import Stream
from waves.protocol.description import described_signal
from waves.protocol.spec import StreamSpec
from waves.server import lifespan
from waves.sources import source_label
from waves.specs import examples_of, stream_spec
from waves.web.answers import page
from waves.web.not_ready import when_ready
from waves.web.version import page_version
from waves.web.visitors import viewer_of

#: How much of the page of a stream there is: all of it, the picture on a wall, or the picture in a
#: page of others. ``oscilloscope/mode.js`` says what each leaves out.
Mode = Literal["full", "kiosk", "bare"]


@require_safe
@page
@when_ready
def index(request: HttpRequest) -> HttpResponse:
    """Every stream, with its state."""
    viewer, rows = viewer_of(request), Stream.objects.prefetch_related("signals")
    streams = [_card(stream) for stream in seen(viewer, rows)]
    addresses = {"socket": address("socket"), "page": by_slug("oscilloscope")}
    context = {
        "streams": streams,
        "config": {"addresses": addresses, "streams": streams},
        "configure": admin_address("waves_stream_changelist") if _is_staff(request) else "",
        "add": admin_address("waves_stream_add") if _may_add(request) else "",
        "log_in": _log_in(request),
        "signed_in": _signed_in(request),
        "demo": get_config().demo,
        "absence": _absence(request),
    }
    return render(request, "waves/index.html", context)


@require_safe
@page
@when_ready
def oscilloscope(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one stream; a slug that it had before leads to it."""
    stream = _stream(request, slug)
    if stream.slug != slug:
        return _moved(request, stream)
    mode = _mode(request)
    spec, staff = stream_spec(stream), mode == "full" and _is_staff(request)
    context = {
        "stream": stream,
        "mode": mode,
        "config": configuration(spec, staff=staff, mode=mode),
        "may_share": mode == "full" and _may_share(request),
        "absence": _absence(request),
        "examples": examples_of(spec, request.build_absolute_uri) if staff else (),
    }
    return render(request, "waves/oscilloscope.html", context)


def _mode(request: HttpRequest) -> Mode:
    """A wall has no controls, and so none for staff."""
    return "kiosk" if "kiosk" in request.GET else "full"


@require_POST
@page
@when_ready
def control(request: HttpRequest, slug: str) -> HttpResponse:
    """Start or stop a stream, for staff; the worker sees it within half a second.

    What others watch is stopped by who is ``sure`` only: else it is asked first.
    """
    if not _is_staff(request):
        if login := _log_in(request, slug):
            return redirect(login)
        raise PermissionDenied
    enabled = {"start": True, "stop": False}.get(request.POST.get("action", ""))
    if enabled is None:
        return HttpResponseBadRequest("The action is start or stop.")
    stream = _stream(request, slug)
    others = 0 if enabled or "sure" in request.POST else _others(request, stream)
    if others:
        return _question(request, stream, others)
    Stream.objects.filter(pk=stream.pk).update(enabled=enabled)
    note(request.user, stream, "Started." if enabled else "Stopped.")
    return redirect(stream.page_address())


def _others(request: HttpRequest, stream: Stream) -> int:
    """Open pages that show a stream, in all server processes, without that of who asks."""
    own = 1 if "own" in request.POST else 0
    return max(0, board.viewers(stream.pk) - own)


def _question(request: HttpRequest, stream: Stream, others: int) -> HttpResponse:
    """Whether to stop what others watch: for the page's own dialog, or as a page."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"others": others})
    context = {"stream": stream, "others": others, "address": address("control", stream.slug)}
    return render(request, "waves/stop.html", context)


def socket(request: HttpRequest, slug: str = "") -> HttpResponse:
    """For whoever comes to a WebSocket by HTTP, or by a server that knows no WebSockets."""
    words = _absence(request) or "This is the address of a WebSocket: docs/protocol.md has more."
    answer = HttpResponse(f"{words}\n", content_type="text/plain; charset=utf-8", status=426)
    answer["Upgrade"] = "websocket"
    return answer


def _absence(request: HttpRequest) -> str:
    return lifespan.absence(asgi=isinstance(request, ASGIRequest))


def _stream(request: HttpRequest, slug: str) -> Stream:
    try:
        handle = handle_seen(viewer_of(request), slug)
        return Stream.objects.prefetch_related("signals").get(pk=handle)
    except (UnknownStreamError, Stream.DoesNotExist) as error:
        raise Http404(str(error)) from None


def _moved(request: HttpRequest, stream: Stream) -> HttpResponse:
    """Not for good, since another stream may take the slug; the view that a link shows stays."""
    query, page = request.META["QUERY_STRING"], stream.page_address()
    return redirect(f"{page}?{query}" if query else page)


def _card(stream: Stream) -> dict[str, Any]:
    spec, status = stream_spec(stream), board.of(stream.pk)
    return {
        "slug": spec.slug,
        "name": spec.name,
        "description": spec.description,
        "tag": stream.tag.strip(),
        "handle": spec.handle,
        "state": status.state if spec.enabled else "stopped",
        "message": status.message,
        "rate": _finite(spec.rate),
        "window": _finite(spec.window),
        "sample_type": spec.sample_type,
        "source": stream.get_source_display(),
        "signals": _signals(spec),
        "url": stream.page_address(),
    }


def configuration(spec: StreamSpec, *, staff: bool, mode: Mode = "full") -> dict[str, Any]:
    """What the page of a stream has to know of it."""
    return {
        "mode": mode,
        "version": page_version(),
        "slug": spec.slug,
        "name": spec.name,
        "handle": spec.handle,
        "addresses": {
            "page": by_slug("oscilloscope"),
            "socket": by_slug("stream-socket"),
            "sockets": address("socket"),
            "links": by_slug("api-links"),
            "samples": by_slug("api-samples"),
            "control": by_slug("control"),
        },
        "rate": _finite(spec.rate),
        "source": source_label(spec.source),
        "window": _finite(spec.window),
        "historySeconds": _finite(spec.history),
        "enabled": spec.enabled,
        "signals": _signals(spec),
        "trigger": trigger_fields(),
        "staff": staff,
        "controlUrl": address("control", spec.slug) if staff else None,
        "adminUrl": admin_address("waves_stream_change", spec.handle) if staff else None,
    }


def _finite(value: float) -> float | None:
    """A number as JSON has it: past the form, a field may hold one that JSON does not know."""
    return value if math.isfinite(value) else None


def _signals(spec: StreamSpec) -> list[dict[str, Any]]:
    return [described_signal(signal, place) for place, signal in enumerate(spec.signals)]


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)  # not every project has users
    return bool(user and user.is_active and user.is_staff and user.has_perm("waves.change_stream"))


def _may_share(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_active and user.has_perm("waves.add_sharelink"))


def _may_add(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(_is_staff(request) and user and user.has_perm("waves.add_stream"))


def _log_in(request: HttpRequest, slug: str = "") -> str:
    """Where a visitor signs in and comes back; empty for who has done so, and where one cannot."""
    user = getattr(request, "user", None)
    login = sign_in_address()
    if not login or (user is not None and user.is_authenticated):
        return ""
    back = address("oscilloscope", slug) if slug else address("index")
    return f"{login}?{urlencode({REDIRECT_FIELD_NAME: back})}"


def _signed_in(request: HttpRequest) -> dict[str, str] | None:
    """The name of who is signed in, and where to sign out; None where nobody is."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return {"name": user.get_username(), "sign_out": sign_out_address()}
