"""What a user's function returned, made into an array of samples, or an error that helps."""

from __future__ import annotations

import inspect
import math
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import SourceError
from waves.protocol.reading import MOST_STATES
from waves.sources.base import SignalInfo, SourceContext
from waves.sources.declarations import Declaration
from waves.sources.states import FALSE_AND_TRUE, Room, States

Array = NDArray[np.floating[Any]]

#: numpy's kinds that are numbers: booleans, signed and unsigned integers, floats.
NUMBERS = "biuf"
#: numpy's kinds whose elements are looked at one by one: objects and texts.
OBJECTS = "OU"
#: Longest text of a value in a message.
SHOWN = 60


def guarded(declaration: Declaration, call: Callable[[], Any]) -> Any:
    """What ``call`` returns. Raises SourceError with the user's line for whatever it raises."""
    try:
        return call()
    except BaseException as error:  # sys.exit() too: it must not end the worker
        raise failure(declaration, error) from error


def failure(declaration: Declaration, error: BaseException) -> SourceError:
    """The error of a user's function in one line: who raised what, in which file and line.

    A SourceError that the function raised itself is already meant for people, and stays.
    """
    if isinstance(error, SourceError):
        return error
    name, what = declaration.function.__name__, type(error).__name__
    told = f": {error}" if str(error) else ""
    return SourceError(f"{name} raised {what}{told} ({_place(declaration, error)})")


def _place(declaration: Declaration, error: BaseException) -> str:
    """The deepest line in the function's own file; else the deepest of all."""
    own = inspect.unwrap(declaration.function).__code__.co_filename
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(frames) if f.filename == own), frames[-1])
    return f"{Path(frame.filename).name}, line {frame.lineno}"


class Returned:
    """Reads what a function gives, for one epoch, and learns what its signals are.

    None and masked values are NaN. A text becomes the code of a state, and booleans are states
    that hold until the next: ``signals`` says so as soon as the first of them was read.
    Texts that can become no state are counted, and ``tell`` says so.
    """

    def __init__(
        self,
        declaration: Declaration,
        dtype: np.dtype[Any],
        named: Mapping[str, Mapping[int, str]] | None = None,
    ) -> None:
        self.declaration = declaration
        self._refused = 0
        self._told = ""
        self._dtype = dtype
        room, named = Room(), named or {}
        self._states = [
            States({**info.states, **named.get(info.key, {})}, room) for info in declaration.signals
        ]
        self._unknown = set(range(len(self._states)))
        self._signals = declaration.signals
        self._known = (len(self._unknown), 0)

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        """The declared signals, with what their values have said; the same tuple until more is."""
        revision = len(self._unknown), sum(len(states.given) for states in self._states)
        if revision != self._known:
            self._known = revision
            self._signals = tuple(map(_learnt, self.declaration.signals, self._states))
        return self._signals

    def tell(self, context: SourceContext) -> None:
        """Count what could become no state since the last time; on the event loop."""
        refused, self._refused = self._refused, 0
        if refused:
            context.nameless(refused, self._told)

    def series(self, value: Any, n: int | None) -> Array:
        """``[signals, n]`` from ``[n]``, ``[signals, n]`` or a dict of arrays ``[n]`` by signal.

        With ``n`` None any number of samples, from one, will do. Raises SourceError.
        """
        rows = self._rows(value)
        if isinstance(value, Mapping):
            rows = _completed(rows)
        array = _array(rows)
        if array is not None and array.ndim == 1 and len(self._states) == 1:
            array = array[np.newaxis]
        fits = array is not None and array.ndim == 2 and self._fits(array, n)
        if array is not None and fits:
            if self._unknown:
                self._learn(rows if isinstance(value, Mapping) else array)
            floats = self._floats(array)
            if floats is not None:
                return self._cast(floats)
        count = "n" if n is None else n
        shapes = f"[{len(self._states)}, {count}]"
        if len(self._states) == 1:
            shapes = f"[{count}] or {shapes}"
        raise _unexpected(self.declaration, value, f"an array of the shape {shapes}")

    def samples(self, values: Sequence[Any]) -> Array:
        """``[signals, n]`` from a list of n samples: values, tuples, lists, arrays or dicts.

        Raises SourceError that describes the first sample that is none.
        """
        values = [None if value is np.ma.masked else value for value in values]
        n, signals = len(values), len(self._states)
        for value in values:
            if not self._unknown:
                break
            self._learn_sample(value)
        array, floats = _array(values), None
        if array is not None and array.shape == (n,) and signals == 1:
            floats = self._floats(array[np.newaxis])
        elif array is not None and array.shape == (n, signals):
            floats = self._floats(array.T)
        if floats is None:
            floats = np.stack([self._sample(value) for value in values], axis=1)
        return self._cast(floats)

    def _sample(self, value: Any) -> Array:
        signals = len(self._states)
        if value is None:
            return np.full(signals, np.nan)
        array = _array(self._rows(value))
        if array is not None and array.shape == () and signals == 1:
            array = array[np.newaxis]
        if array is not None and array.shape == (signals,):
            floats = self._floats(array[:, np.newaxis])
            if floats is not None:
                return floats[:, 0]
        wanted = "a number" if signals == 1 else f"{signals} numbers or a dict"
        raise _unexpected(self.declaration, value, f"{wanted} for each sample")

    def _rows(self, value: Any) -> Any:
        """The values of a dict in the order of the signals; anything else as it is."""
        if not isinstance(value, Mapping):
            return value
        keys = [info.key for info in self.declaration.signals]
        if set(value) != set(keys):
            wanted = f"a dict with the keys {', '.join(keys)}"
            raise _unexpected(self.declaration, value, wanted)
        return [value[key] for key in keys]

    def _fits(self, array: NDArray[Any], n: int | None) -> bool:
        rows, columns = array.shape
        enough: bool = columns > 0 if n is None else columns == n
        return rows == len(self._states) and enough

    def _learn_sample(self, value: Any) -> None:
        if isinstance(value, Mapping):
            value = [value.get(info.key) for info in self.declaration.signals]
        one = not isinstance(value, Sequence | np.ndarray) or isinstance(value, str)
        self._learn([value] if one else value)

    def _learn(self, rows: Iterable[Any]) -> None:
        """Note of each signal whether its values are booleans or numbers, once there is one."""
        for k, row in enumerate(rows):
            if k in self._unknown and (kind := _kind(row)):
                self._unknown.discard(k)
                # A text says by itself what it is, when it is given its code.
                self._states[k].kind = self._states[k].kind or ("" if kind == "name" else kind)

    def _floats(self, array: NDArray[Any]) -> Array | None:
        """``[signals, n]`` as floats; None where an element is no value."""
        if array.dtype.kind in NUMBERS:
            floats: Array = array if array.dtype.kind == "f" else array.astype(np.float64)
            if not any(states.given for states in self._states):
                return floats
            array = floats.astype(object)
        out = np.empty(array.shape)
        for k, row in enumerate(array):
            values = [self._value(k, element) for element in row]
            if None in values:
                return None
            out[k] = values
        return out

    def _value(self, k: int, element: Any) -> float | None:
        """One value of signal k; None where it is none."""
        if element is None or element is np.ma.masked:
            return math.nan
        if isinstance(element, str):
            found = self._states[k].code(str.__str__(element))
        elif isinstance(element, Real | Decimal | np.bool_):
            found = self._states[k].number(_float(element))
        else:
            return None
        return self._refuse(k, element) if found is None else found

    def _refuse(self, k: int, element: Any) -> float:
        self._refused += 1
        name = self.declaration.signals[k].name
        self._told = (
            f"{name}: {_described(element)} can be no state, and is left out: a signal has "
            f"{MOST_STATES} names at most, and numbers or names, not both."
        )
        return math.nan

    def _cast(self, array: Array) -> Array:
        with np.errstate(over="ignore"):  # too large for float32 is infinite: the runner counts it
            return np.ascontiguousarray(array, dtype=self._dtype)


