"""Who may see what, over every way in: a stream that one may not see occurs nowhere."""

import asyncio
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from waves.tests.server.processes import Process, Site

#: The stream that is for some only: its name, its signal's and its description occur nowhere else.
NAME, SIGNAL, DESCRIPTION = "Kryptonite", "Glow", "Found near the quarry"
HIDDEN = re.compile(f"{NAME}|{SIGNAL}|{DESCRIPTION}|quarry-[a-z]+", re.IGNORECASE)
SLUG, FORMER, PUBLIC, ABSENT = "quarry-secret", "quarry-former", "sine", "absent"
#: Another one for the same people, of which there is no link.
UNSHARED = "unshared"

#: Makes those who come, and prints how each of them shows who they are.
PEOPLE = f"""
import json
from datetime import timedelta
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from waves import keys, links
from waves.models import AccessKey, ShareLink, Signal, Stream

shown = {{}}
def user(name, **fields):
    made = get_user_model().objects.create_user(name, **fields)
    session = SessionStore()
    session[SESSION_KEY] = str(made.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = made.get_session_auth_hash()
    session.save()
    shown[name] = {{"Cookie": f"sessionid={{session.session_key}}"}}
    return made

def key(name, scopes, streams=(), **fields):
    row, text = keys.make_key(name, scopes, streams)
    AccessKey.objects.filter(pk=row.pk).update(**fields)
    shown[name] = {{"Authorization": f"Bearer {{text}}"}}

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
now = timezone.now()
key("read key", ["read"])
key("read key for it", ["read"], [secret])
key("read key for another", ["read"], [sine])
key("write key", ["write"])
key("write key for another", ["write"], [sine])
def link(name, kind="link", **fields):
    row, text = links.make(secret, kind, watcher, expires=now + timedelta(hours=1))
    grant = links.open_link(text).grant
    ShareLink.objects.filter(pk=row.pk).update(**fields)
    shown[name] = {{"Authorization": f"Bearer {{grant}}"}}

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


def end_session(place: Place) -> None:
    key = place.shown["leaver"]["Cookie"].partition("=")[2]
    place.site.execute("DELETE FROM django_session WHERE session_key = ?", key)


def changes(sql: str, *values: object):
    return lambda place: place.site.execute(sql, *values)


OF_LEAVER = "(SELECT id FROM auth_user WHERE username = 'leaver')"


@pytest.mark.parametrize(
    "revoke",
    [
        pytest.param(end_session, id="logs out"),
        pytest.param(
            changes("UPDATE auth_user SET is_active = 0 WHERE username = 'leaver'"),
            id="is deactivated",
        ),
        pytest.param(
            changes(f"DELETE FROM auth_user_groups WHERE user_id = {OF_LEAVER}"),
            id="leaves the group",
        ),
        pytest.param(changes("DELETE FROM auth_user WHERE username = 'leaver'"), id="is deleted"),
    ],
)
async def test_who_loses_the_right_is_sent_nothing_after_five_seconds(place, revoke):
    printed = place.site.manage("shell", "-v0", "-c", LEAVES)
    place.shown |= json.loads(printed.partition("shown ")[2])
    try:
        async with place.socket(f"/ws/streams/{SLUG}/", "leaver") as socket:
            await received(socket)
            revoke(place)
            at = last = time.monotonic()
            async with asyncio.timeout(10):
                async for text in texts(socket):
                    if json.loads(text)["type"] == "data":
                        last = time.monotonic()
            assert socket.close_code == 4403
            assert last - at < 5
        assert place.ask(f"/streams/{SLUG}/", "leaver")[0] == 404
    finally:
        for table in ("auth_user_groups", "django_admin_log"):
            place.site.execute(f"DELETE FROM {table} WHERE user_id = {OF_LEAVER}")
        place.site.execute("DELETE FROM auth_user WHERE username = 'leaver'")


LEAVES = (
    PEOPLE.partition('user("user")')[0]
    + """
made = user("leaver")
made.groups.add(Group.objects.get(name="Lab"))
print("shown", json.dumps(shown))
"""
)
