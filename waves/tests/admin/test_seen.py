"""What the admin tells staff of streams that they may not see: nothing."""

from datetime import timedelta

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from waves import keys, links
from waves.audit import note
from waves.database import installation
from waves.models import LISTED, AccessKey, ShareLink, Signal, Stream
from waves.recorded import Recording
from waves.tests.admin.forms import posted
from waves.tests.admin.test_admin_form import ADD, errors_of

pytestmark = pytest.mark.django_db(databases=["default", "recordings"])
NAME, SLUG, ABSENT = "Kryptonite", "quarry-secret", 99_999


@pytest.fixture
def secret() -> Stream:
    """A stream that is for nobody but who may view all."""
    stream = Stream.objects.create(name=NAME, slug=SLUG, visibility=LISTED)
    Signal.objects.create(stream=stream, name="Glow", key="glow")
    return stream


def staff(*permissions: str, name: str = "staff") -> Client:
    """A staff user who has these permissions, and whose browser is signed in."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_the_way_to_the_page_of_a_thing_names_no_stream(secret, sine):
    client, kind = staff(), ContentType.objects.get_for_model(Stream).pk
    answers = [client.get(f"/admin/r/{kind}/{pk}/") for pk in (secret.pk, sine.pk, ABSENT)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert not any(answer.has_header("Location") for answer in answers)


def test_who_may_view_streams_goes_on_to_the_page(secret):
    client = staff("view_stream")
    page = client.get(f"/admin/waves/stream/{secret.pk}/change/").content.decode()
    assert f'href="/streams/{SLUG}/">Watch live</a>' in page
    assert client.get(f"/admin/waves/stream/{secret.pk}/history/").status_code == 200


@pytest.mark.parametrize("at", ["change", "history", "delete"])
def test_a_page_of_a_stream_is_refused_whether_there_is_one_or_not(secret, at):
    client = staff()
    answers = [client.get(f"/admin/waves/stream/{pk}/{at}/") for pk in (secret.pk, ABSENT)]
    assert [answer.status_code for answer in answers] == [403] * 2


KEYS = "/admin/waves/accesskey/"


class PerStream(ModelBackend):
    """A backend of a host that knows of objects: it lets staff view one stream."""

    def has_perm(self, user_obj, perm, obj=None):
        one = obj is not None and perm == "waves.view_stream" and obj.slug == SLUG
        return one or super().has_perm(user_obj, perm, obj)


@pytest.fixture
def linked(secret, admin_user) -> ShareLink:
    """The stream was shared and stopped, which the log says."""
    ends = timezone.now() + timedelta(hours=1)
    link, _ = links.make(secret, "link", admin_user, expires=ends)
    note(admin_user, secret, "Stopped.")
    note(admin_user, link, "Revoked.")
    return link


LISTS = {
    "view_sharelink": "/admin/waves/sharelink/",
    "view_logentry": "/admin/admin/logentry/",
    "add_accesskey": f"{KEYS}add/",
}


@pytest.mark.parametrize("permission", LISTS)
def test_a_list_names_what_one_may_see_alone(linked, sine, settings, permission):
    note(User.objects.get(), sine, "Started.")
    links.make(sine, "wall")
    at = LISTS[permission]
    page = staff(permission).get(at).content.decode()
    assert (NAME in page, "Sine" in page) == (False, True)
    assert NAME in staff(permission, "view_stream", name="viewer").get(at).content.decode()
    settings.AUTHENTICATION_BACKENDS = ["waves.tests.admin.test_seen.PerStream"]
    assert NAME in staff(permission, name="of one").get(at).content.decode()


def test_neither_has_a_link_a_page_where_its_stream_may_not_be_seen(linked):
    at = f"/admin/waves/sharelink/{linked.pk}/change/"
    assert staff("view_sharelink").get(at).status_code == 302
    assert staff("view_sharelink", "view_stream", name="viewer").get(at).status_code == 200


def test_the_log_says_of_a_link_and_of_the_list_what_names_no_stream(linked):
    page = staff("view_logentry").get(LISTS["view_logentry"]).content.decode()
    assert linked.prefix in page


def test_a_key_that_reads_or_is_for_all_is_made_by_who_views_all(secret, sine):
    asked = {"name": "a board", "may_read": "on", "may_make": "on", "all_streams": "on"}
    one = {**asked, "streams": [sine.pk]}
    assert staff("add_accesskey").post(f"{KEYS}add/", one).status_code == 302
    key = AccessKey.objects.get()
    assert (key.may_read, key.may_make, key.all_streams) == (False, False, False)
    assert [stream.pk for stream in key.streams.all()] == [sine.pk]
    staff("add_accesskey", "view_stream", name="viewer").post(f"{KEYS}add/", asked)
    key = AccessKey.objects.exclude(pk=key.pk).get()
    assert (key.may_read, key.may_make, key.all_streams) == (True, True, True)


def test_a_key_is_for_no_stream_that_one_may_not_see(secret):
    client = staff("add_accesskey")
    for pk in (secret.pk, ABSENT):
        answer = client.post(f"{KEYS}add/", {"name": "a board", "streams": [pk]})
        assert errors_of(answer)["streams"] == [
            f"Select a valid choice. {pk} is not one of the available choices."
        ]


def test_streams_of_a_key_that_are_not_shown_stay(secret, sine):
    key, _ = keys.make_key("a board", ["write"], [secret, sine])
    client, at = staff("change_accesskey"), f"{KEYS}{key.pk}/change/"
    page = client.get(at).content.decode()
    assert (NAME in page, "Sine" in page) == (False, True)
    assert client.post(at, {"name": "another", "may_write": "on"}).status_code == 302
    key.refresh_from_db()
    assert (key.name, list(key.streams.all())) == ("another", [secret])
    assert NAME not in staff("view_accesskey", name="reader").get(at).content.decode()
    assert client.get(f"{KEYS}?streams={secret.pk}").status_code == 400


def test_a_key_that_opens_more_than_one_may_see_is_revoked_and_not_changed(secret):
    key, _ = keys.make_key("a board", ["read"], [secret])
    client, at = staff("change_accesskey"), f"{KEYS}{key.pk}/change/"
    assert NAME not in client.get(at).content.decode()
    assert client.post(at, {"name": "another"}).status_code == 403
    client.post(KEYS, {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert (key.name, key.revoked is None) == ("a board", False)


def test_what_one_may_not_see_is_not_copied(secret, sine):
    client = staff("add_stream")
    for pk in (secret.pk, ABSENT):
        answer = client.post(f"/admin/waves/stream/{pk}/duplicate/")
        assert answer.headers["Location"] == "/admin/waves/stream/"
    assert Stream.objects.count() == 2
    client.post(f"/admin/waves/stream/{sine.pk}/duplicate/")
    assert Stream.objects.filter(name="Sine 2").exists()


@pytest.mark.parametrize("at", ["preview/", "test/"])
def test_the_form_of_a_new_stream_says_of_none_whether_it_is_there(secret, at):
    client = staff("add_stream")
    bodies = [
        client.post(f"/admin/waves/stream/{at}", {"_stream": pk}).content
        for pk in (secret.pk, ABSENT)
    ]
    assert bodies[0] == bodies[1]


def test_what_one_may_not_see_is_neither_deleted_nor_named(secret):
    answer = staff("delete_stream").get(f"/admin/waves/stream/{secret.pk}/delete/")
    assert answer.status_code == 302


def test_a_recording_is_replayed_by_who_may_see_its_stream(secret, sine):
    for stream in (secret, sine):
        identity = installation.find().identity
        Recording.objects.using("recordings").create(
            stream=stream.uuid, installation=identity, name=stream.name
        )
    client = staff("add_stream")
    page = client.get(ADD).content.decode()
    assert (NAME in page, 'value="sine"' in page) == (False, True)
    answer = client.post(ADD, posted(source="recording", recording__stream=SLUG))
    assert "Select a valid choice" in errors_of(answer)["recording__stream"][0]
    assert NAME in staff("add_stream", "view_stream", name="viewer").get(ADD).content.decode()
