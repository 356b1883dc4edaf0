"""Who may see: one function of the host decides for page, list and API, and is asked anew soon."""

from types import SimpleNamespace

import pytest
from django.db import OperationalError

from waves import access
from waves.access import NOBODY, REMEMBER_SECONDS, Memory, Viewer
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
    assert access.everyone()
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
