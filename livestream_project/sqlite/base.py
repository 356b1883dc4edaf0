"""SQLite would make its file readable for everybody, and the hashes of passwords are in it."""

from __future__ import annotations

import contextlib
from typing import Any

from django.db.backends.sqlite3 import base

from livestream_project.private import first_wins, make_private, sqlite_files


class DatabaseWrapper(base.DatabaseWrapper):
    """Closes the files to others before each connection, whoever opens it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; a database that is not there yet begins as an empty file with mode 0600."""
        files = sqlite_files(conn_params["database"])
        if files and not files[0].exists():
            # Where that is impossible, the connection below says what is wrong.
            with contextlib.suppress(OSError):
                first_wins(files[0], "")
        for file in files:
            make_private(file)
        return super().get_new_connection(conn_params)
