"""Line protocol: what Telegraf and others send, and where it is wrong."""

import numpy as np
import pytest

from waves.exceptions import IngestError
from waves.ingest import formats
from waves.ingest.line_protocol import parse

#: As Telegraf's `cpu` and `mem` write them.
LINES = b"""
# a comment
cpu,cpu=cpu0,host=pi usage_idle=92.5,usage_user=3.5 1700000000000000000
cpu,cpu=cpu1,host=pi usage_idle=90i,usage_user=4 1700000000000000000
mem,host=pi free=5u,full=t,state="all is \\"well\\"" 1700000000500000000
"""


def test_fields_are_signals_and_lines_of_one_time_join_where_they_do_not_meet():
    batch = parse(LINES)
    # Those of a line by their names: the parser does not keep their order.
    assert batch.names == ("usage_idle", "usage_user", "free", "full", "state")
    assert batch.times.tolist() == [1.7e9, 1.7e9, 1.7e9 + 0.5]
    assert batch.values[0].tolist()[:2] == [92.5, 90.0]
    assert batch.values[2:4, 2].tolist() == [5.0, 1.0]
    assert batch.texts == {"state": {2: 'all is "well"'}}
    assert batch.lines.tolist() == [3, 4, 5]


def test_measurement_and_tags_tell_fields_apart_where_that_is_chosen():
    batch = parse(LINES, template="measurement.field{tag=v}")
    assert batch.names[0] == "cpu.usage_idle{cpu=cpu0,host=pi}"
    # Four fields of one time are one sample.
    assert batch.values[:4, 0].tolist() == [92.5, 3.5, 90.0, 4.0]
    assert batch.n == 2


@pytest.mark.parametrize(
    ("precision", "stamp"),
    [
        ("ns", 1_700_000_000_250_000_000),
        ("us", 1_700_000_000_250_000),
        ("u", 1_700_000_000_250_000),
        ("ms", 1_700_000_000_250),
        ("millisecond", 1_700_000_000_250),
        ("auto", 1_700_000_000_250_000_000),
        ("auto", 1_700_000_000_250_000),
        ("auto", 1_700_000_000_250),
    ],
)
def test_times_are_of_the_precision_that_is_said(precision, stamp):
    batch = parse(f"m f=1 {stamp}".encode(), precision)
    assert batch.times.tolist() == [pytest.approx(1.7e9 + 0.25, abs=1e-6)]


def test_seconds_by_themselves_are_seconds():
    assert parse(b"m f=1 1700000000", "auto").times.tolist() == [1.7e9]


def test_without_a_time_a_sample_counts_from_its_arrival():
    assert parse(b"m f=1").times is None
    mixed = parse(b"m f=1\nm f=2 1700000000000000000").times
    assert np.isnan(mixed[0])
    assert mixed[1] == 1.7e9


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (b"m f=1\nm f=1 x", 2, 7),
        (b"m f=1 1\n\n m,=1 f=2", 3, 2),
        (b"m f", 1, 3),
        (b"m,a=b\\ c f=1.2.3 5", 1, 10),
        (b'm f="open', 1, 3),
        (b"m f=1e999 5", 1, 3),
        (b"m f=1\nm f=\xff", 2, 5),
    ],
)
def test_what_is_wrong_is_named_with_line_and_column(text, line, column):
    with pytest.raises(IngestError) as raised:
        parse(text)
    assert (raised.value.line, raised.value.column) == (line, column)


@pytest.mark.parametrize("text", [b"", b"\n\n", b"# only words"])
def test_nothing_is_told_as_nothing(text):
    with pytest.raises(IngestError, match="no sample"):
        parse(text)


@pytest.mark.parametrize("media_type", ["text/plain", "application/json"])
def test_another_precision_is_refused_by_its_name(media_type):
    with pytest.raises(IngestError, match="'week' is none of ns, us, ms, s and auto"):
        formats.parse(b"m f=1", media_type, precision="week")
