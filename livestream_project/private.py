"""Files that hold secrets: for their owner only, and whole or not there at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

#: Read and written by the owner; nothing for anybody else.
OWNER_ONLY = 0o600
#: What SQLite lays beside its file; pages with password hashes stand in these as well.
SQLITE_SIDE_FILES = ("", "-wal", "-shm", "-journal")


def first_wins(path: Path, text: str) -> None:
    """Make a file that is not there yet, for its owner only; leave alone one that is.

    It appears under its name with its whole text or not at all, so a process that is killed
    leaves no empty file, and of two that start at once the second finds that of the first.
    Raises OSError where the folder cannot be written to.
    """
    draft = path.with_name(f"{path.name}-{secrets.token_hex(4)}")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def make_private(path: Path) -> None:
    """Take a file of ours from everybody else; one that may not be changed stays as it is.

    A system check names what stays open (waves.W021).
    """
    if others_may_open(path):
        with contextlib.suppress(OSError):
            path.chmod(OWNER_ONLY)


def others_may_open(path: Path) -> bool:
    """Whether group or others have any right to a file; on Windows modes say nothing."""
    if os.name != "posix":
        return False
    try:
        return bool(stat.S_IMODE(path.stat().st_mode) & ~OWNER_ONLY)
    except OSError:
        return False


def sqlite_files(database: str | Path) -> list[Path]:
    """The file of an SQLite database and those beside it; none for one in memory."""
    name = str(database)
    if name.startswith("file:") or ":memory:" in name:
        return []
    # SQLite itself follows a link, and lays its files beside the target.
    whole = str(Path(name).resolve())
    return [Path(whole + suffix) for suffix in SQLITE_SIDE_FILES]
