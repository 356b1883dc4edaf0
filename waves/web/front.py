"""What programs ask often is answered in front of Django's middleware: probes, and what is pushed.

Twelve middlewares, of which most hop to a thread and back, cost 3 ms of the core for each, and
the frames of all viewers wait meanwhile. What is odd about a request is left to Django. So are all
pushes of a project that has middleware which might have a say in them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.exception import response_for_exception
from django.http import HttpResponse
from django.urls import ResolverMatch

from waves import addresses
from waves.conf import get_config
from waves.web import doors, health
from waves.web.answers import finished

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]

_PROBES = (health.live, health.ready, health.prometheus)
_PUSHES = (doors.samples, doors.influx_v1, doors.influx_v2, doors.influx_v3)

#: Middleware that changes nothing of what becomes of a push: it looks at sessions, forms, log-ins
#: and pages, and a push has a key.
_NO_MATTER = {
    "waves.web.answers.AnswersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
}


def in_front(app: App) -> App:
    """``app``, with probes and pushes answered before it."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = BytesIO()
        asked = _asked(scope, body)
        if asked is None:
            await app(scope, receive, send)
            return
        if scope["method"] == "POST" and not await _read(receive, body):
            return
        await _send(await _answer(*asked), send)

    return application


def _asked(scope: dict[str, Any], body: BytesIO) -> tuple[ResolverMatch, ASGIRequest] | None:
    """What is asked for, where it is answered here: its host is allowed, nothing redirects it."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD", "POST"):
        return None
    found = scope["waves.match"] if "waves.match" in scope else addresses.match(scope)
    if found is None or not _is_ours(scope["method"], found.func):
        return None
    try:
        request = ASGIRequest(scope, body)
        request.get_host()
    except SuspiciousOperation:
        return None
    if found.func is health.prometheus and not health.may_measure(request):
        return None  # to Django, which answers as for any address that there is not
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return None
    return found, request


def _is_ours(method: str, view: Any) -> bool:
    if method != "POST":
        return view in _PROBES
    if view not in _PUSHES or settings.DISALLOWED_USER_AGENTS:
        return False
    return _NO_MATTER.union(get_config().push_middleware_passed).issuperset(settings.MIDDLEWARE)


async def _read(receive: Any, body: BytesIO) -> bool:
    """Take the whole body, which is bounded by now; False where the peer left amid it."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
    body.seek(0)
    return True


async def _answer(found: ResolverMatch, request: ASGIRequest) -> HttpResponse:
    request.resolver_match = found
    try:
        response = await found.func(request, *found.args, **found.kwargs)
    except Exception as error:  # as Django does: it is in the log, and told without a traceback
        response = await sync_to_async(response_for_exception)(request, error)
    return cast(HttpResponse, finished(request, response))  # none of these views streams


async def _send(response: HttpResponse, send: Any) -> None:
    headers = [*response.items(), ("X-Content-Type-Options", "nosniff")]
    headers += [("Content-Length", str(len(response.content)))]
    encoded = [(name.lower().encode(), value.encode("latin1")) for name, value in headers]
    start = {"type": "http.response.start", "status": response.status_code}
    await send({**start, "headers": encoded})
    await send({"type": "http.response.body", "body": response.content})
