"""Streams that were renamed: who knows a former slug goes on to find the stream."""

import pytest
from django.db import connection, transaction

from waves import specs
from waves.exceptions import UnknownStreamError
from waves.models import FormerSlug, Stream
from waves.tests.admin.forms import posted
from waves.web.lookup import find_stream

OLD = "/streams/sine/"


def rename(stream: Stream, slug: str) -> None:
    stream.slug = slug
    stream.save()


def former() -> dict[str, int]:
    return dict(FormerSlug.objects.values_list("slug", "stream_id"))


@pytest.mark.parametrize("query", ["", "?window=0.2&off=a,b:c&x=%C3%A4+%2B"])
def test_a_former_address_leads_to_the_stream_with_the_view_of_the_link(client, sine, query):
    rename(sine, "other")
    answer = client.get(f"{OLD}{query}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/streams/other/{query}"


def test_every_name_that_a_stream_ever_had_finds_it(client, sine):
    for slug in ("second", "third", "fourth"):
        rename(sine, slug)
    for slug in ("sine", "second", "third"):
        assert client.get(f"/streams/{slug}/").headers["Location"] == "/streams/fourth/"
    assert client.get("/streams/fourth/").status_code == 200


def test_a_stream_that_takes_its_name_back_stands_there(client, sine):
    rename(sine, "other")
    rename(sine, "sine")
    assert client.get(OLD).status_code == 200
    assert client.get("/streams/other/").headers["Location"] == OLD


def test_a_current_name_wins_over_a_former_one(client, sine):
    rename(sine, "other")
    new = Stream.objects.create(name="New", slug="sine")
    assert client.get(OLD).context["config"]["handle"] == new.pk
    rename(new, "newest")
    assert client.get(OLD).headers["Location"] == "/streams/newest/"


def test_a_stream_that_is_deleted_takes_its_former_names_with_it(client, sine):
    rename(sine, "other")
    sine.delete()
    assert client.get(OLD).status_code == 404
    assert former() == {}


def test_the_form_keeps_the_former_name(admin_client, sine):
    row = {"name": "Sine", "id": str(sine.signals.get().pk), "stream": str(sine.pk)}
    data = posted(row, initial=1, name="Sine", slug="by-the-form")
    answer = admin_client.post(f"/admin/waves/stream/{sine.pk}/change/", data)
    assert answer.status_code == 302
    assert former() == {"sine": sine.pk}


def test_what_saves_no_name_keeps_none(sine, django_assert_num_queries):
    sine.enabled = False
    with django_assert_num_queries(3):
        sine.save(update_fields=["enabled"])
    sine.save()
    assert former() == {}


def test_a_name_that_could_not_be_saved_is_none_that_it_had(sine):
    Stream.objects.create(name="Taken", slug="taken")
    with pytest.raises(Exception, match="UNIQUE"), transaction.atomic():
        rename(sine, "taken")
    assert former() == {}


def test_start_and_stop_work_under_a_former_name(admin_client, sine):
    rename(sine, "other")
    answer = admin_client.post(f"{OLD}control/", {"action": "stop"})
    assert answer.headers["Location"] == "/streams/other/"
    assert not Stream.objects.get().enabled


def test_a_slug_that_can_be_in_no_address_breaks_no_list(client, admin_client, sine):
    Stream.objects.update(slug="a b/ü")
    assert client.get("/").status_code == 200
    assert admin_client.get("/admin/waves/stream/").status_code == 200


@pytest.fixture
def looks(sine) -> specs.Looks:
    looks = specs.Looks()
    looks.read()
    return looks


def test_who_looks_sees_a_name_that_was_changed_past_the_model(looks, sine):
    Stream.objects.update(slug="other")
    looks.read()
    assert former() == {"sine": sine.pk}
    Stream.objects.update(slug="third")
    looks.read()
    assert former() == {"sine": sine.pk, "other": sine.pk}


def test_a_look_that_finds_nothing_new_writes_nothing(looks, django_assert_num_queries):
    with django_assert_num_queries(2):
        looks.read()


def test_a_name_that_could_not_be_kept_is_kept_at_a_later_look(looks, sine):
    Stream.objects.update(slug="other")

    def locked(execute, sql, *rest):
        if "INSERT" in sql:
            raise specs.DatabaseError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(locked):
        assert [spec.slug for spec, _ in looks.read()] == ["other"]
    assert former() == {}
    looks.read()
    assert former() == {"sine": sine.pk}


@pytest.mark.django_db(transaction=True)
async def test_a_socket_finds_a_stream_by_a_former_name():
    stream = await Stream.objects.acreate(name="Sine", slug="sine")
    stream.slug = "other"
    await stream.asave()
    handle, described = await find_stream("sine")
    assert handle == stream.pk
    assert described is not None
    assert described["slug"] == "other"
    with pytest.raises(UnknownStreamError):
        await find_stream("never")
