"""The list of streams: state, measured rate, viewers, start and stop."""

import pytest

from waves.hub.status import StatusBoard
from waves.models import Stream

LIST = "/admin/waves/stream/"


@pytest.fixture
def board(monkeypatch) -> StatusBoard:
    board = StatusBoard()
    monkeypatch.setattr("waves.admin.stream.board", board)
    return board


def test_the_list_shows_state_measured_rate_and_viewers(admin_client, sine, board):
    board.describe(
        {"handle": sine.pk, "slug": "sine", "state": "live", "message": "", "measured_rate": 998.7}
    )
    board.count("one", {sine.pk: 3})
    board.count("two", {sine.pk: 4})
    page = admin_client.get(LIST).content.decode()
    assert "waves-state-live" in page
    assert "998.7 Hz" in page
    assert '<td class="field-viewers">7</td>' in page
    assert 'href="/streams/sine/"' in page


def test_a_stream_that_failed_says_why(admin_client, sine, board):
    message = "The generator ended."
    board.describe({"handle": sine.pk, "slug": "sine", "state": "failed", "message": message})
    page = admin_client.get(LIST).content.decode()
    assert "waves-state-failed" in page
    assert message in page


def test_a_source_that_yields_nothing_is_told_as_such(admin_client, sine, board):
    message = "No samples for 6 s."
    board.describe({"handle": sine.pk, "slug": "sine", "state": "silent", "message": message})
    page = admin_client.get(LIST).content.decode()
    assert "waves-state-silent" in page
    assert message in page


def test_a_stream_of_which_no_worker_spoke_is_unknown(admin_client, sine, board):
    assert "waves-state-unknown" in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize(("action", "enabled"), [("start", True), ("stop", False)])
def test_actions_start_and_stop(admin_client, sine, action, enabled):
    Stream.objects.update(enabled=not enabled)
    data = {"action": action, "_selected_action": [str(sine.pk)]}
    assert admin_client.post(LIST, data).status_code == 302
    assert Stream.objects.get().enabled is enabled


@pytest.fixture
def three(sine):
    for place, slug in enumerate(("b", "c"), start=1):
        Stream.objects.create(name=slug, slug=slug, position=place)
    return {stream.slug: stream.pk for stream in Stream.objects.all()}


def slugs() -> list[str]:
    return list(Stream.objects.values_list("slug", flat=True))


def test_the_order_of_the_list_is_taken_and_who_is_not_named_stays(admin_client, three):
    admin_client.post(f"{LIST}reorder/", {"order": f"{three['c']},{three['sine']}"})
    assert slugs() == ["c", "b", "sine"]
    # What is no stream, or no number, is passed over.
    answer = admin_client.post(
        f"{LIST}reorder/", {"order": f"987654,{three['sine']},x,{three['c']},"}
    )
    assert answer.status_code == 200
    assert slugs() == ["sine", "b", "c"]


def test_who_may_not_change_streams_orders_and_copies_none(client, three, django_user_model):
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    before = slugs()
    assert client.post(f"{LIST}reorder/", {"order": str(three["c"])}).status_code == 403
    assert client.post(f"{LIST}{three['c']}/duplicate/").status_code == 403
    assert slugs() == before


def test_a_copy_has_the_same_signals_a_name_of_its_own_and_is_stopped(admin_client, three):
    Stream.objects.filter(slug="sine").update(enabled=True)
    answer = admin_client.post(f"{LIST}{three['sine']}/duplicate/", follow=True)
    assert "“Sine 2” is stopped until you start it." in answer.content.decode()
    copy = Stream.objects.get(slug="sine-2")
    assert (copy.name, copy.enabled, copy.epoch) == ("Sine 2", False, 0)
    assert slugs()[-1] == "sine-2"
    told = ("name", "key", "unit", "waveform", "parameters", "position", "palette")
    original = Stream.objects.get(slug="sine").signals.values_list(*told)
    assert list(copy.signals.values_list(*told)) == list(original)
    # The action of the list, of two at once, goes on counting.
    chosen = {"action": "duplicate", "_selected_action": [three["sine"], three["b"]]}
    admin_client.post(LIST, chosen)
    assert slugs()[-2:] == ["sine-3", "b-2"]


def test_a_copy_of_what_is_gone_is_answered_in_words(admin_client, db):
    answer = admin_client.post(f"{LIST}99/duplicate/", follow=True)
    assert "There is no such stream (any more)." in answer.content.decode()


def test_the_list_is_called_streams_and_to_have_no_tag_is_a_choice_with_a_name(admin_client, sine):
    page = admin_client.get(LIST).content.decode()
    assert "<h1>Streams</h1>" in page
    assert '<a href="?tag=">No tag</a>' in " ".join(page.split()).replace("> ", ">").replace(
        " <", "<"
    )
