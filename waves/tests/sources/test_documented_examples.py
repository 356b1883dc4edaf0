import asyncio
import re
from pathlib import Path

import numpy as np
import pytest

from waves.sources.push import REORDER_SECONDS
from waves.sources.python import PythonSource
from waves.tests.sources.broker import subscribed
from waves.tests.sources.fakes import Skips, spec, take
from waves.tests.sources.ports import free_port, listening, printed, reading

DOCS = Path(__file__).parents[3] / "docs"


def examples(page, marker):
    """The Python examples of a page that hold ``marker``."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    return [block for block in blocks if marker in block]


async def test_the_recipe_and_its_other_forms_run_as_they_are_printed(registry, monkeypatch):
    monkeypatch.setattr("random.expovariate", lambda rate: 0.0)
    namespace = {"__name__": "plant.streams"}
    for example in examples("your-own-data.md", "@stream"):
        exec(compile(example, "streams.py", "exec"), namespace)
    declarations = registry.registered()
    assert [d.kind for d in declarations.values()] == ["function", "generator", "async generator"]
    assert declarations["plant.streams.my_boiler"].slug == "my-boiler"
    for path, declaration in declarations.items():
        stream = spec("python", declaration.rate, options={"function": path})
        blocks = await take(PythonSource(stream, Skips().context()), 2)
        assert blocks[1].values.shape[0] == len(declaration.signals)


def test_the_recipe_is_ten_lines():
    example = examples("your-own-data.md", "@stream")[0]
    assert len([line for line in example.splitlines() if line]) <= 10


async def test_the_example_of_a_source_runs_as_it_is_printed():
    namespace = {"__name__": "plant.dice"}
    (example,) = examples("extending.md", "class DiceSource")
    exec(compile(example, "dice.py", "exec"), namespace)
    _, block = await take(
        namespace["DiceSource"](spec("dice", options={"sides": 6}), Skips().context()), 2
    )
    assert block.values.shape == (1, 40)
    assert set(np.unique(block.values)) <= set(range(1, 7))


def blocks(kind: str, language: str) -> list[str]:
    """The examples of a source in docs/sources.md."""
    section = (DOCS / "sources.md").read_text().partition(f"\n## `{kind}`")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


async def test_what_is_sent_by_udp_comes():
    names = ("inlet", "outlet", "mode")
    # As streams have it: datagrams are read in several turns.
    async with listening(port := free_port(), *names, reorder_window=REORDER_SECONDS) as (run, _):
        (shell,), (full,) = blocks("udp", "sh"), blocks("udp", "python")
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", shell.replace("47269", str(port))
        )
        assert await process.wait() == 0
        await run.until(lambda: run.samples["inlet"])
        exec(full.replace("47269", str(port)), {})
        await run.until(lambda: len(run.samples["outlet"]) == 2 and run.samples["mode"])
        inlet = [60.1, 60.1, 60.2, 60.3, 60.4, 60.5]
        assert sorted(run.values("inlet")) == pytest.approx(inlet)
    assert run.left_out == 0


async def test_what_is_published_to_a_broker_comes(started):
    least, full = blocks("mqtt", "sh")
    broker = started()
    values = {"inlet": [60.2], "plug/ENERGY.Power": [5.5], "plug": [0.0]}
    values |= {"hall/temperature": [21.5], "hall/contact": [1.0], "hall/action": [0.0]}
    topics = "boiler/+, tele/+/SENSOR, tele/+/LWT, zigbee2mqtt/+"
    async with (
        subscribed(broker, "boiler/inlet", "inlet") as one,
        subscribed(broker, topics, *values) as all_of_it,
    ):
        for script in (least, full):
            script = script.replace("broker.local", f"127.0.0.1 -p {broker.port}")
            process = await asyncio.create_subprocess_exec("bash", "-ec", script)
            assert await process.wait() == 0
        await one.until(lambda: len(one.values("inlet")) == 2)
        values["inlet"] = [60.1, 60.2]
        for key, expected in values.items():
            n = len(expected)
            await all_of_it.until(lambda key=key, n=n: len(all_of_it.values(key)) >= n)
            assert all_of_it.values(key) == pytest.approx(expected)
    assert all_of_it.left_out == 0


async def test_what_the_sketches_print_is_read(plug):
    least, full = map(printed, blocks("serial", "cpp"))
    async with reading(plug, "Signal 1") as run:
        plug.print(*least)
        await run.until(lambda: run.values("Signal 1") == [512.0])
    async with reading(plug, "inlet", "outlet") as run:
        plug.print(*full)
        await run.until(lambda: run.values("inlet") == run.values("outlet") == [512.0])
        assert run.log == ["The boiler's board, version 2"]
