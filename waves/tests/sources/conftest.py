import contextlib

import pytest

from waves.sources import declarations, serial
from waves.sources.python import PythonSource
from waves.tests.sources.broker import Broker
from waves.tests.sources.fakes import Skips, spec
from waves.tests.sources.ports import Plug


@pytest.fixture
def registry(monkeypatch):
    """An empty registry of declared functions, for one test."""
    monkeypatch.setattr(declarations, "_declarations", {})
    monkeypatch.setattr(declarations, "_problems", {})
    return declarations


@pytest.fixture
def python(registry):
    """Makes the source of a function, declared with ``arguments``; its skips are ``.skips``."""

    def make(function, time=None, rate=1000.0, frames_per_second=25.0, **arguments):
        registry.stream(rate=rate, **arguments)(function)
        path = next(reversed(registry.registered()))
        skips = Skips()
        fields = {"options": {"function": path}, "frames_per_second": frames_per_second}
        source = PythonSource(spec("python", rate, **fields), skips.context(time))
        source.skips = skips
        return source

    return make


TWO_SIGNALS = {"temperature": "°C", "pressure": "bar"}


@pytest.fixture
def two():
    return {"signals": dict(TWO_SIGNALS)}


@pytest.fixture
def plug(tmp_path, monkeypatch):
    # Tests are faster than a board that starts.
    monkeypatch.setattr(serial, "HALF_SECONDS", 0.0)
    plug = Plug(tmp_path / "board")
    plug.plug_in()
    yield plug
    with contextlib.suppress(FileNotFoundError):
        plug.unplug()


@pytest.fixture
def started(tmp_path):
    """Starts a broker, which ends with the test."""
    brokers: list[Broker] = []

    def start(users=None, more=""):
        brokers.append(Broker(tmp_path, users, more))
        brokers[-1].start()
        return brokers[-1]

    yield start
    for broker in brokers:
        broker.kill()
