"""What is said of a stretch, for people: why it began, and how the stream was described."""

from __future__ import annotations

from typing import Any, cast

from waves.protocol.description import Description

#: What changes from second to second, or is of no stretch: it is not kept.
_MOMENTARY = (
    "state",
    "message",
    "measured_rate",
    "skipped",
    "infinities",
    "unpublished",
    "late",
    "doubled",
    "nameless",
    "left_out",
    "log",
    "recorded_since",
    "not_recorded",
)
_PREFIXES = ((1e6, "MHz"), (1e3, "kHz"), (1.0, "Hz"), (1e-3, "mHz"))

CLOCK_SET = "the clock was set back"


def kept(description: Description) -> dict[str, Any]:
    """What is kept of a description."""
    return {key: value for key, value in description.items() if key not in _MOMENTARY}


def description_of(stored: dict[str, Any]) -> Description:
    """A kept description, whole again: of a stream that is stopped, without counts."""
    counts: dict[str, Any] = dict.fromkeys(_MOMENTARY, 0)
    counts |= {"state": "stopped", "message": "", "log": [], "measured_rate": 0.0}
    counts |= {"recorded_since": None, "not_recorded": ""}
    return cast(Description, {**counts, **stored})


def why(former: Description | None, new: Description) -> str:
    """Why a stretch begins, by what was recorded before it."""
    if former is None:
        return "recording began"
    if former["source"] != new["source"]:
        return f"source: {former['source']} → {new['source']}"
    if former["rate"] != new["rate"] and new["clock"] == "regular":
        return f"{frequency(former['rate'])} → {frequency(new['rate'])}"
    changes = _changes(former, new)
    if changes:
        return f"signals: {changes}"[:200]
    if former["sample_type"] != new["sample_type"]:
        return f"{former['sample_type']} → {new['sample_type']}"
    return "restarted"


def _changes(former: Description, new: Description) -> str:
    old = [signal["key"] for signal in former["signals"]]
    now = [signal["key"] for signal in new["signals"]]
    if old == now:
        return ""
    changed = [f"+{key}" for key in now if key not in old]
    changed += [f"−{key}" for key in old if key not in now]
    return ", ".join(changed) or "another order"


def frequency(rate: float) -> str:
    """A rate in Hz, as people say it."""
    for factor, unit in _PREFIXES:
        if rate >= factor:
            return f"{rate / factor:.6g} {unit}"
    return f"{rate:g} Hz"
