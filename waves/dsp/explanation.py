"""A pydantic error as one sentence: for the person who typed the value, or for a program.

Sources explain their options by it too: it needs nothing but the model's fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

#: Whole numbers of more bits are no floats, as which numbers are shown.
MOST_BITS = 1000
#: Characters that are shown of a wrong text.
MOST_SHOWN = 100
#: What a value should have been, by the beginning of the error's type.
_KINDS = {"float": "a number", "int": "a whole number", "bool": "true or false", "string": "a text"}
_BOUNDS: tuple[tuple[type[Any], str, str], ...] = (
    (Ge, "ge", "at least"),
    (Gt, "gt", "above"),
    (Le, "le", "at most"),
    (Lt, "lt", "below"),
)


def explain(error: ValidationError, owner: str, fields: Mapping[str, FieldInfo]) -> str:
    """The first problem of ``error``: which field, what it must be and why, what it was.

    ``owner`` is what the fields belong to, for people ("Square", "The source MQTT").
    """
    first = error.errors()[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    name = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        known = f"; it has {', '.join(fields)}" if fields else ""
        return f"{owner} has no parameter “{name}”{known}."
    field = fields[name]
    title = _title(name, field, first["loc"])
    if first["type"] == "missing":
        return f"{title} is missing: give it a value."
    return f"{title} must {_must(first, field)}, not {_shown(first['input'])}{_why(first, field)}."


def first_problem(error: ValidationError) -> str:
    """The first problem of a message or a query that a program sent: where, and what."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place or 'message'}: {problem['msg']}"


def bounds(field: FieldInfo) -> str:
    """The bounds of a number in words: "at least 0 and at most 1 of a period"."""
    parts = [
        f"{words} {getattr(item, attribute):,.10g}"
        for kind, attribute, words in _BOUNDS
        for item in field.metadata
        if isinstance(item, kind)
    ]
    return " and ".join(parts) + _unit(field)


def _must(error: ErrorDetails, field: FieldInfo) -> str:
    kind = error["type"]
    context = error.get("ctx", {})
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        return f"be {bounds(field)}"
    if kind == "literal_error":
        return f"be one of {context['expected']}"
    if kind == "finite_number":
        return "be a finite number"
    if kind == "too_short":
        return f"have {context['min_length']} or more values"
    if kind == "too_long":
        return f"have {context['max_length']} values or fewer"
    return f"be {_KINDS.get(kind.partition('_')[0], 'a value of another kind')}"


def _why(error: ErrorDetails, field: FieldInfo) -> str:
    bounded = error["type"].startswith(("greater", "less", "too_"))
    why = _extra(field, "why")
    return f": {why}" if bounded and why else ""


def _title(name: str, field: FieldInfo, location: tuple[int | str, ...]) -> str:
    title = field.title or name
    positions = [part for part in location[1:] if isinstance(part, int)]
    return f"{title} (value {positions[0] + 1})" if positions else title


def _shown(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return "a number of hundreds of digits"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    if isinstance(value, list | tuple):
        return f"{len(value)} values"
    if value in (None, ""):
        return "empty"
    shown = repr(value)[1:-1] if isinstance(value, str) else str(value)
    return f"“{shown}”" if len(shown) <= MOST_SHOWN else f"“{shown[:MOST_SHOWN]}…”"


def _unit(field: FieldInfo) -> str:
    unit = _extra(field, "unit")
    return unit if unit == "°" else f" {unit}" if unit else ""


def _extra(field: FieldInfo, key: str) -> str:
    extra = field.json_schema_extra
    return str(extra.get(key, "")) if isinstance(extra, dict) else ""
