"""Real answers of the API, each held against what its OpenAPI description says of it."""

import json

import pytest
from jsonschema import Draft202012Validator

from waves.tests.server.viewing import view


class Description:
    """The description that a server serves. Here an answer may have no field beyond it."""

    def __init__(self, served: str) -> None:
        self.document = json.loads(served)
        for schema in self.document["components"]["schemas"].values():
            schema["additionalProperties"] = False

    def check(self, path: str, status: int, answer: str) -> dict:
        """An answer in JSON, if it is as described."""
        responses = self.document["paths"][path]["get"]["responses"]
        response = responses.get(str(status), responses["default"])
        schema = response["content"]["application/json"]["schema"]
        whole = {**schema, "components": self.document["components"]}
        parsed: dict = json.loads(answer)
        Draft202012Validator(whole).validate(parsed)
        return parsed


@pytest.fixture
def described(daphne) -> Description:
    return Description(daphne.get("/api/v1/openapi.json")[1])


@pytest.mark.parametrize(
    ("path", "slug", "query"),
    [
        ("/streams", "", ""),
        ("/streams/{slug}", "sine", ""),
        ("/streams/{slug}/samples", "sine", ""),
        ("/streams/{slug}/samples", "sine", "?columns=16"),
        ("/streams/{slug}/samples", "sine", "?from=0&to=1"),
        ("/streams/{slug}/epochs", "sine", ""),
        ("/streams/{slug}/epochs", "sine", "?from=0&to=1"),
        ("/streams/{slug}/epochs", "nowhere", ""),
        ("/streams/{slug}/epochs", "sine", "?most=0"),
        ("/streams/{slug}/crossing", "sine", "?from=0&signal=nothing"),
        ("/streams/{slug}", "nowhere", ""),
        ("/streams/{slug}/samples", "nowhere", ""),
        ("/streams/{slug}/samples", "sine", "?first=x"),
    ],
)
async def test_an_answer_is_as_it_is_described(daphne, described, path, slug, query) -> None:
    async with view(daphne.address) as viewer:
        await viewer.until(lambda: viewer.values)
        address = f"/api/v1{path.format(slug=slug)}{query}"
        described.check(path, *daphne.get(address))


async def test_every_stream_of_the_demo_and_of_those_that_fail_is_as_described(
    daphne, described
) -> None:
    found = described.check("/streams", *daphne.get("/api/v1/streams"))["streams"]
    for slug in [one["slug"] for one in found]:
        async with view(daphne.address, f"/ws/streams/{slug}/") as viewer:
            await viewer.until(lambda viewer=viewer: viewer.stream)
            described.check("/streams/{slug}", *daphne.get(f"/api/v1/streams/{slug}"))
            path = "/streams/{slug}/samples"
            described.check(path, *daphne.get(f"/api/v1/streams/{slug}/samples?columns=16"))
    assert len(found) > 5


def test_a_stream_that_no_worker_has_reported_is_as_described(site) -> None:
    site.add_stream("new", "sine", enabled=0)
    with site.serve() as server:
        described = Description(server.get("/api/v1/openapi.json")[1])
        told = described.check("/streams/{slug}", *server.get("/api/v1/streams/new"))
        assert told["kept"] is None
        status, answer = server.get("/api/v1/streams/new/samples")
        assert status == 200
        assert described.check("/streams/{slug}/samples", status, answer)["frames"] == []
