"""Waves as others get it: the wheel and the sdist of this tree, and a wheel that is installed."""

import subprocess
import sys
from pathlib import Path


def build(source: Path, folder: Path) -> Path:
    """Make wheel and sdist of a tree, and return their folder; nothing is fetched for it."""
    run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], source)
    return folder


def install(wheel: Path, folder: Path) -> Path:
    """Install a wheel into a folder; what it needs is there already, with the tests' own."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--no-index", "--no-deps", "--target", str(folder), str(wheel)], wheel.parent)
    return folder


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command that has to end well; what it printed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
