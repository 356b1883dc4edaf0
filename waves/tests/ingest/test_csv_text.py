"""Tables as spreadsheets and instruments write them."""

import numpy as np
import pytest

from waves.exceptions import IngestError
from waves.ingest.csv_text import parse


@pytest.mark.parametrize(
    "text",
    [
        "time,inlet,outlet\n1700000000,60.5,40\n1700000001,61,\n",
        "\ufefftime;inlet;outlet\r\n1700000000;60,5;40,0\r\n1700000001;61;\r\n",
        "Time\tinlet\toutlet\n2023-11-14T22:13:20Z\t60.5\t40\n2023-11-14T22:13:21Z\t61\tnan\n",
        "t,inlet,outlet\n1700000000000,60.5,40\n1700000001000,61,NaN\n",
    ],
)
def test_separators_decimal_commas_and_times_are_told_by_what_is_there(text):
    batch = parse(text.encode())
    assert batch.names == ("inlet", "outlet")
    assert batch.times.tolist() == [1.7e9, 1.7e9 + 1]
    np.testing.assert_array_equal(batch.values, [[60.5, 61.0], [40.0, np.nan]])


def test_units_stand_in_brackets_or_in_a_row_of_their_own():
    for text in (b"inlet (degC),p [bar]\n1,2\n", b"inlet,p\ndegC,bar\n1,2\n"):
        batch = parse(text)
        assert batch.names == ("inlet", "p")
        assert batch.units == {"inlet": "degC", "p": "bar"}
        assert batch.times is None


def test_without_a_heading_columns_are_numbered_and_texts_are_states():
    assert parse(b"1;2,5\n").names == ("1", "2")
    assert parse(b"7\n8\n").names == ("value",)
    batch = parse(b"a,door\n1,open\n2,closed\n")
    assert batch.texts == {"door": {0: "open", 1: "closed"}}


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        (b"", "no row of numbers", 0),
        (b"a,b\n", "no row of numbers", 0),
        (b"a,b\n1,2\n3\n", "1 cells, not 2", 3),
        (b"time,a\n1700000000,1\nsoon,2\n", "'soon' is no time", 3),
        (b"a,a\n1,2\n", "Two columns", 1),
        (b"time\n1\n", "none of values", 0),
        (b"a,b\n1,\xff\n", "no UTF-8", 2),
        (b'a,b\n1,"2\n', "no CSV", 2),
        (b";".join([b"1"] * 300), "at most 256 columns", 0),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, words, line):
    with pytest.raises(IngestError, match=words) as raised:
        parse(text)
    assert raised.value.line == line
