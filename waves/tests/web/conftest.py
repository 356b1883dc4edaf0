import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from waves import database, lifespan
from waves.models import Signal, Stream
from waves.streaming.hub import Hub
from waves.streaming.pump import Pump
from waves.streaming.status import StatusBoard


@pytest.fixture(autouse=True)
def fresh_readiness(monkeypatch) -> None:
    """A page that failed of the database in one test fails no page of the next."""
    monkeypatch.setattr(database, "_own", database.Readiness("waves"))


@pytest.fixture(autouse=True)
def quick_passwords(settings) -> None:
    """A hash that is slow on purpose would take most of the time of these tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def sine(db) -> Stream:
    """A stream of the generator with one signal."""
    stream = Stream.objects.create(name="Sine", slug="sine")
    Signal.objects.create(stream=stream, name="Sine", unit="V", parameters={"frequency": 5.0})
    return stream


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
