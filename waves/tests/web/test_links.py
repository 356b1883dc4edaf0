"""Links that share a stream: what they open, for whom, and when they open nothing any more."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from waves import keys, links
from waves.exceptions import AccessError, TooMuchError
from waves.models import LISTED, ShareLink, Signal, Stream
from waves.web import credentials
from waves.web.version import page_version

pytestmark = pytest.mark.django_db(transaction=True)
STREAMS = "/api/v1/streams"
PARENT = "https://blog.example"


@pytest.fixture(autouse=True)
def forgotten(monkeypatch):
    """What other tests asked for is not known, and what was asked for is asked for again."""
    for memory in (keys, "_remembered"), (links, "_remembered"), (credentials, "_wrong"):
        monkeypatch.setattr(*memory, {})
    monkeypatch.setattr(links, "REMEMBER_SECONDS", 0.0)


@pytest.fixture
def maker():
    user = User.objects.create_user("maker")
    user.user_permissions.add(Permission.objects.get(codename="add_sharelink"))
    return user


@pytest.fixture
def stream(maker):
    """One that the maker may see, and not everyone."""
    made = Stream.objects.create(
        name="Sine", slug="sine", visibility=LISTED, listed_users=[str(maker.pk)]
    )
    Signal.objects.create(stream=made, name="a", key="a")
    Stream.objects.create(name="Other", slug="other")
    return made


def made(stream, user, kind="link", **fields):
    expires = timezone.now() + timedelta(hours=2) if kind == "link" else None
    return links.make(stream, kind, user, **{"expires": expires, **fields})


def ended(row: ShareLink) -> None:
    ShareLink.objects.filter(pk=row.pk).update(expires=timezone.now() - timedelta(seconds=1))


def words_of(text: str) -> str:
    with pytest.raises(AccessError) as caught:
        links.find_grant(text)
    assert caught.value.status == 401
    return str(caught.value)


def test_a_key_opens_its_stream_and_no_other(stream, maker):
    row, key = made(stream, maker)
    grant = links.find_grant(links.open_link(key).grant)
    assert grant.covers(stream.pk)
    assert not grant.covers(Stream.objects.get(slug="other").pk)
    assert (grant.scopes, row.digest != key) == ({"read"}, True)


def test_what_was_opened_ends_with_the_link(stream, maker):
    for change, said in ((links.revoke, "was revoked"), (ended, "has expired")):
        row, key = made(stream, maker)
        grant = links.open_link(key).grant
        change(row)
        assert said in words_of(grant)
        with pytest.raises(AccessError, match=said):
            links.open_link(key)


def test_a_link_shows_no_more_than_its_maker_may_see(stream, maker):
    _, key = made(stream, maker)
    grant = links.open_link(key).grant
    Stream.objects.filter(pk=stream.pk).update(listed_users=[])
    assert words_of(grant) == links.NOT_SEEN
    Stream.objects.filter(pk=stream.pk).update(visibility="everyone")
    links.find_grant(grant)
    User.objects.filter(pk=maker.pk).update(is_active=False)
    assert words_of(grant) == links.NOT_SEEN
    maker.delete()
    assert words_of(grant) == links.NOT_SEEN


def test_a_grant_is_good_for_an_hour_and_no_longer_than_the_link(stream, maker, monkeypatch):
    row, key = made(stream, maker, expires=timezone.now() + timedelta(seconds=90))
    opened = links.open_link(key)
    assert opened.expires == int(row.expires.timestamp())
    monkeypatch.setattr(links, "GRANT_SECONDS", -1)
    assert words_of(opened.grant) == links.ENDED


def test_what_nobody_signed_is_no_grant(stream, maker):
    row, key = made(stream, maker)
    grant = links.open_link(key).grant
    for text in ("wg_", f"wg_{row.prefix}", grant[:-1], key, keys.digest_of(key)):
        assert words_of(text) == links.UNKNOWN
    with pytest.raises(AccessError, match="no such link"):
        links.open_link(f"{row.prefix}.wrong")


def test_nobody_has_more_links_than_they_can_look_after(stream, maker, monkeypatch):
    monkeypatch.setattr(links, "MOST_LIVE", 1)
    row, _ = made(stream, maker)
    with pytest.raises(TooMuchError, match="revoke some"):
        made(stream, maker)
    links.revoke(row)
    made(stream, maker)


def test_who_may_frame_a_stream(stream, maker, django_assert_num_queries):
    made(stream, maker, "embed", parents=[PARENT, "https://a.example:8443"])
    row, _ = made(stream, maker, "embed", parents=[PARENT])
    both = [PARENT, "https://a.example:8443"]
    for slug, parents, queries in (("sine", both, 2), ("nothing", None, 1)):  # one for the maker
        with django_assert_num_queries(queries):
            assert links.parents_of(slug) == parents
    ShareLink.objects.exclude(pk=row.pk).update(revoked=timezone.now())
    stream.slug = "renamed"
    stream.save()
    assert links.parents_of("sine") == links.parents_of("renamed") == [PARENT]
    assert links.parents_of("other") is None


def get(client, path: str, grant: str):
    return client.get(path, headers={"Authorization": f"Bearer {grant}"})


def test_a_grant_is_shown_like_a_key_and_knows_one_stream(client, stream, maker):
    row, key = made(stream, maker)
    grant = links.open_link(key).grant
    assert [each["slug"] for each in get(client, STREAMS, grant).json()["streams"]] == ["sine"]
    for what in ("", "/samples", "/epochs"):
        # Under this server no stream runs, which is said of one that may be seen.
        assert get(client, f"{STREAMS}/sine{what}", grant).status_code == 503
        assert client.get(f"{STREAMS}/sine{what}").status_code == 404
        assert get(client, f"{STREAMS}/other{what}", grant).status_code == 404
    links.revoke(row)
    answer = get(client, f"{STREAMS}/sine", grant)
    assert (answer.status_code, answer.json()["error"]) == (401, "This link was revoked.")


def test_a_grant_sends_nothing_and_stands_in_no_address(client, stream, maker):
    _, key = made(stream, maker)
    grant = links.open_link(key).grant
    sent = {"headers": {"Authorization": f"Bearer {grant}"}, "content_type": "text/csv"}
    assert client.post(f"{STREAMS}/sine/samples", "t,a\n1,2\n", **sent).status_code == 403
    for shown in (grant, key):
        assert client.get(f"{STREAMS}?grant={shown}").status_code == 400
    assert get(client, STREAMS, key).json()["error"] == links.NO_GRANT


GRANTS = "/api/v1/grants"
LINKS = f"{STREAMS}/sine/links"
JSON = "application/json"


def show(client, key: str):
    return client.post(GRANTS, {"key": key}, content_type=JSON)


def ask(client, **asked):
    return client.post(LINKS, asked, content_type=JSON)


def test_a_key_is_exchanged_for_a_grant_without_a_session(client, stream, maker):
    row, key = made(stream, maker, view="window=2", controls=True)
    client.cookies["sessionid"] = "nobody-reads-this"
    answer = show(client, key)
    told = answer.json()
    assert (told["kind"], told["view"], told["controls"]) == ("link", "window=2", True)
    assert (told["config"]["slug"], told["config"]["staff"]) == ("sine", False)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert get(client, f"{STREAMS}/sine", told["grant"]).status_code == 503
    links.revoke(row)
    answer = show(client, key)
    assert (answer.status_code, answer.json()["error"]) == (401, "This link was revoked.")


def test_who_tries_keys_is_held_up(client, monkeypatch):
    monkeypatch.setattr(credentials, "MOST_WRONG", 1)
    monkeypatch.setattr(credentials, "_wrong", {})
    assert show(client, "wl_1.wrong").status_code == 401
    answer = show(client, "wl_1.wrong")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize(
    ("body", "status"), [("{", 400), ("{}", 422), ('{"key": 1}', 422), ("x" * 20_000, 422)]
)
def test_what_is_no_key_is_told_so(client, body, status):
    answer = client.post(GRANTS, body, content_type=JSON)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)
    assert client.get(GRANTS).status_code == 405


def test_a_link_is_made_listed_and_revoked(client, stream, maker):
    client.force_login(maker)
    answer = ask(client, kind="link", seconds=3600, view="?window=2")
    told = answer.json()
    assert (answer.status_code, told["embed"]) == (201, None)
    assert told["address"] == f"http://testserver/shared/#{told['key']}"
    assert show(client, told["key"]).json()["view"] == "window=2"
    (listed,) = client.get(LINKS).json()["links"]
    assert (listed["prefix"], listed["state"]) == (told["prefix"], "live")
    assert told["key"].partition(".")[2] not in client.get(LINKS).content.decode()
    assert client.post(f"/api/v1/links/{told['prefix']}/revoke").status_code == 200
    assert client.get(LINKS).json()["links"][0]["state"] == "revoked"
    assert show(client, told["key"]).status_code == 401


def test_an_embedded_one_comes_with_what_to_copy(client, stream, maker):
    Stream.objects.filter(pk=stream.pk).update(name='A "<b>')
    client.force_login(maker)
    told = ask(client, kind="embed", parents=[PARENT]).json()
    assert told["address"] == f"http://testserver/embed/sine/#{told['key']}"
    assert f'<iframe src="{told["address"]}" title="A &quot;&lt;b&gt;"' in told["embed"]
    assert told["expires"] is None


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "link"}, "expires"),
        ({"kind": "link", "seconds": 59}, "seconds"),
        ({"kind": "link", "seconds": 31 * 86400}, "seconds"),
        ({"kind": "page", "seconds": 60}, "kind"),
        ({"kind": "embed"}, "which pages"),
        ({"kind": "wall", "parents": [PARENT]}, "parents"),
        ({"kind": "wall", "view": "a" * 2001}, "view"),
        *(
            ({"kind": "embed", "parents": [origin]}, "origin")
            for origin in ("http://a.example", f"{PARENT}/", "https://*", "https://a;b", "'self'")
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, stream, maker, asked, words):
    client.force_login(maker)
    answer = ask(client, **asked)
    assert (answer.status_code, words in answer.json()["error"]) == (422, True)
    assert not ShareLink.objects.exists()


def test_who_may_not_share_makes_no_link(client, stream, maker):
    assert ask(client, kind="wall").status_code == 404
    other = User.objects.create_user("other")
    client.force_login(other)
    assert ask(client, kind="wall").status_code == 404
    Stream.objects.filter(pk=stream.pk).update(visibility="everyone")
    assert ask(client, kind="wall").status_code == 403
    row, _ = made(stream, maker)
    revoke = f"/api/v1/links/{row.prefix}/revoke"
    assert client.post(revoke).status_code == 404
    other.user_permissions.add(Permission.objects.get(codename="delete_sharelink"))
    assert client.post(revoke).status_code == 200


def test_another_site_makes_no_link_in_a_users_name(stream, maker):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(maker)
    assert ask(strict, kind="wall").status_code == 403
    assert not ShareLink.objects.exists()


def test_the_page_of_a_link_names_no_stream_and_reads_no_session(client, stream):
    client.cookies["sessionid"] = "nobody-reads-this"
    answer = client.get("/shared/")
    page = answer.content.decode()
    assert ('id="waves-shared"' in page, GRANTS in page, "Sine" in page) == (True, True, False)
    assert answer.context["opening"]["version"] == page_version()
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
        "no-store",
        "no-referrer",
    )
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("policy", [True, False])
def test_a_stream_is_framed_by_its_parents_alone(client, stream, maker, settings, policy):
    if not policy:
        settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "csp" not in each]
    row, _ = made(stream, maker, "embed", parents=[PARENT])
    answer = client.get("/embed/sine/")
    policies = answer.headers["Content-Security-Policy"].split("; ")
    assert f"frame-ancestors {PARENT}" in policies
    assert ("default-src 'none'" in policies) == policy
    assert "X-Frame-Options" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Sine" not in answer.content.decode()
    links.revoke(row)
    gone, unknown = client.get("/embed/sine/"), client.get("/embed/nothing/")
    assert gone.status_code == unknown.status_code == 404
    assert gone.headers["X-Frame-Options"] == "DENY"


def test_there_is_no_frame_where_no_maker_sees_the_stream_any_more(client, stream, maker):
    made(stream, maker, "embed", parents=[PARENT])
    made(stream, None, "embed", parents=["https://of-nobody.example"])
    assert links.parents_of("sine") == [PARENT]
    for is_active, status in ((False, 404), (True, 200)):
        User.objects.filter(pk=maker.pk).update(is_active=is_active)
        assert client.get("/embed/sine/").status_code == status
    Stream.objects.filter(pk=stream.pk).update(listed_users=[])
    assert client.get("/embed/sine/").status_code == 404


def test_the_admin_shows_links_and_revokes_them(admin_client, stream, maker):
    row, _ = made(stream, maker)
    place = "/admin/waves/sharelink/"
    assert row.prefix in admin_client.get(place).content.decode()
    shown = admin_client.get(f"{place}{row.pk}/change/").content.decode()
    assert "maker" in shown
    assert row.digest not in shown
    assert admin_client.get(f"{place}add/").status_code == 403
    admin_client.post(place, {"action": "revoke", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.state == "revoked"
