"""A site over Redis as it looks from outside: Prometheus, Grafana's expressions, the state page."""

import asyncio
import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from waves.tests.server.processes import ROOT, START_SECONDS, Process, Site, free_port, redis_server
from waves.tests.server.viewing import view

BOARD = json.loads((ROOT / "deploy" / "grafana" / "waves.json").read_text())
TARGETS = [
    pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")
    for panel in BOARD["panels"]
    for target in panel["targets"]
]
_CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
- job_name: waves
  static_configs: [{{targets: ["{address}"]}}]
"""


class Prometheus:
    """Debian's own, which asks one server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def query(self, expression: str) -> list[dict[str, Any]]:
        """What an expression is now."""
        asked = urllib.parse.urlencode({"query": expression})
        address = f"http://127.0.0.1:{self.port}/api/v1/query?{asked}"
        with urllib.request.urlopen(address, timeout=START_SECONDS) as answer:
            return json.load(answer)["data"]["result"]

    def await_scrapes(self, least: int) -> None:
        """Wait until the server was asked so often, and answered."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                found = self.query("count_over_time(waves_viewers{stream='sine'}[1m])")
            except OSError:  # it starts
                found = []
            if found and int(found[0]["value"][1]) >= least:
                return
            time.sleep(0.1)
        raise AssertionError("Prometheus did not get the metrics.")


@contextmanager
def prometheus(folder: Path, server: Process) -> Iterator[Prometheus]:
    binary, port = shutil.which("prometheus"), free_port()
    assert binary, "prometheus is missing: run `make test`, which installs it."
    config = folder / "prometheus.yml"
    config.write_text(_CONFIG.format(address=server.address))
    process = subprocess.Popen(
        [
            *(binary, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"),
            f"--storage.tsdb.path={folder / 'prometheus'}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Prometheus(port)
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def watched(prepared_site, tmp_path_factory) -> Iterator[tuple[Process, Process, Prometheus]]:
    """A server and a worker over Redis, with a viewer until it was asked three times."""
    folder = tmp_path_factory.mktemp("watched")
    with redis_server() as (url, _):
        site = Site(folder, REDIS_URL=url, WAVES_LOG_FORMAT="json")
        site.start_from(prepared_site)
        site.execute("UPDATE waves_stream SET enabled = 0 WHERE slug != 'sine'")
        worker = site.start_worker()
        try:
            with site.serve() as server, prometheus(folder, server) as asked:
                asyncio.run(_watch(server, asked))
                yield server, worker, asked
        finally:
            worker.kill()


async def _watch(server: Process, asked: Prometheus) -> None:
    async with view(server.address) as viewer:
        await viewer.until(lambda: viewer.values)
        scrapes = asyncio.create_task(asyncio.to_thread(asked.await_scrapes, 3))
        await viewer.until(scrapes.done)
        await scrapes


@pytest.mark.parametrize("expression", TARGETS)
def test_each_expression_of_the_dashboard_gives_data(watched, expression):
    expression = expression.replace("$server", ".*").replace("$stream", ".*")
    found = watched[2].query(expression.replace("$__rate_interval", "10s"))
    assert found
    if "histogram_quantile" not in expression:
        return
    assert all(float(each["value"][1]) >= 0 for each in found)  # NaN: nothing was counted


def test_what_happens_is_told_as_events_and_nothing_that_is_secret(watched):
    server, worker, _ = watched
    events = [json.loads(line) for line in server.printed().splitlines() if line[:1] == "{"]
    told = {event["event"]: event for event in events if "event" in event}
    assert told["connect"]["stream"] == "sine"
    assert told["connect"]["address"] == "127.0.0.1"
    assert told["close"]["by"] == "viewer"
    assert told["close"]["code"] in (1000, 1001, 1005)
    assert "?" not in "".join(str(told[name]) for name in ("connect", "close"))
    lines = [json.loads(line) for line in worker.printed().splitlines() if line[:1] == "{"]
    taken = [line for line in lines if line.get("event") == "take_over"]
    assert [line["stream"] for line in taken] == ["sine"]


def test_the_metrics_count_what_came_and_name_who_runs_it(watched):
    server, _, _ = watched
    _, text = server.get("/metrics")
    samples = re.search(r'waves_samples_total\{stream="sine"\} ([\d.e+]+)', text)
    assert samples
    assert float(samples[1]) > 100
    assert 'waves_handshakes_total{socket="view"} 1.0' in text
    assert "waves_workers 1.0" in text
    assert 'waves_stream_state{state="live",stream="sine"} 1.0' in text
