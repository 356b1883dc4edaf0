"""What stands in a row is used where it can be, and told in words where it cannot."""

import pytest

from waves.database import stored
from waves.models import Signal, Stream


def test_fields_that_can_be_used_are_used():
    stream = Stream(rate=250.0, window=4.0)
    values, problem = stored.values(stream, signals=1)
    assert (values["rate"], values["window"], problem) == (250.0, 4.0, "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rate": float("nan")}, "number"),
        ({"history": 1e308}, "At most 86,400 s"),
        ({"sample_type": "int7"}, "int7"),
        ({"rate": 1_000_000.0, "history": 80_000.0}, "history"),
    ],
    ids=str,
)
def test_one_wrong_field_makes_all_the_defaults_and_says_why(wrong, words):
    values, problem = stored.values(Stream(**{"window": 4.0, **wrong}), signals=1)
    usual = Stream()
    assert {name: values[name] for name in ("rate", "window", "history")} == {
        name: getattr(usual, name) for name in ("rate", "window", "history")
    }
    assert words.lower() in problem.lower()


@pytest.mark.parametrize("value", [None, [], "text", {"cpu": "\ud800"}], ids=repr)
def test_what_is_no_mapping_of_text_is_an_empty_one_and_told(value):
    assert stored.mapping(value) == {}
    assert "options" in stored.mapping_problem(Stream(options=value), [])
    signal = Signal(name="Level", parameters=value)
    assert "“Level”" in stored.mapping_problem(Stream(options={}), [signal])


def test_a_mapping_is_itself():
    stream, signal = Stream(options={"cpu": "all"}), Signal(parameters={"frequency": 5.0})
    assert stored.mapping(stream.options) == {"cpu": "all"}
    assert stored.mapping_problem(stream, [signal]) == ""
