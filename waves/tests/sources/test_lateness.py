"""What is said of samples that came too late, and how long a wait would have taken them."""

import pytest

from waves.sources.lateness import Lateness


@pytest.mark.parametrize(
    ("late", "window", "words"),
    [
        ([], 0.2, ""),
        ([(1, 0.3)], 0.2, "1 sample came too late within a minute: if others waited 0.5 s for"),
        ([(3, 0.1), (2, 1.31)], 0.2, "5 samples came too late within a minute: if others waited 2"),
        ([(1, 500.0)], 0.2, "later than the 60 s that others can wait"),
    ],
)
def test_the_window_that_would_take_them_is_said(late, window, words):
    lateness = Lateness(lambda: 0.0)
    for samples, seconds in late:
        lateness.add(samples, seconds)
    said = lateness.words(window)
    assert words in said
    assert bool(words) == bool(said)


def test_after_a_minute_nothing_is_said_of_them():
    now = 0.0
    lateness = Lateness(lambda: now)
    lateness.add(1, 1.0)
    now = 59.0
    assert lateness.words(0.2)
    now = 61.0
    assert lateness.words(0.2) == ""
