"""Whether the database can be used: migrated, and neither locked nor gone."""

from __future__ import annotations

import asyncio
import time

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connections,
    router,
)
from django.db.migrations.executor import MigrationExecutor

from waves.addresses import APP
from waves.database.installation import find
from waves.database.threads import in_thread
from waves.models import Stream

#: What probes learn is remembered for this long, and not waited for longer than that.
REMEMBER_SECONDS = 1.0
ANSWER_SECONDS = 2.0

#: How databases say that a table or a column is not there: SQLite, PostgreSQL and Oracle, MySQL.
MISSING = ("no such table", "no such column", "not exist", "n't exist")

MIGRATE = "The database is not ready. Run: python manage.py migrate"
SILENT = "The database does not answer (it is locked, full or out of reach)."


def is_migrated(*apps: str, database: str = "") -> bool:
    """Whether every migration of these apps (of all, where none is named) has been applied, to the
    database of the streams or to another one, by its alias.

    Raises DatabaseError where it cannot be asked.
    """
    executor = MigrationExecutor(connections[database or router.db_for_write(Stream)])
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
