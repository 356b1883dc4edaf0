"""No address is written out: a project decides where Waves stands, and only Django knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: The beginnings of our addresses in Waves' own project, of its static files and of its admin.
WRITTEN = re.compile(
    r"""["'`](?:wss?://[^"'`]*)?/(?:ws|api|static|healthz|metrics|streams|admin)\b"""
)
ROOT_LINK = re.compile(r"""(?:href|action|src)="/|next=/""")


def texts_of(path: Path) -> list[str]:
    """The texts in a module that are values, not documentation."""
    tree = ast.parse(path.read_text())
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        repr(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documentation
    ]


MODULES = [p for p in sorted((ROOT / "waves").rglob("*.py")) if "tests" not in p.parts]
SCRIPTS = [p for p in sorted((ROOT / "static/waves").rglob("*.js")) if "vendor" not in p.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


#: The description of the API names its addresses below the place at which it was asked for.
BELOW = ("openapi.py",)


def test_in_no_module():
    modules = [path for path in MODULES if path.name not in BELOW]
    found = {path.name: [t for t in texts_of(path) if WRITTEN.match(t)] for path in modules}
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize("paths", [SCRIPTS, TEMPLATES], ids=["scripts", "templates"])
def test_in_no_script_and_no_template(paths):
    assert len(paths) > 10
    for path in paths:
        text = re.sub(r"/\*.*?\*/|^\s*//.*$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
        assert not WRITTEN.findall(text), path
        assert not ROOT_LINK.findall(text), path
