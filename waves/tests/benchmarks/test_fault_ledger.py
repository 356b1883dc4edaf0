"""What is due in a recording: all that came 5 s before a kill, and nothing of an outage."""

import numpy as np
import pytest

from benchmarks.faults.ledger import Ledger
from waves.tests.client.frames import Frame


def frame(first: int, n: int = 10, epoch: int = 3) -> Frame:
    return Frame(1, epoch, first, 1, 100.0 + first, 1.0, 0, np.zeros((1, 1, n)))


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.slugs = ("s",)
    for place in range(20):  # one a second
        ledger.take("s", frame(10 * place), float(place))
    return ledger


def test_streams_that_are_not_recorded_are_not_kept(ledger):
    ledger.take("other", frame(0), 0.0)
    assert list(ledger.as_dict(100.0)) == ["s"]


def test_all_but_the_last_seconds_is_due(ledger):
    told = ledger.as_dict(19.5)["s"]["3"]
    assert told["published"] == [[0, 200]]
    assert told["due"] == [[0, 150]]
    assert told["labels"][2] == [20, 120.0]


def test_what_came_shortly_before_a_kill_or_in_an_outage_is_not_due(ledger):
    ledger.outages.append((8.0, 9.0))
    ledger.kills.append(18.5)
    assert ledger.as_dict(100.0)["s"]["3"]["due"] == [[0, 80], [100, 140]]


def test_the_epoch_after_a_kill_is_due_until_the_next_one(ledger):
    ledger.kills.append(19.5)
    for place in range(20):
        ledger.take("s", frame(10 * place, epoch=4), 21.0 + place)
    ledger.kills.append(40.5)
    assert ledger.as_dict(100.0)["s"]["3"]["due"] == [[0, 150]]
    assert ledger.as_dict(100.0)["s"]["4"]["due"] == [[0, 150]]


def test_what_was_on_its_way_to_a_viewer_when_who_recorded_was_killed_is_not_due(ledger):
    ledger.kills.append(19.5)
    ledger.take("s", frame(200), 23.0)  # with the word that the epoch has ended
    assert ledger.as_dict(100.0)["s"]["3"]["due"] == [[0, 150]]


def test_what_several_viewers_were_sent_is_one_range_and_a_gap_is_none(ledger):
    ledger.take("s", frame(195), 20.0)
    ledger.take("s", frame(300), 21.0)
    assert ledger.as_dict(100.0)["s"]["3"]["published"] == [[0, 205], [300, 310]]


def test_only_epochs_of_which_something_came_since_are_told(ledger):
    ledger.take("s", frame(0, epoch=4), 30.0)
    assert list(ledger.as_dict(100.0, since=25.0)["s"]) == ["4"]
