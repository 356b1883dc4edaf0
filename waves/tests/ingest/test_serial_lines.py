"""Lines as boards print them: numbers, pairs, labels, Teleplot's, JSON; and messages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.ingest.serial_lines import LONGEST_LINE, Grammar, Lines


def read(*lines: str) -> list:
    """The signals of each sample, and the lines that are messages."""
    grammar = Grammar()
    found = []
    for line in lines:
        readings = grammar.read(line)
        found += [line] if readings is None else [dict(each.fields) for each in readings]
    return found


@pytest.mark.parametrize(
    ("line", "signals"),
    [
        ("1.5", {"Signal 1": 1.5}),
        ("1,2", {"Signal 1": 1.0, "Signal 2": 2.0}),
        ("1;\t-2e3 ; 3;", {"Signal 1": 1.0, "Signal 2": -2000.0, "Signal 3": 3.0}),
        ("1  2\t3", {"Signal 1": 1.0, "Signal 2": 2.0, "Signal 3": 3.0}),
        ("a:1", {"a": 1.0}),
        ("a:1,b: 2", {"a": 1.0, "b": 2.0}),
        ("a = 1 b =2", {"a": 1.0, "b": 2.0}),
        ("Room temp: 21.5 °C, Humidity: 40%", {"Room temp": 21.5, "Humidity": 40.0}),
        ("Temp: 21.5 °C Humidity: 40 %", {"Temp": 21.5, "Humidity": 40.0}),
        ("a:1,7", {"a": 1.0, "Signal 2": 7.0}),
        (">a:5:1§V|g", {"a": 1.0}),
        ('{"a": 1, "b": "on"}', {"a": 1.0, "b": "on"}),
    ],
)
def test_a_line_is_a_sample(line, signals):
    assert read(line) == [signals]


def test_units_are_read_and_nothing_between_commas_is_no_value():
    (reading,) = Grammar().read("Room temp: 21.5 °C, Humidity: 40%")
    assert reading.units == {"Room temp": "°C", "Humidity": "%"}
    (sample,) = read("1,,3")
    assert str(sample) == "{'Signal 1': 1.0, 'Signal 2': nan, 'Signal 3': 3.0}"


def test_a_name_that_stands_twice_is_that_of_two_samples():
    assert read("a:1 a:2") == [{"a": 1.0}, {"a": 2.0}]


def test_labels_before_the_first_numbers_are_their_names_where_there_are_as_many():
    labels = "Room temp,Humidity"
    named = {"Room temp": 1.0, "Humidity": 2.0}
    assert read("Booting up ...", labels, "1,2")[2:] == [named]
    # What can be no labels is a message, and changes nothing of them.
    assert read(labels, "ready, ready", "1,2")[2:] == [named]
    assert read(labels, "1,2,3")[1:] == [{"Signal 1": 1.0, "Signal 2": 2.0, "Signal 3": 3.0}]
    # Later a line without a number is a message, until the port is opened anew.
    assert read(labels, "1,2", "low,battery", "1,2")[2:] == ["low,battery", named]


def test_labels_stay_known_where_a_board_does_not_say_them_again():
    grammar = Grammar()
    assert grammar.read("a,b") is None
    assert grammar.read("1,2") is not None
    grammar.begin()
    assert grammar.read("3,4")[0].fields == {"a": 3.0, "b": 4.0}
    grammar.begin()
    assert grammar.read("c,d") is None
    assert grammar.read("3,4")[0].fields == {"c": 3.0, "d": 4.0}


@pytest.mark.parametrize(
    "line",
    [
        *("ready", "Error code: 5 at line 10", "12:30:45 started", "IP: 192.168.0.1", ":5", ","),
        *("a:", "=", ">hello", '{"a": ', "[", "\x1b[0m", "a:1 or so", "\ufffd1\ufffd", "1_000"),
    ],
)
def test_every_other_line_is_a_message(line):
    assert read(line) == [line]


def test_bytes_become_lines_however_they_are_cut():
    whole = b"a:1\r\nb:2\rc:3\n\n \r\n\0d:4\n"
    for size in range(1, len(whole)):
        lines = Lines()
        pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
        assert [line for piece in pieces for line in lines.take(piece)] == [
            *("a:1", "b:2", "c:3", "d:4")
        ]


def test_a_line_without_an_end_is_cut_and_its_rest_is_thrown_away():
    lines = Lines()
    assert lines.take(b"x" * (LONGEST_LINE + 1)) == ["x" * LONGEST_LINE]
    assert lines.take(b"y" * (3 * LONGEST_LINE)) == []
    assert lines.take(b"z\na:1\n") == ["a:1"]


PIECES = st.sampled_from(
    [
        *("a", "b:", "=", ":", ";", ",", ">", "§", "|", "|t", "1", "-2.5", "nan", "1e999", "{"),
        *("}", "[", "]", '"', "\\", "°C", "%", "\t", " ", "\ufffd"),
    ]
)


@given(st.one_of(st.text(min_size=1), st.lists(PIECES, min_size=1).map("".join)))
def test_any_line_is_samples_or_a_message(line):
    line = line.strip() or "x"
    for reading in Grammar().read(line) or ():
        assert reading.fields
        assert all(isinstance(value, float | str) for value in reading.fields.values())


@given(st.lists(st.floats(allow_nan=False, width=64), min_size=1), st.sampled_from(",;\t "))
def test_numbers_come_through_as_they_are(values, separator):
    (sample,) = read(separator.join(map(repr, values)))
    assert list(sample.values()) == values


@pytest.mark.parametrize(
    "line",
    [
        *(b" ", b"= ", b": ", b",", b"1 ", b"a=", b"x", b"1", b"[", b'{"a":', b">a:", b"\xff"),
        b"x" + b" " * 2000,
        b"x" + b"\t " * 1000,
    ],
)
def test_hostile_lines_take_time_by_their_length(line):
    body = (line * LONGEST_LINE)[: LONGEST_LINE - 1] + b"\n"
    begun = time.process_time()
    lines, grammar = Lines(), Grammar()
    for _ in range(64):  # a quarter of a MB
        for each in lines.take(body):
            grammar.read(each)
    assert time.process_time() - begun < 1.0
