"""Data of one's own: a decorated function, generator or async generator drives the stream.

Plain functions and generators may block: each source has a thread for them. What async
generators yield is joined by ``waves.sources.arrivals``, on the event loop.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, ClassVar, Protocol

import numpy as np
from pydantic import Field

from waves.exceptions import SourceError
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.spec import StreamSpec
from waves.sources.arrivals import Arrivals
from waves.sources.base import (
    Choices,
    Clock,
    Defaults,
    Due,
    Options,
    Proposal,
    SignalInfo,
    Source,
    SourceContext,
)
from waves.sources.declarations import Declaration, declared, registered
from waves.sources.ordering import window_of
from waves.sources.pacing import MAX_LAG, Ticker
from waves.sources.returned import Array, Returned, failure, guarded
from waves.sources.thread import DedicatedThread


class PythonOptions(Options):
    """Which function."""

    function: str = Field(
        min_length=1,
        max_length=200,
        title="Function",
        description=(
            "Dotted path of a function decorated with @stream in the module streams.py of an "
            "installed app, such as plant.streams.boiler."
        ),
    )


def _functions() -> Iterator[tuple[str, str]]:
    return ((path, f"{d.name} ({path})") for path, d in registered().items())


class PythonSource(Source):
    """Runs one declared function. Raises SourceError where it is unknown, raises or misreturns."""

    label = "Python function"
    options = PythonOptions
    choices: ClassVar[Mapping[str, Choices]] = {"function": _functions}

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        self.declaration = declared(str(spec.options.get("function", "")))
        self.clock = self.declaration.clock
        named = {row.key: row.states for row in spec.signals}
        dtype = SAMPLE_TYPES[spec.sample_type]
        self._returned = Returned(self.declaration, dtype, named)
        self._pace: Ticker | Arrivals
        if self.declaration.kind == "async generator":
            self._pace = Arrivals(self.declaration, spec, context, self._returned)
        else:
            self._pace = Ticker(context.clock, spec.rate, spec.frames_per_second, context.late_tick)

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        """What the decorator declared, and what the values themselves have said."""
        return self._returned.signals

    @classmethod
    def defaults(cls, options: Mapping[str, Any]) -> Defaults:
        """What the decorator says."""
        declaration = registered().get(str(options.get("function", "")))
        return Defaults() if declaration is None else declaration.defaults

    @classmethod
    def proposals(cls) -> Iterator[Proposal]:
        """A stream for each declared function that does not ask for none."""
        for d in registered().values():
            if d.create:
                options = {"function": d.path}
                yield Proposal(d.path, d.name, d.slug, d.rate, d.window, d.description, options)

    def update(self, spec: StreamSpec) -> None:
        """Take over the pace of the frames, and how late a sample may be."""
        super().update(spec)
        self._pace.frames_per_second = spec.frames_per_second
        if isinstance(self._pace, Arrivals):
            self._pace.order.window = window_of(spec)

    def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield what the function gives, at the rate or on arrival."""
        if isinstance(self._pace, Arrivals):
            return self._pace.blocks()
        return self._called(self._pace)

    async def _called(self, ticker: Ticker) -> AsyncGenerator[SampleBlock, None]:
        caller = self._caller()
        thread = DedicatedThread(f"waves {self.spec.slug}")
        try:
            async for due in ticker.ticks():
                values = await thread.call(lambda due=due: caller.take(due))  # type: ignore[misc]
                self._returned.tell(self.context)
                missing = due.skipped + due.n - values.shape[1]
                if missing:
                    self.context.skipped(missing)
                dt = 1.0 / self.spec.rate
                yield SampleBlock(self.context.epoch, due.first, due.t0, dt, values)
        finally:
            await thread.close(caller.close)

    def _caller(self) -> Caller:
        if self.declaration.kind == "function":
            return FunctionCaller(self.declaration, self.spec.rate, self._returned)
        return GeneratorCaller(self.declaration, self.context.clock, self._returned)


class Caller(Protocol):
    """Gets samples from a user's code; every method runs in the source's thread."""

    def take(self, due: Due) -> Array:
        """The samples that are due, ``[signals, n]`` with 1 <= n <= due.n."""

    def close(self) -> None:
        """Let the user's code clean up."""


class FunctionCaller:
    """A function of time: it gets the times of all samples at once, in seconds of the epoch."""

    def __init__(self, declaration: Declaration, rate: float, returned: Returned) -> None:
        self.declaration = declaration
        self.rate = rate
        self._returned = returned

    def take(self, due: Due) -> Array:
        """Call the function once."""
        t = np.arange(due.first, due.first + due.n, dtype=np.float64) / self.rate
        value = guarded(self.declaration, lambda: self.declaration.function(t))
        return self._returned.series(value, due.n)

    def close(self) -> None:
        """A function has nothing to clean up."""


class GeneratorCaller:
    """A generator: one sample for each ``next()``. Samples that were skipped are not asked for."""

    def __init__(self, declaration: Declaration, clock: Clock, returned: Returned) -> None:
        self.declaration = declaration
        self.clock = clock
        self._returned = returned
        self._iterator = declaration.function()
        self._failure: SourceError | None = None

    def take(self, due: Due) -> Array:
        """As many samples as are due; fewer where that takes over 1 s, or where it ends."""
        values: list[Any] = []
        until = self.clock.monotonic() + MAX_LAG
        while self._failure is None and len(values) < due.n:
            self._next(values)
            if self.clock.monotonic() > until:
                break
        if not values and self._failure is not None:
            raise self._failure
        return self._returned.samples(values)

    def _next(self, values: list[Any]) -> None:
        """Append the next sample; a failure is kept until those before it are delivered."""
        try:
            values.append(next(self._iterator))
        except StopIteration:
            name = self.declaration.function.__name__
            self._failure = SourceError(f"The generator ended: {name} gives no more samples.")
        except BaseException as error:  # sys.exit() too: it must not end the worker
            self._failure = failure(self.declaration, error)

    def close(self) -> None:
        """Run the generator's ``finally``, where it has one."""
        self._iterator.close()
