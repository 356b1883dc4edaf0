"""Who records keeps its connection from one write to the next, and notices another file."""

import pytest
from django.db.utils import ConnectionHandler

from waves.recording import place
from waves.recording.place import KeptOpen


@pytest.fixture
def connection(tmp_path, monkeypatch, django_db_blocker):
    """Of a database of recordings in a file, in write-ahead mode."""
    file = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": tmp_path / "recordings.sqlite3",
        "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL"},
    }
    handler = ConnectionHandler({"default": file, place.ALIAS: file})
    monkeypatch.setattr(place, "connections", handler)
    with django_db_blocker.unblock():
        yield handler[place.alias()]
        handler[place.alias()].close()


def test_it_stays_open_where_a_request_or_a_call_ends(connection, tmp_path):
    kept = KeptOpen()
    kept.open()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n)")
    first = connection.connection
    connection.close_if_unusable_or_obsolete()
    kept.open()
    assert connection.connection is first
    # The log is not written over into the file, as it is when the last connection closes.
    assert (tmp_path / "recordings.sqlite3-wal").stat().st_size > 0


def test_a_file_that_took_the_place_of_the_other_is_opened(connection, tmp_path):
    kept = KeptOpen()
    kept.open()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n)")
    kept.close()
    kept.open()
    (tmp_path / "recordings.sqlite3").rename(tmp_path / "former.sqlite3")
    kept.open()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sqlite_master")
        assert cursor.fetchone() == (0,)


def test_nothing_is_open_once_it_was_closed(connection):
    kept = KeptOpen()
    kept.open()
    kept.close()
    assert connection.connection is None
