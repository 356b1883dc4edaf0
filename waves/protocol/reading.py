"""How the values of a signal are read: the line between them, a missing one, names of states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waves.exceptions import ConfigurationError
from waves.protocol.plaintext import one_line

#: What is drawn between two samples: a slope, the former value held, or nothing.
LINES = ("linear", "step", "points")
#: What a missing value means: nothing is known, the line goes on to the next, or the former holds.
MISSING = ("hole", "joined", "held")
#: What becomes of a sample that is older than the one before it, on a timed clock.
LATE = ("drop", "reorder")

#: States that a signal may have: more bars or ticks than that nobody tells apart.
MOST_STATES = 64
#: The longest name of a state.
STATE_NAME = 40
#: Codes are whole and no further from 0 than this: every sample type holds them exactly.
HIGHEST_CODE = 2**24


def state_names(states: object) -> dict[int, str]:
    """Names by their code, in the order of the codes. Codes may be text, as in JSON.

    Raises ConfigurationError that says which code or name cannot be, and why.
    """
    if not isinstance(states, Mapping):
        raise ConfigurationError(f'states are a dict such as {{0: "closed"}}, not {states!r:.60}.')
    found = {_code(code): _name(code, name) for code, name in states.items()}
    if len(found) > MOST_STATES:
        raise ConfigurationError(f"{len(found)} states are too many: at most {MOST_STATES}.")
    return dict(sorted(found.items()))


def _code(code: Any) -> int:
    try:
        whole = int(code)
        fits = isinstance(code, str) or whole == code
    except (TypeError, ValueError, OverflowError):
        whole, fits = 0, False
    if not fits or abs(whole) > HIGHEST_CODE:
        raise ConfigurationError(
            f"{code!r:.60} is no code of a state: use whole numbers up to {HIGHEST_CODE:,}."
        )
    return whole


def _name(code: Any, name: Any) -> str:
    line = one_line(name, STATE_NAME + 1) if isinstance(name, str) else ""
    if not line or len(name) > STATE_NAME:
        raise ConfigurationError(
            f"The state {code!r:.40} needs a name of 1 to {STATE_NAME} letters, not {name!r:.60}."
        )
    return line
