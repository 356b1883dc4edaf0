"""The pages of links: one for whoever has the key, and one for frames in other pages.

Neither reads a session, and neither names a stream: what they show, their script is told in
exchange for the key, which the server of a page never sees.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from waves import links
from waves.addresses import address
from waves.dsp.trigger import trigger_fields
from waves.specs import no_stream
from waves.web.answers import MOMENTARY, page
from waves.web.not_ready import when_ready
from waves.web.version import page_version

#: Whose header says which pages may frame ours, in the host's way; its answer is told of ours.
_DJANGO_CSP = "csp.middleware.CSPMiddleware"


@login_not_required
@require_safe
@page
def shared(request: HttpRequest) -> HttpResponse:
    """The page behind a link. Its script takes the key from behind the #."""
    return _shared(request)


@login_not_required
@require_safe
@xframe_options_exempt
@page
@when_ready
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for a frame, where a stream has a link for that; else there is nothing here."""
    parents = links.parents_of(slug)
    if parents is None:
        raise Http404(str(no_stream(slug)))
    return _framed_by(parents, _shared(request))


def _shared(request: HttpRequest) -> HttpResponse:
    # The page of a stream, of which its script is told once the key was taken.
    opening = {"version": page_version(), "addresses": {"grants": address("api-grants")}}
    context = {"mode": "bare", "opening": opening, "config": {"trigger": trigger_fields()}}
    answer = render(request, "waves/shared.html", context)
    answer["Cache-Control"] = MOMENTARY
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _framed_by(parents: Sequence[str], answer: HttpResponse) -> HttpResponse:
    """An answer that the pages of these origins may have in a frame, and no others."""
    if _DJANGO_CSP in settings.MIDDLEWARE:
        answer._csp_replace = {"frame-ancestors": list(parents)}  # type: ignore[attr-defined]
    else:
        answer["Content-Security-Policy"] = f"frame-ancestors {' '.join(parents)}"
    return answer
