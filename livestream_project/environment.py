"""Environment variables, read by environs; what cannot be read is refused in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, validate

#: The most that a number may be, where no less is said.
MOST = 10**15


class Environment(Env):
    """The reader: space around a value is dropped, and an empty variable counts as not set."""

    def _get_value(self, env_key: str, default: Any) -> Any:
        value = super()._get_value(env_key, default)
        if isinstance(value, str):
            return value.strip() or default
        return value


reader = Environment()


def env(name: str, default: str = "") -> str:
    """An environment variable that is text."""
    return reader.str(name, default) or ""


def env_bool(name: str, default: bool) -> bool:
    """An environment variable that is on or off."""
    return bool(_read(reader.bool, name, default, "on or off"))


def env_int(name: str, default: int, most: int = MOST) -> int:
    """An environment variable that is a positive whole number."""
    meaning = f"a whole number from 1 to {most:,}"
    return int(_read(reader.int, name, default, meaning, validate.Range(min=1, max=most)))


def env_choice(name: str, choices: Sequence[str], default: str) -> str:
    """An environment variable that is one of some words, however they are written."""
    chosen = env(name, default).lower()
    found = next((word for word in choices if word.lower() == chosen), None)
    if found is None:
        listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
        raise ImproperlyConfigured(f"{name} is {listed}, not “{env(name)}”.")
    return found


def env_list(name: str, default: str = "") -> list[str]:
    """An environment variable that lists values, separated by commas."""
    items = reader.list(name, default.split(","), subcast=str.strip)
    return [item for item in items or [] if item]


def _read(
    read: Callable[..., Any],
    name: str,
    default: Any,
    meaning: str,
    bound: Callable[[Any], Any] | None = None,
) -> Any:
    try:
        return read(name, default, validate=bound)
    except EnvValidationError:
        raise ImproperlyConfigured(f"{name} is {meaning}, not “{env(name)}”.") from None
