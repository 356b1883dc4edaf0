"""What messages of MQTT hold, and what their signals are called."""

import json
import math

import aiomqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import IngestError
from waves.ingest.batch import MOST_SIGNALS
from waves.ingest.mqtt_message import Topics, matched, parse


@pytest.mark.parametrize(
    ("payload", "values"),
    [
        (b"23.5", {"": 23.5}),
        (b" -1e3\r\n", {"": -1000.0}),
        (b"true", {"": 1.0}),
        (b"Online", {"": "Online"}),
        (b'"on"', {"": "on"}),
        (b"[1, [2, null], 3]", {"0": 1.0, "1.0": 2.0, "2": 3.0}),
        (b'{"a": {"b": [{"c": 5}]}, "d": false, "e": "x"}', {"a.b.0.c": 5.0, "d": 0.0, "e": "x"}),
        (
            b'{"Time": "2026-11-27T16:00:00", "ENERGY": {"Total": 1.5}, "TempUnit": "C"}',
            {"ENERGY.Total": 1.5, "TempUnit": "C"},
        ),
        (b'{"last_seen": "2026-11-27T16:00:00.500Z", "a": 1}', {"a": 1.0}),
    ],
)
def test_every_number_text_and_truth_value_has_its_path(payload, values):
    assert parse(payload) == values


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"", "The message is empty"),
        (b"\xff\xd8\xff", "This is no UTF-8"),
        (b'{"a": ', "This is no JSON"),
        (b"{}", "There is no value in this"),
        (b"null", "There is no value in this"),
        (b"[" * 40 + b"1" + b"]" * 40, "more than 16 levels deep"),
        (b"[" * 5000, "This is no JSON"),
        (json.dumps([1] * (MOST_SIGNALS + 1)).encode(), "256 values at most"),
    ],
)
def test_what_is_no_sample_is_told(payload, told):
    with pytest.raises(IngestError, match=told):
        parse(payload)


@pytest.mark.parametrize(
    ("topics", "topic", "plain", "nested"),
    [
        # One topic: it goes without saying.
        ("boiler/inlet", "boiler/inlet", "inlet", "a.b"),
        ("/boiler/inlet/", "/boiler/inlet/", "inlet", "a.b"),
        # What the wildcards stand for.
        ("home/+/temp", "home/hall/temp", "hall", "hall/a.b"),
        ("+/hall/+", "home/hall/temp", "home/temp", "home/temp/a.b"),
        ("zigbee2mqtt/#", "zigbee2mqtt/living room", "living room", "living room/a.b"),
        ("home/#", "home/hall/temp", "hall/temp", "hall/temp/a.b"),
        ("home/#", "home", "home", "home/a.b"),
        ("#", "/a/b", "/a/b", "/a/b/a.b"),
        ("$SYS/#", "$SYS/broker/load", "broker/load", "broker/load/a.b"),
        # Several: the first one that is meant, and never one name for two topics.
        ("tele/plug/SENSOR, tele/plug/LWT", "tele/plug/LWT", "LWT", "LWT/a.b"),
        ("hall/temp\nyard/temp", "yard/temp", "yard/temp", "yard/temp/a.b"),
        ("home/hall/temp, home/+/temp", "home/yard/temp", "yard", "yard/a.b"),
    ],
)
def test_a_signal_is_called_by_what_tells_it_from_others(topics, topic, plain, nested):
    found = Topics(topics)
    assert dict(found.reading(topic, b"1").fields) == {plain: 1.0}
    assert dict(found.reading(topic, b'{"a": {"b": 1}}').fields) == {nested: 1.0}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)


@given(st.binary() | st.text().map(str.encode) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_message_is_values_or_a_named_error(payload):
    try:
        values = parse(payload)
    except IngestError:
        return
    assert 1 <= len(values) <= MOST_SIGNALS
    assert all(type(value) in (float, str) for value in values.values())


@given(st.dictionaries(st.text("abc", min_size=1), st.floats(allow_nan=False), min_size=1))
def test_numbers_come_through_as_they_are(values):
    finite = {key: value for key, value in values.items() if math.isfinite(value)}
    assert parse(json.dumps({"x": 0, **finite}).encode()) == {"x": 0.0, **finite}


LEVELS = st.lists(st.sampled_from(["", "a", "b", "$a"]), min_size=1, max_size=4)
OPEN = st.lists(st.sampled_from(["", "a", "$a", "+"]), min_size=1, max_size=4)


@given(LEVELS.map("/".join).filter(bool), OPEN, st.booleans())
def test_a_subscription_is_for_the_topics_that_the_library_says(topic, wanted, is_open):
    wanted = [*wanted, "#"] if is_open else wanted
    entry = "/".join(wanted)
    if not entry or (topic.startswith("$") and wanted[0] != topic.split("/")[0]):
        return  # the library has topics of the broker under wildcards, against MQTT (4.7.2)
    is_meant = matched(wanted, topic.split("/")) is not None
    assert is_meant == aiomqtt.Topic(topic).matches(entry)
