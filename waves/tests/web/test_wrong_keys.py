"""Whoever tries keys is held up, whatever addresses they come from."""

import pytest

from waves.exceptions import BusyError
from waves.web import credentials
from waves.web.credentials import MOST_WRONG, check_address, note_wrong

GUESSER = "192.0.2.1"


@pytest.fixture(autouse=True)
def nobody_guessed(monkeypatch):
    monkeypatch.setattr(credentials, "_wrong", {})


def try_often(address: str) -> None:
    for _ in range(MOST_WRONG):
        check_address(address)
        note_wrong(address)


def test_another_address_of_the_same_network_is_no_other_guesser():
    for number in range(MOST_WRONG):
        note_wrong(f"2001:db8:0:1::{number:x}")
    with pytest.raises(BusyError):
        check_address("2001:db8:0:1:ffff::1")
    check_address("2001:db8:0:2::1")


def test_whoever_comes_without_an_address_is_counted_together():
    try_often("")
    with pytest.raises(BusyError):
        check_address("")
    check_address(GUESSER)


def test_no_crowd_makes_a_guesser_forgotten_and_the_crowd_is_not_kept(monkeypatch):
    monkeypatch.setattr(credentials, "MOST_ADDRESSES", 10)
    try_often(GUESSER)
    for number in range(100):
        note_wrong(f"198.51.100.{number}")
    with pytest.raises(BusyError):
        check_address(GUESSER)
    assert len(credentials._wrong) <= 10


def test_a_crowd_of_guessers_takes_no_more_memory(monkeypatch):
    monkeypatch.setattr(credentials, "MOST_ADDRESSES", 10)
    for number in range(30):
        try_often(f"198.51.100.{number}")
    assert len(credentials._wrong) <= 10
