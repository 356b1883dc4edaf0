"""Kinds of one thing by their keys: those of Waves, and those that other apps add by a setting."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from waves.exceptions import ConfigurationError

T = TypeVar("T")

#: A key stands in a column of 32 characters, in CSS classes and, before "__", in fields' names.
_KEY = re.compile(r"(?!.*__)[a-z][a-z0-9_]{0,31}")
#: What the admin's form calls the fields that all kinds share.
_TAKEN = "common"


class Registry(Mapping[str, type[T]], Generic[T]):
    """Classes by key, in the order in which people choose among them.

    ``noun`` is what an entry is called ("source"), ``base`` what it is a subclass of, ``own`` the
    dotted paths of those that Waves brings: each is imported when it is first asked for.
    ``problem`` says in words what is wrong with a class of another app; empty where nothing is.
    """

    def __init__(
        self,
        noun: str,
        base: type[T],
        own: Mapping[str, str],
        problem: Callable[[type[T]], str] = lambda found: "",
    ) -> None:
        self.noun = noun
        self._base = base
        self._paths = dict(own)
        self._problem = problem
        self._found: dict[str, type[T]] = {}

    def __getitem__(self, key: str) -> type[T]:
        if key not in self._found:
            self._found[key] = _imported(self._paths[key])
        return self._found[key]

    def __contains__(self, key: object) -> bool:
        return key in self._paths  # nothing is imported to know that

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def add(self, key: str, path: str) -> None:
        """Add the class at a dotted path.

        Raises ConfigurationError, and adds nothing, where it cannot be used; the message begins
        with the key.
        """
        if self._paths.get(key) == path:
            return
        if key in self._paths:
            raise ConfigurationError(f"“{key}”: there is a {self.noun} of this name already.")
        if not isinstance(key, str) or not _KEY.fullmatch(key) or key == _TAKEN:
            raise ConfigurationError(
                f"“{key}” is no name of a {self.noun}: use up to 32 small letters, digits and "
                f"single _, a letter first, and not “{_TAKEN}”."
            )
        try:
            found = _imported(path)
        except (Exception, SystemExit) as error:  # whatever another app's module raises
            told = f"{type(error).__name__}: {error}"
            raise ConfigurationError(f"“{key}”: {path} could not be imported ({told}).") from error
        problem = self._unfit(found)
        if problem:
            raise ConfigurationError(f"“{key}”: {path} {problem}")
        self._paths[key] = path
        self._found[key] = found

    def _unfit(self, found: Any) -> str:
        if not inspect.isclass(found) or not issubclass(found, self._base):
            return f"is no subclass of {self._base.__module__}.{self._base.__name__}."
        missing = sorted(getattr(found, "__abstractmethods__", ()))
        if missing:
            return f"does not define {', '.join(missing)}."
        return self._problem(found)


def _imported(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)
