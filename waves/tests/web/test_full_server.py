"""A process has so many sockets, to view and to send together."""

from types import SimpleNamespace

import pytest

from waves.tests.web.sockets import Peer
from waves.tests.web.test_socket_access import application, site, streams  # noqa: F401  fixtures
from waves.web import attendance, ingest_socket, taking

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_sockets(settings, monkeypatch):
    async def grant_of(request):
        return SimpleNamespace(prefix="a", check=str)

    async def target(slug, grant):
        """Whichever it is."""

    monkeypatch.setattr(ingest_socket, "grant_of", grant_of)
    monkeypatch.setattr(taking, "target", target)
    settings.WAVES = {"max_connections": 2}


def sender(application) -> Peer:  # noqa: F811
    headers = [(b"host", b"localhost"), (b"authorization", b"Bearer a")]
    return Peer(application, "/ws/ingest/sine/", headers=headers, subprotocols=[])


def opened(peer: Peer):
    return peer.until(lambda: peer.of_type("hello"))


async def test_whoever_sends_beyond_is_told_to_come_back_until_another_has_gone(
    application,  # noqa: F811
):
    async with sender(application) as one:
        await opened(one)
        async with Peer(application, "/ws/streams/sine/") as viewer:
            await opened(viewer)
            assert attendance.is_full()
            async with sender(application) as beyond:
                (error,) = await beyond.until(lambda: beyond.of_type("error"))
                assert (await beyond.until_closed())[0] == 4501
                assert (error["code"], error["retry_after"] > 0) == ("unavailable", True)
        async with sender(application) as two:
            await opened(two)
    assert attendance.open_now.total() == 0


async def test_whoever_views_beyond_is_told_so_where_others_send(application):  # noqa: F811
    async with sender(application) as one, sender(application) as two:
        for peer in (one, two):
            await opened(peer)
        async with Peer(application, "/ws/streams/sine/") as beyond:
            assert (await beyond.until_closed())[0] == 4501
