"""Formats of whole recordings: one class each, which makes a file of stretches, by and by.

``FILES`` has them by the name that ``exportstream`` and ``…/export`` call them by, which is also
how the name of the file ends. Nothing here holds more than some hundred thousand samples.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from waves.protocol.passage import Contents, Piece, Stretch
from waves.registry import Registry

__all__ = ["FILES", "FileExport"]


class FileExport(abc.ABC):
    """One file of one format: ``begin``, then for each stretch of ``contents`` in order ``stretch``
    and its pieces, then ``end``. Each yields bytes, as they stand in the file; none may be empty.

    ``spool`` is the folder for what must be put aside until all is known (None: the system's).
    Raises ConfigurationError where the format cannot hold the contents at all.
    """

    content_type: ClassVar[str]
    #: Whether nothing comes before all has been read, and is put aside until then.
    is_put_aside: ClassVar[bool] = False

    def __init__(self, contents: Contents, spool: Path | None = None) -> None:
        self.contents = contents
        self.spool = spool

    def left_out(self) -> list[str]:
        """Sentences on what the format cannot hold of these contents."""
        return []

    def begin(self) -> Iterator[bytes]:
        """What stands before the first sample."""
        return iter(())

    def stretch(self, stretch: Stretch) -> Iterator[bytes]:
        """A stretch begins."""
        return iter(())

    @abc.abstractmethod
    def piece(self, stretch: Stretch, piece: Piece) -> Iterator[bytes]:
        """Some samples of it."""

    def end(self) -> Iterator[bytes]:
        """What stands after the last sample."""
        return iter(())

    def close(self) -> None:  # noqa: B027  most have nothing open
        """Give back what is open, whether it came to an end or not."""


#: Every format by its name.
FILES: Registry[FileExport] = Registry(
    "format of files",
    FileExport,  # type: ignore[type-abstract]
    {
        "csv": f"{__name__}.csvfile.CsvFile",
        "parquet": f"{__name__}.parquet.ParquetFile",
        "npz": f"{__name__}.npz.NpzFile",
        "wav": f"{__name__}.wav.WavFile",
    },
)
