"""What a trigger may be set to: it comes over the wire, from anyone."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from waves.dsp.explanation import explain
from waves.dsp.trigger import TriggerSettings, trigger_fields

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden_triggers.json").read_text())


def test_the_defaults_are_those_that_the_page_has():
    assert TriggerSettings(signal="a").model_dump(exclude={"signal"}) == GOLDEN["defaults"]


def test_the_page_is_told_of_each_field_what_may_stand_in_it():
    assert trigger_fields() == json.loads((HERE / "trigger_fields.json").read_text())


def test_the_page_is_told_of_no_field_that_there_is_not():
    assert set(TriggerSettings.of_kinds) <= set(TriggerSettings.model_fields)
    kinds = set(trigger_fields()["kind"]["choices"])
    assert all(set(field["kinds"]) <= kinds for field in trigger_fields().values())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Source is missing"),
        ({"signal": "a", "kind": "runt"}, "Kind must be one of"),
        ({"signal": "a", "level": float("nan")}, "Level must be a finite number"),
        ({"signal": "a", "hysteresis": -1}, "Hysteresis must be at least 0"),
        ({"signal": "a", "holdoff": 1e8}, "Holdoff must be at least 0 and at most 10,000,000 s"),
        ({"signal": "a", "shorter": 0}, "Shorter than must be above 0"),
        ({"signal": "a", "kind": "pulse", "longer": 2, "shorter": 2}, "no pulse is both"),
        ({"signal": "a", "kind": "window", "low": 1, "high": 1}, "Low must be below High"),
        ({"signal": "a", "kind": "window", "hysteresis": 2}, "Hysteresis must be below High"),
        ({"signal": "a", "edge": "up"}, "no parameter “edge”"),
    ],
)
def test_what_cannot_trigger_is_refused_in_words(given, words):
    with pytest.raises(ValidationError) as caught:
        TriggerSettings(**given)
    assert words in explain(caught.value, "The trigger", TriggerSettings.model_fields)


def test_fields_of_another_kind_are_kept_and_not_compared():
    settings = TriggerSettings(signal="a", kind="edge", low=3, high=1, longer=2, shorter=1)
    assert (settings.low, settings.longer) == (3, 2)
