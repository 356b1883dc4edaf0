"""Nobody takes what is for all: sockets and streams by address, user and key, and idle ones."""

import contextlib
from functools import partial
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser

from waves.bucket import Bucket
from waves.exceptions import AccessError
from waves.hub.account import Account
from waves.keys import Grant
from waves.models import Stream
from waves.tests.web.sockets import Peer
from waves.tests.web.test_socket_access import (  # noqa: F401  fixtures
    application,
    restricted,
    site,
    streams,
    user,
)
from waves.web import callers, ingest_socket, taking, visitors

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bounds(settings, restricted):  # noqa: F811
    """Two sockets, and three streams over both."""
    settings.WAVES = {"max_sockets_each": 2, "max_subscriptions_each": 3}


def sees(peer: Peer):
    return peer.until(lambda: peer.of_type("stream"))


async def test_one_address_has_so_many_sockets_and_others_have_theirs(application):  # noqa: F811
    path = "/ws/streams/sine/"
    async with Peer(application, path) as one, Peer(application, path) as two:
        await sees(one)
        await sees(two)
        async with Peer(application, path) as beyond:
            code, words = await beyond.until_closed()
            assert code == 4501
            assert "Too many sockets" in words
        async with Peer(application, path, client=("127.0.0.2", 1)) as other:
            await sees(other)
    async with Peer(application, path) as again:
        await sees(again)
    assert not callers.callers._known


async def test_behind_a_full_address_whoever_is_signed_in_is_counted_by_the_user(
    application,  # noqa: F811
    restricted,  # noqa: F811
):
    path = "/ws/streams/sine/"
    async with Peer(application, path) as one, Peer(application, path) as two:
        await sees(one)
        await sees(two)
        restricted.user = user()
        async with Peer(application, path) as mine:
            await sees(mine)
        restricted.user = AnonymousUser()
        async with Peer(application, path) as beyond:
            assert (await beyond.until_closed())[0] == 4501


async def test_one_key_sends_over_so_many_sockets_and_another_over_its_own(
    application,  # noqa: F811
    monkeypatch,
):
    async def grant_of(request):
        return SimpleNamespace(prefix=request.headers["Authorization"][7:], check=str)

    async def target(slug, grant):
        """Whichever it is."""

    monkeypatch.setattr(ingest_socket, "grant_of", grant_of)
    monkeypatch.setattr(taking, "target", target)

    def writer(key: bytes):
        headers = [(b"host", b"localhost"), (b"authorization", b"Bearer " + key)]
        return Peer(application, "/ws/ingest/sine/", headers=headers, subprotocols=[])

    async with writer(b"one") as first, writer(b"one") as second:
        for peer in (first, second):
            await peer.until(lambda peer=peer: peer.of_type("hello"))
        async with writer(b"one") as beyond:
            code, words = await beyond.until_closed()
            assert code == 4501
            assert "Too many sockets of this key" in words
        async with writer(b"two") as other:
            await other.until(lambda: other.of_type("hello"))
    assert not callers.callers._known


def test_addresses_of_one_ipv6_network_are_one_caller():
    one, same, other = (
        callers.by_address({"client": (address, 1), "headers": []})
        for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::1", "2001:db8:1:3::1")
    )
    assert one == same != other


async def test_the_streams_of_all_sockets_of_a_caller_are_bounded(application):  # noqa: F811
    async with Peer(application, "/ws/") as one, Peer(application, "/ws/") as two:
        for peer in (one, two):
            for count, slug in enumerate(("sine", "hidden"), 1):
                peer.say(type="subscribe", stream=slug)
                await peer.until(
                    lambda peer=peer, count=count: (
                        len(peer.of_type("stream")) + len(peer.of_type("error")) == count
                    )
                )
        (error,) = await two.until(lambda: two.of_type("error"))
        assert (error["code"], error["stream"]) == ("too_much", "hidden")
        assert two.closed is None
        assert len(one.of_type("stream")) == 2


async def test_a_socket_that_shows_nothing_is_closed_and_one_that_shows_is_not(
    application,  # noqa: F811
    settings,
):
    async with Peer(application, "/ws/streams/sine/") as shows:
        await sees(shows)
        settings.WAVES = {"idle_seconds": 1}
        async with Peer(application, "/ws/") as idle:
            assert (await idle.until_closed())[0] == 4502
        assert shows.closed is None


def test_no_key_makes_more_streams_than_there_may_be(settings, sine):
    settings.WAVES = {"max_streams": 1}
    with pytest.raises(AccessError, match="WAVES_MAX_STREAMS"):
        taking._made("another")
    assert Stream.objects.count() == 1


def test_no_form_makes_more_streams_than_there_may_be(settings, sine, admin_client):
    from waves.tests.admin.forms import posted

    settings.WAVES = {"max_streams": 1}
    page = admin_client.post("/admin/waves/stream/add/", posted())
    assert "WAVES_MAX_STREAMS" in page.content.decode()
    sine.name = "Renamed"
    sine.full_clean()


async def test_a_key_in_the_first_message_is_counted_by_itself_and_a_link_by_the_address(
    application,  # noqa: F811
    monkeypatch,
):
    async def grant_for(*given):
        key = given[-1]
        of_link = key.startswith("wg_")
        return Grant(key, frozenset({"read"}), None, of_link=of_link)

    monkeypatch.setattr(visitors, "grant_from", grant_for)
    monkeypatch.setattr(visitors, "grant_for", grant_for)
    path = "/ws/"

    async def shows(stack, key, address):
        peer = await stack.enter_async_context(Peer(application, path, client=(address, 1)))
        peer.say(type="show", key=key)
        peer.say(type="subscribe", stream="sine")
        return peer

    async with contextlib.AsyncExitStack() as stack:
        for number in range(4):
            # Each of them from two addresses: of one read key only two.
            address = f"127.0.1.{number}"
            await sees(await shows(stack, "wg_link", address))
            peer = await shows(stack, "wv_key", address)
            if number < 2:
                await sees(peer)
            else:
                assert (await peer.until_closed())[0] == 4501
        assert len(callers.callers._known["key wv_key"].places) == 2
        assert "address 127.0.1.0" in callers.callers._known


def test_who_hangs_up_and_comes_back_owes_what_was_owed(monkeypatch):
    now = 100.0
    monkeypatch.setattr(callers, "Account", partial(Account, monotonic=lambda: now))
    monkeypatch.setattr(callers, "Bucket", partial(Bucket, monotonic=lambda: now))
    known = callers.Callers()
    place = known.enter("address 10.0.0.1")
    place.caller.account.take(10.5)
    known.leave(place)
    again = known.enter("address 10.0.0.1")
    assert again.caller.account.owes == pytest.approx(40.0)
    known.leave(again)
    now += 43.0
    known.leave(known.enter("address 10.0.0.2"))
    assert not known._settling  # nothing is owed any more


def test_those_who_owe_are_remembered_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(callers, "MOST_SETTLING", 3)
    known = callers.Callers()
    for number in range(20):
        place = known.enter(f"address 10.0.0.{number}")
        place.caller.account.take(1000.0)
        known.leave(place)
    assert len(known._settling) <= 4
