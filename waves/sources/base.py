"""What every source is: an asynchronous iterator of blocks, and the clock that paces it."""

from __future__ import annotations

import abc
import asyncio
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from waves.exceptions import SourceError
from waves.ingest.table import Layout, Table
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.passage import Contents, Piece, Stretch
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.sources.inbox import Inbox

#: What a source is written with, in one place: also what comes from other rooms.
__all__ = [
    "SAMPLE_TYPES",
    "Choices",
    "Clock",
    "Defaults",
    "Due",
    "Example",
    "Fitting",
    "Options",
    "Proposal",
    "RecordedPart",
    "Rows",
    "SampleBlock",
    "SignalInfo",
    "SignalSpec",
    "Source",
    "SourceContext",
    "StreamSpec",
]


class Options(BaseModel):
    """Base of the options of a source: declared once; form, API, docs and checks read it.

    Each field has a type, bounds, ``title``, ``description`` (the help text) and, where it has
    one, ``json_schema_extra={"unit": "Hz"}``. A text with ``json_schema_extra={"upload": True}``
    is a file: the form uploads it, and ``SourceContext.upload`` reads it. One with
    ``{"recording": True}`` is the slug of a stream that has a recording: the form offers these,
    and ``SourceContext.recorded`` reads it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class SignalInfo:
    """A signal that a source declares: its key, the name to show, its unit, and how it is read.

    ``line`` is "linear", "step" or "points", ``missing`` is "hole", "joined" or "held", empty for
    the first of each; ``states`` are names by code (see ``waves.protocol.reading``).
    """

    key: str
    name: str
    unit: str = ""
    line: str = ""
    missing: str = ""
    states: Mapping[int, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the code says of a stream, for each field that its row in the admin leaves empty.

    ``late``, ``reorder_window`` and ``longest_interval`` (in seconds; None: five periods) matter
    on a timed clock only.
    """

    sample_type: str = "float32"
    late: str = "drop"
    reorder_window: float = 0.0
    longest_interval: float | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The samples that are due at a tick: ``n`` from index ``first``, ``skipped`` before it."""

    first: int
    n: int
    #: Unix seconds of ``first``: a label, anchored to the wall clock anew every 10 s.
    t0: float
    skipped: int = 0


class Clock:
    """Monotonic and wall time, and sleeping: replaced by tests that inject a clock."""

    def monotonic(self) -> float:
        """Seconds that never step."""
        return time.monotonic()

    def time(self) -> float:
        """Unix seconds, for showing."""
        return time.time()

    async def sleep_until(self, deadline: float) -> None:
        """Sleep until ``monotonic()`` reaches ``deadline``; always yields to the loop once."""
        await asyncio.sleep(max(0.0, deadline - self.monotonic()))


async def no_uploads(token: str) -> Table:
    """Where nobody keeps files. Raises SourceError."""
    raise SourceError("Nobody keeps files here.")


@dataclass(frozen=True, slots=True, eq=False)
class RecordedPart:
    """A part of a stream's recording: what it holds, and its samples, as often as asked."""

    contents: Contents
    pieces: Callable[[], AsyncGenerator[tuple[Stretch, Piece], None]]


async def no_recordings(slug: str, begin: int | None, end: int | None) -> RecordedPart:
    """Where nobody records. Raises SourceError."""
    raise SourceError("Nobody keeps recordings here.")


async def _no_signals(signals: Mapping[str, str]) -> None:
    """Nobody adds signals here."""


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a runner gives to a source: its epoch, its clock, and how to count what is lost."""

    epoch: int
    clock: Clock
    #: Called with a number of samples that the source had to skip, for the description.
    skipped: Callable[[int], None] = lambda n: None
    #: Called with a number of samples that came too late, and were left out.
    late: Callable[[int], None] = lambda n: None
    #: Called with a number of texts that could become no state, and why, in words.
    nameless: Callable[[int, str], None] = lambda n, why: None
    #: Called with a number of samples that were there already, and so were left out.
    doubled: Callable[[int], None] = lambda n: None
    #: Where pushed samples wait; None where nobody can push.
    inbox: Inbox | None = None
    #: Adds signals, by name with their units, to the stream: a new epoch begins with them.
    add_signals: Callable[[Mapping[str, str]], Awaitable[None]] = _no_signals
    #: Called with a number of things that came from outside and were left out: no samples, from
    #: others, too many.
    left_out: Callable[[int], None] = lambda n: None
    #: Called with what a person should know while the stream is live; empty: nothing more.
    note: Callable[[str], None] = lambda words: None
    #: Called with a line that came and is no sample: the last ones are shown.
    log: Callable[[str], None] = lambda line: None
    #: Seconds that a time may be ahead of this clock: one sample that is dated next year would make
    #: all that follow late.
    most_ahead: float = 5.0
    #: Ports that may be read beside those that the system lists (see ``waves.sources.serial``).
    serial_ports: Collection[str] = ()
    #: Reads what somebody uploaded, by the value of an option that is an `upload`. Raises
    #: SourceError where it is not there.
    upload: Callable[[str], Awaitable[Table]] = no_uploads
    #: Reads the recording of a stream by its slug, from one moment to another (nanoseconds since
    #: 1970; None: all there is). Raises SourceError where there is none.
    recorded: Callable[[str, int | None, int | None], Awaitable[RecordedPart]] = no_recordings
    #: Called at each tick that comes when the next one is due already.
    late_tick: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stream that is made by itself, once: one that a user deleted stays deleted.

    ``key`` tells it from every other one for ever, whatever proposes it: a dotted path. ``rate``
    is in Hz, ``window`` in seconds.
    """

    key: str
    name: str
    slug: str
    rate: float
    window: float = 2.0
    description: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fitting:
    """What an uploaded file makes of a stream: its rate in Hz (0: as the admin says), and how many
    signals it has."""

    rate: float
    signals: int


