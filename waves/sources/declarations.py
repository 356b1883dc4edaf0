"""Python functions declared as streams: the decorator, what it registers, and how it is found."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from waves.exceptions import ConfigurationError, SourceError
from waves.protocol.block import SAMPLE_TYPES
from waves.protocol.reading import LATE, LINES, MISSING, state_names
from waves.sources.base import Defaults, SignalInfo
from waves.sources.ordering import MAX_WINDOW

F = TypeVar("F", bound=Callable[..., Any])
Kind = Literal["function", "generator", "async generator"]
ClockName = Literal["regular", "timed"]
SampleType = Literal["float32", "float64"]
Line = Literal["linear", "step", "points"]
Missing = Literal["hole", "joined", "held"]
Late = Literal["drop", "reorder"]
#: Names of states by code: of all signals, or by the key of a signal.
Names = Mapping[int, str] | Mapping[str, Mapping[int, str]]

#: A key stands in URLs, in CSV headings and in the rows of the admin.
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,49}")
#: The length of a slug in the database.
SLUG_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Declaration:
    """A decorated function. ``rate`` is in Hz, ``window`` in seconds."""

    #: Dotted path of the function: "plant.streams.boiler".
    path: str
    name: str
    slug: str
    description: str
    signals: tuple[SignalInfo, ...]
    rate: float
    window: float
    clock: ClockName
    kind: Kind
    #: Whether the worker makes a stream for it by itself.
    create: bool
    function: Callable[..., Any] = field(repr=False, compare=False)
    #: What holds where the admin says nothing.
    defaults: Defaults = field(default_factory=Defaults)


_declarations: dict[str, Declaration] = {}
#: Why a module could not be imported, by its name: told when one of its functions is missed.
_problems: dict[str, ConfigurationError] = {}


def stream(
    *,
    rate: float,
    signals: Mapping[str, str] | Iterable[SignalInfo] | None = None,
    name: str = "",
    window: float = 2.0,
    clock: ClockName | None = None,
    create: bool = True,
    sample_type: SampleType = "float32",
    line: Line | Mapping[str, Line] | None = None,
    missing: Missing | Mapping[str, Missing] | None = None,
    states: Names | None = None,
    late: Late = "drop",
    reorder_window: float = 0.0,
    longest_interval: float | None = None,
) -> Callable[[F], F]:
    """Declare a function, a generator or an async generator as a stream; it stays what it was.

    ``signals`` names what it yields: a dict of key and unit, or SignalInfo for names of their own;
    without it there is one signal, ``value``. ``rate`` in Hz is the sample rate, on a timed clock
    the mean that is expected. ``window`` in seconds is what the page shows at first. ``clock``
    matters to an async generator only: "timed" (its default: values, timed on arrival, or pairs
    of unix time and values) or "regular" (arrays of samples that follow one another at the rate).
    With ``create=False`` no stream is made: choose the function in the admin.

    ``line``, ``missing`` and ``states`` say how signals are read: for all of them, or in a dict by
    the key of a signal. On a timed clock ``late`` says what becomes of a sample that is older than
    the one before; with "reorder" each waits ``reorder_window`` seconds for older ones. Beyond
    ``longest_interval`` seconds without a sample there is a hole (by default five periods;
    ``math.inf`` for never).

    Raises ConfigurationError, at import, where this cannot work. See docs/sources.md.
    """

    def declare(function: F) -> F:
        declaration = _declaration(function, signals, rate, name, window, clock, create)
        how = _Reading(declaration.function.__name__, line, missing, states)
        declaration = replace(
            declaration,
            signals=tuple(map(how.of, declaration.signals)),
            defaults=_defaults(declaration, sample_type, late, reorder_window, longest_interval),
        )
        how.check({info.key for info in declaration.signals})
        _declarations[declaration.path] = declaration
        return function

    return declare


def registered() -> dict[str, Declaration]:
    """Every declared function by its path, in the order of declaration."""
    return dict(_declarations)


def declared(path: str) -> Declaration:
    """The declaration of a function. Raises SourceError that says what is known instead."""
    if path in _declarations:
        return _declarations[path]
    problem = _problems.get(path.rpartition(".")[0])
    if problem is not None:
        raise SourceError(str(problem))
    known = ", ".join(_declarations) or "none"
    raise SourceError(
        f"No function {path!r} is declared as a stream. Decorate it with @stream in the module "
        f"streams.py of an installed app, and restart the worker. Known: {known}."
    )


def discover(module_names: Iterable[str]) -> list[ConfigurationError]:
    """Import ``<app>.streams`` of each app that has one; say which could not be imported, and why.

    One broken module hinders no other, so problems are returned, not raised.
    """
    found = [f"{app}.streams" for app in module_names]
    problems = [_import(module) for module in found]
    return [problem for problem in problems if problem is not None]


def _import(module: str) -> ConfigurationError | None:
    _problems.pop(module, None)
    try:
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module)
    except (Exception, SystemExit) as error:  # whatever a user's module raises
        told = str(error) if isinstance(error, ConfigurationError) else _told(error)
        _problems[module] = ConfigurationError(f"{module} could not be imported: {told}")
    return _problems.get(module)


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _declaration(
    function: Callable[..., Any],
    signals: Mapping[str, str] | Iterable[SignalInfo] | None,
    rate: float,
    name: str,
    window: float,
    clock: ClockName | None,
    create: bool,
) -> Declaration:
    kind = _kind(function)
    plain = function.__name__
    _positive(plain, "rate", rate, "Hz")
    _positive(plain, "window", window, "seconds")
    title = name or plain.replace("_", " ").strip().capitalize()
    return Declaration(
        path=f"{function.__module__}.{function.__qualname__}",
        name=title,
        slug=_slug(title) or _slug(plain),
        description=(inspect.getdoc(function) or "").partition("\n")[0],
        signals=_signals(plain, {"value": ""} if signals is None else signals),
        rate=float(rate),
        window=float(window),
        clock=_clock(plain, kind, clock),
        kind=kind,
        create=create,
        function=function,
    )


def _kind(function: Callable[..., Any]) -> Kind:
    """What the function is; its arguments are checked here, where its author sees the message."""
    if not inspect.isfunction(function):
        raise ConfigurationError(f"@stream decorates a function, not {function!r}.")
    name = function.__name__
    if inspect.iscoroutinefunction(function):
        raise ConfigurationError(f"{name} is async but yields nothing: use yield to give samples.")
    kind: Kind = "function"
    if inspect.isasyncgenfunction(function):
        kind = "async generator"
    elif inspect.isgeneratorfunction(function):
        kind = "generator"
    arguments = (0.0,) if kind == "function" else ()
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError as error:
        wanted = "one argument, the times t" if arguments else "no argument"
        raise ConfigurationError(f"{name} is called with {wanted}: {error}.") from None
    return kind


def _clock(name: str, kind: Kind, clock: ClockName | None) -> ClockName:
    if clock not in (None, "regular", "timed"):
        raise ConfigurationError(f"{name}: clock is 'regular' or 'timed', not {clock!r}.")
    if kind == "async generator":
        return clock or "timed"
    if clock == "timed":
        raise ConfigurationError(
            f"{name} is a {kind}, which runs at the stream's rate. "
            "Make it an async generator to time its values on arrival."
        )
    return "regular"


def _positive(name: str, what: str, value: float, unit: str) -> None:
    if not (isinstance(value, int | float) and math.isfinite(value) and value > 0):
        raise ConfigurationError(f"{name}: {what} is a number of {unit} above 0, not {value!r}.")


def _signals(
    name: str, signals: Mapping[str, str] | Iterable[SignalInfo]
) -> tuple[SignalInfo, ...]:
    if isinstance(signals, Mapping):
        signals = [SignalInfo(k, str(k).replace("_", " "), u) for k, u in signals.items()]
    infos = tuple(signals)
    if not infos or not all(isinstance(info, SignalInfo) for info in infos):
        raise ConfigurationError(
            f"{name}: give signals as a dict of name and unit, such as {{'temperature': '°C'}}."
        )
    for info in infos:
        if not KEY.fullmatch(info.key):
            raise ConfigurationError(
                f"{name}: {info.key!r} is no key of a signal. Use up to 50 letters, digits, _ and "
                "-, a letter first; SignalInfo(key, name, unit) may show any name."
            )
    if len({info.key for info in infos}) < len(infos):
        raise ConfigurationError(f"{name}: two signals have the same key; give each its own.")
    return infos


class _Reading:
    """How signals are read, as the decorator was told: for all of them, or by key."""

    def __init__(self, name: str, line: Any, missing: Any, states: Any) -> None:
        self._name = name
        self._line = line
        self._missing = missing
        by_key = isinstance(states, Mapping) and any(
            isinstance(s, Mapping) for s in states.values()
        )
        self._states = states if by_key else None
        self._all_states = None if by_key else states

    def of(self, info: SignalInfo) -> SignalInfo:
        """A signal with what was told of it; what its own SignalInfo says stands."""
        line = info.line or _by_key(self._line, info.key)
        missing = info.missing or _by_key(self._missing, info.key)
        for what, said, known in (("line", line, LINES), ("missing", missing, MISSING)):
            if said and said not in known:
                raise ConfigurationError(f"{self._name}: {what} is {_either(known)}, not {said!r}.")
        states = self._all_states if self._states is None else self._states.get(info.key)
        try:
            names = state_names(info.states or states or {})
        except ConfigurationError as error:
            raise ConfigurationError(f"{self._name}: {error}") from None
        return replace(info, line=line, missing=missing, states=names)

    def check(self, keys: set[str]) -> None:
        """Refuse what is said of a signal that there is not."""
        for told in (self._line, self._missing, self._states):
            if isinstance(told, Mapping) and (unknown := sorted(map(str, set(told) - keys))):
                raise ConfigurationError(
                    f"{self._name}: there is no signal {unknown[0]!r}; there are "
                    f"{', '.join(sorted(keys))}."
                )


def _by_key(told: Any, key: str) -> str:
    found = told.get(key) if isinstance(told, Mapping) else told
    return "" if found is None else found


def _either(known: Iterable[str]) -> str:
    return " or ".join(map(repr, known))


def _defaults(
    declaration: Declaration,
    sample_type: str,
    late: str,
    reorder_window: float,
    longest_interval: float | None,
) -> Defaults:
    name = declaration.function.__name__
    if sample_type not in SAMPLE_TYPES:
        raise ConfigurationError(
            f"{name}: sample_type is {_either(SAMPLE_TYPES)}, not {sample_type!r}."
        )
    if late not in LATE:
        raise ConfigurationError(f"{name}: late is {_either(LATE)}, not {late!r}.")
    if not (_is_number(reorder_window) and 0 <= reorder_window <= MAX_WINDOW):
        raise ConfigurationError(
            f"{name}: reorder_window is a number of seconds from 0 to {MAX_WINDOW:g}, "
            f"not {reorder_window!r}."
        )
    if longest_interval is not None and not (_is_number(longest_interval) and longest_interval > 0):
        raise ConfigurationError(
            f"{name}: longest_interval is a number of seconds above 0, not {longest_interval!r}."
        )
    timed_only = late != "drop" or reorder_window or longest_interval
    if declaration.clock != "timed" and timed_only:
        raise ConfigurationError(
            f"{name} runs at the stream's rate: late, reorder_window and longest_interval are for "
            "an async generator on a timed clock."
        )
    return Defaults(sample_type, late, float(reorder_window), longest_interval)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")
