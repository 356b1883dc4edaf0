"""Sources, waveforms and export formats of other apps: named by settings, added as Django starts.

``WAVES["sources"] = {"dice": "plant.dice.DiceSource"}``, and likewise "waveforms" and "exports":
the name that Waves keeps and shows, and the dotted path of the class. docs/extending.md has each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waves.conf import get_config
from waves.dsp.waveforms import WAVEFORMS
from waves.exceptions import ConfigurationError
from waves.exports import EXPORTS
from waves.registry import Registry
from waves.sources import SOURCES

#: By the name in the settings.
REGISTRIES: Mapping[str, Registry[Any]] = {
    "sources": SOURCES,
    "waveforms": WAVEFORMS,
    "exports": EXPORTS,
}
#: What could not be added when Django started, for the system check.
problems: list[ConfigurationError] = []


def add_from_settings() -> list[ConfigurationError]:
    """Add what the settings name; return what could not be added, and why: it hinders no other.

    Raises ConfigurationError where the settings of Waves cannot be read at all.
    """
    config = get_config()
    found = []
    for name, registry in REGISTRIES.items():
        for key, path in getattr(config, name).items():
            try:
                registry.add(key, path)
            except ConfigurationError as error:
                found.append(ConfigurationError(f'WAVES["{name}"] has {error}'))
    return found
