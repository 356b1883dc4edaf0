"""Parquet of a whole recording: time, epoch, sample index, and a column a signal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from waves.exceptions import ConfigurationError
from waves.exports.files import FileExport
from waves.protocol.passage import EPOCH, FACTS, SAMPLE, Contents, Piece, Stretch, facts

#: Rows of a group: 5 MB of four signals. A reader holds one of them at least.
GROUP = 128 * 1024
#: Values of a group, at most, where there are many signals: 32 MB.
GROUP_VALUES = 4 * 1024 * 1024
NEEDS_PYARROW = "Parquet is written by a package: pip install 'django-waves[parquet]'"


class _Sink:
    """A file for pyarrow, whose bytes are taken as they come."""

    closed = False

    def __init__(self) -> None:
        self._pending: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> int:
        """Keep a copy: the buffer is pyarrow's."""
        copy = bytes(data)
        self._pending.append(copy)
        self._size += len(copy)
        return len(copy)

    def tell(self) -> int:
        """Bytes that were written."""
        return self._size

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Whoever takes the bytes closes what they go to."""
        self.closed = True

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time."""
        pending, self._pending = b"".join(self._pending), []
        if pending:
            yield pending


class ParquetFile(FileExport):
    """Rows in groups of some 128 thousand. ``time`` is a timestamp in nanoseconds of UTC; a signal
    that an epoch has not is null there. What else is known stands as JSON in the file's metadata,
    so that ``importstream`` gives all of it back.
    """

    content_type = "application/vnd.apache.parquet"

    def __init__(self, contents: Contents, *args: Any) -> None:
        super().__init__(contents, *args)
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise ConfigurationError(NEEDS_PYARROW) from None
        self._arrow = pyarrow
        kind = pyarrow.from_numpy_dtype(contents.dtype)
        self._schema = pyarrow.schema(
            [
                pyarrow.field("time", pyarrow.timestamp("ns", "UTC"), nullable=False),
                pyarrow.field(EPOCH, pyarrow.int64(), nullable=False),
                pyarrow.field(SAMPLE, pyarrow.int64(), nullable=False),
                *(pyarrow.field(name, kind) for name in contents.columns()),
            ]
        )
        self._sink = _Sink()
        self._writer = parquet.ParquetWriter(
            self._sink,
            self._schema,
            compression="zstd",
            use_dictionary=[EPOCH],
            # Times and indices go on evenly: their differences take next to nothing.
            column_encoding={"time": "DELTA_BINARY_PACKED", SAMPLE: "DELTA_BINARY_PACKED"},
        )
        self._group = max(1024, min(GROUP, GROUP_VALUES // max(1, len(contents.signals))))
        self._batches: list[Any] = []
        self._rows = 0

    def piece(self, stretch: Stretch, piece: Piece) -> Iterator[bytes]:
        """The group that becomes full with it, if any."""
        arrow = self._arrow
        columns: list[Any] = [
            arrow.array(piece.labels).cast(self._schema.field(0).type),
            arrow.array(np.full(piece.n, stretch.epoch, np.int64)),
            arrow.array(np.arange(piece.sample, piece.sample + piece.n, dtype=np.int64)),
        ]
        rows = dict(zip(self.contents.places(stretch), piece.values, strict=True))
        for place in range(len(self.contents.signals)):
            kind = self._schema.field(3 + place).type
            if place in rows:
                row = np.ascontiguousarray(rows[place], self.contents.dtype)
                columns.append(arrow.array(row, kind, from_pandas=False))
            else:
                columns.append(arrow.nulls(piece.n, kind))
        self._batches.append(arrow.record_batch(columns, schema=self._schema))
        self._rows += piece.n
        if self._rows >= self._group:
            yield from self._written()

    def _written(self) -> Iterator[bytes]:
        if self._batches:
            table = self._arrow.Table.from_batches(self._batches).combine_chunks()
            self._batches, self._rows = [], 0
            self._writer.write_table(table, row_group_size=table.num_rows)
        yield from self._sink.taken()

    def end(self) -> Iterator[bytes]:
        """The last group, and the facts."""
        yield from self._written()
        self._writer.add_key_value_metadata({FACTS: facts(self.contents).decode()})
        self._writer.close()
        yield from self._sink.taken()

    def close(self) -> None:
        """Let pyarrow end its file, which nobody takes any more."""
        self._writer.close()
