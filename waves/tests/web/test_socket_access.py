"""Who may see, over a WebSocket: asked before anything is sent, and again while it is open."""

import asyncio
from types import SimpleNamespace

import pytest
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError

import waves.asgi
from waves import access, keys, specs
from waves.exceptions import AccessError, ServiceUnavailableError, UnknownStreamError
from waves.journal import Bounded
from waves.tests.web import test_access
from waves.tests.web.sockets import Peer
from waves.web import consumers, guarding, lookup, visitors

# What asks runs in threads, which may have kept a connection of a test before this one.
pytestmark = pytest.mark.django_db

LOGIN = "django.contrib.auth.middleware.LoginRequiredMiddleware"
HANDLES = {"sine": 1, "hidden": 2}


async def pages(scope, receive, send) -> None:
    raise AssertionError("a WebSocket is no page")


@pytest.fixture
def application():
    return waves.asgi.application(pages)


class Everyone(access.Public):
    """What everyone may see, without a database."""

    def __init__(self) -> None:
        super().__init__()
        self.stored = frozenset(HANDLES.values())

    @property
    def is_fresh(self) -> bool:
        return False

    def read(self) -> None:
        self.handles = self.stored
        self.restricted = frozenset(HANDLES.values()) - self.stored


def handle_seen(viewer, slug):
    """Stands for the look into the database."""
    if slug not in HANDLES or not access.may_view_handle(viewer, HANDLES[slug]):
        raise specs.no_stream(slug)
    return HANDLES[slug]


@pytest.fixture(autouse=True)
def streams(monkeypatch, running):
    """Two streams that the worker described, each with a state."""
    monkeypatch.setattr(lookup, "board", running.hub.board)
    monkeypatch.setattr(lookup, "handle_seen", handle_seen)
    monkeypatch.setattr(access, "public", Everyone())
    monkeypatch.setattr(guarding, "LOOK_SECONDS", 0.01)
    for slug, handle in HANDLES.items():
        told = {"type": "stream", "handle": handle, "slug": slug, "epoch": 0, "signals": []}
        running.hub.board.describe({**told, "state": "stopped", "message": ""})
    monkeypatch.setattr(consumers, "REMEMBER_SECONDS", 0.01)


class Site:
    """Who is logged in, who may see what, and who was asked."""

    def __init__(self) -> None:
        self.user = AnonymousUser()
        self.sees = {1, 2}
        self.failure: Exception | None = None

    def user_of(self, request):
        assert request.session.session_key in (None, "the-session")
        return self.user

    def answer(self, viewer, handle, stream=None) -> bool:
        if self.failure:
            raise self.failure
        assert viewer.user is self.user
        return handle in self.sees


@pytest.fixture
def site(monkeypatch, settings):
    """A site with a function that decides who may see."""
    site = Site()
    settings.WAVES = {"may_view": test_access.PATH}
    monkeypatch.setattr(visitors, "get_user", site.user_of)
    monkeypatch.setattr(access, "_memory", SimpleNamespace(sees=site.answer))
    return site


async def test_what_one_may_see_is_sent(application, site):
    async with Peer(application, "/ws/streams/sine/") as peer:
        assert (await peer.until(lambda: peer.of_type("stream")))[0]["slug"] == "sine"


