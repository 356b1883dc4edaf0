"""What is said while the database is not migrated, locked or gone: words, instead of failing."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from waves.addresses import APP
from waves.conf import get_config
from waves.database.readiness import MIGRATE, SILENT, is_migrated, problem_of

View = Callable[..., HttpResponseBase]

#: A database that failed is left alone for this long: a locked SQLite keeps each page for 5 s.
PAUSE_SECONDS = 1.0


class Readiness:
    """Whether pages can be made. A database that failed a moment ago is left alone.

    ``apps`` are those whose migrations matter; none stands for all of the project's.
    """

    def __init__(self, *apps: str) -> None:
        self._apps = apps
        self._ready = False
        self._failed_at = -PAUSE_SECONDS
        self._problem = ""

    def problem(self) -> str:
        """Why no page can be made now, in words; "" where it can."""
        if time.monotonic() - self._failed_at < PAUSE_SECONDS:
            return self._problem
        if self._ready:
            return ""
        try:
            self._ready = is_migrated(*self._apps)
        except DatabaseError as error:
            return self.failed(error) or SILENT
        return "" if self._ready else MIGRATE

    def failed(self, error: Exception) -> str:
        """Remember what a page failed of; "" where it was not the database."""
        problem = problem_of(error)
        if problem:
            self._ready = self._ready and problem != MIGRATE
            self._failed_at, self._problem = time.monotonic(), problem
        return problem


#: What our own pages need, in a project that has apps of its own.
_own = Readiness(APP)


def when_ready(view: View) -> View:
    """A page of ours that says what is wrong with the database, and what to run, for failing of it.

    The pages of the host are its own: whatever migration of whichever app was not applied.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        problem = _own.problem()
        if problem:
            return not_ready(request, problem)
        try:
            return view(request, *args, **kwargs)
        except DatabaseError as error:
            problem = _own.failed(error)
            if not problem:
                raise
            return not_ready(request, problem)

    return answer


def not_ready(request: HttpRequest, problem: str) -> HttpResponse:
    """The page that says what is wrong and what to run."""
    context = {"problem": problem, "unmigrated": problem == MIGRATE, "demo": get_config().demo}
    response = render(request, "waves/not_ready.html", context, status=503)
    response["Retry-After"] = "2"
    return response
