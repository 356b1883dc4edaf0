"""Only its own module knows what kind a source is: no other says "generator" or "python"."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: The sources themselves, tests, and migrations: these say what stood in the database then.
THEIRS = re.compile(r"^waves/(sources|tests)/|/migrations/")
#: Streams that the demo has, and those that are measured, have a source as others have.
DEMO = re.compile(r"^(livestream_project|waves)/(streams\.py|demo/|fixtures/)|^benchmarks/")
#: As a kind, and not as a word: alone, or a part of a name.
KIND = re.compile(r"(?:^|[-_.=\"'])(?:generator|python)(?:$|[-_.\"'])")
WORD = re.compile(r"\bgenerator\b|[\"'`]python[\"'`]|-python\b|\bpython__")


def files(*patterns: str) -> list[str]:
    found = [str(path.relative_to(ROOT)) for pattern in patterns for path in ROOT.glob(pattern)]
    return sorted(p for p in found if not THEIRS.search(p) and not DEMO.match(p))


PYTHON = files("waves/**/*.py", "livestream_project/**/*.py")
PAGES = files(
    *(
        f"{folder}/**/*.{kind}"
        for folder in ("templates", "static/waves", "waves/templates")
        for kind in ("html", "js", "css")
    )
)


def texts(source: str) -> list[str]:
    """The texts of a module that are no docstrings."""
    tree = ast.parse(source)
    said = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in said
    ]


def test_there_is_something_to_look_at():
    assert len(PYTHON) > 60
    assert len(PAGES) > 60


@pytest.mark.parametrize("path", PYTHON)
def test_no_other_module_names_a_kind_of_source(path):
    named = [text for text in texts((ROOT / path).read_text()) if KIND.search(text)]
    assert named == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_names_a_kind_of_source(path):
    assert WORD.findall((ROOT / path).read_text()) == []


@pytest.mark.parametrize(
    "text", ["generator", "python", "waves-source-generator", "python__function", "a='python'"]
)
def test_a_kind_is_found_however_it_is_written(text):
    assert KIND.search(text)
    assert not KIND.search("Run: python manage.py migrate")
