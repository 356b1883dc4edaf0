"""Which database: an SQLite file by its path, or SQLite or PostgreSQL by URL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import EnvValidationError

from livestream_project.environment import env, reader

#: What is tested. The others that dj-database-url knows have never been tried here.
SQLITE, POSTGRESQL = "django.db.backends.sqlite3", "django.db.backends.postgresql"
SQLITE_OPTIONS: dict[str, Any] = {
    # Readers never wait for a writer, and a writer takes its lock when it begins.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
}

#: Deleted rows give their pages back; this holds only where it is said before the first table. In
#: 16 MB of cache a second of 1 MS/s × 4 costs a fifth less of a core than in SQLite's own 2. The
#: log is written over into the file once it has 16 MB, not 4: short rows that were replaced in
#: between are written over no more.
RECORDINGS_PRAGMAS = (
    "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4000; "
    + SQLITE_OPTIONS["init_command"]
)
UNREADABLE = (
    "is no URL of a database that can be read. In a name or password, signs other than letters, "
    "digits, - and _ are written as %2F and the like."
)


def database(usual: Path) -> dict[str, Any]:
    """The default database: of DATABASE_URL or WAVES_DATABASE, else SQLite in the ``usual`` file.

    Raises ImproperlyConfigured, with what to do, and without the URL, which holds a password.
    """
    path = env("WAVES_DATABASE")
    if not env("DATABASE_URL"):
        return _sqlite(path or usual)
    named = _named_by_url("DATABASE_URL")
    if path and (named["ENGINE"] != SQLITE or _differ(path, named["NAME"])):
        _refuse("and WAVES_DATABASE name two databases. Set one of them.")
    if named["ENGINE"] == SQLITE:
        return _sqlite(named["NAME"], named.get("OPTIONS", {}))
    return named


def recordings(default: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The database of recordings by its alias: of RECORDINGS_URL or WAVES_RECORDINGS, else a file
    of SQLite beside that of the default database; none where that is PostgreSQL, which holds both.

    Raises ImproperlyConfigured, as ``database`` does.
    """
    path = env("WAVES_RECORDINGS")
    if env("RECORDINGS_URL"):
        if path:
            _refuse("and WAVES_RECORDINGS name two databases. Set one of them.", "RECORDINGS_URL")
        named = _named_by_url("RECORDINGS_URL")
        if named["ENGINE"] == SQLITE:
            named = _sqlite(named["NAME"], named.get("OPTIONS", {}))
    elif path or default["ENGINE"] != POSTGRESQL:
        named = _sqlite(path or Path(default["NAME"]).parent / "recordings.sqlite3")
    else:
        return {}
    if named["ENGINE"] != POSTGRESQL:
        _check_apart(named, default)
        named["OPTIONS"] = {**named["OPTIONS"], "init_command": RECORDINGS_PRAGMAS}
    return {"recordings": named}


def _check_apart(named: dict[str, Any], default: dict[str, Any]) -> None:
    if default["ENGINE"] != POSTGRESQL and not _differ(named["NAME"], default["NAME"]):
        raise ImproperlyConfigured(
            "WAVES_RECORDINGS names the file of the default database. Name another one: recordings "
            "would hold up the pages."
        )


def _differ(path: str, other: str) -> bool:
    return Path(path).resolve() != Path(other).resolve()


def _sqlite(path: str | Path, options: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "ENGINE": "livestream_project.sqlite",  # Django's own, with files for the owner only
        "NAME": path,
        "TEST": {"NAME": ":memory:"},  # said, since the engine is not Django's own
        "OPTIONS": {**SQLITE_OPTIONS, **(options or {})},
    }


def _named_by_url(variable: str) -> dict[str, Any]:
    """The database of a variable such as DATABASE_URL, as Django's settings have it."""
    try:
        named: dict[str, Any] = dict(reader.dj_db_url(variable))
    except EnvValidationError:
        _refuse(UNREADABLE, variable)
    if named["ENGINE"] == SQLITE:
        _check_sqlite(named, variable)
    elif named["ENGINE"] == POSTGRESQL:
        _check_postgresql(named, variable)
    else:
        _refuse(
            "begins with sqlite:/// or postgresql://, the two that Waves is tested on.", variable
        )
    return named


def _check_sqlite(named: dict[str, Any], variable: str) -> None:
    has_path = env(variable).lower().startswith("sqlite:///")
    if not has_path or named["NAME"].strip("/") in {"", ":memory:"}:
        _refuse(
            "names no file. A whole path has four slashes: sqlite:////srv/waves.sqlite3", variable
        )
    for option, value in named.get("OPTIONS", {}).items():
        if option != "timeout" or not isinstance(value, int):
            _refuse(
                "may say timeout=SECONDS behind the ? of an SQLite file, and nothing else.",
                variable,
            )


def _check_postgresql(named: dict[str, Any], variable: str) -> None:
    parts = urlsplit(env(variable))
    if "@" in parts.path + parts.query + parts.fragment:
        # A sign of the password ended the host: the rest would stand in every message about it.
        _refuse(UNREADABLE, variable)
    if "://" not in env(variable) or not named["NAME"]:
        _refuse(
            "names no database. It has the form postgresql://user:password@host/waves", variable
        )
    if find_spec("psycopg") is None and find_spec("psycopg2") is None:
        _refuse(
            'names PostgreSQL, which needs psycopg. Run: pip install "psycopg[binary]"', variable
        )


def _refuse(words: str, variable: str = "DATABASE_URL") -> NoReturn:
    raise ImproperlyConfigured(f"{variable} {words}") from None
