"""The notebook page of the docs: its cells, one after the other, with a real server."""

import ast
import asyncio
import inspect
import re

import numpy as np
import pytest

from waves.tests.server.processes import ROOT, Site

CELLS = re.findall(r"```python\n(.*?)```", (ROOT / "docs/notebook.md").read_text(), re.DOTALL)
PAGE = "127.0.0.1:8000"


@pytest.mark.servers
def test_the_cells_of_the_notebook_run_one_after_the_other(prepared_site, tmp_path, monkeypatch):
    site = Site(tmp_path)
    site.start_from(prepared_site)
    key = site.manage("accesskey", "create", "--scope", "write", "make").splitlines()[0]
    monkeypatch.setenv("WAVES_KEY", key)
    cell: dict[str, object] = {}
    assert len(CELLS) == 5
    with site.serve("daphne") as server:
        for text in CELLS:
            compiled = compile(
                text.replace(PAGE, server.address),
                "a cell",
                "exec",
                ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
            )
            awaitable = eval(compiled, cell)
            if inspect.iscoroutine(awaitable):
                asyncio.run(awaitable)
    assert cell["out"].acknowledged == 50
    assert cell["loss"] == pytest.approx(np.exp(-np.arange(50) / 20), abs=1e-6)
    assert np.all(np.diff(cell["times"]) > 0)
    assert cell["last"] == pytest.approx(np.exp(-49 / 20), abs=1e-6)
