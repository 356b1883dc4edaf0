"""Sources: what produces samples. One module a source, and one line in ``SOURCES``.

``from waves.sources import stream`` is the decorator for data of one's own (see
docs/your-own-data.md). Nothing here knows Django. Other apps add sources by a setting (see
docs/extending.md).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from waves.dsp.explanation import explain
from waves.exceptions import ConfigurationError
from waves.protocol.spec import StreamSpec
from waves.registry import Registry
from waves.sources.base import Defaults, Example, Options, SignalInfo, Source

if TYPE_CHECKING:
    from waves.sources.declarations import stream

__all__ = [
    "DEFAULT_SOURCE",
    "SOURCES",
    "SignalInfo",
    "defaults",
    "examples",
    "option_fields",
    "source_class",
    "source_label",
    "stream",
    "validate_options",
]


def _problem(source: type[Source]) -> str:
    if not getattr(source, "label", ""):
        return "has no label: say what people choose it by."
    if not issubclass(source.options, Options):
        return "has options that are no subclass of waves.sources.base.Options."
    unknown = sorted(set(source.choices) - set(source.options.model_fields))
    return f"has choices for {', '.join(unknown)}, which is no option." if unknown else ""


#: Every source by its kind, in the order of the admin's list.
SOURCES: Registry[Source] = Registry(
    "source",
    Source,  # type: ignore[type-abstract]
    {
        "generator": "waves.sources.generator.GeneratorSource",
        "python": "waves.sources.python.PythonSource",
        "system": "waves.sources.system.SystemSource",
        "push": "waves.sources.push.PushSource",
        "udp": "waves.sources.udp.UdpSource",
        "serial": "waves.sources.serial.SerialSource",
        "replay": "waves.sources.replay.ReplaySource",
        "mqtt": "waves.sources.mqtt.MqttSource",
        "recording": "waves.sources.recording.RecordingSource",
    },
    _problem,
)
#: What a new stream has, until another is chosen.
DEFAULT_SOURCE = "generator"


def __getattr__(name: str) -> Any:
    """Import the decorator only where it is used."""
    if name == "stream":
        return importlib.import_module("waves.sources.declarations").stream
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def source_class(kind: str) -> type[Source]:
    """The class of a source. Raises ConfigurationError where there is no such kind."""
    if kind not in SOURCES:
        known = ", ".join(SOURCES)
        raise ConfigurationError(f"There is no source {kind!r}. Choose one of: {known}.")
    return SOURCES[kind]


def examples(spec: StreamSpec, site: str, samples: str) -> tuple[Example, ...]:
    """How data gets into a stream, where others send it; none where its source is unknown."""
    if spec.source not in SOURCES:
        return ()
    return SOURCES[spec.source].examples(spec, site, samples)


def source_label(kind: str) -> str:
    """What people call a source; its kind where there is none (any more)."""
    return SOURCES[kind].label if kind in SOURCES else kind


def option_fields(kind: str) -> dict[str, FieldInfo]:
    """The options of a source by name, as declared: for the form, the API and the docs."""
    return dict(source_class(kind).options.model_fields)


def defaults(kind: str, options: object) -> Defaults:
    """What the code says of a stream for the fields that its row leaves empty; our own word where
    there is no such source, or it cannot say."""
    try:
        return SOURCES[kind].defaults(options if isinstance(options, Mapping) else {})
    except Exception:  # a fault of one source hinders no other stream: its run will tell
        return Defaults()


def validate_options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of a source, defaults included.

    Raises ConfigurationError with one sentence that names the option, its bound, and what it was.
    """
    source = source_class(kind)
    try:
        return source.options.model_validate(dict(options)).model_dump()
    except ValidationError as error:
        owner = f"The source “{source.label}”"
        raise ConfigurationError(explain(error, owner, source.options.model_fields)) from None
