"""What stands in a row, made safe: a row need not have been written through a form.

A fixture, a script or another version may have left anything there. Whatever it is, pages and API
show the stream, the others run on, and its state says what is wrong.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from waves import limits
from waves.exceptions import ConfigurationError
from waves.models import Signal, Stream
from waves.protocol.plaintext import one_line
from waves.protocol.reading import MOST_STATES, state_names
from waves.sources import defaults

#: Fields whose values must be possible before a source, a hub or a page is given them.
CHECKED = ("rate", "window", "history", "frames_per_second")
#: Fields that may be empty: then the code decides.
DECIDED = ("sample_type", "late", "reorder_window", "longest_interval")
#: Longest names and units, as the models declare them; SQLite holds any length.
NAME, UNIT = 80, 16
#: The longest text of a stream that a page is given.
DESCRIPTION = 2000

_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def values(stream: Stream, signals: int) -> tuple[dict[str, Any], str]:
    """The checked fields as a source can use them, and what was wrong with them, in words.

    Where one is wrong, all are the defaults: the stream does not run with either.
    """
    found: dict[str, Any] = {}
    said = defaults(stream.source, stream.options)
    try:
        for name in CHECKED:
            found[name] = _value(stream, name)
        for name in DECIDED:
            value = _value(stream, name)
            found[name] = getattr(said, name) if value in ("", None) else value
    except ValidationError as error:
        return _defaults(), f"{_label(name)}: {' '.join(error.messages)}"
    rate, kind, history = found["rate"], found["sample_type"], found["history"]
    problem = limits.rate_problem(rate, signals)
    problem = problem or limits.history_problem(rate, signals, kind, history)
    return (_defaults(), problem) if problem else (found, "")


def _value(stream: Stream, name: str) -> Any:
    value = stream._meta.get_field(name).clean(getattr(stream, name), stream)  # type: ignore[union-attr]
    if isinstance(value, float) and not math.isfinite(value):  # a NaN is in every bound
        raise ValidationError("This is no number.")
    return value


def _label(name: str) -> str:
    return str(Stream._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]


def _defaults() -> dict[str, Any]:
    return {name: Stream._meta.get_field(name).get_default() for name in CHECKED}  # type: ignore[union-attr]


def mapping_problem(stream: Stream, signals: Iterable[Signal]) -> str:
    """What is wrong with the options and parameters as JSON, in words; else empty."""
    if not is_mapping(stream.options):
        return "The options of the source are not what a form stores: save them again."
    for signal in signals:
        if not is_mapping(signal.parameters):
            name = one_line(signal.name, NAME)
            return f"The parameters of “{name}” are not what a form stores: save them again."
    return ""


def is_mapping(value: object) -> bool:
    """Whether a JSON value is a mapping whose text is text, all of it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:  # half of a character
        return False
    return isinstance(value, Mapping)


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) and is_mapping(value) else {}


def states(value: object) -> Mapping[int, str]:
    """Names by code, those of them that can be."""
    found: dict[int, str] = {}
    for code, text in mapping(value).items():
        try:
            found |= state_names({code: text})
        except ConfigurationError:  # past the form anything may stand there
            continue
    return dict(list(found.items())[:MOST_STATES])


def chosen(text: str, known: Iterable[str]) -> str:
    """A word of those that are known, or none: as the code says."""
    return text if text in known else ""


def positive(value: Any) -> Any:
    """A number above 0, or None: what is kept for ever is deleted by no slip."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and value > 0 else None


def name(text: object, otherwise: str) -> str:
    """A name on one line; ``otherwise`` where there is none."""
    return one_line(text, NAME) or otherwise


def unit(text: object) -> str:
    """A unit on one line."""
    return one_line(text, UNIT)


def colour(text: str) -> str:
    """A colour as #rrggbb, or none: the page's palette."""
    return text if _COLOUR.fullmatch(text) else ""
