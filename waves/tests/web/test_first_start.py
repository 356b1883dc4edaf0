"""`make` on a fresh tree, interrupted at each step: the next time does what was left undone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import await_server

ROOT = Path(__file__).parents[3]

#: In the place of Python: makes a `.venv` whose pip writes what it was asked into a file. The files
#: `no-pip` and `pip-fails` in the tree stand for an interruption at that step.
PYTHON = """#!/bin/sh
[ "$1" != -c ] || exit 0
echo "venv" >> asked
mkdir -p .venv/bin
cat > .venv/bin/python <<'END'
#!/bin/sh
[ ! -e no-pip ] || exit 1
[ "$3" != --version ] || exit 0
echo "pip" >> asked
[ ! -e pip-fails ] || kill -KILL $$
END
chmod +x .venv/bin/python
[ ! -e no-pip ] || kill -KILL $$
"""


@pytest.fixture
def tree(tmp_path) -> Path:
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "virtualenv", tmp_path / "tools")
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def make(tree: Path) -> tuple[bool, list[str]]:
    """Whether it ended well, and what was asked of Python and pip."""
    (tree / "asked").write_text("")
    command = ["make", ".venv/run.stamp", f"PY={tree / 'python'}"]
    done = subprocess.run(command, cwd=tree, capture_output=True, check=False)
    return done.returncode == 0, (tree / "asked").read_text().split()


def test_the_second_time_nothing_is_done(tree):
    assert make(tree) == (True, ["venv", "pip"])
    assert make(tree) == (True, [])


def test_an_installation_that_was_interrupted_is_done_again(tree):
    (tree / "pip-fails").touch()
    assert make(tree) == (False, ["venv", "pip"])
    (tree / "pip-fails").unlink()
    assert make(tree) == (True, ["pip"])


def test_an_environment_that_was_interrupted_is_made_again(tree):
    (tree / "no-pip").touch()
    assert make(tree) == (False, ["venv"])
    (tree / "no-pip").unlink()
    # What stands there has a Python, and no pip that works.
    (tree / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    assert make(tree) == (True, ["venv", "pip"])


def test_programs_of_servers_are_found_where_debian_keeps_them():
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    command = [str(ROOT / "tools" / "system_packages"), "nginx"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_unit_waits_with_words_for_a_server_that_does_not_come(monkeypatch):
    monkeypatch.setattr(await_server, "PATIENCE", 0)
    monkeypatch.setattr(sys, "argv", ["await_server.py", "1"])
    with pytest.raises(SystemExit, match="No server answers on port 1"):
        await_server.main()
