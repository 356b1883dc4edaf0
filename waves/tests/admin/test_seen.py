"""What the admin tells staff of streams that they may not see: nothing."""

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from waves.models import LISTED, Signal, Stream

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
