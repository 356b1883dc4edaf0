"""Who may see what, over every way in: a stream that one may not see occurs nowhere."""

import asyncio
import json
import math
import re
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from waves.tests.server.processes import Process, Site

#: The stream that is for some only: its name, its signal's and its description occur nowhere else.
NAME, SIGNAL, DESCRIPTION = "Kryptonite", "Glow", "Found near the quarry"
HIDDEN = re.compile(f"{NAME}|{SIGNAL}|{DESCRIPTION}|quarry-[a-z]+", re.IGNORECASE)
SLUG, FORMER, PUBLIC, ABSENT = "quarry-secret", "quarry-former", "sine", "absent"
#: Another one for the same people, of which there is no link.
UNSHARED = "unshared"

#: Makes users, keys and links, and keeps how each of them shows who they are.
MAKERS = """
import json
from datetime import timedelta
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from waves import keys, links
from waves.models import AccessKey, ShareLink, Signal, Stream

shown = {}
def user(name, **fields):
    made = get_user_model().objects.create_user(name, **fields)
    session = SessionStore()
    session[SESSION_KEY] = str(made.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = made.get_session_auth_hash()
    session.save()
    shown[name] = {"Cookie": f"sessionid={session.session_key}"}
    return made

def key(name, scopes, streams=(), **fields):
    row, text = keys.make_key(name, scopes, streams)
    AccessKey.objects.filter(pk=row.pk).update(**fields)
    shown[name] = {"Authorization": f"Bearer {text}"}

def link(name, kind="link", **fields):
    row, text = links.make(secret, kind, watcher, expires=now + timedelta(hours=1))
    grant = links.open_link(text).grant
    ShareLink.objects.filter(pk=row.pk).update(owner_name=name, **fields)
    shown[name] = {"Authorization": f"Bearer {grant}"}

now = timezone.now()
"""

#: Makes those who come, and prints how each of them shows who they are.
PEOPLE = f"""{MAKERS}
user("user")
listed, member = user("listed"), user("member")
lab = Group.objects.create(name="Lab")
member.groups.add(lab)
user("staff", is_staff=True)
watcher = user("staff who may view", is_staff=True)
watcher.user_permissions.add(Permission.objects.get(codename="view_stream"))
user("inactive", is_active=False)

secret = Stream.objects.get(slug="{FORMER}")
secret.slug, secret.visibility = "{SLUG}", "listed"
secret.listed_users, secret.listed_groups = [str(listed.pk)], [str(lab.pk)]
secret.save()
Stream.objects.filter(slug="{UNSHARED}").update(
    visibility="listed", listed_users=secret.listed_users, listed_groups=secret.listed_groups
)
sine = Stream.objects.get(slug="{PUBLIC}")
key("read key", ["read"])
key("read key for it", ["read"], [secret])
key("read key for another", ["read"], [sine])
key("write key", ["write"])
key("write key for another", ["write"], [sine])
link("share link")
link("revoked link", revoked=now)
link("expired link", expires=now - timedelta(seconds=1))
link("embed link", "embed")
key("revoked key", ["read"], [secret], revoked=now)
key("expired key", ["read"], [secret], expires=now - timedelta(seconds=1))
print("shown", json.dumps(shown))
"""

SEES = {
    *("listed", "member", "staff who may view"),
    *("read key", "read key for it", "share link", "embed link"),
}
SEES_NOT = {"anonymous", "user", "staff", "inactive", "read key for another"}
#: What is no key to read, and is told so before any stream is looked at.
REFUSED = {
    "write key": 403,
    "write key for another": 403,
    "revoked key": 401,
    "expired key": 401,
    "revoked link": 401,
    "expired link": 401,
}
#: Who shows something to programs; pages know sessions alone.
WITH_KEY = {
    *("read key", "read key for it", "read key for another", "share link", "embed link"),
    *REFUSED,
}
EVERYBODY = sorted({*SEES, *SEES_NOT, *REFUSED})

#: Addresses of one stream, and of the API, which programs with keys may ask for.
PAGES = ["/streams/{}/"]
API = [
    "/api/v1/streams/{}",
    "/api/v1/streams/{}/samples",
    "/api/v1/streams/{}/samples?format=csv",
    "/api/v1/streams/{}/samples?columns=100",
    "/api/v1/streams/{}/samples?from=0&to=99999999999&columns=100",
    "/api/v1/streams/{}/epochs",
    "/api/v1/streams/{}/crossing?signal=sine&level=0.5&from=0",
    "/api/v1/streams/{}/export?format=csv",
]
LISTS = ["/", "/api/v1/streams"]
OTHERS = [
    "/metrics",
    f"/embed/{ABSENT}/",
    "/shared/",
    "/api/v1/openapi.json",
    "/healthz/ready",
    "/sign-in/",
    "/nowhere/",
]


