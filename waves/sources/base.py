"""What every source is: an asynchronous iterator of blocks, and the clock that paces it."""

from __future__ import annotations

import abc
import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from waves.exceptions import SourceError
from waves.protocol.block import SampleBlock
from waves.protocol.spec import StreamSpec


class Options(BaseModel):
    """Base of the options of a source: declared once; form, API, docs and checks read it.

    Each field has a type, bounds, ``title``, ``description`` (the help text) and, where it has
    one, ``json_schema_extra={"unit": "Hz"}``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class SignalInfo:
    """A signal that a source declares: its key, the name to show, and its unit."""

    key: str
    name: str
    unit: str = ""


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


@dataclass(frozen=True, slots=True)
class SourceContext:
    """What a runner gives to a source: its epoch, its clock, and how to count lost samples."""

    epoch: int
    clock: Clock
    #: Called with a number of samples that the source had to skip, for the description.
    skipped: Callable[[int], None] = lambda n: None


class Source(abc.ABC):
    """One run of a source, for one epoch. Made by the runner, iterated once.

    ``options`` is the class of the source's options; ``max_rate`` in Hz is what the form allows;
    ``clock`` is "regular" or "timed" and may differ from one instance to the next.
    Raise SourceError with words for a person where samples cannot be had; any other exception is
    caught by the runner as well, shown, and the source is restarted with back-off.
    """

    options: ClassVar[type[Options]] = Options
    max_rate: ClassVar[float] = math.inf
    clock: str = "regular"

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        if spec.problem:
            raise SourceError(spec.problem)
        self.spec = spec
        self.context = context

    @property
    @abc.abstractmethod
    def signals(self) -> tuple[SignalInfo, ...]:
        """What the source yields, in the order of the rows of its blocks."""

    @abc.abstractmethod
    def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield blocks of increasing sample index, at the pace of the clock, until cancelled.

        Whoever iterates closes it (``contextlib.aclosing``): threads and tasks end with it.
        """

    def update(self, spec: StreamSpec) -> None:
        """Take an edit that does not begin a new epoch (see ``StreamSpec.begins_new_epoch``)."""
        self.spec = spec
