"""The OpenAPI description: valid, of every route there is, and the same as docs/protocol.md."""

import re
from pathlib import Path

import pytest
from django.urls import get_resolver
from openapi_spec_validator import validate

from waves.exports import EXPORTS
from waves.web.api import SamplesQuery
from waves.web.openapi import document

pytestmark = pytest.mark.django_db  # the middleware looks whether the tables are there

ROOT = "/api/v1"
PROTOCOL = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text()


@pytest.fixture
def served(client) -> dict:
    document.cache_clear()  # other tests add formats, and take them away
    answer = client.get(f"{ROOT}/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json()


def routes() -> dict[str, str]:
    """The paths of the API as OpenAPI writes them, and the names of their routes."""
    (app,) = (one for one in get_resolver().url_patterns if getattr(one, "app_name", "") == "waves")
    found = {}
    for pattern in app.url_patterns:
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if path.startswith(f"{ROOT}/"):
            found[path.removeprefix(ROOT)] = pattern.name
    return found


def test_it_is_valid(served):
    validate(served)


def test_it_has_every_route_of_the_api_and_no_other(served):
    paths = served["paths"]
    first = {path: one.get("get") or one["post"] for path, one in paths.items()}
    assert {path: f"api-{one['operationId']}" for path, one in first.items()} == routes()


def test_its_query_is_the_one_that_is_read_and_the_one_that_is_documented(served):
    parameters = served["paths"]["/streams/{slug}/samples"]["get"]["parameters"]
    names = [one["name"] for one in parameters if one["in"] == "query"]
    assert names == [info.alias or name for name, info in SamplesQuery.model_fields.items()]
    table = PROTOCOL.split("The query of `samples`")[1].split("In CSV")[0]
    rows = re.findall(r"^\| (`.*?) \|", table, re.M)
    assert names == re.findall(r"`(\w+)`", " ".join(rows))
    assert all(one["description"] for one in parameters)


def test_no_query_is_null_and_no_answer_has_a_value_that_it_lacks(served):
    for one in served["paths"]["/streams/{slug}/samples"]["get"]["parameters"]:
        assert one["schema"].keys() & {"type", "enum"}
        assert one["schema"].get("default", "json") == "json"
    for schema in served["components"]["schemas"].values():
        assert not any("default" in field for field in schema["properties"].values())


def test_it_has_every_format_of_samples(served):
    samples = served["paths"]["/streams/{slug}/samples"]["get"]
    content = samples["responses"]["200"]["content"]
    assert content.keys() == {export.content_type for export in EXPORTS.values()}
    assert content["application/json"]["schema"]["$ref"].endswith("/Data")
    (kind,) = [one["schema"] for one in samples["parameters"] if one["name"] == "format"]
    assert kind["enum"] == list(EXPORTS)


def test_every_address_of_it_is_documented(served):
    for path in served["paths"]:
        assert f"`{ROOT}{path}`".replace("{", "<").replace("}", ">") in PROTOCOL


def test_its_root_is_where_it_was_asked_for(client):
    answer = client.get(f"{ROOT}/openapi.json", SCRIPT_NAME="/plant/waves")
    assert answer.json()["servers"] == [{"url": f"/plant/waves{ROOT}"}]
    assert document(ROOT)["servers"] == [{"url": ROOT}]


def test_it_is_only_read(client):
    answer = client.post(f"{ROOT}/openapi.json")
    assert answer.status_code == 405
    assert answer.json()["error"]
