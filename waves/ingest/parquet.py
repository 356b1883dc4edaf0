"""Parquet, read by pyarrow, which is an extra."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    if table.num_columns != 1:
        raise IngestError(f"“{name[:80]}” is not the name of one column.", column=place + 1)
    column = table.column(0)
    reader = ColumnReader(name, column.type, place)
    values = reader.values(column)
    if values.dtype.kind == "M":
        return Series(name, unix_seconds(values), dates=True)
    return Series(name, numbers(values), reader.states)


class ColumnReader:
    """A column, read in parts as numbers, moments, or codes of texts. Raises IngestError."""

    def __init__(self, name: str, kind: Any, place: int) -> None:
        from pyarrow import types

        self.name = name
        self._kind = kind.value_type if types.is_dictionary(kind) else kind
        self._place = place
        self._names = Names(place + 1)
        self._rows = 0

    @property
    def states(self) -> dict[int, str]:
        """Names by their code, as far as they came."""
        from pyarrow import types

        return {0: "false", 1: "true"} if types.is_boolean(self._kind) else self._names.states

    def values(self, column: Any) -> NDArray[Any]:
        """The next values: floats or whole numbers, or moments as M8."""
        import pyarrow
        from pyarrow import compute, types

        column = column.cast(self._kind) if column.type != self._kind else column
        kind = self._kind
        if types.is_timestamp(kind) or types.is_date(kind):
            unit = kind.unit if types.is_timestamp(kind) else "us"
            return _array(column.cast(pyarrow.timestamp(unit)))
        if types.is_boolean(kind):
            column = column.cast(pyarrow.float32())
        elif types.is_string(kind) or types.is_large_string(kind):
            return self._codes(column)
        elif types.is_decimal(kind) or types.is_float16(kind):
            column = column.cast(pyarrow.float64())
        elif types.is_integer(kind) and column.null_count:
            column = compute.cast(column, pyarrow.float64(), safe=False)
        elif not (types.is_integer(kind) or types.is_floating(kind)):
            raise IngestError(
                f"The column “{self.name[:80]}” holds {kind}: numbers, dates, truth values and "
                "texts can be replayed.",
                column=self._place + 1,
            )
        return _array(column)

    def _codes(self, column: Any) -> NDArray[Any]:
        first = self._rows + 1
        self._rows += len(column)
        texts = enumerate(column.to_pylist(), first)
        return np.array([self._names.code(text, row) for row, text in texts], np.float64)


def _array(column: Any) -> NDArray[Any]:
    """A column of a table, or of a batch, whose ``to_numpy`` differ."""
    found: NDArray[Any] = np.asarray(column)
    return found
