"""The built-in generator: one synthesised waveform for each signal of the stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.dsp.synthesis import WAVEFORMS, Synthesizer, parameter_fields
from waves.exceptions import SourceError
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.sources.base import Due, Options, SignalInfo, Source, SourceContext
from waves.sources.pacing import Ticker


class GeneratorOptions(Options):
    """None: what is synthesised stands in the signals of the stream."""


class GeneratorSource(Source):
    """Synthesises the signals of the stream; edits apply at the next tick, without a phase jump.

    Raises ConfigurationError for a waveform or a parameter that cannot work, and SourceError where
    there is no signal.
    """

    label = "Generator"
    options = GeneratorOptions
    rows = "waveforms"
    no_signal = "A generator needs a signal to make: add one below."
    previewed = True

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        if not spec.signals:
            raise SourceError("This stream has no signal. Add one to it in the admin.")
        self._ticker = Ticker(context.clock, spec.rate, spec.frames_per_second, context.late_tick)
        self._synthesizers = [self._synthesizer(signal) for signal in spec.signals]
        #: The signals as the synthesizers know them.
        self._applied = spec.signals

    def _synthesizer(self, signal: SignalSpec) -> Synthesizer:
        dtype = SAMPLE_TYPES[self.spec.sample_type]
        return Synthesizer(self.spec.rate, signal.waveform, signal.parameters, dtype)

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        """The rows of the admin, as they are now."""
        return tuple(SignalInfo(s.key, s.name, s.unit, line=_line(s)) for s in self.spec.signals)

    @classmethod
    def preview(
        cls, spec: StreamSpec, n: int
    ) -> Iterator[tuple[SignalSpec, NDArray[np.floating[Any]]]]:
        """Each signal from its first sample."""
        for signal in spec.signals:
            yield signal, Synthesizer(spec.rate, signal.waveform, signal.parameters).samples(n)

    @classmethod
    def warnings(cls, spec: StreamSpec) -> list[str]:
        """What is asked for above half the rate, where a sine looks like a slower one."""
        half = spec.rate / 2
        return [
            f"{signal.name}: {name} {value:g} Hz is above half the sample rate ({half:g} Hz), "
            "so it shows as a lower frequency (aliasing)."
            for signal in spec.signals
            for name, value in _frequencies(signal)
            if value > half
        ]

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield what is due at each tick; after a lag of over 1 s, skip and count."""
        async for due in self._ticker.ticks():
            if self.spec.signals is not self._applied:
                self._apply_edits()
            yield self._block(due)

    def _block(self, due: Due) -> SampleBlock:
        if due.skipped:
            self.context.skipped(due.skipped)
            for synthesizer in self._synthesizers:
                synthesizer.skip(due.skipped)
        values = np.stack([s.samples(due.n) for s in self._synthesizers])
        return SampleBlock(self.context.epoch, due.first, due.t0, 1.0 / self.spec.rate, values)

    def update(self, spec: StreamSpec) -> None:
        """Take over names and pace now, waveforms and parameters at the next tick."""
        super().update(spec)
        self._ticker.frames_per_second = spec.frames_per_second

    def _apply_edits(self) -> None:
        """Here and not in ``update``: what cannot work fails this source, not its editor."""
        before, self._applied = self._applied, self.spec.signals
        rows = zip(self._synthesizers, before, self._applied, strict=True)
        for synthesizer, old, new in rows:
            if (old.waveform, old.parameters) != (new.waveform, new.parameters):
                synthesizer.update(new.waveform, new.parameters)


def _line(signal: SignalSpec) -> str:
    """What jumps holds its value until it jumps, unless there is noise on it."""
    noisy = signal.parameters.get("noise", "none") != "none"
    return "" if noisy else WAVEFORMS[signal.waveform].line


def _frequencies(signal: SignalSpec) -> Iterator[tuple[str, float]]:
    for name, info in parameter_fields(signal.waveform).items():
        extra = info.json_schema_extra
        value = signal.parameters.get(name)
        in_hertz = isinstance(extra, Mapping) and extra.get("unit") == "Hz"
        if in_hertz and isinstance(value, int | float):
            yield info.title or name, value
