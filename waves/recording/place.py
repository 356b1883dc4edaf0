"""Which database recordings stand in: that with the alias ``recordings``, else the default one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from waves.addresses import APP
from waves.recorded import (
    RecordedColumns,
    RecordedDescription,
    RecordedRow,
    RecordedStretch,
    RecordedTail,
    Recording,
)

ALIAS = "recordings"
#: Bytes that SQLite adds to the index of its log at once.
PAGE = 32_768
TABLES = (
    Recording,
    RecordedStretch,
    RecordedDescription,
    RecordedRow,
    RecordedTail,
    RecordedColumns,
)
_NAMES = frozenset(model._meta.model_name for model in TABLES)


def alias() -> str:
    """The alias of the database of recordings."""
    return ALIAS if ALIAS in settings.DATABASES else DEFAULT_DB_ALIAS


def is_full() -> bool:
    """Whether the disk of a file of SQLite has no room for another page."""
    database = settings.DATABASES[alias()]
    if "sqlite" not in database["ENGINE"]:
        return False
    try:
        return shutil.disk_usage(Path(database["NAME"]).parent).free < PAGE
    except OSError:
        return False


class KeptOpen:
    """The connection of the thread that records, from one write to the next.

    SQLite writes its whole log over into the file when the last connection is closed: to open one
    for each write would have every page written twice.
    """

    def __init__(self) -> None:
        self._file: tuple[int, int] | None = None

    def open(self) -> None:
        """Open it, or leave it open. A file that took the place of the other is opened anew.

        Raises DatabaseError.
        """
        connection = connections[alias()]
        if connection.connection is not None and _file_of(connection) != self._file:
            connection.close()
        if connection.connection is None:
            connection.ensure_connection()
            self._file = _file_of(connection)
        # What ends a request closes what is older than CONN_MAX_AGE.
        connection.close_at = None

    def close(self) -> None:
        """Nothing more is written."""
        connections[alias()].close()


def _file_of(connection: BaseDatabaseWrapper) -> tuple[int, int] | None:
    """What tells a file from others that have had its name; None where there is none."""
    if connection.vendor != "sqlite":
        return None
    try:
        found = Path(connection.settings_dict["NAME"]).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Router:
    """Leads the tables of recordings to their database, and only them: for DATABASE_ROUTERS."""

    def db_for_read(self, model: type[Any], **hints: Any) -> str | None:
        """The alias of a table of ours; no opinion on others."""
        return alias() if model in TABLES else None

    def db_for_write(self, model: type[Any], **hints: Any) -> str | None:
        """As for reading."""
        return self.db_for_read(model)

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        """The tables of ours point at one another only."""
        return True if type(one) in TABLES and type(other) in TABLES else None

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """``migrate --database recordings`` makes our tables, and ``migrate`` all the others."""
        if app_label != APP:
            return False if db == ALIAS else None
        is_ours = model_name in _NAMES or bool(hints.get("recordings"))
        return (db == alias()) if is_ours else db != ALIAS
