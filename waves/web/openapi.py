"""The description of the HTTP API in OpenAPI 3.1, made of the models of its queries and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from waves.exports import EXPORTS
from waves.exports.files import FILES
from waves.ingest import formats
from waves.ingest.line_protocol import PRECISIONS
from waves.web import making, schema, sharing
from waves.web.answers import in_any_project, json_answer
from waves.web.api import SamplesQuery
from waves.web.crossing import CrossingQuery
from waves.web.epochs import EpochsQuery
from waves.web.exporting import ExportQuery

JSON = "application/json"
#: Where this description stands, below the API's root.
PLACE = "/openapi.json"
#: What an answer means that is no success, by its status.
WORDS = {
    "400": "Something in the request is wrong; the words say what.",
    "401": "There is no key, or none that is known.",
    "403": "The key may not do that, or not for this stream.",
    "404": "There is no such stream.",
    "413": "The body is too long, or inflates to too much.",
    "415": "The media type is none of those that are known.",
    "422": "What is asked for cannot be; the words say why.",
    "429": "Too much: send it again after the seconds that Retry-After says.",
    "503": "Not now: ask again after the seconds that Retry-After says.",
    "default": "Whatever else went wrong: 400, 405, 413 or 500.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An address that is read. ``answers`` has a model, or else a schema, for each media type."""

    name: str
    summary: str
    answers: Mapping[str, type[BaseModel] | Mapping[str, Any]]
    query: type[BaseModel] | None = None
    errors: tuple[str, ...] = ("400", "401", "403", "503", "default")


OPERATIONS = {
    PLACE: Operation("openapi", "This description.", {JSON: {"type": "object"}}, errors=()),
    "/streams": Operation("streams", "Every stream, with its state.", {JSON: schema.Streams}),
    "/streams/{slug}": Operation(
        "stream",
        "One stream, and what this process keeps of it.",
        {JSON: schema.Stream},
        errors=("400", "401", "403", "404", "503", "default"),
    ),
    "/streams/{slug}/samples": Operation(
        "samples",
        "What is kept of a stream, in memory and recorded: its samples, or columns of them.",
        {JSON: schema.Data},  # and what ``_formats`` adds
        query=SamplesQuery,
        errors=("400", "401", "403", "404", "503", "default"),
    ),
}
OPERATIONS["/streams/{slug}/epochs"] = Operation(
    "epochs",
    "The epochs of a stream, oldest first: their times, and why each began.",
    {JSON: schema.Epochs},
    query=EpochsQuery,
    errors=("400", "401", "403", "404", "503", "default"),
)
OPERATIONS["/streams/{slug}/export"] = Operation(
    "export",
    "What is recorded of a stream, as one file that is made while it is read.",
    {
        each.content_type: {"type": "string"} if name == "csv" else {}
        for name, each in FILES.items()
    },
    query=ExportQuery,
    errors=("400", "401", "403", "404", "503", "default"),
)
OPERATIONS["/streams/{slug}/crossing"] = Operation(
    "crossing",
    "The crossing of a level that is next to a moment: lines of JSON, the last one says which.",
    {"application/x-ndjson": {"type": "string"}},
    query=CrossingQuery,
    errors=("400", "401", "403", "404", "429", "503", "default"),
)
OPERATIONS["/streams/{slug}/links"] = Operation(
    "links",
    "The links that the user who is signed in made of a stream, newest first.",
    {JSON: schema.Links},
    errors=("403", "404", "503", "default"),
)
SLUG = {
    "name": "slug",
    "in": "path",
    "required": True,
    "description": "The stream, by its slug or by one that it had before.",
    "schema": {"type": "string"},
}


_TEXT = {"type": "string"}
#: A sample, or several of them; what is in them, their parser says.
_SAMPLES = {"type": ["object", "array"]}
_PRECISION = {
    "name": "precision",
    "in": "query",
    "description": "The unit of the times in line protocol.",
    "schema": {"type": "string", "enum": list(PRECISIONS), "default": "ns"},
}
_NUMBER = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A text of the writer's for this batch: sent again, it is taken once.",
    "schema": _TEXT,
}
LINK_ERRORS = ("400", "401", "403", "404", "422", "429", "503", "default")
MAKE_ERRORS = ("400", "401", "403", "413", "429", "503", "default")
PUSH_ERRORS = ("400", "401", "403", "404", "413", "415", "429", "503", "default")


class _Answers(GenerateJsonSchema):
    """A field that may be left out has no value where it is: so no defaults, and no titles."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])


class _Query(_Answers):
    """A query has no null: a field is there, or it is not."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = self.generate_inner(schema["schema"])
        return inner if schema.get("default") is None else {**inner, "default": schema["default"]}


@in_any_project
@csrf_exempt
@require_safe
async def openapi(request: HttpRequest) -> HttpResponse:
    """The description, for tools and for people who write a client."""
    return json_answer(document(request.path.removesuffix(PLACE)))


