"""What a user's function returned, made into an array of samples, or an error that helps."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import SourceError
from waves.sources.declarations import Declaration

Array = NDArray[np.floating[Any]]

#: numpy's kinds that are numbers: booleans, signed and unsigned integers, floats.
NUMBERS = "biuf"
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


def series(declaration: Declaration, value: Any, n: int | None, dtype: np.dtype[Any]) -> Array:
    """``[signals, n]`` from ``[n]``, ``[signals, n]`` or a dict of arrays ``[n]`` by signal.

    With ``n`` None any number of samples, from one, will do. Raises SourceError.
    """
    rows = _rows(declaration, value)
    array = _numbers(rows)
    if array is not None and array.ndim == 1 and len(declaration.signals) == 1:
        array = array[np.newaxis]
    if array is None or array.ndim != 2 or not _fits(array, declaration, n):
        count = "n" if n is None else n
        shapes = f"[{len(declaration.signals)}, {count}]"
        if len(declaration.signals) == 1:
            shapes = f"[{count}] or {shapes}"
        raise _unexpected(declaration, value, f"an array of the shape {shapes}")
    return _cast(array, dtype)


def samples(declaration: Declaration, values: Sequence[Any], dtype: np.dtype[Any]) -> Array:
    """``[signals, n]`` from a list of n samples: numbers, tuples, lists, arrays or dicts.

    Raises SourceError that describes the first sample that is none.
    """
    signals = len(declaration.signals)
    array = _numbers(values)
    if array is not None and array.shape == (len(values),) and signals == 1:
        return _cast(array[np.newaxis], dtype)
    if array is None or array.shape != (len(values), signals):
        array = np.stack([_sample(declaration, value) for value in values])
    return _cast(np.ascontiguousarray(array.T), dtype)


def _sample(declaration: Declaration, value: Any) -> Array:
    signals = len(declaration.signals)
    array = _numbers(_rows(declaration, value))
    if array is not None and array.shape == () and signals == 1:
        array = array[np.newaxis]
    if array is None or array.shape != (signals,):
        wanted = "a number" if signals == 1 else f"{signals} numbers or a dict"
        raise _unexpected(declaration, value, f"{wanted} for each sample")
    return array


def _rows(declaration: Declaration, value: Any) -> Any:
    """The values of a dict in the order of the signals; anything else as it is."""
    if not isinstance(value, Mapping):
        return value
    keys = [info.key for info in declaration.signals]
    if set(value) != set(keys):
        raise _unexpected(declaration, value, f"a dict with the keys {', '.join(keys)}")
    return [value[key] for key in keys]


def _numbers(value: Any) -> Array | None:
    """``value`` as floats; None where it is ragged, or holds what is no number."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    if array.dtype.kind not in NUMBERS:
        return None
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _fits(array: Array, declaration: Declaration, n: int | None) -> bool:
    rows, columns = array.shape
    enough: bool = columns > 0 if n is None else columns == n
    return rows == len(declaration.signals) and enough


def _cast(array: Array, dtype: np.dtype[Any]) -> Array:
    with np.errstate(over="ignore"):  # too large for float32 is infinite: the runner counts it
        return np.ascontiguousarray(array, dtype=dtype)


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
