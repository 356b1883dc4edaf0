"""The load generator against the bare sender, over real sockets."""

import argparse
import contextlib
import socket
import subprocess
import sys

import pytest

from benchmarks import load
from benchmarks.servers import ROOT, free_port

pytestmark = pytest.mark.servers


@pytest.fixture
def sender():
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.ceiling", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        while True:
            assert process.poll() is None
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
        yield port
        process.kill()


def options(port, *more) -> argparse.Namespace:
    given = ["--port", str(port), "--seconds", "0.5", "--warm-up", "0.2", *more]
    return load.parser().parse_args(given)


def test_every_viewer_gets_every_sample(sender):
    report = load.measure(options(sender, "--viewers", "20"))
    assert (report["alive"], report["gaps"], report["closes"], report["errors"]) == (20, 0, {}, {})
    assert report["samples_per_second"]["min"] > 0
    assert report["latency_ms"]["p50"] < 1000


def test_a_refused_connection_is_said_and_not_counted_as_alive():
    report = load.measure(options(free_port(), "--viewers", "3"))
    assert report["alive"] == 0
    assert sum(report["closes"].values()) == 3
