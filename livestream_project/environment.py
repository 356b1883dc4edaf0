"""Environment variables, read by environs; what cannot be read is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, validate


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


def env_int(name: str, default: int) -> int:
    """An environment variable that is a positive whole number."""
    return int(_read(reader.int, name, default, "a positive whole number", validate.Range(min=1)))


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
