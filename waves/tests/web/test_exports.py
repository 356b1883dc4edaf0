"""The formats of samples over HTTP: each documented, each asked for by its name, others refused."""

import re

import pytest
from pydantic import ValidationError

from waves.exceptions import WireError
from waves.exports import EXPORTS
from waves.hub.ranges import Range
from waves.tests.outside import ROOT
from waves.web import api
from waves.web.api import SamplesQuery


def test_every_format_stands_in_the_protocol():
    page = (ROOT / "docs" / "protocol.md").read_text()
    (row,) = re.findall(r"^\| `format` \|.*$", page, re.M)
    for name in EXPORTS:
        assert f"`{name}`" in row


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_is_asked_for_by_its_name(name):
    assert SamplesQuery.model_validate({"format": name}).format == name


def test_an_unknown_format_is_told_the_known_ones():
    with pytest.raises(ValidationError, match="'json', 'csv', 'waves', 'sheet' or 'sheet_comma'"):
        SamplesQuery.model_validate({"format": "xml"})


def test_the_schema_of_a_request_names_the_formats():
    assert SamplesQuery.model_json_schema()["properties"]["format"]["enum"] == [
        "json",
        "csv",
        "waves",
        "sheet",
        "sheet_comma",
    ]


class Wide:
    """A stream of which two million values are kept."""

    class history:
        signals = 2


def test_a_format_that_is_read_as_a_whole_is_bounded_and_names_those_that_are_not():
    with pytest.raises(WireError, match="JSON holds at most 1000000 values; ask for csv or wav"):
        api._check_size(Wide, "json", Range(1, 1, 0, 1_000_000))
    api._check_size(Wide, "csv", Range(1, 1, 0, 1_000_000))
    api._check_size(Wide, "json", Range(1, 1, 0, 500_000))
