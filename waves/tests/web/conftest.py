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
