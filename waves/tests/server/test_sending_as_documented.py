"""docs/sending.md and the README's second chapter, run as they are printed, one after the other."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from websockets.sync.client import connect

from waves.ingest import formats
from waves.tests.server.pushing import described, kept, send

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/sending.md").read_text()
PLACE = "127.0.0.1:8000"


@pytest.fixture(autouse=True)
def _boiler(asking, key) -> None:
    """The stream of the examples is there, and what a test waits for is not its newest sample."""
    assert send(asking, "boiler", {"inlet": 1}, key)[0] == 200
    comes(asking, 1)


def block(language: str, marker: str, page: str = PAGE) -> str:
    """The one example of a page in a language that holds ``marker``."""
    (found,) = [
        text for text in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) if marker in text
    ]
    return found


def shell(text: str, server, key: str) -> str:
    """What a shell prints where the server of an example is this one."""
    text = text.replace(PLACE, server.address).replace(".venv/bin/python", sys.executable)
    environment = {**os.environ, "WAVES_KEY": key}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def python(text: str, server, **names: object) -> None:
    exec(compile(text.replace(PLACE, server.address), "sending.md", "exec"), names)


def comes(asking, *values: float) -> None:
    """Wait until the newest samples of the boiler are these."""
    deadline = time.monotonic() + 20
    while (newest := kept(asking, "boiler", 1)["inlet"][-len(values) :]) != pytest.approx(values):
        assert time.monotonic() < deadline, newest
        time.sleep(0.05)


def test_a_key_is_made_and_shown(pushable):
    command = re.search(r"manage\.py (accesskey create [^)]*)\)", block("sh", "accesskey create"))
    made = pushable.manage(*command[1].split())
    assert re.fullmatch(r"wv_[0-9a-f]{8}\.\S{43}", made.splitlines()[0])


def test_curl_in_the_page_and_in_the_readme(server, asking, key):
    readme = (ROOT / "README.md").read_text()
    told = json.loads(shell(block("sh", "60.1}' \\"), server, key))
    answer = json.loads(block("json", "accepted"))
    assert told.keys() == answer.keys()
    assert told["accepted"] == 1
    told = json.loads(shell(block("sh", "--json", readme), server, key))
    assert told["accepted"] == 1
    comes(asking, 60.1, 60.1)


def test_every_body_of_the_table(asking, key):
    rows = dict(re.findall(r"^\| `(\S+?)`.*? \| (.*) \|$", PAGE, re.MULTILINE))
    assert set(formats.MEDIA_TYPES) - set(rows) == {"application/jsonl"}  # beside x-ndjson
    bodies = re.findall(r"`(\{.*?\})`", rows["application/json"])
    assert len(bodies) == 3
    for number, body in enumerate(bodies):
        status, told = send(asking, f"body-{number}", body.encode(), key)
        assert (status, told["accepted"]) == (200, 1 if number < 2 else 2), told


def test_a_stream_is_made_with_its_signals(server, asking, key):
    # "boiler" is there already.
    text = block("sh", '"name": "Boiler"').replace("Boiler", "Second boiler")
    told = json.loads(shell(text, server, key))
    assert told["samples"].endswith("/api/v1/streams/second-boiler/samples")
    kept(asking, "second-boiler", 0)  # it runs, and so says what it has
    (signal,) = described(asking, "second-boiler")["signals"]
    assert (signal["name"], signal["unit"]) == ("inlet", "°C")


def test_python_writes_and_so_does_a_shell(server, asking, key, monkeypatch):
    monkeypatch.setenv("WAVES_KEY", key)
    python(block("python", "import Writer"), server)
    line = block("sh", "some-program").replace("some-program", """printf '{"inlet": 7}\\n'""")
    shell(line, server, key)
    comes(asking, 60.1, 7)


async def test_python_reads(pushable, server):
    pushable.execute("UPDATE waves_stream SET enabled = 1 WHERE slug = 'sine'")
    text = block("python", "import read").replace(PLACE, server.address)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-c", text), stdout=subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            epoch, sample, most = (await process.stdout.readline()).split()
    finally:
        process.kill()
        await process.wait()
    assert int(epoch) > 0
    assert int(sample) >= 0
    assert -1.1 < float(most) < 1.1


def test_what_telegraf_is_told_leads_to_the_stream(server, asking, key):
    (output,) = tomllib.loads(block("toml", "influxdb_v2"))["outputs"]["influxdb_v2"]
    assert output["urls"] == [f"http://{PLACE}"]
    path = f"/api/v2/write?bucket={output['bucket']}&org={output['organization']}"
    headers = {"Authorization": f"Token {key}", "Content-Type": "text/plain; charset=utf-8"}
    assert (output["token"], output["bucket"]) == ("$WAVES_KEY", "boiler")
    assert asking(path, "POST", body=b"m inlet=8", headers=headers)[0] == 204
    comes(asking, 8)
    (output,) = tomllib.loads(block("toml", "outputs.websocket"))["outputs"]["websocket"]
    shown = {name: value.replace("$WAVES_KEY", key) for name, value in output["headers"].items()}
    with connect(output["url"].replace(PLACE, server.address), additional_headers=shown) as socket:
        socket.send(b"m inlet=9\n")
        told = [json.loads(socket.recv(10))["type"] for _ in range(2)]
    assert told == ["hello", "ack"]
    comes(asking, 8, 9)


def test_influxdbs_client(server, asking, key):
    python(block("python", "InfluxDBClient"), server, KEY=key)
    comes(asking, 60.1)