async def test_what_one_may_not_see_is_like_a_stream_that_is_not_there(application, site):
    site.sees = set()
    answers = []
    for slug in ("hidden", "nothing"):
        async with Peer(application, f"/ws/streams/{slug}/") as peer:
            code, words = await peer.until_closed()
            assert not peer.of_type("stream")
        answers.append((code, words.replace(slug, "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 4404


async def test_a_socket_for_several_streams_is_told_the_same_and_stays_open(application, site):
    site.sees = {1}
    async with Peer(application, "/ws/") as peer:
        for slug in ("hidden", "nothing", "sine"):
            peer.say(type="subscribe", stream=slug)
        await peer.until(lambda: peer.of_type("stream"))
        hidden, nothing = peer.of_type("error")
        assert hidden["message"].replace("hidden", "nothing") == nothing["message"]
        assert [told["slug"] for told in peer.of_type("stream")] == ["sine"]
        assert peer.closed is None


async def test_a_viewer_who_may_not_see_any_more_is_sent_no_more(application, site, running):
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        site.sees = set()
        assert (await peer.until_closed())[0] == 4403


async def test_of_several_streams_only_the_one_that_is_hidden_goes(application, site, running):
    async with Peer(application, "/ws/") as peer:
        for slug in HANDLES:
            peer.say(type="subscribe", stream=slug)
        await peer.until(lambda: len(peer.of_type("stream")) == 2)
        site.sees = {1}
        (error,) = await peer.until(lambda: peer.of_type("error"))
        assert (error["code"], error["stream"]) == ("unknown_stream", "hidden")
        (connection,) = running.hub.connections
        assert list(connection.viewers) == [1]
        assert peer.closed is None


async def test_who_loses_the_last_of_several_streams_loses_the_socket(application, site):
    async with Peer(application, "/ws/") as peer:
        peer.say(type="subscribe", stream="sine")
        await peer.until(lambda: peer.of_type("stream"))
        site.sees = set()
        assert (await peer.until_closed())[0] == 4403


@pytest.fixture
def restricted(site, settings):
    """A site without a function: streams say themselves who may see them."""
    settings.WAVES = {}
    return site


async def test_a_stream_that_is_for_everyone_no_more_ends_for_who_may_not_see_it(
    application, restricted
):
    async with Peer(application, "/ws/") as peer:
        for slug in HANDLES:
            peer.say(type="subscribe", stream=slug)
        await peer.until(lambda: len(peer.of_type("stream")) == 2)
        restricted.sees = {1}
        access.public.stored = frozenset({1})
        (error,) = await peer.until(lambda: peer.of_type("error"))
        assert (error["code"], error["stream"]) == ("unknown_stream", "hidden")
        assert peer.closed is None
        restricted.sees = set()
        access.public.stored = frozenset()
        assert (await peer.until_closed())[0] == 4403


async def test_who_is_listed_sees_what_is_not_for_everyone_until_no_more(application, restricted):
    access.public.stored = frozenset()
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        restricted.sees = set()
        code, words = await peer.until_closed()
        assert (code, words) == (4403, "You may not see this stream any more.")


async def test_what_is_not_for_everyone_is_like_what_is_not_there(application, restricted):
    access.public.stored, restricted.sees = frozenset(), set()
    for slug in ("hidden", "nothing"):
        async with Peer(application, f"/ws/streams/{slug}/") as peer:
            code, words = await peer.until_closed()
            assert (code, words) == (4404, f"There is no stream “{slug}”.")


async def test_a_database_that_fails_ends_nobodys_view_of_what_everyone_may_see(
    application, restricted, monkeypatch
):
    asked = asyncio.Event()

    def fails() -> None:
        asked.set()
        raise OperationalError("database is locked")

    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        monkeypatch.setattr(access.public, "read", fails)
        monkeypatch.setattr(type(access.public), "was_read", True)
        await asyncio.wait_for(asked.wait(), 5)
        async with Peer(application, "/ws/streams/sine/") as another:
            await another.until(lambda: another.of_type("stream"))
        assert peer.closed is None


async def test_nor_of_who_came_before_a_worker_had_spoken_of_the_stream(
    application, restricted, monkeypatch
):
    asked = asyncio.Event()

    async def fails(_: object) -> str:
        asked.set()
        raise ServiceUnavailableError("The database does not answer.")

    monkeypatch.setattr(consumers, "is_open_to_all", answering(False))
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        monkeypatch.setattr(visitors.Visitor, "refusal", fails)
        monkeypatch.setattr(guarding, "is_public", fails)
        await asyncio.wait_for(asked.wait(), 5)
        peer.say(type="ping", id=1)
        await peer.until(lambda: peer.of_type("pong"))
        assert peer.closed is None


def answering(answer: bool):
    """Stands for a question that is always answered so."""

    async def ask(slug: str) -> bool:
        return answer

    return ask


async def test_who_leaves_a_stream_while_it_is_asked_after_is_asked_for_the_others_still(
    application, site, monkeypatch
):
    asked = consumers.may_view
    async with Peer(application, "/ws/") as peer:

        async def slowly(viewer, handle):
            answer = await asked(viewer, handle)
            if not answer and handle == 2 and not peer.of_type("pong"):
                peer.say(type="unsubscribe", stream="hidden")
                peer.say(type="ping", id=1)
                await peer.until(lambda: peer.of_type("pong"))
            return answer

        for slug in HANDLES:
            peer.say(type="subscribe", stream=slug)
        await peer.until(lambda: len(peer.of_type("stream")) == 2)
        monkeypatch.setattr(consumers, "may_view", slowly)
        site.sees = {1}
        await peer.until(lambda: peer.of_type("pong"))
        peer.say(type="ping", id=2)
        await peer.until(lambda: len(peer.of_type("pong")) == 2)
        assert peer.closed is None
        site.sees = set()
        assert (await peer.until_closed())[0] == 4403


async def test_a_database_that_cannot_say_closes_the_socket_and_lets_it_come_back(
    application, site
):
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        site.failure = OperationalError("database is locked")
        assert (await peer.until_closed())[0] == 1012


async def test_nobody_is_asked_again_once_the_socket_is_gone(application, site):
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
    site.answer = None  # whoever asked now would fail


@pytest.fixture
def with_login(settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, LOGIN]


@pytest.mark.parametrize("path", ["/ws/streams/sine/", "/ws/streams/nothing/"])
async def test_where_every_page_asks_for_a_login_the_socket_does(
    application, site, settings, with_login, path
):
    settings.WAVES = {}
    async with Peer(application, path) as peer:
        code, words = await peer.until_closed()
        assert (code, words) == (4403, visitors.LOG_IN)
        assert [told["type"] for told in peer.told] == ["error"]


def user(**attributes):
    return SimpleNamespace(pk=1, is_authenticated=True, **attributes)


async def test_who_is_logged_in_gets_the_socket(application, site, settings, with_login):
    settings.WAVES = {}
    site.user = user()
    cookie = f"{settings.SESSION_COOKIE_NAME}=the-session"
    async with Peer(application, "/ws/streams/sine/", cookie=cookie) as peer:
        await peer.until(lambda: peer.of_type("stream"))


async def test_who_logs_out_loses_the_socket(application, site, settings, with_login):
    settings.WAVES = {}
    site.user = user()
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        site.user = AnonymousUser()
        assert (await peer.until_closed())[0] == 4403


class OpenLab(LoginRequiredMiddleware):
    """A host's own way: some of its addresses need no login."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if view_kwargs.get("slug") == "sine":
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


async def test_the_hosts_own_exceptions_hold_for_sockets_too(application, site, settings):
    settings.WAVES = {}
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "waves.tests.web.test_socket_access.OpenLab"]
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
    async with Peer(application, "/ws/streams/hidden/") as peer:
        assert (await peer.until_closed())[0] == 4403


async def test_where_everyone_may_see_no_session_is_read(application, site, settings, monkeypatch):
    settings.WAVES = {}
    monkeypatch.setattr(visitors, "_with_session", None)
    async with Peer(application, "/ws/streams/sine/", cookie="sessionid=x") as peer:
        await peer.until(lambda: peer.of_type("stream"))


async def test_a_look_up_without_a_viewer_finds_only_what_nobody_in_particular_may_see(site):
    site.sees = set()
    site.user = None
    with pytest.raises(UnknownStreamError, match="There is no stream “sine”"):
        await lookup.find_stream("sine")


class Shown:
    """What keys there are."""

    def __init__(self) -> None:
        self.problem = ""

    async def grant_from(self, address, key):
        return await self.grant_for(key)

    async def grant_for(self, key):
        if self.problem or key != "wg_good":
            raise AccessError(self.problem or keys.UNKNOWN, status=401)
        return keys.Grant("wl_1", frozenset({"read"}), frozenset({1}))


@pytest.fixture
def shown(monkeypatch):
    shown = Shown()
    monkeypatch.setattr(visitors, "grant_from", shown.grant_from)
    monkeypatch.setattr(visitors, "grant_for", shown.grant_for)
    return shown


async def test_the_first_message_may_show_a_key_in_place_of_a_login(
    application, site, settings, with_login, shown, monkeypatch
):
    settings.WAVES = {}
    monkeypatch.setattr(visitors, "get_user", None)  # whoever reads a session fails
    async with Peer(application, "/ws/") as peer:
        peer.say(type="show", key="wg_good")
        for slug in ("hidden", "sine"):
            peer.say(type="subscribe", stream=slug)
        await peer.until(lambda: peer.of_type("stream"))
        (error,) = peer.of_type("error")
        assert (error["code"], error["stream"]) == ("unknown_stream", "hidden")
        shown.problem = "This link has expired."
        assert await peer.until_closed() == (4403, "This link has expired.")
        assert peer.of_type("error")[-1]["code"] == "refused"


async def test_a_key_that_is_none_ends_the_socket(application, restricted, shown):
    async with Peer(application, "/ws/") as peer:
        peer.say(type="show", key="wg_bad")
        assert await peer.until_closed() == (4403, keys.UNKNOWN)


async def test_a_key_is_shown_first_or_not_at_all(application, restricted, shown):
    async with Peer(application, "/ws/") as peer:
        peer.say(type="subscribe", stream="sine")
        peer.say(type="show", key="wg_good")
        assert (await peer.until_closed())[0] == 4400


@pytest.mark.parametrize("says", [True, False])
async def test_who_shows_nothing_where_a_login_is_needed_is_asked_for_it(
    application, site, settings, with_login, monkeypatch, says
):
    settings.WAVES = {}
    monkeypatch.setattr(consumers, "FIRST_SECONDS", 10.0 if says else 0.01)
    async with Peer(application, "/ws/") as peer:
        if says:
            peer.say(type="subscribe", stream="sine")
        assert await peer.until_closed() == (4403, visitors.LOG_IN)


@pytest.mark.parametrize(
    "fault", [InterfaceError("connection already closed"), ConnectionError("no cache")], ids=type
)
async def test_who_cannot_be_asked_after_is_sent_no_more(
    application, site, restricted, fault, monkeypatch, caplog
):
    """A host's sessions may be in a cache, and its database another one than ours."""
    access.public.stored = frozenset()
    monkeypatch.setattr(guarding, "_faults", Bounded(1))
    is_away = False

    def user_of(scope):
        if is_away:
            raise fault
        return site.user

    monkeypatch.setattr(visitors, "get_user", user_of)
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        is_away = True
        assert (await peer.until_closed())[0] == 1012
        assert type(fault).__name__ in caplog.text


async def test_a_fault_of_one_look_ends_no_later_one(application, restricted, monkeypatch):
    faults = [InterfaceError("connection already closed")]
    read = access.public.read

    def faulty() -> None:
        if faults and not access.public.stored:
            raise faults.pop()
        read()

    monkeypatch.setattr(access.public, "read", faulty)
    async with Peer(application, "/ws/streams/sine/") as peer:
        await peer.until(lambda: peer.of_type("stream"))
        restricted.sees, access.public.stored = set(), frozenset()
        assert (await peer.until_closed())[0] == 4403
    assert not faults


async def test_a_key_that_was_right_is_no_wrong_one_of_its_address(
    application, restricted, shown, monkeypatch
):
    """Whoever else shows keys from there goes on."""
    wrong: list[str] = []

    async def grant_from(address, key):
        try:
            return await shown.grant_for(key)
        except AccessError:
            wrong.append(address)
            raise

    monkeypatch.setattr(visitors, "grant_from", grant_from)
    async with Peer(application, "/ws/") as peer:
        peer.say(type="show", key="wg_good")
        peer.say(type="subscribe", stream="sine")
        await peer.until(lambda: peer.of_type("stream"))
        shown.problem = "This link was revoked."
        assert (await peer.until_closed())[0] == 4403
    assert wrong == []
    async with Peer(application, "/ws/") as peer:
        peer.say(type="show", key="wg_good")
        assert (await peer.until_closed())[0] == 4403
    assert len(wrong) == 1
