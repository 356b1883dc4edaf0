"""Frames as CSV: sample index, unix time in seconds, and the value of each signal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping

import numpy as np
import orjson

from waves.streaming.wire import Frame


def heading(signals: Iterable[Mapping[str, str]], *, columns: bool) -> bytes:
    """The first line: names with their units; min and max of each signal for columns."""
    names = ["sample", "time (s)"]
    for signal in signals:
        unit = f" ({signal['unit']})" if signal["unit"] else ""
        kinds = (" min", " max") if columns else ("",)
        names += [f"{_plain(signal['name'])}{kind}{unit}" for kind in kinds]
    text = io.StringIO()
    csv.writer(text).writerow(names)
    return text.getvalue().encode()


def _plain(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name


def rows(frame: Frame) -> bytes:
    """The lines of a frame. A missing value is an empty field.

    Values are written with the fewest digits that read back as the same number.
    """
    index = frame.sample + np.arange(frame.n) * frame.stride
    times = frame.t0 + (np.arange(frame.n) * frame.dt if frame.times is None else frame.times)
    values = frame.values
    if frame.maxima is not None:
        values = np.stack((values, frame.maxima), axis=1).reshape(-1, frame.n)
    text = orjson.dumps(np.ascontiguousarray(values.T), option=orjson.OPT_SERIALIZE_NUMPY)
    lines = text.decode().replace("null", "")[2:-2].split("],[")
    stamped = zip(index.tolist(), times.tolist(), lines, strict=True)
    return "".join(f"{i},{t:.6f},{line}\r\n" for i, t, line in stamped).encode()
