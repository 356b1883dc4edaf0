"""Who may import whom: the design's table, as import-linter reads it from pyproject.toml."""

import ast
import subprocess
import sys
from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from grimp import build_graph

ROOT = Path(__file__).parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text()
#: What import-linter reads.
CONTRACTS = PYPROJECT[PYPROJECT.index("[tool.importlinter]") :]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_contract_is_kept():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.fixture
def house(tmp_path) -> Path:
    """A house like ours, whose rooms are empty."""
    (tmp_path / "pyproject.toml").write_text(CONTRACTS)
    for module in (ROOT / "waves").iterdir():
        if module.suffix == ".py":
            (tmp_path / "waves" / module.name).parent.mkdir(exist_ok=True)
            (tmp_path / "waves" / module.name).write_text("")
        elif (module / "__init__.py").exists():
            (tmp_path / "waves" / module.name).mkdir(parents=True)
            (tmp_path / "waves" / module.name / "__init__.py").write_text("")
    return tmp_path


def test_an_empty_house_breaks_nothing(house):
    assert lint_imports(house).returncode == 0


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"news.py": ""}, "waves.news"),
        ({"protocol/a.py": "import waves.history\n"}, "waves.protocol is not allowed to import"),
        ({"hub/a.py": "import waves.sources\n"}, "waves.hub is not allowed to import"),
        ({"web/a.py": "import waves.admin\n"}, "waves.web is not allowed to import"),
        ({"web/a.py": "import waves.worker\n"}, "waves.worker"),
        ({"worker/a.py": "import waves.hub\n"}, "waves.hub"),
        ({"sources/a.py": "import waves.hub\n"}, "waves.hub"),
        ({"dsp/a.py": "import django\n"}, "django"),
        ({"web/a.py": "import daphne.server\n"}, "daphne"),
        ({"checks.py": "import waves.apps\n"}, "waves.checks is not allowed to import"),
        ({"models.py": "import waves.checks\n"}, "waves.checks"),
        ({"specs.py": "import waves.hub\n"}, "waves.hub"),
        ({"conf.py": "import waves.sources\n"}, "waves.conf is not allowed to import"),
        (
            {
                "hub/a.py": "from waves.hub import b\n",
                "hub/b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
                "    from waves.hub import a\n",
            },
            "No cycles are allowed in waves.hub",
        ),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_whatever_is_against_the_order_is_told(house, files, told):
    for name, text in files.items():
        (house / "waves" / name).write_text(text)
    result = lint_imports(house)
    assert result.returncode == 1
    assert told in " ".join(result.stdout.split())


def test_no_module_is_imported_by_what_it_imports():
    """Also a room by what stands in it; and what only type checkers or functions import counts."""
    graph = build_graph("waves", exclude_type_checking_imports=False, cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert circle(imported) == []


def test_a_circle_is_named():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) in (list("bcb"), list("cbc"))


def circle(imported: Mapping[str, Set[str]]) -> list[str]:
    """Modules of which each imports the next, the last of which is the first; empty where none."""
    try:
        TopologicalSorter(imported).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_only_the_bus_touches_the_channel_layer():
    users = [path.name for path in (ROOT / "waves").rglob("*.py") if _uses_layers(path)]
    assert users == ["bus.py"]


def _uses_layers(path: Path) -> bool:
    if "tests" in path.parts:
        return False
    nodes = ast.walk(ast.parse(path.read_text()))
    return any(isinstance(n, ast.ImportFrom) and n.module == "channels.layers" for n in nodes)