@dataclass
class Place:
    """The site: its server, and what each of those who come shows."""

    site: Site
    server: Process
    shown: dict[str, dict[str, str]]

    def ask(self, path: str, who: str, method: str = "GET") -> tuple[int, str, str]:
        """Status, body and headers of an answer."""
        # From elsewhere: whoever asks on this machine is its operator.
        # And each from a place of their own: who shows wrong keys is not listened to for long.
        place = EVERYBODY.index(who) if who in EVERYBODY else 250
        headers = {"X-Forwarded-For": f"203.0.113.{place}", **self.shown.get(who, {})}
        asked = urllib.request.Request(
            f"http://{self.server.address}{path}", headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.read().decode(errors="replace"), str(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), str(error.headers)

    def socket(self, path: str, who: str) -> connect:
        return connect(
            f"ws://{self.server.address}{path}",
            subprotocols=["waves.v1.json"],
            additional_headers=self.shown.get(who, {}),
            max_size=None,
        )


@pytest.fixture(scope="module")
def place(prepared_site, tmp_path_factory) -> Iterator[Place]:
    site = Site(tmp_path_factory.mktemp("access"), WAVES_TRUSTED_PROXIES="127.0.0.1")
    site.start_from(prepared_site)
    texts = {"name": NAME, "description": DESCRIPTION, "frames_per_second": 10, "record": 1}
    handle = site.add_stream(FORMER, "sine", **texts)
    site.execute("UPDATE waves_signal SET name = ? WHERE stream_id = ?", SIGNAL, handle)
    site.add_stream(UNSHARED, "sine", name=NAME, enabled=0)
    printed = site.manage("shell", "-v0", "-c", PEOPLE)
    shown = json.loads(printed.partition("shown ")[2])
    with site.serve("daphne") as server:
        place = Place(site, server, shown)
        server.await_answer("/api/v1/streams/sine", words='"live"')
        yield place


def without_slugs(text: str) -> str:
    """An answer without what was asked for, and without what each answer has of its own."""
    text = re.sub(f"{SLUG}|{FORMER}|{ABSENT}|{UNSHARED}", "SLUG", text)
    text = re.sub(r'nonce="[^"]+"|nonce-[\w+/=-]+|csrfmiddlewaretoken" value="\w+"', "", text)
    return re.sub(r"(?m)^(Date|Content-Length|Set-Cookie): .*$", "", text)


@pytest.mark.parametrize("path", [*PAGES, *API])
@pytest.mark.parametrize("who", EVERYBODY)
def test_what_is_of_one_stream(place, who, path):
    is_page = path in PAGES
    status, body, headers = place.ask(path.format(SLUG), who)
    if who in REFUSED and not is_page:
        assert status == REFUSED[who]
    elif who in SEES and not (is_page and who in WITH_KEY):
        assert status == 200
        return
    else:
        assert status == 404
    # As of a stream that is not there, by its own slug and by a former one.
    absent = place.ask(path.format(ABSENT), who)
    former = place.ask(path.format(FORMER), who)
    assert former[0] == absent[0] == status
    for part in (1, 2):
        assert without_slugs((status, body, headers)[part]) == without_slugs(absent[part])
        assert without_slugs(former[part]) == without_slugs(absent[part])
    assert not HIDDEN.search(body.replace(SLUG, ""))


@pytest.mark.parametrize("path", [*LISTS, *OTHERS])
@pytest.mark.parametrize("who", EVERYBODY)
def test_what_names_many_streams_or_none(place, who, path):
    status, body, headers = place.ask(path, who)
    if path == "/api/v1/streams":
        assert status == REFUSED.get(who, 200)
    is_signed_in = who in SEES and who not in WITH_KEY
    # Who is signed in already is led from there to the list.
    shows = is_signed_in if path in ("/", "/sign-in/") else path in LISTS and who in SEES
    assert bool(HIDDEN.search(body)) == shows
    assert not HIDDEN.search(headers)
    if path == "/":  # nor how many there are
        cards, of_nobody = (
            len(re.findall('class="card"', text)) for text in (body, place.ask("/", "")[1])
        )
        assert cards - of_nobody == 2 * shows


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_frame_of_what_is_not_embedded_is_as_of_what_is_not_there(place, who):
    unshared, absent = (place.ask(f"/embed/{slug}/", who) for slug in (UNSHARED, ABSENT))
    assert unshared[0] == absent[0] == 404
    for part in (1, 2):
        assert without_slugs(unshared[part]) == without_slugs(absent[part])


@pytest.mark.parametrize("who", ["anonymous", "user", "staff"])
def test_nobody_stops_or_asks_after_what_they_may_not_see(place, who):
    shown = place.shown.get(who, {})
    place.shown["poster"] = {
        "Cookie": f"{shown.get('Cookie', '')}; csrftoken={'a' * 32}".strip("; "),
        "X-CSRFToken": "a" * 32,
    }
    answers = [place.ask(f"/streams/{slug}/control/", "poster", "POST") for slug in (SLUG, ABSENT)]
    assert without_slugs(answers[0][1]) == without_slugs(answers[1][1])
    assert answers[0][0] == answers[1][0]


async def texts(socket) -> AsyncIterator[str]:
    """What a socket says, until it is closed."""
    with suppress(ConnectionClosed):
        while True:
            yield await socket.recv()


async def received(socket, seconds: float = 10) -> tuple[list[dict], int]:
    """What a socket says until it shows samples or is closed, and the code of the close."""
    told: list[dict] = []
    async with asyncio.timeout(seconds):
        async for text in texts(socket):
            told.append(json.loads(text))
            if told[-1]["type"] == "data":
                return told, 0
    return told, socket.close_code or 0


@pytest.mark.parametrize("who", EVERYBODY)
async def test_sockets_of_one_stream(place, who):
    answers = []
    for slug in (SLUG, FORMER, ABSENT):
        async with place.socket(f"/ws/streams/{slug}/", who) as socket:
            told, code = await received(socket)
        answers.append((code, re.sub(f"{SLUG}|{FORMER}|{ABSENT}", "", told[-1].get("message", ""))))
        if who in SEES and slug != ABSENT:
            assert code == 0
            assert told[-1]["type"] == "data"
            return
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == (4403 if who in REFUSED else 4404)


@pytest.mark.parametrize("who", sorted(SEES_NOT))
async def test_thumbnails_and_counts(place, who):
    """The socket of the list: it shows many streams, each for as long as it may."""
    async with place.socket("/ws/", who) as socket:
        for slug in (SLUG, ABSENT, PUBLIC):
            await socket.send(json.dumps({"type": "subscribe", "stream": slug}))
        told, said = [], []
        async with asyncio.timeout(10):
            async for text in texts(socket):
                said.append(text)
                told.append(json.loads(text))
                if told[-1]["type"] == "data":
                    break
    errors = [each for each in told if each["type"] == "error"]
    assert [each["code"] for each in errors[:2]] == ["unknown_stream"] * 2
    assert errors[0]["message"].replace(SLUG, ABSENT) == errors[1]["message"]
    assert not HIDDEN.search("".join(said).replace(SLUG, ""))


@dataclass(frozen=True)
class Loss:
    """How a viewer loses the right to a stream: a change of the database behind the server's back,
    and so many seconds until it holds."""

    viewer: str
    change: str
    slug: str = SLUG
    seconds: float = 0


OPEN, SIGNED_IN = "leaver-open", "leaver-signed-in"
HIDE = "UPDATE waves_stream SET visibility = 'listed' WHERE slug = '{}'"
OF_USER = "(SELECT id FROM auth_user WHERE username = '{}')"
OF_SESSION = "DELETE FROM django_session WHERE session_key = '{session}'"
OTHERS_LISTED = (
    "SELECT json_group_array(value) FROM json_each(listed_users) "
    f"WHERE value != CAST({OF_USER} AS TEXT)"
)
#: As Django stores a moment in SQLite.
NOW, SOON = (f"strftime('%Y-%m-%d %H:%M:%f', 'now', '+{seconds} seconds')" for seconds in (0, 1))
LOSSES = {
    "logs out": Loss("leaver", OF_SESSION),
    "is deactivated": Loss(
        "leaver off", "UPDATE auth_user SET is_active = 0 WHERE username = '{}'"
    ),
    "leaves the group": Loss(
        "leaver of Lab", f"DELETE FROM auth_user_groups WHERE user_id = {OF_USER}"
    ),
    "is deleted": Loss("leaver gone", "DELETE FROM auth_user WHERE username = '{}'"),
    "has a new password": Loss(
        "leaver anew", "UPDATE auth_user SET password = 'another' WHERE username = '{}'"
    ),
    "leaves the list": Loss(
        "leaver listed",
        f"UPDATE waves_stream SET listed_users = ({OTHERS_LISTED}) WHERE slug = '{SLUG}'",
    ),
    "saw what was for everyone": Loss("", HIDE.format(OPEN), OPEN),
    "saw what was for whoever is signed in": Loss("user", HIDE.format(SIGNED_IN), SIGNED_IN),
    "has a key that is revoked": Loss(
        "leaver key", f"UPDATE waves_accesskey SET revoked = {NOW} WHERE name = '{{}}'"
    ),
    "has a key that expires": Loss(
        "leaver brief key",
        f"UPDATE waves_accesskey SET expires = {SOON} WHERE name = '{{}}'",
        seconds=1,
    ),
    "has a link that is revoked": Loss(
        "leaver link", f"UPDATE waves_sharelink SET revoked = {NOW} WHERE owner_name = '{{}}'"
    ),
    "has a link that expires": Loss(
        "leaver brief link",
        f"UPDATE waves_sharelink SET expires = {SOON} WHERE owner_name = '{{}}'",
        seconds=1,
    ),
    "has a wall link that is revoked": Loss(
        "leaver wall", f"UPDATE waves_sharelink SET revoked = {NOW} WHERE owner_name = '{{}}'"
    ),
    "has a link whose maker may not see it": Loss(
        "leaver with maker", "UPDATE auth_user SET is_active = 0 WHERE username = 'leaver maker'"
    ),
}
LEAVERS = f"""{MAKERS}
secret = Stream.objects.get(slug="{SLUG}")
watcher = get_user_model().objects.get(username="staff who may view")
for name in ("leaver", "leaver off", "leaver of Lab", "leaver gone", "leaver anew"):
    user(name).groups.add(Group.objects.get(name="Lab"))
secret.listed_users.append(str(user("leaver listed").pk))
secret.save()
key("leaver key", ["read"], [secret])
key("leaver brief key", ["read"], [secret])
link("leaver link")
link("leaver brief link")
link("leaver wall", "wall")
watcher = user("leaver maker")
watcher.groups.add(Group.objects.get(name="Lab"))
link("leaver with maker")
print("shown", json.dumps(shown))
"""


@pytest.fixture
def leavers(place) -> Iterator[None]:
    """Those who will lose their right, and two streams that are for more than some."""
    site = place.site
    seen_by = {OPEN: "everyone", SIGNED_IN: "signed-in"}
    added = [
        site.add_stream(slug, "sine", visibility=seen_by[slug], frames_per_second=10)
        for slug in seen_by
    ]
    printed = site.manage("shell", "-v0", "-c", LEAVERS)
    place.shown |= json.loads(printed.partition("shown ")[2])
    yield
    for stream in added:
        site.remove_stream(stream)
    site.execute("DELETE FROM auth_user WHERE username LIKE 'leaver%'")
    site.execute("DELETE FROM auth_user_groups WHERE user_id NOT IN (SELECT id FROM auth_user)")


async def test_who_loses_the_right_is_sent_nothing_after_five_seconds(place, leavers):
    async with AsyncExitStack() as opened:

        async def watch(viewer: str, slug: str = SLUG) -> tuple[ClientConnection, asyncio.Task]:
            path = f"/ws/streams/{slug}/"
            socket = await opened.enter_async_context(place.socket(path, viewer))
            assert (await received(socket, 20))[1] == 0
            return socket, asyncio.create_task(last_data(socket))

        (kept, of_kept), *lost = await asyncio.gather(
            watch("listed"), *(watch(loss.viewer, loss.slug) for loss in LOSSES.values())
        )
        since = {}
        for name, loss in LOSSES.items():
            session = place.shown.get(loss.viewer, {}).get("Cookie", "").partition("=")[2]
            place.site.execute(loss.change.format(loss.viewer, session=session))
            since[name] = time.monotonic() + loss.seconds
        ends = dict(zip(LOSSES, [await reading for _, reading in lost], strict=True))
        codes = {name: socket.close_code for name, (socket, _) in zip(LOSSES, lost, strict=True)}
        assert codes == dict.fromkeys(LOSSES, 4403)
        late = {name: end - since[name] for name, end in ends.items()}
        assert {name: seconds for name, seconds in late.items() if seconds >= 5} == {}
        # Who keeps the right is sent samples all the while.
        await asyncio.sleep(0.5)
        assert kept.close_code is None
        await kept.close()
        assert await of_kept > max(ends.values())
    for name, loss in LOSSES.items():
        shows_key = "Authorization" in place.shown.get(loss.viewer, {})
        path = f"/api/v1/streams/{loss.slug}" if shows_key else f"/streams/{loss.slug}/"
        assert (name, place.ask(path, loss.viewer)[0]) == (name, 401 if shows_key else 404)


async def last_data(socket: ClientConnection) -> float:
    """When a socket brought samples last, until it was closed, or for long enough."""
    last = -math.inf
    with suppress(TimeoutError):
        async with asyncio.timeout(30):
            async for text in texts(socket):
                if json.loads(text)["type"] == "data":
                    last = time.monotonic()
    return last