def _learnt(info: SignalInfo, states: States) -> SignalInfo:
    """What is declared of a signal, and where nothing is, what its values say."""
    if states.kind == "boolean":
        return replace(info, line=info.line or "step", states={**FALSE_AND_TRUE, **info.states})
    if states.given:
        return replace(info, line=info.line or "step", states={**info.states, **states.given})
    return info


def _kind(row: Any) -> str:
    """ "boolean", "number" or "name" by the first value of a row that is one; else empty."""
    array = np.asarray(row)
    if array.dtype.kind in NUMBERS:
        if array.dtype.kind == "b":
            return "boolean" if array.size else ""
        return "number" if np.isfinite(array).any() else ""
    for element in array.ravel():
        if isinstance(element, str):
            return "name" if element.strip() else ""
        if isinstance(element, bool | np.bool_):
            return "boolean"
        if isinstance(element, Real | Decimal) and not math.isnan(_float(element)):
            return "number"
    return ""


def _array(value: Any) -> NDArray[Any] | None:
    """``value`` as numbers, or as objects; None where it is ragged, or of another kind."""
    if _is_masked(value):
        value = value.astype(object).filled(None)
    try:
        array = np.asarray(value)
        if array.dtype.kind in OBJECTS:
            # Texts beside numbers would make texts of these.
            array = np.array(value, dtype=object)
    except (TypeError, ValueError):
        return None
    return array if array.dtype.kind in NUMBERS + OBJECTS else None


def _completed(rows: list[Any]) -> list[Any]:
    """None as the series of one signal is as many times None as the others are long."""
    rows = [row.astype(object).filled(None) if _is_masked(row) else row for row in rows]
    if not any(row is None for row in rows):
        return rows
    n = next((len(row) for row in rows if row is not None and np.ndim(row) == 1), 0)
    return [np.full(n, np.nan) if row is None else row for row in rows]


def _is_masked(value: Any) -> bool:
    return isinstance(value, np.ma.MaskedArray) and value.ndim > 0


def _float(number: Any) -> float:
    try:
        return float(number)
    except OverflowError:  # a whole number beyond every float
        return math.inf if number > 0 else -math.inf


def _unexpected(declaration: Declaration, value: Any, wanted: str) -> SourceError:
    name = declaration.function.__name__
    verb = "returned" if declaration.kind == "function" else "yielded"
    keys = ", ".join(info.key for info in declaration.signals)
    return SourceError(f"{name} {verb} {_described(value)}; expected is {wanted} (signals: {keys})")


def _described(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        kind = "" if value.dtype.kind in NUMBERS else f" of {value.dtype}"
        return f"an array{kind} of the shape {list(value.shape)}"
    if isinstance(value, Mapping):
        parts = ", ".join(f"{key}: {_described(part)}" for key, part in value.items())
        return f"a dict ({parts or 'empty'})"
    text = repr(value)
    return f"{text if len(text) <= SHOWN else text[:SHOWN] + '…'} ({type(value).__name__})"
