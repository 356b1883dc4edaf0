"""For those who carry on: what CONTRIBUTING.md, pre-commit and .editorconfig say is so."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
#: Beside the rooms: what Django wants where it is, and the tests.
NO_ROOMS = {"tests", "migrations", "management", "templatetags"}


def test_every_room_is_named_and_every_room_that_is_named_exists():
    named = set(re.findall(r"`waves/(\w+)/`", CONTRIBUTING.split("## The rooms")[1]))
    folders = {path.parent.name for path in (ROOT / "waves").glob("*/__init__.py")}
    assert named == folders - NO_ROOMS


def test_the_paths_of_its_commands_exist():
    paths = re.findall(r'T="?(waves/[\w/.]+)', CONTRIBUTING)
    assert len(paths) > 2
    for path in paths:
        assert (ROOT / path).exists()


def test_before_a_commit_what_lint_checks_is_checked():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    (hook,) = repository["hooks"]
    assert hook["entry"].split()[::2] == ["make", "lint"]
    assert hook["language"] == "system"
    command = [sys.executable, "-m", "pre_commit", "validate-config"]
    subprocess.run(command, cwd=ROOT, check=True)


def test_text_is_as_the_editor_is_told():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--eol", "--cached"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for entry in filter(None, listed.stdout.split("\0")):
        kind, name = entry.split()[0], entry.partition("\t")[2]
        path = ROOT / name
        if kind == "i/-text" or "vendor" in path.parts or not path.is_file():
            continue
        text = path.read_bytes()
        assert b"\r" not in text, name
        assert not re.search(rb"[ \t]$", text, re.M), name
        assert not text or text.endswith(b"\n"), name
