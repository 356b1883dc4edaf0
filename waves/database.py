"""What the pages say on a database that was not migrated: what to run, instead of failing."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

#: Answers that must come without a database.
EXEMPT = ("/static/", "/healthz/", "/metrics")


def is_migrated() -> bool:
    """Whether every migration has been applied; raises DatabaseError where it cannot be asked."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


class DatabaseReadyMiddleware:
    """Answers 503 with what to run until the database is migrated; afterwards asks no more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.ready = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on once the database is ready."""
        if not self.ready and not request.path.startswith(EXEMPT):
            self.ready = is_migrated()
            if not self.ready:
                return not_ready(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A database that went away while the server ran gets the same answer."""
        if isinstance(error, DatabaseError) and not is_migrated():
            self.ready = False
            return not_ready(request)
        return None


def not_ready(request: HttpRequest) -> HttpResponse:
    """The page that says what to run."""
    return render(request, "waves/not_ready.html", status=503)
