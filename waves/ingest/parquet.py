"""Parquet, read by pyarrow, which is an extra."""

from __future__ import annotations

from typing import Any

import numpy as np

from waves.exceptions import IngestError, TooMuchError
from waves.ingest.numpy_files import numbers, unix_seconds
from waves.ingest.states import Names
from waves.ingest.table import MOST_BYTES, Series, Table, check_size, table_of

NEEDS_PYARROW = "Parquet is read by a package: pip install 'django-waves[parquet]'"


def parse(data: bytes) -> Table:
    """The columns of a file. Raises IngestError, TooMuchError."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise IngestError(NEEDS_PYARROW) from None
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        _check(file.metadata)
        names = file.schema_arrow.names
        return table_of([_series(name, file.read([name]), k) for k, name in enumerate(names)])
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, OverflowError) as error:
        first = str(error).partition("\n")[0]
        raise IngestError(f"This Parquet file cannot be read: {first[:200]}") from None


def _check(metadata: Any) -> None:
    """Before anything is read: a run of one value takes no room in the file."""
    check_size(metadata.num_rows, max(1, metadata.num_columns))
    groups = range(metadata.num_row_groups)
    if sum(metadata.row_group(k).total_byte_size for k in groups) > MOST_BYTES:
        raise TooMuchError(
            f"This file inflates to more than {MOST_BYTES // 2**20} MiB: replay a part of it."
        )


def _series(name: str, table: Any, place: int) -> Series:
    import pyarrow
    from pyarrow import compute, types

    if table.num_columns != 1:
        raise IngestError(f"“{name[:80]}” is not the name of one column.", column=place + 1)
    column = table.column(0)
    kind = column.type
    if types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if types.is_timestamp(kind) or types.is_date(kind):
        moments = column.cast(pyarrow.timestamp("us")).to_numpy()
        return Series(name, unix_seconds(moments), dates=True)
    if types.is_boolean(kind):
        column, states = column.cast(pyarrow.float32()), {0: "false", 1: "true"}
        return Series(name, column.to_numpy(), states)
    if types.is_string(kind) or types.is_large_string(kind):
        known = Names(place + 1)
        codes = [known.code(text, row + 1) for row, text in enumerate(column.to_pylist())]
        return Series(name, np.array(codes), known.states)
    if types.is_decimal(kind) or types.is_float16(kind):
        column = column.cast(pyarrow.float64())
    elif types.is_integer(kind) and column.null_count:
        column = compute.cast(column, pyarrow.float64(), safe=False)
    elif not (types.is_integer(kind) or types.is_floating(kind)):
        raise IngestError(
            f"The column “{name[:80]}” holds {kind}: numbers, dates, truth values and texts can be "
            "replayed.",
            column=place + 1,
        )
    return Series(name, numbers(column.to_numpy()))
