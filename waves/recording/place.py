"""Which database recordings stand in: that with the alias ``recordings``, else the default one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

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
