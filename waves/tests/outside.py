"""An app outside this tree, made of the examples of docs/extending.md as they are printed."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text()

#: The whole files of the page, by their paths.
FILES = dict(re.findall(r"^`(plant/\w+\.py)`:\n\n```python\n(.*?)```", PAGE, re.M | re.DOTALL))
SETTINGS = re.search(r"```python\n(WAVES = .*?)```", PAGE, re.DOTALL)[1]


def make_app(folder: Path, more: str = "") -> dict[str, str]:
    """Write the app and settings of its own; the environment in which Django starts with them.

    ``more`` are lines at the end of the settings.
    """
    for path, text in {"plant/__init__.py": "", **FILES}.items():
        file = folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    lines = [
        "from waves.tests.settings import *",
        "from waves.tests.settings import WAVES as OURS",
        SETTINGS,
        "WAVES = {**OURS, **WAVES}",
        more,
    ]
    (folder / "outside.py").write_text("\n".join(lines))
    return {"PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "outside"}


def run(environment: dict[str, str], *arguments: str, code: int = 0) -> str:
    """What a Python with this environment prints; it must end with this code."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
