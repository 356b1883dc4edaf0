"""The board: the newest description of each stream, and viewers over all hubs."""

import pytest

from waves.hub.status import StatusBoard
from waves.tests.hub.fakes import Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board(clock):
    return StatusBoard(clock)


def description(handle=1, **fields):
    return {"handle": handle, "slug": f"s{handle}", "state": "live", **fields}


def test_a_stream_that_nobody_described_is_unknown(board):
    assert board.of(1).state == "unknown"
    assert board.handle_of("s1") is None


def test_the_newest_description_counts(board):
    board.describe(description(measured_rate=5.0))
    board.describe(description(measured_rate=7.0, skipped=3, message="Well."))
    status = board.of(1)
    assert (status.state, status.measured_rate, status.skipped) == ("live", 7.0, 3)
    assert status.message == "Well."
    assert board.handle_of("s1") == 1


@pytest.mark.parametrize(
    ("state", "later"), [("live", "stale"), ("silent", "stale"), ("failed", "failed")]
)
def test_a_live_stream_becomes_stale_after_three_seconds(board, clock, state, later):
    board.describe(description(state=state))
    clock.now += 3.0
    assert board.of(1).state == state
    clock.now += 0.1
    assert board.of(1).state == later
    board.describe(description(state=state))
    assert board.of(1).state == state


def test_viewers_are_added_up_over_the_hubs_that_were_heard_of_lately(board, clock):
    board.count("a", {1: 3, 2: 1})
    clock.now += 3
    board.count("b", {1: 4})
    assert (board.viewers(1), board.viewers(2), board.viewers(3)) == (7, 1, 0)
    clock.now += 2
    assert (board.viewers(1), board.viewers(2)) == (4, 0)
    board.count("b", {})
    assert board.viewers(1) == 0


def test_a_deleted_stream_is_forgotten(board):
    board.describe(description(1))
    board.describe(description(2))
    board.forget(1)
    board.forget(1)
    assert board.handles() == [2]
    assert board.of(1).state == "unknown"


def test_hubs_that_were_are_forgotten(board, clock):
    for number in range(1000):
        board.count(f"hub {number}", {1: 1})
        clock.now += 2
    assert len(board._counts) < 5


def test_a_worker_that_was_paused_is_not_listened_to_while_another_one_speaks(board, clock):
    board.describe(description(epoch=8))
    board.describe(description(epoch=7, message="I was paused."))
    assert board.of(1).message == ""
    clock.now += 3.5
    board.describe(description(epoch=7, message="I am alone."))
    assert board.of(1).message == "I am alone."


def test_a_worker_without_streams_is_heard(board, clock):
    clock.now += 5
    board.hear([])
    assert board.worker_heard_at == clock.now


def test_why_nothing_is_produced_is_said_of_every_stream(board, clock):
    board.problem = "The worker is elsewhere."
    assert board.of(1).message == "The worker is elsewhere."
    board.describe(description())
    clock.now += 4
    assert board.of(1).message == "The worker is elsewhere."


def test_a_slug_is_believed_only_while_a_worker_confirms_it(board, clock):
    board.describe(description(1))
    clock.now += 4
    assert board.handle_of("s1") is None
    assert board.handle_of("s1", aged=True) == 1
