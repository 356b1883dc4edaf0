"""NPZ of a whole recording, as ``numpy.savez`` makes it: an array of times, and one a signal.

The header of an array says its length, and an archive has one array after the other. So the arrays
are put aside, a temporary file each, and are put together at the end: one pass over the recording.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from waves.exports.files import FileExport
from waves.protocol.passage import EPOCH, FACTS, SAMPLE, Contents, Piece, Stretch, facts

#: Bytes that are copied at a time: some two milliseconds.
COPIED = 1024 * 1024
#: What the archive says of when it was made: the same contents are the same bytes.
_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)


class _Pending(io.RawIOBase):
    """What zipfile writes, for whoever takes it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """It is; and it cannot be read, nor sought in."""
        return True

    def write(self, data: Any) -> int:
        """Keep a copy."""
        copy = bytes(data)
        self._parts.append(copy)
        return len(copy)

    def taken(self) -> bytes:
        """What was written since the last time."""
        parts, self._parts = b"".join(self._parts), []
        return parts


class NpzFile(FileExport):
    """``epoch``, ``sample`` and ``time_ns`` (int64), and the values of each signal by its key; NaN
    where an epoch has it not. ``waves.json`` beside them has what else is known, so that
    ``importstream`` gives all of it back.
    """

    content_type = "application/octet-stream"
    is_put_aside = True

    def __init__(self, contents: Contents, *args: Any) -> None:
        super().__init__(contents, *args)
        self._open = contextlib.ExitStack()
        whole = np.dtype("<i8")
        kinds = {EPOCH: whole, SAMPLE: whole, "time_ns": whole}
        self._kinds = kinds | dict.fromkeys(contents.columns(), contents.dtype)
        self._files: dict[str, IO[bytes]] = {}
        self._n = 0

    def begin(self) -> Iterator[bytes]:
        """Nothing yet."""
        for name in self._kinds:
            file = tempfile.TemporaryFile(prefix=".waves-", dir=self.spool)  # noqa: SIM115
            self._files[name] = self._open.enter_context(file)
        return iter(())

    def piece(self, stretch: Stretch, piece: Piece) -> Iterator[bytes]:
        """Put it aside."""
        index = np.arange(piece.sample, piece.sample + piece.n)
        rows: list[Any] = [np.full(piece.n, stretch.epoch), index, piece.labels]
        own = dict(zip(self.contents.places(stretch), piece.values, strict=True))
        missing = np.full(piece.n, np.nan)
        rows += [own.get(place, missing) for place in range(len(self.contents.signals))]
        for (name, kind), row in zip(self._kinds.items(), rows, strict=True):
            self._files[name].write(np.ascontiguousarray(row, kind).tobytes())
        self._n += piece.n
        return iter(())

    def end(self) -> Iterator[bytes]:
        """The archive."""
        sink = _Pending()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
            told = zipfile.ZipInfo(f"{FACTS}.json", _EPOCH_OF_ZIP)
            archive.writestr(told, facts(self.contents))
            for name, kind in self._kinds.items():
                info = zipfile.ZipInfo(f"{name}.npy", _EPOCH_OF_ZIP)
                with archive.open(info, "w", force_zip64=True) as member:
                    member.write(_header(kind, self._n))
                    self._files[name].seek(0)
                    while part := self._files[name].read(COPIED):
                        member.write(part)
                        yield sink.taken()
                if last := sink.taken():
                    yield last
        yield sink.taken()

    def close(self) -> None:
        """Delete what was put aside."""
        self._open.close()


def _header(kind: np.dtype[Any], n: int) -> bytes:
    head = io.BytesIO()
    told = {"descr": kind.str, "fortran_order": False, "shape": (n,)}
    np.lib.format.write_array_header_1_0(head, told)
    return head.getvalue()
