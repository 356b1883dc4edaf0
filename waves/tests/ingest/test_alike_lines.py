"""Lines that are alike are read at once, and say what the library says of each by itself."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from waves.exceptions import IngestError
from waves.ingest import alike_lines, line_protocol
from waves.ingest import batch as batches

STAMP = 1_700_000_000_123_456_789
#: A line, with # for a number of it, ~ for a whole one and @ for its time.
LINES = [
    "m,host=a inlet=# @",
    "m a=#",
    "m a=~i,b=#",
    "m a=#,b=~i",
    "cpu,cpu=cpu-total,host=box 2nd=#,e5=~i,usage.idle=95.1 @",
    "w ü=# @",
]


def text_of(line, numbers, step=1_000_003):
    made = [
        line.replace("@", str(STAMP + k * step)).replace("~", str(k)).replace("#", number)
        for k, number in enumerate(numbers)
    ]
    return "\n".join(made).encode()


def told(text, **asked):
    """What becomes of a text: names, values, times and lines, or the words of its error."""
    try:
        batch = line_protocol.parse(text, **asked)
    except IngestError as error:
        return str(error), error.line, error.column
    times = None if batch.times is None else batch.times.tobytes()
    texts = {name: dict(found) for name, found in batch.texts.items()}
    values = batch.values + 0.0  # 0 and -0 are one number
    return batch.names, values.tobytes(), times, batch.lines.tolist(), texts


def one_by_one(monkeypatch, text, **asked):
    with monkeypatch.context() as patched:
        patched.setattr(line_protocol, "columns", lambda _: None)
        return told(text, **asked)


@pytest.mark.parametrize("template", ["field", "measurement.field{tag=v}"])
@pytest.mark.parametrize("line", LINES)
def test_lines_that_are_alike_are_read_at_once_and_as_one_by_one(monkeypatch, line, template):
    text = text_of(line, ["1", "-2", "0.25", "1e3", "12345678901234567890", "0", "7", "8.5", "9"])
    assert alike_lines.columns(text) is not None
    for asked in ({}, {"precision": "us"}, {"precision": "s"}):
        at_once = told(text, template=template, **asked)
        assert at_once == one_by_one(monkeypatch, text, template=template, **asked)


def test_times_are_the_same_to_the_last_bit_in_both_ways():
    stamps = np.random.default_rng(1).integers(0, 2**62, 10_000)
    at_once = line_protocol.in_seconds(stamps, 10**9)
    assert at_once.tolist() == [line_protocol.in_seconds(int(each), 10**9) for each in stamps]


def test_as_many_values_are_taken_at_once_as_one_by_one(monkeypatch):
    for room in (alike_lines, batches):
        monkeypatch.setattr(room, "MOST_VALUES", 16)
    assert isinstance(told(text_of("m a=#,b=#", "12345678"))[0], tuple)
    words, *_ = told(text_of("m a=#,b=#", "123456789"))
    assert "More than 16 values" in words


@pytest.mark.parametrize(
    "odd",
    [
        "m a=5B17",  # a letter that stands for something while it is looked for
        "m a=1,a=2",
        "m b=1",
        "m a=1i",
        'm a="A"',
        "m a=t",
        "m  a=1",
        "m a=1 5",
        "m a=+1",
        "m a=1\r",
        "",
        "# no line",
        "m a=1e999",
        "m a=nan",
        "m a=1-2",
        "m a=",
    ],
)
def test_one_odd_line_among_many_is_what_it_is_alone(monkeypatch, odd):
    lines = text_of("m a=#", "1234567890").decode().split("\n")
    text = "\n".join([*lines[:5], odd, *lines[5:]]).encode()
    assert told(text) == one_by_one(monkeypatch, text)


#: What is put into a text that was right.
ODD = st.sampled_from([*sorted('AB,= \n.-+eEi0123456789tfu"\\#\r\t\x00'), "ab", "a=", ",a=", " 5"])


@settings(max_examples=400, deadline=None)
@given(
    line=st.sampled_from(LINES[:4]),
    numbers=st.lists(st.from_regex(r"-?[0-9]{1,3}(\.[0-9])?", fullmatch=True), min_size=8),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2), ODD), max_size=3),
)
@example(line="m a=#", numbers=["1"] * 9, changes=[(0.999, 0, "\n")])
def test_whatever_is_changed_in_a_text_it_is_read_as_one_by_one(line, numbers, changes):
    text = text_of(line, numbers).decode()
    for place, gone, put in changes:
        at = int(place * len(text))
        text = text[:at] + put + text[at + gone :]
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert told(text.encode()) == one_by_one(monkeypatch, text.encode())
