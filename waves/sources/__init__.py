"""Sources: what produces samples. One module a source, and one line in ``SOURCES``.

``from waves.sources import stream`` is the decorator for data of one's own (see
docs/your-own-data.md). Nothing here knows Django.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from waves.dsp.explanation import explain
from waves.exceptions import ConfigurationError
from waves.sources.base import SignalInfo, Source

if TYPE_CHECKING:
    from waves.sources.declarations import stream

__all__ = [
    "SOURCES",
    "SignalInfo",
    "option_fields",
    "source_class",
    "stream",
    "validate_options",
]

#: Kind -> (label, dotted path of the class); the module is imported on first use.
SOURCES: dict[str, tuple[str, str]] = {
    "generator": ("Generator", "waves.sources.generator.GeneratorSource"),
    "python": ("Python function", "waves.sources.python.PythonSource"),
    "system": ("This machine", "waves.sources.system.SystemSource"),
}


def __getattr__(name: str) -> Any:
    """Import the decorator only where it is used: an option form needs no numpy."""
    if name == "stream":
        return importlib.import_module("waves.sources.declarations").stream
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def source_class(kind: str) -> type[Source]:
    """The class of a source. Raises ConfigurationError where there is no such kind."""
    if kind not in SOURCES:
        known = ", ".join(SOURCES)
        raise ConfigurationError(f"There is no source {kind!r}. Choose one of: {known}.")
    module, _, name = SOURCES[kind][1].rpartition(".")
    found: type[Source] = getattr(importlib.import_module(module), name)
    return found


def option_fields(kind: str) -> dict[str, FieldInfo]:
    """The options of a source by name, as declared: for the form, the API and the docs."""
    return dict(source_class(kind).options.model_fields)


def validate_options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of a source, defaults included.

    Raises ConfigurationError with one sentence that names the option, its bound, and what it was.
    """
    declared = source_class(kind).options
    try:
        return declared.model_validate(dict(options)).model_dump()
    except ValidationError as error:
        owner = f"The source “{SOURCES[kind][0]}”"
        raise ConfigurationError(explain(error, owner, declared.model_fields)) from None
