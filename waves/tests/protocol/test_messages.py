"""What a client may say: each message, its bounds, and words for what is wrong."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import WireError
from waves.protocol import messages
from waves.protocol.messages import Position, parse_client_message, parse_query


def test_a_subscription_has_a_default_budget_and_nothing_else():
    message = parse_client_message('{"type": "subscribe", "stream": "sine"}')
    assert (message.stream, message.budget) == ("sine", 1_000_000)
    assert (message.window, message.columns, message.since) == (None, None, None)


def test_a_query_is_a_subscription():
    message = parse_query("window=2&columns=100&budget=5e5&epoch=3&sample=70", "sine")
    assert (message.stream, message.window, message.columns) == ("sine", 2.0, 100)
    assert message.since == Position(epoch=3, sample=70)
    assert parse_query("", "sine").since is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "message"),
        ("[]", "message"),
        ('{"type": "dance"}', "message"),
        ('{"type": "subscribe"}', "stream"),
        ('{"type": "subscribe", "stream": ""}', "stream"),
        ('{"type": "subscribe", "stream": "a", "windw": 2}', "windw"),
        ('{"type": "subscribe", "stream": "a", "since": {"epoch": 1}}', "since.sample"),
        ('{"type": "view", "handle": 1, "columns": 15}', "columns"),
        ('{"type": "view", "handle": 1, "columns": 16385}', "columns"),
        ('{"type": "view", "handle": 1, "columns": "100"}', "columns"),
        ('{"type": "view", "handle": 1, "window": 0}', "window"),
        ('{"type": "view", "handle": 1, "window": true}', "window"),
        ('{"type": "view", "handle": 1, "window": NaN}', "window"),
        ('{"type": "view", "handle": 1, "budget": 999}', "budget"),
        ('{"type": "view", "handle": 4294967296}', "handle"),
        ('{"type": "ack", "count": -1}', "count"),
        ('{"type": "ack", "count": 9007199254740992}', "count"),
        ('{"type": "ping", "id": 1.5}', "id"),
    ],
)
def test_what_is_wrong_is_named(text, place):
    with pytest.raises(WireError, match=f"{place}: "):
        parse_client_message(text)


@pytest.mark.parametrize("query", ["window=x", "window=inf", "epoch=1", "cat=1", "columns=1"])
def test_a_bad_query_is_refused(query):
    with pytest.raises(WireError):
        parse_query(query, "sine")


def test_a_message_has_a_bound():
    text = json.dumps({"type": "subscribe", "stream": "a" * messages.MAX_TEXT})
    with pytest.raises(WireError, match="at most 4096 characters"):
        parse_client_message(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
KINDS = st.sampled_from(["subscribe", "unsubscribe", "view", "history", "ack", "ping"])
FIELDS = st.sampled_from(["stream", "handle", "window", "columns", "since", "id", "count", "first"])


@given(st.text(max_size=60) | st.builds(json.dumps, JSON))
def test_any_text_is_understood_or_refused(text):
    with contextlib.suppress(WireError):
        parse_client_message(text)
    with contextlib.suppress(WireError):
        parse_query(text, "sine")


@given(KINDS, st.dictionaries(FIELDS, JSON, max_size=5))
def test_any_fields_are_understood_or_refused(kind, fields):
    with contextlib.suppress(WireError):
        parse_client_message(json.dumps({**fields, "type": kind}))
