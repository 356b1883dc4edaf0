"""Which parser reads a file: told by its first bytes, not by its name."""

from __future__ import annotations

from collections.abc import Callable

from waves.exceptions import IngestError
from waves.ingest import csv_file, numpy_files, parquet, wav
from waves.ingest.formats import inflated
from waves.ingest.table import MOST_BYTES, Table

GZIP = b"\x1f\x8b"
#: By what a file begins with.
_PARSERS: dict[bytes, Callable[[bytes], Table]] = {
    b"RIFF": wav.parse,
    b"RF64": wav.parse,
    numpy_files.MAGIC: numpy_files.parse_npy,
    b"PK\x03\x04": numpy_files.parse_npz,
    b"PAR1": parquet.parse,
}


def parse(data: bytes) -> Table:
    """What a file holds; it may be compressed with gzip.

    Raises IngestError that says what is wrong, and where; TooMuchError where it is too large.
    """
    if data.startswith(GZIP):
        data = inflated(data, MOST_BYTES)
    for begin, parser in _PARSERS.items():
        if data.startswith(begin):
            return parser(data)
    if b"\0" in data[:1024]:
        raise IngestError("This is no CSV, WAV, NPY, NPZ or Parquet file.")
    return csv_file.parse(data)
