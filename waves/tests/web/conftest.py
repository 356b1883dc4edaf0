import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from waves.hub.hub import Hub
from waves.hub.pump import Pump
from waves.hub.status import StatusBoard
from waves.server import lifespan
from waves.tests.passwords import quick_passwords  # noqa: F401
from waves.tests.web.recorded_stream import ENDED, FIRST, NEXT, RECORDED, SECOND, RecordedStream
from waves.web import not_ready


@pytest.fixture(autouse=True)
def fresh_readiness(monkeypatch) -> None:
    """A page that failed of the database in one test fails no page of the next."""
    monkeypatch.setattr(not_ready, "_own", not_ready.Readiness("waves"))


@pytest.fixture
async def running(monkeypatch) -> AsyncIterator[SimpleNamespace]:
    """Hub and pump, as if the server had started them."""
    pump = Pump()
    services = SimpleNamespace(hub=Hub(pump, StatusBoard()), pump=pump)
    monkeypatch.setattr(lifespan, "_services", services)
    task = asyncio.create_task(pump.run())
    yield services
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def written(transactional_db):
    """A stream of which two epochs are recorded."""
    stream = RecordedStream()
    stream.record(FIRST, ENDED, "started")
    stream.end()
    stream.record(SECOND, RECORDED, "1 kHz → 2 kHz")
    return stream


@pytest.fixture
async def stream(written, running):
    """It, with the newest samples in memory."""
    written.hub = running.hub
    written.keep(SECOND, 10_000, NEXT)
    return written