@dataclass(frozen=True, slots=True)
class Example:
    """A block to copy: how data gets into one very stream."""

    title: str
    text: str


#: What the rows of signals in the admin are for a source: overrides, by key, of what it declares;
#: its signals; or its signals with a waveform and parameters each.
Rows = Literal["overrides", "signals", "waveforms"]
#: What an option can be, as pairs of the value and the words for people; asked for at each use.
Choices = Callable[[], Iterable[tuple[str, str]]]


class Source(abc.ABC):
    """One run of a source, for one epoch. Made by the runner, iterated once.

    The class says what is to be known of all its runs: ``label`` for people, ``options`` (the
    class of its options), ``max_rate`` in Hz (a run at a higher rate is refused), and what follows.
    ``clock`` is "regular" or "timed" and may differ from one instance to the next.
    Raise SourceError with words for a person where samples cannot be had, FinishedError where there
    are no more; any other exception is
    caught by the runner as well, shown, and the source is restarted with back-off.
    """

    label: ClassVar[str]
    options: ClassVar[type[Options]] = Options
    max_rate: ClassVar[float] = math.inf
    rows: ClassVar[Rows] = "overrides"
    #: Whether it cannot do without a signal, where the rows are the signals.
    needs_signals: ClassVar[bool] = True
    #: Whether it takes what is pushed: then somebody brings that for as long as it runs.
    takes_pushes: ClassVar[bool] = False
    #: What the form says where it needs one, and there is none.
    no_signal: ClassVar[str] = "This source needs a signal: add one below."
    #: By the name of an option: the form offers these instead of a field to type into.
    choices: ClassVar[Mapping[str, Choices]] = {}
    #: By the name of an option: the form proposes these, and anything may be typed.
    suggestions: ClassVar[Mapping[str, Choices]] = {}
    #: Whether the admin draws ``preview`` while a stream is edited, instead of the running stream.
    previewed: ClassVar[bool] = False
    clock: str = "regular"

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        if spec.problem:
            raise SourceError(spec.problem)
        if spec.rate > self.max_rate:
            raise SourceError(
                f"{self.label} can be read {self.max_rate:g} times a second at most; "
                f"the rate is {spec.rate:g} Hz. Choose {self.max_rate:g} Hz or less."
            )
        self.spec = spec
        self.context = context

    @classmethod
    def preview(
        cls, spec: StreamSpec, n: int
    ) -> Iterable[tuple[SignalSpec, NDArray[np.floating[Any]]]]:
        """The first ``n`` samples ``[n]`` of each signal, made at once while a person types."""
        return ()

    @classmethod
    def warnings(cls, spec: StreamSpec) -> list[str]:
        """Sentences on what works but may surprise, for whoever edits the stream."""
        return []

    @classmethod
    def examples(cls, spec: StreamSpec, site: str, samples: str) -> tuple[Example, ...]:
        """How data gets into this very stream, where others send it.

        ``site`` is the address of Waves, such as ``https://example.org/waves/``, ``samples`` that
        to which samples are sent. A key is ``$WAVES_KEY``, never one itself.
        """
        return ()

    @classmethod
    def fitting(cls, options: Mapping[str, Any], layout: Layout) -> Fitting:
        """What a file makes of a stream, where an option is one.

        Raises IngestError where it does not fit the other options.
        """
        return Fitting(0.0, len(layout.columns))

    @classmethod
    def proposals(cls) -> Iterable[Proposal]:
        """The streams that the worker makes by itself when it starts."""
        return ()

    @classmethod
    def defaults(cls, options: Mapping[str, Any]) -> Defaults:
        """What the code says of a stream with these options."""
        return Defaults()

    async def open(self) -> None:  # noqa: B027  most sources have nothing to wait for
        """Get what must be there before anything can be said of the stream, such as a file.

        Awaited once, before ``signals`` and ``clock`` are asked for. Raises SourceError.
        """

    @property
    @abc.abstractmethod
    def signals(self) -> tuple[SignalInfo, ...]:
        """What the source yields, in the order of the rows of its blocks.

        Names, lines and states may change while it runs: they are described before the next block.
        """

    @abc.abstractmethod
    def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield blocks of increasing sample index, at the pace of the clock, until cancelled.

        Whoever iterates closes it (``contextlib.aclosing``): threads and tasks end with it.
        """

    def update(self, spec: StreamSpec) -> None:
        """Take an edit that does not begin a new epoch (see ``StreamSpec.begins_new_epoch``)."""
        self.spec = spec
