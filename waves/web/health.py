"""Whether this process lives, whether it is ready to serve, and its counts.

``live`` and ``ready`` mean what orchestrators mean by them. Not live: start the process anew. Not
ready: send it no viewers now; it recovers by itself, and says what it waits for.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from waves.database.readiness import Watch
from waves.server import http_bounds, lifespan
from waves.web import metrics

_database = Watch()


async def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the event loop turns: nothing else is mended by a restart."""
    return HttpResponse("ok\n", content_type="text/plain")


async def ready(request: HttpRequest) -> JsonResponse:
    """200 where viewers can be served; else 503 with each problem in words."""
    problems = [await _database.problem(), *lifespan.services().problems()]
    told = list(dict.fromkeys(problem for problem in problems if problem))
    response = JsonResponse({"ready": not told, "problems": told}, status=503 if told else 200)
    # The parts have logged what is wrong, once; Django would log each probe as an error.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


async def prometheus(request: HttpRequest) -> HttpResponse:
    """The counts of this process, for Prometheus."""
    services = lifespan.services()
    text = metrics.exposition(services.hub, services.receiver.counts, http_bounds.counts)
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
