"""`deploy/waves.env`, filled in as docs/deployment.md says, satisfies `check --deploy`."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def filled_in(folder: Path) -> dict[str, str]:
    """The variables of the file, with a key and a database of this test."""
    text = (ROOT / "deploy" / "waves.env").read_text()
    variables = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.M))
    assert variables["SECRET_KEY"] == "", "no secret is shipped"
    database = str(folder / "waves.sqlite3")
    return variables | {"SECRET_KEY": secrets.token_urlsafe(50), "WAVES_DATABASE": database}


def check(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_has_nothing_to_say_of_the_shipped_environment(tmp_path):
    done = check(filled_in(tmp_path))
    assert done.returncode == 0, done.stderr


def test_the_deployment_check_still_says_where_bodies_are_not_bounded(tmp_path):
    done = check(filled_in(tmp_path) | {"WAVES_BODY_LIMIT": ""})
    assert done.returncode == 1
    assert "waves.W010" in done.stderr
