"""Whether this process lives, whether it is ready to serve, and its counts."""

from __future__ import annotations

from asgiref.sync import sync_to_async
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse

from waves import lifespan, metrics
from waves.database import is_migrated


async def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the event loop turns."""
    return HttpResponse("ok\n", content_type="text/plain")


async def ready(request: HttpRequest) -> JsonResponse:
    """200 where viewers can be served; else 503 with each problem in words."""
    services = lifespan.services()
    problems = [await _database_problem(), services.publisher.problem]
    if services.worker is not None:
        problems.append(services.worker.problem)
    told = [problem for problem in problems if problem]
    return JsonResponse({"ready": not told, "problems": told}, status=503 if told else 200)


async def _database_problem() -> str:
    try:
        migrated = await sync_to_async(is_migrated, thread_sensitive=False)()
    except DatabaseError:
        return "The database cannot be reached."
    return "" if migrated else "The database is not ready. Run: python manage.py migrate"


async def prometheus(request: HttpRequest) -> HttpResponse:
    """The counts of this process, for Prometheus."""
    text = metrics.exposition(lifespan.services().hub)
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
