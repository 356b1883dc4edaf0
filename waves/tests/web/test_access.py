"""Who may see: one function of the host decides for page, list and API, and is asked anew soon."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db import OperationalError, connection

from waves import access
from waves.access import NOBODY, REMEMBER_SECONDS, Memory, Viewer
from waves.admin.order import copy_of
from waves.models import Stream

PATH = "waves.tests.web.test_access.may_view"


def may_view(viewer, stream) -> bool:
    """Stands for a host's function; a test says what it answers."""
    return host.answer(viewer, stream)


host = SimpleNamespace(answer=None)


@pytest.fixture
def asked(settings, monkeypatch):
    """Who was asked for which stream; ``answer`` says what the function answers."""
    calls = []
    settings.WAVES = {"may_view": PATH}
    monkeypatch.setattr(access, "_memory", Memory())

    def answering(answer):
        def decide(viewer, stream):
            calls.append((viewer.identity, stream.slug))
            return answer(viewer, stream)

        host.answer = decide
        return calls

    return answering


@pytest.fixture
def hidden(asked, sine) -> Stream:
    """A second stream that nobody sees, renamed once."""
    asked(lambda viewer, stream: stream.slug != "hidden")
    stream = Stream.objects.create(name="Hidden", slug="formerly")
    stream.slug = "hidden"
    stream.save()
    return stream


def test_without_a_function_everyone_may_see_and_nobody_is_asked(settings, sine):
    settings.WAVES = {}
    assert not access.own_function()
    assert access.may_view(NOBODY, sine)


def test_the_list_has_what_one_may_see(client, hidden):
    page = client.get("/")
    assert [stream["slug"] for stream in page.context["streams"]] == ["sine"]
    assert "Hidden" not in page.content.decode()


def same(client, one: str, other: str) -> None:
    """Two addresses are answered alike, but for what was asked for."""
    first, second = client.get(one), client.get(other)
    assert first.status_code == second.status_code == 404
    slugs = one.split("/")[-2], other.split("/")[-2]
    assert first.content.decode().replace(slugs[0], "") == second.content.decode().replace(
        slugs[1], ""
    )


@pytest.mark.parametrize("slug", ["hidden", "formerly"])
def test_a_page_of_what_one_may_not_see_is_like_one_that_is_not_there(client, hidden, slug):
    same(client, f"/streams/{slug}/", "/streams/absent/")


def test_staff_neither_stops_nor_learns_of_what_it_may_not_see(admin_client, hidden):
    answer = admin_client.post("/streams/hidden/control/", {"action": "stop"})
    assert answer.status_code == 404
    assert Stream.objects.get(slug="hidden").enabled


def test_the_user_of_the_request_is_the_viewer(client, asked, sine, django_user_model):
    user = django_user_model.objects.create_user("reader")
    asked(lambda viewer, stream: viewer.user.is_authenticated and viewer.user.username == "reader")
    assert client.get("/streams/sine/").status_code == 404
    client.force_login(user)
    assert client.get("/streams/sine/").status_code == 200


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_remembered_for_a_while_and_no_longer(asked, sine):
    clock = Clock()
    memory = Memory(clock)
    calls = asked(lambda viewer, stream: True)
    for _ in range(5):
        assert memory.sees(NOBODY, sine.pk)
    assert len(calls) == 1
    clock.now += REMEMBER_SECONDS
    asked(lambda viewer, stream: False)
    assert not memory.sees(NOBODY, sine.pk)
    assert REMEMBER_SECONDS * 2 <= 5


def test_each_viewer_is_asked_for_apart(asked, sine):
    memory = Memory()
    asked(lambda viewer, stream: viewer.identity == 1)
    assert memory.sees(Viewer(SimpleNamespace(pk=1)), sine.pk)
    assert not memory.sees(Viewer(SimpleNamespace(pk=2)), sine.pk)
    assert not memory.sees(NOBODY, sine.pk)


def test_what_is_remembered_is_bounded(asked, sine, monkeypatch):
    monkeypatch.setattr(access, "MOST_REMEMBERED", 10)
    memory = Memory()
    asked(lambda viewer, stream: True)
    for pk in range(100):
        memory.sees(Viewer(SimpleNamespace(pk=pk)), sine.pk)
    assert len(memory._answers) <= 10


def raises(viewer, stream):
    raise ValueError("no such group")


async def waits(viewer, stream):
    return True


@pytest.mark.parametrize(
    "answer", [raises, waits, lambda viewer, stream: "yes", lambda viewer, stream: None]
)
def test_a_function_that_fails_or_answers_otherwise_lets_nobody_see(asked, sine, caplog, answer):
    asked(answer)
    answered = Memory().sees(NOBODY, sine.pk)
    assert answered is False
    assert "may_view" in caplog.text


def test_a_function_that_is_not_there_lets_nobody_see(settings, sine, caplog):
    settings.WAVES = {"may_view": "plant.nowhere.may_view"}
    assert Memory().sees(NOBODY, sine.pk) is False
    assert "cannot be imported" in caplog.text


def test_a_database_that_cannot_be_read_is_told_as_that(asked, sine):
    def locked(viewer, stream):
        raise OperationalError("database is locked")

    asked(locked)
    with pytest.raises(OperationalError):
        Memory().sees(NOBODY, sine.pk)


