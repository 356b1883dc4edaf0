"""Files with secrets in them: for their owner only, whole or absent, and one for all who start."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from livestream_project import checks, private
from livestream_project.private import first_wins, sqlite_files
from livestream_project.secretkey import kept_key
from waves.tests.server.processes import Site

ROOT = Path(__file__).parents[3]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path):
    path = tmp_path / "key"
    key = kept_key(path)
    assert len(key) > 50
    assert kept_key(path) == key
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_all_first_starts_at_once_get_the_same_key(tmp_path):
    together = threading.Barrier(16)
    keys = set()

    def start() -> None:
        together.wait()
        keys.add(kept_key(tmp_path / "key"))

    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1
    assert keys == {(tmp_path / "key").read_text()}


def test_a_start_that_is_killed_while_it_makes_the_key_spoils_nothing(tmp_path):
    """Killed where the text is not on the disk yet."""
    code = (
        "import os, pathlib, signal, sys\n"
        "from livestream_project.secretkey import kept_key\n"
        "os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)\n"
        "kept_key(pathlib.Path(sys.argv[1]))\n"
    )
    path = tmp_path / "key"
    killed = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not path.exists()
    assert len(kept_key(path)) > 50


@pytest.mark.parametrize("text", ["", "\n", "cut off"])
def test_a_key_that_is_not_whole_is_refused_with_what_to_do(tmp_path, text):
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises(ImproperlyConfigured, match=r"Delete the file and\s+start again"):
        kept_key(path)


def test_a_key_that_cannot_be_read_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "key").mkdir()
    with pytest.raises(ImproperlyConfigured, match="or set SECRET_KEY"):
        kept_key(tmp_path / "key")
    (tmp_path / "bytes").write_bytes(b"\xff" * 80)
    with pytest.raises(ImproperlyConfigured, match="it is not text"):
        kept_key(tmp_path / "bytes")


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="or set SECRET_KEY"):
        kept_key(tmp_path / "nowhere" / "key")


def test_an_older_key_that_others_may_read_is_closed(tmp_path):
    path = tmp_path / "key"
    first_wins(path, "k" * 60)
    path.chmod(0o644)
    assert kept_key(path) == "k" * 60
    assert mode(path) == 0o600


def test_what_is_there_is_left_as_it_is(tmp_path):
    path = tmp_path / "file"
    first_wins(path, "first")
    first_wins(path, "second")
    assert path.read_text() == "first"


def modes(database: Path) -> dict[str, int]:
    return {path.name: mode(path) for path in sqlite_files(database) if path.exists()}


#: Opens the database, writes, and says the modes while it is open: then WAL and index are there.
WRITE = """
from django.db import connection
from waves.tests.web.test_private_files import modes
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS told (x)")
    cursor.execute("INSERT INTO told VALUES (1)")
print(sorted(modes(connection.settings_dict["NAME"]).items()))
"""
CLOSED = "[('waves.sqlite3', 384), ('waves.sqlite3-shm', 384), ('waves.sqlite3-wal', 384)]"


def test_a_new_database_is_for_its_owner_only(tmp_path):
    assert CLOSED in _with_loose_umask(tmp_path)


def test_an_existing_database_is_closed_by_whatever_opens_it(tmp_path):
    _with_loose_umask(tmp_path)
    (tmp_path / "waves.sqlite3").chmod(0o644)
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"waves.sqlite3{suffix}").touch(0o644)
        (tmp_path / f"waves.sqlite3{suffix}").chmod(0o644)
    assert CLOSED in _with_loose_umask(tmp_path)


def test_a_database_behind_a_link_is_closed_where_it_is(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "waves.sqlite3").symlink_to(tmp_path / "elsewhere" / "waves.sqlite3")
    assert CLOSED in _with_loose_umask(tmp_path)
    assert mode(tmp_path / "elsewhere" / "waves.sqlite3") == 0o600


def _with_loose_umask(folder: Path) -> str:
    before = os.umask(0o022)
    try:
        return Site(folder).manage("shell", "--no-imports", "-c", WRITE)
    finally:
        os.umask(before)


@pytest.fixture
def database(tmp_path, monkeypatch) -> Path:
    """A file that everybody may read, which the check takes for the database."""
    path = tmp_path / "waves.sqlite3"
    path.touch()
    path.chmod(0o644)
    default = {"ENGINE": "livestream_project.sqlite", "NAME": str(path)}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES={"default": default}))
    return path


def test_the_check_mends_what_is_ours(database):
    assert checks.check_database_mode() == []
    assert mode(database) == 0o600


def test_the_check_names_a_file_that_is_not_ours(database, monkeypatch):
    def refused(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refused)
    (warning,) = checks.check_database_mode()
    assert warning.id == "waves.W021"
    assert f"chmod 600 {database}" in warning.hint


def test_a_database_in_memory_has_no_files():
    assert sqlite_files(":memory:") == sqlite_files("file:memorydb?mode=memory") == []


def test_where_modes_say_nothing_nothing_is_told(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.touch(0o644)
    monkeypatch.setattr(private.os, "name", "nt")
    assert not private.others_may_open(path)
