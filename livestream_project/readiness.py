"""This project is Waves alone: where its database cannot be used, no page of it can."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from waves.addresses import HEALTH
from waves.web.not_ready import Readiness, not_ready


class DatabaseReadyMiddleware:
    """Answers 503 with what to do on every page, the admin's too; probes ask for themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.readiness = Readiness()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """Stand in for the view until the database is ready."""
        match = request.resolver_match
        if match is not None and HEALTH in match.app_names:
            return None
        problem = self.readiness.problem()
        return not_ready(request, problem) if problem else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A database that went away while the server ran gets the same answer."""
        problem = self.readiness.failed(error)
        return not_ready(request, problem) if problem else None