def test_a_stream_that_was_deleted_is_seen_by_nobody(asked, db):
    asked(lambda viewer, stream: True)
    assert not Memory().sees(NOBODY, 4711)


# What a stream's own setting says, where there is no function


@pytest.fixture
def people(django_user_model, db):
    """One of each kind who may come."""
    make = django_user_model.objects.create_user
    group = Group.objects.create(name="Lab")
    view = Permission.objects.get(codename="view_stream")
    found = {
        "nobody": AnonymousUser(),
        "user": make("user"),
        "listed": make("listed"),
        "member": make("member"),
        "staff": make("staff", is_staff=True),
        "watcher": make("watcher", is_staff=True),
        "not staff": make("not-staff"),
        "superuser": make("superuser", is_staff=True, is_superuser=True),
        "inactive": make("inactive", is_active=False),
    }
    found["member"].groups.add(group)
    found["watcher"].user_permissions.add(view)
    found["not staff"].user_permissions.add(view)
    return found


SIGNED_IN = {"user", "listed", "member", "staff", "watcher", "not staff", "superuser"}
STAFF = {"watcher", "superuser"}


@pytest.mark.parametrize(
    ("visibility", "sees"),
    [
        ("everyone", {*SIGNED_IN, "nobody", "inactive"}),
        ("signed-in", SIGNED_IN),
        ("listed", {"listed", "member", *STAFF}),
        ("what no form would take", {"listed", "member", *STAFF}),
    ],
)
def test_each_visibility_is_for_those_that_it_names(sine, people, visibility, sees):
    sine.visibility = visibility
    sine.listed_users = [str(people["listed"].pk), str(people["inactive"].pk)]
    sine.listed_groups = [str(Group.objects.get(name="Lab").pk)]
    sine.save()
    found = {name for name, user in people.items() if access.may_view(Viewer(user), sine)}
    assert found == sees


@pytest.mark.parametrize("stored", [None, "1", {"1": 1}, 1, [[1]]])
def test_a_list_that_is_none_lists_nobody(sine, people, stored):
    sine.visibility, sine.listed_users, sine.listed_groups = "listed", stored, stored
    assert not access.may_view(Viewer(people["user"]), sine)


def test_a_project_without_users_shows_what_is_for_everyone_alone(sine):
    assert access.may_view(NOBODY, sine)
    sine.visibility = "signed-in"
    assert not access.may_view(NOBODY, sine)


class ByObject(ModelBackend):
    """A host's own: it knows who may view which stream."""

    def has_perm(self, user_obj, perm, obj=None):
        return obj is not None and obj.slug == "sine" and perm == "waves.view_stream"


def test_staff_may_be_let_in_stream_by_stream(sine, people, settings):
    settings.AUTHENTICATION_BACKENDS = ["waves.tests.web.test_access.ByObject"]
    other = Stream.objects.create(name="Other", slug="other", visibility="listed")
    sine.visibility = "listed"
    assert access.may_view(Viewer(people["staff"]), sine)
    assert not access.may_view(Viewer(people["staff"]), other)
    assert not access.may_view(Viewer(people["user"]), sine)


def test_a_list_asks_once_for_the_groups_of_who_asks(
    people, sine, client, django_assert_max_num_queries
):
    lab = [str(Group.objects.get(name="Lab").pk)]
    for number in range(20):
        Stream.objects.create(
            name=f"S{number}", slug=f"s{number}", visibility="listed", listed_groups=lab
        )
    client.force_login(people["member"])
    with django_assert_max_num_queries(10):
        page = client.get("/")
    assert len(page.context["streams"]) == 21
    client.logout()
    assert [stream["slug"] for stream in client.get("/").context["streams"]] == ["sine"]


def test_a_slug_of_another_day_leads_to_what_one_may_see_only(client, sine, people):
    sine.slug, sine.visibility = "wave", "signed-in"
    sine.save()
    assert client.get("/streams/sine/").status_code == 404
    client.force_login(people["user"])
    assert client.get("/streams/sine/")["Location"] == "/streams/wave/"
    Stream.objects.create(name="Another", slug="sine")
    assert client.get("/streams/sine/").status_code == 200


def test_a_copy_is_for_those_that_its_original_is_for(sine, people):
    sine.visibility, sine.listed_users = "listed", [str(people["listed"].pk)]
    sine.save()
    copy = copy_of(sine)
    assert (copy.visibility, copy.listed_users) == ("listed", sine.listed_users)


def test_a_row_that_former_code_makes_is_for_everyone(db):
    """In a rolling upgrade: it names none of the new columns."""
    stream = Stream(name="Old", slug="old")
    known = [f for f in Stream._meta.concrete_fields if f.name not in ("id", *NEW)]
    columns = ", ".join(field.column for field in known)
    values = [field.get_db_prep_save(getattr(stream, field.attname), connection) for field in known]
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(values))
        cursor.execute(f"INSERT INTO waves_stream ({columns}) VALUES ({marks})", values)
    made = Stream.objects.get(slug="old")
    assert (made.visibility, made.listed_users, made.listed_groups) == ("everyone", [], [])


NEW = ("visibility", "listed_users", "listed_groups")
