"""A recorded stream is read across a restart of everything: by HTTP, by WebSocket, and searched."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np
import pytest

from waves.protocol.frames import parse
from waves.tests.server.processes import START_SECONDS
from waves.tests.server.test_api_queries import Asking
from waves.tests.server.viewing import view

STREAM = "/api/v1/streams/sine"


@pytest.fixture
def recorded(site):
    """A site that records a stream, whose memory is a second long."""
    site.manage("migrate", "-v0")
    site.execute("UPDATE waves_stream SET enabled = 0 WHERE slug != 'sine'")
    site.execute("UPDATE waves_stream SET record = 1, history = 2.0 WHERE slug = 'sine'")
    return site


@contextmanager
def asked(site, **options) -> Iterator[tuple]:
    """A server for a while, and somebody who asks it."""
    with site.serve(**options) as server:
        asking = Asking(server)
        with closing(asking.connection):
            yield server, asking


def told(asking, path: str) -> dict:
    status, _, body = asking(f"{STREAM}{path}")
    assert status == 200, body
    return json.loads(body)


async def seen(asking, epoch_count: int, more: int) -> dict:
    """The epochs, once there are so many and the newest is recorded for so many samples."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        found = told(asking, "/epochs")
        epochs = found["epochs"]
        if found["recorded_since"] and len(epochs) == epoch_count and epochs[-1]["last"] > more:
            return found
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.2)


def samples(asking, query: str) -> list:
    status, _, body = asking(f"{STREAM}/samples?format=waves&{query}")
    assert status == 200, body
    return parse(body) if body else []


def unbroken(frames, epoch: int) -> np.ndarray:
    """The indices of an epoch, of which none is missing or there twice."""
    own = [frame.sample + np.arange(frame.n) for frame in frames if frame.epoch == epoch]
    index = np.concatenate(own)
    np.testing.assert_array_equal(np.diff(index), 1)
    return index


async def test_the_past_is_one_across_a_restart(recorded) -> None:
    with asked(recorded) as (server, asking):
        first = (await seen(asking, 1, 4500))["epochs"][0]
        index = unbroken(samples(asking, f"epoch={first['epoch']}&first=0"), first["epoch"])
        assert (index[0], index[-1] >= first["last"]) == (0, True)
        server.stop()
    with asked(recorded) as (server, asking):
        found = await seen(asking, 2, 4500)
        old, new = found["epochs"]
        assert old["epoch"] == first["epoch"]
        assert old["from"] == pytest.approx(found["recorded_since"])
        # What was in memory when the server was stopped is recorded.
        assert old["last"] >= first["last"]
        frames = samples(asking, f"from={old['from']}&to={new['to']}")
        assert unbroken(frames, old["epoch"])[-1] == old["last"]
        assert unbroken(frames, new["epoch"])[-1] >= new["last"]
        columns = samples(asking, f"from={old['from']}&to={new['to']}&columns=64")
        assert 32 <= sum(frame.n for frame in columns) <= 300
        assert {frame.epoch for frame in columns} == {old["epoch"], new["epoch"]}
        by_json = json.loads(asking(f"{STREAM}/samples?from={old['from']}&columns=64")[2])
        assert [each["epoch"] for each in by_json["epochs"]] == [old["epoch"], new["epoch"]]
        text = asking(f"{STREAM}/samples?from={old['to']}&to={new['from'] + 0.1}&format=csv")[2]
        assert text.decode().count("# epoch") == 2
        await ask_for_history(server, old, new)
        search(asking, old, new)


async def ask_for_history(server, old: dict, new: dict) -> None:
    async with view(server.address, "/ws/streams/sine/") as viewer:
        await viewer.until(lambda: viewer.stream)
        handle = viewer.stream["handle"]
        for number, epoch in enumerate((old, new)):
            request = {"type": "history", "id": number, "handle": handle}
            where = {"epoch": epoch["epoch"], "first": 0, "last": 3999}
            await viewer.socket.send(json.dumps({**request, **where}))
        await viewer.until(lambda: len(viewer.of_type("history")) == 2)
        answers = viewer.of_type("history")
        assert [answer["id"] for answer in answers] == [0, 1]
        assert all("problem" not in answer for answer in answers)
        for epoch in (old, new):
            number = epoch["epoch"]
            await viewer.until(lambda number=number: 3999 in viewer.values.get(number, {}))
            assert set(range(4000)) <= set(viewer.values[number])


def search(asking, old: dict, new: dict) -> None:
    key = old["signals"][0]["key"]
    query = f"/crossing?signal={key}&slope=rising&level=0.1&hysteresis=0.05"
    _, headers, body = asking(f"{STREAM}{query}&from={old['from'] + 1}&direction=next")
    assert headers["content-type"] == "application/x-ndjson"
    found = json.loads(body.splitlines()[-1])["found"]
    assert found["epoch"] == old["epoch"]
    assert found["time"] > old["from"] + 1
    body = asking(f"{STREAM}{query}&from={new['from']}&direction=previous")[2]
    found = json.loads(body.splitlines()[-1])["found"]
    assert (found["epoch"], found["sample"] > 4000) == (old["epoch"], True)


async def test_a_stopped_stream_keeps_its_past(recorded) -> None:
    with asked(recorded) as (server, asking):
        first = (await seen(asking, 1, 4500))["epochs"][0]
        server.stop()
    recorded.enable("sine", enabled=False)
    with asked(recorded) as (server, asking):
        server.await_answer(STREAM, words='"recorded_since":1')
        frames = samples(asking, f"epoch={first['epoch']}&first=0&last=4000")
        assert unbroken(frames, first["epoch"])[-1] == 4000
        assert told(asking, "/epochs")["epochs"][0]["epoch"] == first["epoch"]
