"""Whether this process lives, whether it is ready to serve, and its counts.

``live`` and ``ready`` mean what orchestrators mean by them. Not live: start the process anew. Not
ready: send it no viewers now; it recovers by itself, and says what it waits for.

They are answered in front of Django's middleware (``front``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from waves.conf import get_config
from waves.database.readiness import Watch
from waves.exceptions import ConfigurationError
from waves.server import lifespan
from waves.web.answers import MOMENTARY, in_any_project
from waves.web.clientaddress import is_from

_database = Watch()

_NO_METRICS = "Metrics need a package that is not here: pip install 'django-waves[metrics]'\n"


def _probed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Open to probes though the project asks everybody for a login; true for a moment only."""

    @wraps(view)
    async def answer(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = await view(request)
        response["Cache-Control"] = MOMENTARY
        return response

    return login_not_required(in_any_project(answer))


@_probed
async def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the event loop turns: nothing else is mended by a restart."""
    return HttpResponse("ok\n", content_type="text/plain")


@_probed
async def ready(request: HttpRequest) -> JsonResponse:
    """200 where viewers can be served; else 503. Each problem in words: of several Redis hosts one
    that is lost is told, and the viewers of the others are served."""
    told = _each([await _database.problem(), *_problems(request)])
    status = 503 if told else 200
    response = JsonResponse({"ready": not told, "problems": told or _lost()}, status=status)
    # The parts have logged what is wrong, once; Django would log each probe as an error.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _each(problems: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(problem for problem in problems if problem))


def _lost() -> list[str]:
    """What is wrong though viewers can be served: one of several Redis hosts is out of reach."""
    services = lifespan.running()
    return [] if services is None else _each(services.lost())


def _problems(request: HttpRequest) -> list[str]:
    services = lifespan.running()
    if services is None:
        return [lifespan.absence(asgi=isinstance(request, ASGIRequest))]
    return services.problems()


def may_measure(request: HttpRequest) -> bool:
    """Whether whoever asks may have the metrics: they name every stream."""
    try:
        return is_from(request, get_config().metrics_from, "WAVES_METRICS_FROM")
    except ConfigurationError:  # told by the checks
        return False


@_probed
async def prometheus(request: HttpRequest) -> HttpResponse:
    """The counts of this process, for Prometheus; 503 with words where there are none to tell.

    Raises Http404 for all but those whom the setting names.
    """
    if not may_measure(request):
        raise Http404
    services = lifespan.running()
    if services is None:
        return _untold(lifespan.absence(asgi=isinstance(request, ASGIRequest)) + "\n")
    try:
        from waves.web import metrics
    except ImportError:
        return _untold(_NO_METRICS)
    text = metrics.exposition(services)
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _untold(words: str) -> HttpResponse:
    answer = HttpResponse(words, content_type="text/plain; charset=utf-8", status=503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # as in ``ready``
    return answer
