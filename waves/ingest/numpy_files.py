"""NPY and NPZ, as ``numpy.save`` and ``numpy.savez`` write them; nothing is ever unpickled.

The header is read here, and not by numpy, which makes room for whatever shape it says.
"""

from __future__ import annotations

import ast
import io
import math
import re
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError, TooMuchError
from waves.ingest.batch import MOST_SIGNALS
from waves.ingest.table import MOST_BYTES, Numbers, Series, Table, table_of
from waves.protocol.passage import FACTS

MAGIC = b"\x93NUMPY"
#: The longest header: that of a plain array has some 120 bytes.
MOST_HEADER = 10_000
#: Numbers, truth values and dates.
_NUMBERS = re.compile(r"[<>|=]?(?:[iuf]\d{1,2}|b1)")
_DATES = re.compile(r"[<>=]?M8\[(?:D|h|m|s|ms|us|ns)\]")
#: A number of its own under one of these names is the rate in Hz.
RATE = re.compile(r"(rate|fs|sr|sample_?rate|sampling_?rate)", re.IGNORECASE)
#: The directory of an archive: a name of an array takes some 60 bytes of it.
MOST_DIRECTORY = 1024 * 1024
_END = b"PK\x05\x06"
#: What may stand behind the end of the directory, and how long that end is.
_COMMENT, _END_BYTES = 65_535, 22


def parse_npy(data: bytes) -> Table:
    """One array. Raises IngestError, TooMuchError."""
    return table_of(_series("", _array(data)))


def parse_npz(data: bytes) -> Table:
    """The arrays of an archive, by their names. Raises IngestError, TooMuchError."""
    series: list[Series] = []
    rate = 0.0
    for called, array in _members(data):
        name = "time (ns)" if called == "time_ns" else called
        if array.size == 1 and RATE.fullmatch(name):
            rate = _rate(name, array)
            continue
        series += _series(name, array)
        if len(series[-1].values) != len(series[0].values):
            raise IngestError(
                f"“{series[0].name}” has {len(series[0].values):,} samples, and “{name[:80]}” "
                f"{len(series[-1].values):,}: all arrays of a file have as many."
            )
    return table_of(series, rate)


def _rate(name: str, array: NDArray[Any]) -> float:
    rate = float(array.ravel()[0]) if array.dtype.kind in "iuf" else math.nan
    if not (math.isfinite(rate) and rate > 0):
        raise IngestError(f"“{name}” is no sample rate: it is a number above 0, in Hz.")
    return rate


def _members(data: bytes) -> list[tuple[str, NDArray[Any]]]:
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_sizes(infos)
            return [
                (info.filename.removesuffix(".npy"), _array(archive.read(info)))
                for info in infos
                if not info.is_dir() and info.filename != f"{FACTS}.json"
            ]
    # What zipfile raises for bytes that are no archive, or for one that is encrypted.
    except (
        *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError),
        *(OSError, ValueError, OverflowError, IndexError),
    ) as error:
        raise IngestError(f"This archive cannot be read: {str(error)[:200]}.") from None


def _check_directory(data: bytes) -> None:
    """zipfile makes an object for whatever stands there, of a million entries as well."""
    at = data.rfind(_END, max(0, len(data) - _COMMENT - _END_BYTES))
    end = data[at : at + _END_BYTES]
    if at < 0 or len(end) < _END_BYTES:
        raise IngestError("This archive is cut off: its directory is missing.")
    if int.from_bytes(end[12:16], "little") > MOST_DIRECTORY or b"PK\x06\x07" in data[at - 20 : at]:
        raise IngestError(f"This archive has too many files: at most {MOST_SIGNALS} arrays.")


def _check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_SIGNALS + 2:
        raise IngestError(f"This archive has {len(infos)} files: at most {MOST_SIGNALS} arrays.")
    # zipfile makes no more of a file than is said here.
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise TooMuchError(
            f"This archive inflates to more than {MOST_BYTES // 2**20} MiB: replay a part of it."
        )
    for info in infos:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise IngestError("This archive is compressed as numpy.savez_compressed does not.")


def _array(data: bytes) -> NDArray[Any]:
    """The array of an NPY file, over its bytes."""
    header, begin = _header(data)
    descr, shape = header.get("descr"), header.get("shape")
    if not (
        isinstance(shape, tuple)
        and len(shape) <= 2
        and all(type(size) is int and size >= 0 for size in shape)
    ):
        raise IngestError("An array has one dimension or two: samples, or signals and samples.")
    dtype = _dtype(descr)
    said = math.prod(shape) * dtype.itemsize
    if len(data) - begin < said:
        raise IngestError(
            f"The array ends after {len(data) - begin:,} of {said:,} bytes: the file is cut off."
        )
    flat = np.frombuffer(data, dtype, math.prod(shape), begin)
    return flat.reshape(shape, order="F" if header.get("fortran_order") else "C")


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """What the header says, and where the values begin."""
    if data[: len(MAGIC)] != MAGIC or len(data) < 12:
        raise IngestError("This is no array of numpy.")
    begin = 10 if data[6] == 1 else 12
    end = begin + int.from_bytes(data[8:begin], "little")
    if end - begin > MOST_HEADER or end > len(data):
        raise IngestError("The header of this array is cut off, or too long.")
    try:
        header = ast.literal_eval(data[begin:end].decode("utf-8").strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise IngestError("The header of this array cannot be read.")
    return header, end


def _dtype(descr: object) -> np.dtype[Any]:
    if isinstance(descr, str) and "O" in descr:
        raise IngestError(
            "This array holds Python objects, which are pickled: unpickling runs whatever code is "
            "in them. Save numbers, as array.astype(float)."
        )
    if isinstance(descr, str) and (_NUMBERS.fullmatch(descr) or _DATES.fullmatch(descr)):
        try:
            return np.dtype(descr)
        except TypeError:
            pass
    raise IngestError(f"An array holds numbers or dates, not {str(descr)[:60]}.")


def _series(name: str, array: NDArray[Any]) -> list[Series]:
    """The signals of an array: its longer axis is time."""
    if array.ndim == 0:
        raise IngestError(f"“{name[:80]}” is one number: a signal has an array of samples.")
    if array.ndim == 1:
        rows = array[np.newaxis]
    else:
        rows = array.T if array.shape[0] > array.shape[1] else array
    if len(rows) > MOST_SIGNALS:
        raise IngestError(f"An array has {len(rows)} signals: at most {MOST_SIGNALS}.")
    if array.ndim == 1 or len(rows) == 1:
        names = [name or "value"]
    else:
        names = [f"{name} {k + 1}".strip() for k in range(len(rows))]
    return [series_of(each, row) for each, row in zip(names, rows, strict=True)]


def series_of(name: str, row: NDArray[Any]) -> Series:
    """A row of numbers, truth values or dates, in the type that holds it."""
    if row.dtype.kind == "M":
        return Series(name, unix_seconds(row), dates=True)
    if row.dtype.kind == "b":
        return Series(name, row.astype(np.float32), {0: "false", 1: "true"})
    return Series(name, numbers(row))


def numbers(row: NDArray[Any]) -> Numbers:
    """As float32 where that holds each value of the type, else as float64."""
    small = row.dtype.itemsize <= (4 if row.dtype.kind == "f" else 2)
    return row.astype(np.float32 if small else np.float64)


def unix_seconds(row: NDArray[Any]) -> Numbers:
    """Unix seconds of dates, NaN for those that are none."""
    whole = row.astype("M8[us]")
    found = whole.astype(np.int64) / 1e6
    found[np.isnat(whole)] = np.nan
    return found
