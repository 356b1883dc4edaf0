"""Parts of a server that fail for another reason than that Redis is out of reach."""

import asyncio

import pytest

from waves.bus import Publisher, Receiver
from waves.server import lifespan

HOSTS = ("redis://a:6379/0", "redis://b:6379/0")


@pytest.fixture
def failing(settings, monkeypatch) -> set[int]:
    """Receivers of these Redis hosts fail; nothing is asked of a database, and nothing is sent."""
    settings.WAVES = {"redis_url": ",".join(HOSTS), "worker": "separate"}
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": {"hosts": list(HOSTS)}}}
    shards: set[int] = set()

    async def receive(receiver: Receiver) -> None:
        if receiver._publisher.shard in shards:
            raise RuntimeError("a fault")
        await asyncio.Event().wait()

    async def nothing(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Receiver, "run", receive)
    monkeypatch.setattr(Publisher, "viewers", nothing)
    monkeypatch.setattr(lifespan.Services, "_identify", nothing)
    return shards


@pytest.mark.parametrize(
    ("hosts", "is_told"),
    [({0}, False), ({1}, False), ({0, 1}, True)],
    ids=["first", "second", "both"],
)
async def test_a_server_serves_while_a_host_is_left(failing, hosts, is_told):
    failing.update(hosts)
    services = lifespan.Services()
    try:
        await asyncio.sleep(0)
        words = {
            f"The receiver of Redis host {shard + 1}/2 has failed; it begins again."
            for shard in hosts
        }
        assert words <= set(services.lost())
        assert (words <= set(services.problems())) is is_told
    finally:
        await services.stop()
