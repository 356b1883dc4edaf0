"""The benchmark of a recording's page knows where spikes are due, and tells what is not there."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.recorded_page import Picture
from benchmarks.recordings import year

NOW = 1_800_000_000
PARTS = year.parts_of(NOW)
#: A picture of ten seconds with the second spike of the fastest part in its middle.
FAST = PARTS[1]
AT = FAST.label(FAST.spikes[1]) / year.SECOND + 5


def picture(**changes) -> Picture:
    true = Picture(
        window=10.0,
        at=AT,
        spikes=[-5.0],
        high=year.SPIKE,
        apart=0.01,
        width=1000.0,
        left=60.0,
        gaps=0,
        after=20.0,
    )
    return replace(true, **changes)


def test_parts_have_as_many_samples_as_are_asked_for_and_follow_one_another():
    assert sum(part.samples for part in PARTS) == year.SAMPLES
    for before, after in pairwise(PARTS):
        assert before.label(before.samples) < after.begin
    assert PARTS[-1].label(PARTS[-1].samples) < NOW * year.SECOND
    assert year.parts_in(year.text_of(PARTS)) == PARTS


def test_only_spikes_are_as_high_and_each_is_one_sample():
    part = year.Part(1, 0, 10.0, 5000, (7, 2500, 4999))
    values = part.values(0, part.samples)[0]
    assert np.flatnonzero(values > 2).tolist() == list(part.spikes)
    assert np.array_equal(part.values(2000, 2600)[0][500], np.float32(year.SPIKE))


def test_a_picture_with_the_spikes_that_are_due_is_right():
    assert picture().what_is_wrong(PARTS) == ""
    assert picture(at=AT + 20, spikes=[]).what_is_wrong(PARTS) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spikes": []}, "no spike"),
        ({"spikes": [-4.9]}, "no spike"),
        ({"spikes": [-5.0, -2.0]}, "where none is due"),
        ({"apart": 0.1}, "a point is"),
        ({"high": 5.0}, "a value of 5"),
        ({"gaps": 1}, "gaps"),
    ],
)
def test_what_a_picture_lacks_is_told(changes, words):
    assert words in picture(**changes).what_is_wrong(PARTS)
