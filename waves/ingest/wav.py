"""WAV: PCM of 8, 16, 24 and 32 bit, and floats of 32 and 64, scaled to ±1.

RIFF as in "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991),
with WAVE_FORMAT_EXTENSIBLE, and RF64 as in EBU Tech 3306. The ``wave`` of Python knows no floats.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import IngestError
from waves.ingest.table import Numbers, Series, Table, check_size, table_of

_FORMAT = struct.Struct("<HHIIHH")
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
#: What stands for a size that does not fit into 32 bits.
TOO_LONG = 0xFFFFFFFF
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


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """The sound of a file, over its bytes: ``n`` samples of each of ``names`` at ``rate`` Hz."""

    body: memoryview
    format: _Format
    n: int

    @property
    def rate(self) -> int:
        """In Hz."""
        return self.format.rate

    @property
    def names(self) -> list[str]:
        """What the signals are called."""
        lanes = self.format.lanes
        if lanes <= 2:
            return ["left", "right"] if lanes == 2 else ["sound"]
        return [str(k + 1) for k in range(lanes)]

    @property
    def kind(self) -> Literal["float32", "float64"]:
        """The type that holds the values."""
        return "float64" if (self.format.tag, self.format.width) in _WIDE else "float32"

    def values(self, first: int, n: int) -> Numbers:
        """Samples ``[n, signals]`` from one on, scaled to ±1."""
        frame = self.format.lanes * self.format.width
        part = self.body[first * frame : (first + n) * frame]
        found = _READERS[self.format.tag, self.format.width](part)
        return found.reshape(n, self.format.lanes)


def parse(data: bytes) -> Table:
    """The sounds of a file, a signal each. Raises IngestError, TooMuchError."""
    sound = sound_of(data)
    found = sound.format
    check_size(sound.n, found.lanes, 8 if found.width in (8, 4) and found.tag != FLOAT else 4)
    values = sound.values(0, sound.n)
    series = [Series(name, values[:, k]) for k, name in enumerate(sound.names)]
    return table_of(series, float(found.rate))


def sound_of(data: bytes | mmap.mmap) -> Sound:
    """The sound of a file, of any length where it is mapped. Raises IngestError."""
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
            return _sound(body, found)
    raise IngestError("There is no sound in this WAV: it is cut off.")


def _chunks(data: bytes | mmap.mmap) -> Iterator[tuple[bytes, int, memoryview]]:
    """Name, size as it is said, and what there is of each chunk."""
    view, at, long = memoryview(data), 12, 0
    while at + 8 <= len(data):
        name, size = bytes(view[at : at + 4]), int.from_bytes(view[at + 4 : at + 8], "little")
        if name == b"ds64":  # of RF64: the size of a sound that takes more than 4 GiB
            long = int.from_bytes(view[at + 16 : at + 24], "little")
        if name == b"data" and size == TOO_LONG and long:
            size = long
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


def _sound(body: memoryview, found: _Format) -> Sound:
    n, rest = divmod(len(body), found.lanes * found.width)
    if rest:
        raise IngestError("The sound ends within a sample: the file is cut off.")
    return Sound(body, found, n)


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
#: Those that float32 does not hold.
_WIDE = ((PCM, 4), (FLOAT, 8))
