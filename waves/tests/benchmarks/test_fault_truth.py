"""The viewers of `make faults` see each breach of the promise, and none where there is none."""

import numpy as np
import pytest

from benchmarks.faults import values
from benchmarks.faults.truth import Followed, Truth
from waves.tests.client.frames import Frame

RUN, OTHER_RUN, FOREIGN = (
    values.run_number(site, chance) for site, chance in ((1, 5), (1, 6), (2, 5))
)


class Sent:
    """A viewer of the stream `counted`, to whom a server says what a test tells it to."""

    def __init__(self) -> None:
        self.truth = Truth(1)
        self.state = Followed("counted", self.truth)
        self.state.description = {"rate": 1000.0}

    def view(self, epoch: int, first: int) -> None:
        self.state.take_view({"epoch": epoch, "stride": 1, "first": first})

    def gap(self, epoch: int, first: int, last: int | None, reason: str = "missing") -> None:
        gap = {"epoch": epoch, "first": first, "last": last, "reason": reason, "lost": 0}
        self.state.take_gap(gap)

    def frame(self, epoch: int, first: int, n: int = 10, run: int = RUN) -> None:
        sent = values.of(values.times(first, n, 1000.0), run)
        self.state.take_frame(Frame(1, epoch, first, 1, 0.0, 0.001, 0, sent[:, np.newaxis]))

    @property
    def breaches(self) -> dict[str, int]:
        kinds = ("lost untold", "doubled", "wrong")
        return {kind: n for kind in kinds if (n := self.truth.counts[kind])}


@pytest.fixture
def sent() -> Sent:
    sent = Sent()
    sent.view(3, 100)
    sent.frame(3, 100)
    return sent


def test_what_follows_one_another_breaks_nothing(sent):
    sent.frame(3, 110)
    assert not sent.breaches


def test_a_jump_is_lost_untold(sent):
    sent.frame(3, 117)
    assert sent.breaches == {"lost untold": 7}


def test_a_gap_that_covers_the_jump_tells_of_it(sent):
    sent.gap(3, 110, 116)
    sent.frame(3, 117)
    assert not sent.breaches


def test_a_gap_that_covers_some_of_it_tells_of_so_much(sent):
    sent.gap(3, 110, 113)
    sent.frame(3, 117)
    assert sent.breaches == {"lost untold": 3}


def test_what_comes_twice_is_doubled(sent):
    sent.frame(3, 105)
    assert sent.breaches == {"doubled": 5}


def test_a_rejoin_that_begins_at_the_position_breaks_nothing(sent):
    sent.state.since = sent.state.position
    sent.view(3, 110)
    sent.frame(3, 110)
    assert not sent.breaches


def test_a_rejoin_that_begins_behind_the_position_is_lost_untold(sent):
    sent.state.since = sent.state.position
    sent.view(3, 150)
    sent.frame(3, 150)
    assert sent.breaches == {"lost untold": 40}


def test_an_epoch_whose_end_was_told_may_follow(sent):
    sent.gap(3, 110, None, "a new epoch began")
    sent.view(9, 0)
    sent.frame(9, 0, run=OTHER_RUN)
    assert not sent.breaches


def test_an_epoch_whose_end_was_not_told_is_lost_untold(sent):
    sent.view(9, 0)
    assert sent.breaches == {"lost untold": 1}


def test_an_older_epoch_is_wrong(sent):
    sent.gap(3, 110, None, "a new epoch began")
    sent.view(2, 0)
    assert sent.breaches == {"wrong": 1}


@pytest.mark.parametrize("run", [OTHER_RUN, FOREIGN])
def test_samples_of_another_run_or_installation_are_wrong(sent, run):
    sent.frame(3, 110, run=run)
    assert sent.breaches == {"wrong": 10}


def test_a_position_that_another_viewer_knows_with_other_samples_is_wrong(sent):
    another = Followed("counted", sent.truth)
    sent.state, another.description = another, sent.state.description
    sent.view(3, 100)
    sent.frame(3, 100, run=OTHER_RUN)
    assert sent.breaches == {"wrong": 10}


def test_samples_under_another_index_are_wrong(sent):
    shifted = values.of(values.times(111, 10, 1000.0), RUN)
    sent.state.take_frame(Frame(1, 3, 110, 1, 0.0, 0.001, 0, shifted[:, np.newaxis]))
    assert sent.breaches == {"wrong": 10}


def test_each_knows_how_far_it_came_in_each_epoch_and_how_many_ended(sent):
    sent.frame(3, 110)
    sent.gap(3, 120, None, "a new epoch began")
    sent.view(4, 0)
    sent.frame(4, 0, run=OTHER_RUN)
    assert not sent.breaches
    assert sent.state.reached == {3: 120, 4: 10}
    assert sent.state.ends == 1


def test_a_sine_may_have_any_amplitude_between_two_ends_and_no_other():
    times = values.times(0, 500, 1000.0)
    for amplitude, wrong in ((1.0, 0), (1.7, 0), (2.1, 500), (0.9, 500), (-1.5, 500)):
        truth = Truth(1)
        truth.amplitudes = (1.0, 2.0)
        sine = amplitude * np.sin(2 * np.pi * 2.0 * times)
        truth.check("sine", Frame(1, 1, 0, 1, 0.0, 0.001, 0, sine[np.newaxis, np.newaxis]), 1000.0)
        assert truth.counts["wrong"] == wrong
