"""WAV: PCM of 8, 16, 24 and 32 bit, and floats of 32 and 64, scaled to ±1.

RIFF as in "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991),
with WAVE_FORMAT_EXTENSIBLE. The ``wave`` of Python knows no floats.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.ingest.table import Numbers, Series, Table, check_size, table_of

_FORMAT = struct.Struct("<HHIIHH")
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
#: Where the format proper stands in the extensible one.
_SUBFORMAT = 24


@dataclass(frozen=True, slots=True)
class _Format:
    tag: int
    #: Sounds beside one another.
    lanes: int
    rate: int
    #: Bytes of one sound.
    width: int


def parse(data: bytes) -> Table:
    """The sounds of a file, a signal each. Raises IngestError, TooMuchError."""
    if len(data) < 12 or data[8:12] != b"WAVE":
        raise IngestError("This RIFF file is no WAV.")
    found: _Format | None = None
    for name, said, body in _chunks(data):
        if name == b"fmt ":
            found = _format(body)
        elif name == b"data":
            if found is None:
                raise IngestError("The sound comes before its format: this WAV is damaged.")
            if len(body) < said:
                raise IngestError(
                    f"The sound ends after {len(body):,} of {said:,} bytes: the file is cut off."
                )
            return _table(body, found)
    raise IngestError("There is no sound in this WAV: it is cut off.")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, memoryview]]:
    """Name, size as it is said, and what there is of each chunk."""
    view, at = memoryview(data), 12
    while at + 8 <= len(data):
        name, size = bytes(view[at : at + 4]), int.from_bytes(view[at + 4 : at + 8], "little")
        yield name, size, view[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _format(body: memoryview) -> _Format:
    if len(body) < _FORMAT.size:
        raise IngestError("The format of this WAV is cut off.")
    tag, lanes, rate, _, frame, _ = _FORMAT.unpack_from(body)
    if tag == EXTENSIBLE and len(body) >= _SUBFORMAT + 2:
        (tag,) = struct.unpack_from("<H", body, _SUBFORMAT)
    if not (lanes and rate and frame) or frame % lanes:
        raise IngestError("The format of this WAV is damaged: it has no sounds, or no rate.")
    width = frame // lanes
    if (tag, width) not in _READERS:
        raise IngestError(
            f"This WAV has the format {tag} with {8 * width} bits: save it as PCM of 8, 16, 24 or "
            "32 bits, or as floats of 32 or 64."
        )
    return _Format(tag, lanes, rate, width)


def _table(body: memoryview, found: _Format) -> Table:
    n, rest = divmod(len(body), found.lanes * found.width)
    if rest:
        raise IngestError("The sound ends within a sample: the file is cut off.")
    check_size(n, found.lanes, 8 if found.width in (8, 4) and found.tag != FLOAT else 4)
    values = _READERS[found.tag, found.width](body).reshape(n, found.lanes)
    names = ["left", "right"] if found.lanes == 2 else [str(k + 1) for k in range(found.lanes)]
    if found.lanes == 1:
        names = ["sound"]
    series = [Series(name, values[:, k]) for k, name in enumerate(names)]
    return table_of(series, float(found.rate))


def _unsigned(body: memoryview) -> Numbers:
    return (np.frombuffer(body, np.uint8).astype(np.float32) - 128.0) / np.float32(128.0)


def _short(body: memoryview) -> Numbers:
    return np.frombuffer(body, "<i2").astype(np.float32) / np.float32(2**15)


def _three(body: memoryview) -> Numbers:
    three = np.frombuffer(body, np.uint8).reshape(-1, 3)
    four: NDArray[np.uint8] = np.zeros((len(three), 4), np.uint8)
    four[:, 1:] = three  # as the upper bytes of 32 bits, so that the sign is where it belongs
    return four.view("<i4").ravel().astype(np.float32) / np.float32(2**31)


def _long(body: memoryview) -> Numbers:
    return np.frombuffer(body, "<i4") / 2.0**31


#: By format and bytes of a sound.
_READERS: dict[tuple[int, int], Callable[[memoryview], Numbers]] = {
    (PCM, 1): _unsigned,
    (PCM, 2): _short,
    (PCM, 3): _three,
    (PCM, 4): _long,
    (FLOAT, 4): lambda body: np.frombuffer(body, "<f4"),
    (FLOAT, 8): lambda body: np.frombuffer(body, "<f8"),
}
