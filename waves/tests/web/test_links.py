"""Links that share a stream: what they open, for whom, and when they open nothing any more."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from waves import keys, links
from waves.exceptions import AccessError, TooMuchError
from waves.models import LISTED, ShareLink, Signal, Stream
from waves.web import credentials

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
    for slug, parents in (("sine", [PARENT, "https://a.example:8443"]), ("nothing", None)):
        with django_assert_num_queries(1):
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
