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
