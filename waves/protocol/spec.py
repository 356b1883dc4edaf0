"""What a stream is, as plain frozen values: made by ``waves.specs`` from the models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """One signal of a stream. ``waveform`` and ``parameters`` matter to a source that makes
    its signals of them (``Source.rows``)."""

    key: str
    name: str
    unit: str = ""
    #: "#rrggbb", or "" for the page's palette.
    colour: str = ""
    #: Its place in that palette; None for that of the signal in its stream.
    palette: int | None = None
    #: Key in ``waves.dsp.synthesis.WAVEFORMS``.
    waveform: str = "sine"
    #: Every parameter of the waveform and of ``waves.dsp.synthesis.Conditioning``, validated.
    parameters: Mapping[str, Any] = field(default_factory=dict)
    #: Of ``waves.protocol.reading``: LINES and MISSING, or "" for what the code says.
    line: str = ""
    missing: str = ""
    #: Names by code; those that are not here are as the code says.
    states: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """The configuration of one stream, as the worker runs it.

    ``rate`` is in Hz, ``window`` and ``history`` in seconds. ``signals`` are the rows of the
    admin: what they are for the source says ``Source.rows``.
    """

    handle: int
    slug: str
    name: str
    source: str
    rate: float
    signals: tuple[SignalSpec, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    frames_per_second: float = 25.0
    window: float = 2.0
    history: float = 10.0
    sample_type: str = "float32"
    #: On a timed clock: what becomes of late samples (``waves.protocol.reading.LATE``), the seconds
    #: that others wait for them, and those beyond which there is a hole (None: five periods).
    late: str = "drop"
    reorder_window: float = 0.0
    longest_interval: float | None = None
    enabled: bool = True
    description: str = ""
    #: Name of the only worker that may run it; "" for any.
    runs_on: str = ""

    #: Whether it is recorded, and for how many seconds and bytes that is kept; None: for ever.
    record: bool = False
    keep_seconds: float | None = None
    keep_bytes: int | None = None
    #: Names its recording, as 32 hexadecimal digits.
    uuid: str = ""

    #: Why this stream cannot run as it is stored, in words; else empty.
    problem: str = ""

    def begins_new_epoch(self, new: StreamSpec) -> bool:
        """Whether changing to ``new`` breaks the numbering of samples (see "Positions")."""
        return self._numbering() != new._numbering()

    def _numbering(self) -> tuple[object, ...]:
        return (
            self.source,
            dict(self.options),
            self.rate,
            self.sample_type,
            self.problem,
            tuple(signal.key for signal in self.signals),
        )
