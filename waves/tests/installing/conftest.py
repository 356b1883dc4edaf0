"""Waves as others get it: the wheel and the sdist of this tree."""

import subprocess
import sys
from pathlib import Path

import pytest

from waves.tests.server.processes import ROOT


def build(source: Path, folder: Path) -> Path:
    """Make wheel and sdist of a tree, and return their folder; nothing is fetched for it."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def wheel(built) -> Path:
    (wheel,) = built.glob("*.whl")
    return wheel
