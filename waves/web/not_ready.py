"""What is said while the database is not migrated, locked or gone: words, instead of failing."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from waves.database.readiness import MIGRATE, SILENT, is_migrated, problem_of

#: Answers that must come without a database.
EXEMPT = ("/static/", "/healthz/", "/metrics")
#: A database that failed is left alone for this long: a locked SQLite keeps each page for 5 s.
PAUSE_SECONDS = 1.0


class DatabaseReadyMiddleware:
    """Answers 503 with what to do while the database cannot be used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.ready = False
        self._failed_at = -PAUSE_SECONDS
        self._problem = ""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on once the database is ready."""
        if request.path.startswith(EXEMPT):
            return self.get_response(request)
        if time.monotonic() - self._failed_at < PAUSE_SECONDS:
            return not_ready(request, self._problem)
        if not self.ready:
            try:
                self.ready = is_migrated()
            except DatabaseError as error:
                return self._failed(request, problem_of(error) or SILENT)
            if not self.ready:
                return not_ready(request, MIGRATE)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A database that went away while the server ran gets the same answer."""
        problem = problem_of(error)
        return self._failed(request, problem) if problem else None

    def _failed(self, request: HttpRequest, problem: str) -> HttpResponse:
        self.ready = self.ready and problem != MIGRATE
        self._failed_at, self._problem = time.monotonic(), problem
        return not_ready(request, problem)


def not_ready(request: HttpRequest, problem: str) -> HttpResponse:
    """The page that says what is wrong and what to run."""
    context = {"problem": problem, "unmigrated": problem == MIGRATE}
    response = render(request, "waves/not_ready.html", context, status=503)
    response["Retry-After"] = "2"
    return response
