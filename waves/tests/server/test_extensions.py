"""An app outside this tree, served: its source and its waveform run, and its format is given."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator

import pytest

from waves.tests.outside import make_app
from waves.tests.server.processes import Process
from waves.tests.server.viewing import view


@pytest.fixture
def served(site, tmp_path) -> Iterator[Process]:
    folder = tmp_path / "outside"
    folder.mkdir()
    site.environment |= make_app(folder)
    site.add_stream("dice", "sine", source="dice", options=json.dumps({"sides": 20}))
    bump = site.add_stream("bump", "sine")
    parameters = json.dumps({"frequency": 5.0, "sharpness": 3.0})
    site.execute(
        "UPDATE waves_signal SET waveform = 'bump', parameters = ? WHERE stream_id = ?",
        parameters,
        bump,
    )
    with site.serve("daphne") as process:
        yield process


async def test_its_source_and_its_waveform_run_and_its_format_is_given(served) -> None:
    async with view(served.address, "/ws/streams/dice/") as viewer:
        await viewer.until(lambda: len(next(iter(viewer.values.values()), {})) > 1000)
    (values,) = viewer.values.values()
    assert set(values.values()) == set(range(1, 21))
    assert viewer.stream["source"] == "dice"
    assert [signal["key"] for signal in viewer.stream["signals"]] == ["eyes"]

    first = min(values)
    query = f"first={first}&last={first + 999}"
    kind, lines = await asyncio.to_thread(asked, served, "dice", query)
    assert kind == "text/tab-separated-values; charset=utf-8"
    assert lines[0] == "time\teyes"
    eyes = [float(line.partition("\t")[2]) for line in lines[1:]]
    assert eyes == [values[first + index] for index in range(1000)]

    async with view(served.address, "/ws/streams/bump/") as viewer:
        await viewer.until(lambda: len(next(iter(viewer.values.values()), {})) > 1000)
    (values,) = viewer.values.values()
    assert min(values.values()) == pytest.approx(0.0, abs=1e-4)
    assert max(values.values()) == pytest.approx(1.0, abs=1e-4)
    assert "Traceback" not in served.printed()


def asked(process: Process, slug: str, query: str) -> tuple[str, list[str]]:
    """The content type and the lines of the samples of a stream in the other app's format."""
    address = f"http://{process.address}/api/v1/streams/{slug}/samples?format=tsv&{query}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read().decode().splitlines()


def test_the_formats_that_a_request_may_ask_for_are_those_of_this_server(served) -> None:
    status, text = served.get("/api/v1/streams/dice/samples?format=xml")
    assert status == 400
    assert "'json', 'csv', 'waves', 'sheet', 'sheet_comma' or 'tsv'" in json.loads(text)["error"]
