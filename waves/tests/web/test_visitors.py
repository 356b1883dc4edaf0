"""The user behind a socket, of a session that is really stored."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from waves.web.visitors import Visitor

# What asks runs in threads.
pytestmark = pytest.mark.django_db(transaction=True)

NEW = "the key that signs from now on, and not the one before it"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("reader"))
    return client


async def user_behind(client: Client, **scope: Any) -> str:
    """Who a socket with the cookies of a browser finds; the session stays as it is stored."""
    before = await sync_to_async(rows)()
    cookie = client.cookies.output(header="", sep=";", attrs=[]).strip()
    headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]
    place = {"path": "/ws/", "query_string": b"", "client": ("127.0.0.1", 5000)}
    visitor = Visitor({"type": "websocket", "headers": headers, **place, **scope})
    assert await visitor.refusal() == ""
    assert await sync_to_async(rows)() == before
    return visitor.viewer.user.get_username()


def rows() -> list:
    return list(Session.objects.values_list("session_key", "session_data", "expire_date"))


def write_hash(client: Client, hash_of_password: str | None) -> None:
    session = client.session
    session[HASH_SESSION_KEY] = hash_of_password
    session.save()


@pytest.fixture
def changed_key(client, settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [settings.SECRET_KEY]


async def test_who_signed_in_under_the_former_key_is_known(client, changed_key):
    for _ in range(2):
        assert await user_behind(client) == "reader"
    page = await sync_to_async(client.get)("/")
    assert page.wsgi_request.user.get_username() == "reader"


@pytest.mark.parametrize("hash_of_password", ["wrong", "", None])
async def test_a_session_of_another_password_is_nobodys_and_stays(client, hash_of_password):
    await sync_to_async(write_hash)(client, hash_of_password)
    assert await user_behind(client) == ""
    assert await Session.objects.acount() == 1


async def test_whoever_was_deactivated_is_nobody(client, changed_key):
    await User.objects.aupdate(is_active=False)
    assert await user_behind(client) == ""


async def test_a_session_that_is_gone_is_nobodys(client):
    await Session.objects.all().adelete()
    assert await user_behind(client) == ""


async def test_a_session_that_the_host_reads_before_us_is_looked_at_again(client):
    session = await sync_to_async(lambda: client.session)()
    assert await user_behind(client, session=session) == "reader"
    assert await session.aget(HASH_SESSION_KEY)
    await Session.objects.all().adelete()
    assert await user_behind(client, session=session) == ""
