"""``migrate``, for the database of recordings as well: one command, whatever stands where."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from waves.recording.place import ALIAS, alias


class Command(migrate.Command):
    """Django's own, and then once more where no database was named and recordings have another."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate the default database, then that of recordings."""
        super().handle(*args, **options)
        is_whole = options["database"] == DEFAULT_DB_ALIAS and not options["app_label"]
        if is_whole and alias() == ALIAS:
            super().handle(*args, **{**options, "database": ALIAS})
