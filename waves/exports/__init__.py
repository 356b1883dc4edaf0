"""Formats of samples over HTTP: one class each, with its content type and how it is written.

``EXPORTS`` has them by the name that a request calls them by, which is also the ending of the file
that a browser saves. Other apps add theirs by a setting (docs/extending.md).
"""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from waves.protocol.frames import Frame, encode
from waves.registry import Registry

__all__ = ["EXPORTS", "Epoch", "Export", "Frame"]


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch that begins in an answer: its signals, as described, and why it began, in words.

    ``since`` is when its first sample in the answer was, in unix seconds; ``rate`` in Hz. Columns
    by time are of all epochs: theirs is number 0.
    """

    number: int
    since: float
    rate: float
    clock: str
    sample_type: str
    signals: tuple[Mapping[str, Any], ...]
    why: str = ""


class Export(abc.ABC):
    """One answer in one format. ``signals`` are those of the description (key, name, unit …).

    With ``columns`` a frame holds minimum and maximum of each column instead of samples. ``t0`` and
    ``dt`` are set before ``head``: unix seconds of the first sample or column, and seconds between
    two (0 on a timed clock).
    ``crosses`` is set before ``head``, too: more than one epoch comes. ``begin`` says of each that
    its frames follow, also of a single one.
    ``pieces`` runs in the thread that all downloads share, one step at a time; a step takes about a
    millisecond, so that no download holds up the others or a viewer.
    """

    content_type: ClassVar[str]
    #: Whether a browser saves it as a file.
    saved: ClassVar[bool] = True
    #: The most values of an answer that who reads it holds as a whole; None: it is read in pieces.
    max_values: ClassVar[int | None] = None
    #: How the name of its file ends; empty: as the format is called.
    ending: ClassVar[str] = ""
    #: Whether ``begin`` is told of each epoch: to look up two hundred takes a while.
    tells_epochs: ClassVar[bool] = True

    def __init__(self, signals: Iterable[Mapping[str, Any]], *, columns: bool) -> None:
        self.signals = tuple(signals)
        self.columns = columns
        self.t0: float | None = None
        self.dt = 0.0
        self.crosses = False

    def head(self) -> bytes:
        """What stands before the first frame."""
        return b""

    def begin(self, epoch: Epoch) -> bytes:
        """What stands before the frames of an epoch, which may have signals of its own."""
        self.signals = epoch.signals
        return b""

    @abc.abstractmethod
    def pieces(self, frame: Frame) -> Iterator[bytes]:
        """A frame, some bytes at a time, none of them empty."""

    def tail(self) -> bytes:
        """What stands after the last frame."""
        return b""


class FramesExport(Export):
    """Frames as a WebSocket has them, one after the other (docs/protocol.md)."""

    content_type = "application/octet-stream"
    tells_epochs = False

    def pieces(self, frame: Frame) -> Iterator[bytes]:
        yield encode(frame)


def _problem(export: type[Export]) -> str:
    return "" if getattr(export, "content_type", "") else "has no content_type."


#: Every format by its name.
EXPORTS: Registry[Export] = Registry(
    "format",
    Export,  # type: ignore[type-abstract]
    {
        "json": f"{__name__}.jsontext.JsonExport",
        "csv": f"{__name__}.csvtext.CsvExport",
        "waves": f"{__name__}.FramesExport",
        "sheet": f"{__name__}.csvtext.SheetExport",
        "sheet_comma": f"{__name__}.csvtext.SheetCommaExport",
    },
    _problem,
)
