"""What is said while the database is not migrated, locked or gone: words, instead of failing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connections,
    router,
)
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from waves.addresses import APP
from waves.conf import get_config
from waves.installation import find
from waves.models import Stream
from waves.threads import in_thread

View = Callable[..., HttpResponseBase]

#: A database that failed is left alone for this long: a locked SQLite keeps each page for 5 s.
PAUSE_SECONDS = 1.0
#: What probes learn is remembered for this long, and not waited for longer than that.
REMEMBER_SECONDS = 1.0
ANSWER_SECONDS = 2.0

#: How databases say that a table or a column is not there: SQLite, PostgreSQL and Oracle, MySQL.
MISSING = ("no such table", "no such column", "not exist", "n't exist")

MIGRATE = "The database is not ready. Run: python manage.py migrate"
SILENT = "The database does not answer (it is locked, full or out of reach)."


def is_migrated(*apps: str) -> bool:
    """Whether every migration of these apps (of all, where none is named) has been applied.

    Raises DatabaseError where it cannot be asked.
    """
    executor = MigrationExecutor(connections[router.db_for_write(Stream)])
    graph = executor.loader.graph
    targets = [node for app in apps or (None,) for node in graph.leaf_nodes(app)]
    return not executor.migration_plan(targets)


def problem_of(error: Exception) -> str:
    """What is wrong with the database, by its error; "" where the question was wrong."""
    if not isinstance(error, OperationalError | ProgrammingError | InterfaceError):
        return ""
    text = str(error)
    missing = any(words in text for words in MISSING)
    if missing:
        return MIGRATE
    return "" if isinstance(error, ProgrammingError) else SILENT


class Watch:
    """Whether the database can be used, for probes: asked once a second, however many ask us."""

    def __init__(self) -> None:
        self._migrated = False
        self._problem = ""
        self._asked_at = -REMEMBER_SECONDS
        self._asking: asyncio.Task[str] | None = None

    async def problem(self) -> str:
        """What is wrong, in words; "" where nothing is."""
        if time.monotonic() - self._asked_at < REMEMBER_SECONDS:
            return self._problem
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        task = self._asking
        await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if not task.done():
            return SILENT
        self._asking = None
        self._problem, self._asked_at = task.result(), time.monotonic()
        return self._problem

    async def _ask(self) -> str:
        try:
            return await in_thread(self._look)()
        except DatabaseError as error:
            return problem_of(error) or SILENT

    def _look(self) -> str:
        """The graph of the migrations is built until it is satisfied once; then a row is read."""
        try:
            self._migrated = self._migrated or is_migrated(APP)
            if self._migrated:
                find()
        except DatabaseError:
            self._migrated = False  # perhaps another database stands there now
            raise
        return "" if self._migrated else MIGRATE


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
