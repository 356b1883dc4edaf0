"""What datagrams hold: Teleplot's lines and JSON; and a board's clock."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import IngestError
from waves.ingest.datagram import parse
from waves.ingest.readings import EARLIEST, BoardClock


def samples(data: bytes) -> list[tuple]:
    return [(reading.time, dict(reading.fields)) for reading in parse(data).readings]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"inlet:60.1|g", [(None, {"inlet": 60.1})]),
        (b"inlet:60.1\noutlet:-4e1\r\n", [(None, {"inlet": 60.1}), (None, {"outlet": -40.0})]),
        (b"inlet:1627551892437:1", [(1627551892.437, {"inlet": 1.0})]),
        (b"a:1;2;|np", [(None, {"a": 1.0}), (None, {"a": 2.0})]),
        (b"a:10:1;20:2;b:3", [(0.01, {"a": 1.0}), (0.02, {"a": 2.0}), (None, {"b": 3.0})]),
        (b"mode:Turned On|t", [(None, {"mode": "Turned On"})]),
        (b"mode:5000:at 12:30|t", [(5.0, {"mode": "at 12:30"})]),
        (b"place:1:2:5000|xy,clr", [(5.0, {"place.x": 1.0, "place.y": 2.0})]),
        (b'{"t": 1700000000, "a": 1}', [(1.7e9, {"a": 1.0})]),
        (b'{"a": 1}\n{"b": "on"}', [(None, {"a": 1.0}), (None, {"b": "on"})]),
        (b'{"t": [1, 2], "signals": {"a": [3, 4]}}', [(1.0, {"a": 3.0}), (2.0, {"a": 4.0})]),
    ],
)
def test_a_datagram_holds_samples(data, found):
    assert samples(data) == found


def test_units_and_log_lines_are_told():
    found = parse("a:1§km²|g\n>12:booted\n>:ready".encode())
    assert found.readings[0].units == {"a": "km²"}
    assert found.messages == ["booted", "ready"]


@pytest.mark.parametrize(
    ("data", "told", "line"),
    [
        (b"hello", "'hello' is no sample. A line is name:value", 1),
        (b"a:1\nb:x", "'x' is no number", 2),
        (b"a:inf:1", "'inf' is no time", 1),
        (b"a:1:2:3", "is no number", 1),
        (b":5", "is no sample", 1),
        (b'{"a": 1}\n{"b"', "This is no JSON", 2),
        (b'{"a": {"b": 1}}', "A signal has a number", 0),
        (b"a:\xff", "This is no UTF-8", 0),
        (b" \n", "There is no sample in this", 0),
        (b"{}", "There is no sample in this", 0),
    ],
)
def test_what_is_no_sample_is_told_with_its_line(data, told, line):
    with pytest.raises(IngestError) as raised:
        parse(data)
    assert told in str(raised.value)
    assert raised.value.line == line


PIECES = st.sampled_from(
    [
        *(b"a", b"b:", b":", b";", b"|", b"\xc2\xa7", b">", b"|t", b"|xy", b"1", b"-2.5", b"nan"),
        *(b"1e999", b'{"a":', b"}", b"[", b"]", b'"x"', b"\n", b" ", b"\xff"),
    ]
)


@given(st.one_of(st.binary(), st.lists(PIECES).map(b"".join)))
def test_any_datagram_is_samples_or_a_named_error(data):
    try:
        found = parse(data)
    except IngestError:
        return
    for reading in found.readings:
        assert reading.time is None or math.isfinite(reading.time)
        assert all(isinstance(value, float | str) for value in reading.fields.values())


def test_the_clock_of_a_board_is_the_time_of_its_newest_sample():
    board, now = BoardClock(), 1.7e9
    board.settle(5.0, now)
    assert board.unix(5.0) == now
    assert board.unix(4.0) == now - 1  # it came with the newest, and is older
    board.settle(6.0, now + 1.25)  # a little on its way
    assert board.unix(6.0) == now + 1
    board.settle(7.5, now + 2)  # nothing comes before it was measured
    assert board.unix(7.5) == now + 2
    board.settle(0.1, now + 10)  # it began anew
    assert board.unix(0.1) == now + 10
    assert board.unix(0.1) > EARLIEST
