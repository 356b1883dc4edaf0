from pathlib import Path

import pytest

from waves.exceptions import ConfigurationError
from waves.sources import SOURCES, option_fields, source_class, validate_options
from waves.sources.base import Source

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("kind", SOURCES)
def test_each_kind_names_a_source_whose_options_explain_themselves(kind):
    assert issubclass(source_class(kind), Source)
    for field in option_fields(kind).values():
        assert field.title
        assert field.description


def test_an_unknown_kind_is_told_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"no source 'teapot'.*generator, python, system"):
        source_class("teapot")


def test_options_are_completed_with_their_defaults():
    options = validate_options("system", {"disk": False})
    assert options == {"cpu": True, "memory": True, "load": True, "network": True, "disk": False}
    assert validate_options("generator", {}) == {}


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("system", {"cpu": "perhaps"}, "Processors must be true or false, not “perhaps”."),
        ("system", {"gpu": True}, "no parameter “gpu”; it has cpu, memory"),
        ("generator", {"x": 1}, "The source “Generator” has no parameter “x”."),
        ("python", {}, "Function is missing: give it a value."),
        (
            "system",
            dict.fromkeys(["cpu", "memory", "load", "network", "disk"], False),
            "Switch on at least one of: cpu, memory, load, network, disk.",
        ),
    ],
)
def test_an_option_that_cannot_work_is_named_with_what_it_must_be(kind, options, told):
    with pytest.raises(ConfigurationError) as raised:
        validate_options(kind, options)
    assert told in str(raised.value)


@pytest.mark.parametrize("kind", SOURCES)
def test_each_source_and_option_is_documented(kind):
    _, heading, section = (DOCS / "sources.md").read_text().partition(f"\n## `{kind}`")
    assert heading, f"docs/sources.md has no section ## `{kind}`"
    section = section.partition("\n## ")[0]
    missing = [name for name in option_fields(kind) if f"| `{name}` |" not in section]
    assert missing == []
