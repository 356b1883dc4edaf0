"""Who may import whom: the design's table, as import-linter reads it from pyproject.toml."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_contract_is_kept():
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_only_the_bus_touches_the_channel_layer():
    users = [path.name for path in (ROOT / "waves").rglob("*.py") if _uses_layers(path)]
    assert users == ["bus.py"]


def _uses_layers(path: Path) -> bool:
    if "tests" in path.parts:
        return False
    nodes = ast.walk(ast.parse(path.read_text()))
    return any(isinstance(n, ast.ImportFrom) and n.module == "channels.layers" for n in nodes)
