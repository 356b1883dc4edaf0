"""JSON as people write it: an object, a list, an object a line, lists of values."""

import numpy as np
import pytest

from waves.exceptions import IngestError
from waves.ingest.json_text import parse, parse_lines


def test_an_object_of_signals_is_a_sample_that_counts_from_its_arrival():
    batch = parse(b'{"inlet": 60.1, "open": true, "mode": "heating", "lost": null}')
    assert batch.names == ("inlet", "open", "mode", "lost")
    assert batch.times is None
    assert batch.values[:2, 0].tolist() == [60.1, 1.0]
    assert np.isnan(batch.values[2:, 0]).all()
    assert batch.texts == {"mode": {0: "heating"}}


@pytest.mark.parametrize("t", ["1700000000.5", '"2023-11-14T22:13:20.5Z"'])
def test_a_time_is_unix_seconds_or_iso_8601(t):
    for text in (f'{{"t": {t}, "signals": {{"a": 1}}}}', f'{{"t": {t}, "a": 1}}'):
        assert parse(text.encode()).times.tolist() == [1_700_000_000.5]


def test_a_list_is_a_sample_an_object_and_so_are_lines():
    objects = ['{"t": 1, "a": 1}', '{"t": 2, "b": 2}', '{"t": 2, "a": 3}']
    for batch in (
        parse(f"[{','.join(objects)}]".encode()),
        parse_lines("\n".join(objects).encode()),
    ):
        assert batch.times.tolist() == [1.0, 2.0]
        np.testing.assert_array_equal(batch.values, [[1.0, 3.0], [np.nan, 2.0]])


def test_lists_of_values_are_as_many_samples():
    batch = parse(b'{"t": [1, 2, 3], "signals": {"a": [1, 2.5, null], "b": ["on", "off", 3]}}')
    assert batch.times.tolist() == [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(batch.values, [[1, 2.5, np.nan], [np.nan, np.nan, 3]])
    assert batch.texts == {"b": {0: "on", 1: "off"}}
    assert parse(b'{"a": [1, 2]}').times is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"3", "no object"),
        (b"[1]", "no object"),
        (b"{}", "no sample"),
        (b"[]", "no sample"),
        (b'{"t": 5}', "no sample"),
        (b'{"t": "today", "a": 1}', "ISO 8601"),
        (b'{"t": true, "a": 1}', "unix seconds"),
        (b'{"t": 1, "signals": 3}', "no object beside"),
        (b'{"signals": {"a": 1}, "b": 2}', "There is b beside"),
        (b'{"a": {"b": 1}}', "A signal has a number"),
        (b'{"a": [1, 2], "b": [1]}', "as many values"),
        (b'{"a": [1, 2], "b": 1}', "as many values"),
        (b'{"a": []}', "1 to"),
        (b'{"t": 1, "a": [1, 2]}', "a list of 2 times"),
        (b'{"": 1}', "cannot be the name"),
        (b'{"a\\nb": 1}', "cannot be the name"),
        (b'[{"a": [1]}]', "lists stand in one"),
    ],
)
def test_anything_else_is_refused_in_words(text, words):
    with pytest.raises(IngestError, match=words):
        parse(text)


def test_what_is_wrong_in_lines_is_named_by_its_line():
    with pytest.raises(IngestError) as raised:
        parse_lines(b'{"a": 1}\n\n{"a": }\n')
    assert (raised.value.line, raised.value.column) == (3, 7)