@lru_cache(maxsize=4)  # one for each prefix under which the pages are reached
def document(root: str) -> Mapping[str, Any]:
    """The whole description of the API at ``root``, such as ``/api/v1``."""
    answers = [each for one in OPERATIONS.values() for each in one.answers.values()]
    models: list[type[BaseModel]] = [
        schema.Problem,
        schema.Receipt,
        schema.Made,
        schema.MadeLink,
        schema.Granted,
        schema.RevokedLink,
        making.NewStream,
        sharing.NewLink,
        sharing.ShownKey,
        *(each for each in answers if isinstance(each, type)),
    ]
    _, definitions = models_json_schema(
        [(model, "validation") for model in models],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Answers,
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Waves",
            "version": "1",
            "description": "The streams of this server, and the samples that it keeps of them.",
        },
        "servers": [{"url": root}],
        "paths": {
            **{path: _methods(path, each) for path, each in OPERATIONS.items()},
            "/grants": {"post": _grant()},
            "/links/{prefix}/revoke": {"post": _revoke()},
        },
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _methods(path: str, operation: Operation) -> dict[str, Any]:
    methods = {"get": _operation(path, operation)}
    posts = {"/streams": _make, "/streams/{slug}/samples": _push, "/streams/{slug}/links": _link}
    return {**methods, "post": posts[path]()} if path in posts else methods


def _make() -> dict[str, Any]:
    answer = {"content": {JSON: {"schema": _schema(schema.Made)}}}
    return {
        "operationId": "make",
        "summary": "Make a stream that takes pushed samples.",
        "security": [{"key": []}],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": _schema(making.NewStream)}},
        },
        "responses": {
            "201": {"description": "It was made.", **answer},
            "200": {"description": "It was there already, and is as it was.", **answer},
            **{status: _error(status) for status in MAKE_ERRORS},
        },
    }


def _link() -> dict[str, Any]:
    return {
        "operationId": "link",
        "summary": "Make a link: for a user who is signed in, with the page's CSRF token.",
        "parameters": [SLUG],
        **_posted(sharing.NewLink, "201", "It was made; its key is shown this once.", "MadeLink"),
    }


def _revoke() -> dict[str, Any]:
    return {
        "operationId": "revoke",
        "summary": "Let a link open nothing any more: an own one, or any for who may delete links.",
        "parameters": [{**SLUG, "name": "prefix", "description": "What its key begins with."}],
        **_posted(None, "200", "It opens nothing any more.", "RevokedLink"),
    }


def _grant() -> dict[str, Any]:
    return {
        "operationId": "grants",
        "summary": "Exchange the key of a link for a grant, which is shown as a key is.",
        "security": [],
        **_posted(sharing.ShownKey, "200", "A grant, and what a page has to know.", "Granted"),
    }


def _posted(body: type[BaseModel] | None, status: str, words: str, answer: str) -> dict[str, Any]:
    content = {JSON: {"schema": {"$ref": f"#/components/schemas/{answer}"}}}
    told: dict[str, Any] = {
        "responses": {
            status: {"description": words, "content": content},
            **{each: _error(each) for each in LINK_ERRORS},
        }
    }
    if body is not None:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": _schema(body)}}}
    return told


def _push() -> dict[str, Any]:
    """What is sent: each body is a text or bytes to us, and its parser says what is wrong in it."""
    bodies = {kind: {"schema": _SAMPLES if kind == JSON else {}} for kind in formats.MEDIA_TYPES}
    return {
        "operationId": "push",
        "summary": "Send samples; docs/sending.md says how.",
        "security": [{"key": []}],
        "parameters": [SLUG, _PRECISION, _NUMBER],
        "requestBody": {"required": True, "content": bodies},
        "responses": {
            "200": {
                "description": "All of it was taken.",
                "content": {JSON: {"schema": _schema(schema.Receipt)}},
            },
            **{status: _error(status) for status in PUSH_ERRORS},
        },
    }


def _operation(path: str, operation: Operation) -> dict[str, Any]:
    parameters = [SLUG] if "{slug}" in path else []
    has_formats = operation.query is SamplesQuery
    answers = {**_formats(), **operation.answers} if has_formats else operation.answers
    success = {
        "description": operation.summary,
        "content": {kind: {"schema": _schema(each)} for kind, each in answers.items()},
    }
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        # A site that lets everybody read asks for no key.
        "security": [{}, {"key": []}],
        "parameters": parameters + (_parameters(operation.query) if operation.query else []),
        "responses": {"200": success, **{status: _error(status) for status in operation.errors}},
    }


def _formats() -> dict[str, Any]:
    """The formats of samples, those of other apps among them: what they hold is known to them."""
    kinds = [export.content_type for export in EXPORTS.values()]
    return {kind: {"type": "string"} if kind.startswith("text/") else {} for kind in kinds}


def _schema(answer: type[BaseModel] | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(answer, type):
        return {"$ref": f"#/components/schemas/{answer.__name__}"}
    return answer


def _error(status: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": WORDS[status],
        "content": {JSON: {"schema": _schema(schema.Problem)}},
    }
    if status in ("429", "503"):
        seconds = {"schema": {"type": "integer"}, "description": "Seconds to wait."}
        told["headers"] = {"Retry-After": seconds}
    return told


def _parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema_ = query.model_json_schema(schema_generator=_Query)
    required = schema_.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "description": one.pop("description"),
            "schema": one,
            **({"required": True} if name in required else {}),
        }
        for name, one in schema_["properties"].items()
    ]
