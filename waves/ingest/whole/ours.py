"""Parquet and NPZ that ``exportstream`` wrote: they give back all that was recorded."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.ingest.parquet import NEEDS_PYARROW
from waves.ingest.whole.reading import Reading, Rows, rows_at_once
from waves.protocol.passage import EPOCH, FACTS, SAMPLE, Contents, contents_of

#: What is said of the longest recording, as JSON.
MOST_FACTS = 256 * 1024 * 1024
CUT_OFF = "This file is cut off, or was changed after it was exported"


class ParquetReading(Reading):
    """Parquet, a group of rows at a time."""

    def __init__(self, file: Any, contents: Contents) -> None:
        self._file, self.contents = file, contents

    @classmethod
    def of(cls, path: Path) -> ParquetReading | None:
        """The file, where it is one of ours; else None. Raises IngestError."""
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            raise IngestError(NEEDS_PYARROW) from None
        try:
            file = parquet.ParquetFile(path)
        except (pyarrow.ArrowException, OSError) as error:
            first = str(error).partition("\n")[0]
            raise IngestError(f"This Parquet file cannot be read: {first[:200]}") from None
        told = (file.metadata.metadata or {}).get(FACTS.encode())
        if told is None:
            file.close()
            return None
        contents = contents_of(told)
        names = [EPOCH, SAMPLE, "time", *contents.columns()]
        if not set(names) <= set(file.schema_arrow.names):
            raise IngestError(f"{CUT_OFF}: a column is missing.")
        return cls(file, contents)

    def rows(self) -> Iterator[Rows]:
        """Batches of rows."""
        import pyarrow

        names = [EPOCH, SAMPLE, "time", *self.contents.columns()]
        size = rows_at_once(len(names))
        try:
            for batch in self._file.iter_batches(size, columns=names):
                found = {name: batch.column(name) for name in names}
                yield Rows(
                    found[EPOCH].to_numpy(zero_copy_only=False),
                    found[SAMPLE].to_numpy(zero_copy_only=False),
                    found["time"].cast(pyarrow.int64()).to_numpy(zero_copy_only=False),
                    _stacked([found[name] for name in names[3:]], self.contents),
                )
        except (pyarrow.ArrowException, OSError) as error:
            raise IngestError(f"{CUT_OFF}: {str(error)[:200]}") from None

    def close(self) -> None:
        """Close it."""
        self._file.close()


def _stacked(columns: Sequence[Any], contents: Contents) -> NDArray[Any]:
    rows = [column.to_numpy(zero_copy_only=False) for column in columns]
    return np.array(rows, contents.dtype)


class NpzReading(Reading):
    """NPZ, all of its arrays side by side, a part at a time."""

    def __init__(self, archive: zipfile.ZipFile, contents: Contents) -> None:
        self._archive, self.contents = archive, contents

    @classmethod
    def of(cls, path: Path) -> NpzReading | None:
        """The file, where it is one of ours; else None. Raises IngestError."""
        try:
            archive = zipfile.ZipFile(path)
            names = archive.namelist()
            if f"{FACTS}.json" not in names:
                archive.close()
                return None
            if archive.getinfo(f"{FACTS}.json").file_size > MOST_FACTS:
                raise IngestError("What this file says of its recording is too long.")
            contents = contents_of(archive.read(f"{FACTS}.json"))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise IngestError(f"This archive cannot be read: {str(error)[:200]}.") from None
        if not {f"{name}.npy" for name in _names(contents)} <= set(names):
            raise IngestError(f"{CUT_OFF}: an array is missing.")
        return cls(archive, contents)

    def rows(self) -> Iterator[Rows]:
        """Parts of all arrays."""
        names = _names(self.contents)
        size = rows_at_once(len(names))
        members = [_Member(self._archive.open(f"{name}.npy"), name) for name in names]
        if len({member.n for member in members}) != 1:
            raise IngestError(f"{CUT_OFF}: its arrays have different lengths.")
        for first in range(0, members[0].n, size):
            n = min(size, members[0].n - first)
            parts = [member.read(n) for member in members]
            values = np.array(parts[3:], self.contents.dtype)
            epochs, samples, labels = (part.astype(np.int64) for part in parts[:3])
            yield Rows(epochs, samples, labels, values)

    def close(self) -> None:
        """Close it."""
        self._archive.close()


def _names(contents: Contents) -> list[str]:
    return [EPOCH, SAMPLE, "time_ns", *contents.columns()]


class _Member:
    """An array of an archive, read from its beginning to its end."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        try:
            np.lib.format.read_magic(file)
            shape, _, self._dtype = np.lib.format.read_array_header_1_0(file)
        except ValueError as error:
            raise IngestError(f"“{name}” is no array: {str(error)[:200]}.") from None
        if len(shape) != 1 or self._dtype.kind not in "if":
            raise IngestError(f"“{name}” is no array of numbers in one dimension.")
        self.n = int(shape[0])

    def read(self, n: int) -> NDArray[Any]:
        """The next ``n`` elements. Raises IngestError."""
        size = n * self._dtype.itemsize
        try:
            data = self._file.read(size)
        except (zipfile.BadZipFile, OSError, EOFError) as error:
            raise IngestError(f"{CUT_OFF}: {str(error)[:200]}.") from None
        if len(data) != size:
            raise IngestError(f"{CUT_OFF}: “{self._name}” ends too early.")
        return np.frombuffer(data, self._dtype)
