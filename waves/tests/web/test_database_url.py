"""DATABASE_URL beside WAVES_DATABASE: which database it is, and what cannot be one."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from livestream_project import databases
from livestream_project.databases import POSTGRESQL, SQLITE_OPTIONS, database, recordings

USUAL = Path("/usual/db.sqlite3")
OURS = "livestream_project.sqlite"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name in ("WAVES_DATABASE", "WAVES_RECORDINGS", "RECORDINGS_URL"):
        monkeypatch.delenv(name, raising=False)


def refusal(monkeypatch, url: str) -> str:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured) as raised:
        database(USUAL)
    assert raised.value.__suppress_context__  # what it was raised from may hold the URL
    return str(raised.value)


def test_where_nothing_is_set_it_is_the_usual_file():
    assert (database(USUAL)["ENGINE"], database(USUAL)["NAME"]) == (OURS, USUAL)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WAVES_DATABASE", "/srv/a b.sqlite3"),
        ("DATABASE_URL", "sqlite:////srv/a b.sqlite3"),
        ("DATABASE_URL", "sqlite:////srv/a%20b.sqlite3"),
    ],
)
def test_a_file_is_opened_by_the_engine_that_keeps_it_private(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    found = database(USUAL)
    assert (found["ENGINE"], found["NAME"]) == (OURS, "/srv/a b.sqlite3")
    assert found["OPTIONS"] == SQLITE_OPTIONS
    assert found["TEST"] == {"NAME": ":memory:"}


def test_a_url_may_say_how_long_sqlite_waits_for_a_lock(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/waves.sqlite3?timeout=20")
    assert database(USUAL)["OPTIONS"] == {**SQLITE_OPTIONS, "timeout": 20}


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "POSTGRESQL"])
def test_a_url_may_name_postgresql(monkeypatch, scheme):
    url = f"{scheme}://me:p%40ss%2Fword@db.example:5433/waves?sslmode=require"
    monkeypatch.setenv("DATABASE_URL", url)
    found = database(USUAL)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", 5433, "waves")
    assert (found["USER"], found["PASSWORD"]) == ("me", "p@ss/word")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_both_may_name_the_same_file(monkeypatch, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setenv("WAVES_DATABASE", str(tmp_path / "waves.sqlite3"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/link/waves.sqlite3")
    assert Path(database(USUAL)["NAME"]).resolve() == tmp_path / "waves.sqlite3"


@pytest.mark.parametrize("url", ["sqlite:////srv/other.sqlite3", "postgresql://me:secret@db/waves"])
def test_two_different_databases_are_refused(monkeypatch, url):
    monkeypatch.setenv("WAVES_DATABASE", "/srv/waves.sqlite3")
    assert refusal(monkeypatch, url) == (
        "DATABASE_URL and WAVES_DATABASE name two databases. Set one of them."
    )


@pytest.mark.parametrize(
    ("url", "words"),
    [
        *((url, "names no file. A whole path has four slashes") for url in (
            "sqlite:", "sqlite://", "sqlite:///", "sqlite:////", "sqlite://:memory:",
            "sqlite:///:memory:", "sqlite://waves.sqlite3", "sqlite://srv/waves.sqlite3",
            "sqlite:waves.sqlite3",
        )),
        ("sqlite:///a?timeout=long", "may say timeout=SECONDS"),
        ("sqlite:///a?mode=memory", "may say timeout=SECONDS"),
        ("postgresql://me:secret@db", "names no database"),
        ("postgresql:secret", "names no database"),
        ("postgresql://me:secret@db:port/waves", "is no URL of a database that can be read"),
        ("postgresql://me:secret[@db/waves", "is no URL of a database that can be read"),
        ("postgresql://me:12/secret@db/waves", "is no URL of a database that can be read"),
        ("postgresql://me:12#secret@db/waves", "is no URL of a database that can be read"),
        ("postgresql://me:12/a?b=secret@db/waves", "is no URL of a database that can be read"),
        ("secret", "is no URL of a database that can be read"),
        ("/srv/secret.sqlite3", "is no URL of a database that can be read"),
        ("mysql://me:secret@db/waves", "begins with sqlite:/// or postgresql://"),
    ],
)  # fmt: skip
def test_what_names_no_database_is_refused_without_its_password(monkeypatch, url, words):
    told = refusal(monkeypatch, url)
    assert told.startswith(f"DATABASE_URL {words}")
    assert "secret" not in told


def test_without_psycopg_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(databases, "find_spec", lambda name: None)
    told = refusal(monkeypatch, "postgresql://me:secret@db/waves")
    assert 'pip install "psycopg[binary]"' in told


def test_recordings_stand_beside_the_file_of_the_default_database():
    (found,) = recordings(database(USUAL)).values()
    assert (found["ENGINE"], found["NAME"]) == (OURS, Path("/usual/recordings.sqlite3"))
    assert found["OPTIONS"]["init_command"].startswith("PRAGMA auto_vacuum=INCREMENTAL;")


def test_recordings_stand_in_postgresql_where_that_is_the_default_database():
    assert recordings({"ENGINE": POSTGRESQL, "NAME": "waves"}) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [("WAVES_RECORDINGS", "/srv/r.sqlite3"), ("RECORDINGS_URL", "sqlite:////srv/r.sqlite3")],
)
def test_recordings_may_have_a_file_of_their_own(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    for default in (database(USUAL), {"ENGINE": POSTGRESQL, "NAME": "waves"}):
        (found,) = recordings(default).values()
        assert str(found["NAME"]) == "/srv/r.sqlite3"
        assert "auto_vacuum" in found["OPTIONS"]["init_command"]


def test_recordings_may_have_a_postgresql_of_their_own(monkeypatch):
    monkeypatch.setenv("RECORDINGS_URL", "postgresql://waves:secret@db/past")
    (found,) = recordings(database(USUAL)).values()
    assert (found["ENGINE"], found["NAME"]) == (POSTGRESQL, "past")


def test_recordings_are_in_one_place_which_is_not_the_default_file(monkeypatch):
    monkeypatch.setenv("WAVES_RECORDINGS", str(USUAL))
    with pytest.raises(ImproperlyConfigured, match="names the file of the default database"):
        recordings(database(USUAL))
    monkeypatch.setenv("RECORDINGS_URL", "sqlite:////srv/r.sqlite3")
    with pytest.raises(ImproperlyConfigured, match=r"^RECORDINGS_URL and WAVES_RECORDINGS"):
        recordings(database(USUAL))
    monkeypatch.delenv("WAVES_RECORDINGS")
    monkeypatch.setenv("RECORDINGS_URL", "mysql://db/past")
    with pytest.raises(ImproperlyConfigured, match=r"^RECORDINGS_URL begins with"):
        recordings(database(USUAL))
