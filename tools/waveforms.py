"""Write docs/waveforms.md and its pictures from the waveforms themselves: ``make waveforms``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
from annotated_types import MaxLen
from numpy.typing import NDArray
from pydantic.fields import FieldInfo

from waves.dsp.explanation import bounds
from waves.dsp.expression import LONGEST
from waves.dsp.parameters import Conditioning, Waveform
from waves.dsp.synthesis import Synthesizer
from waves.dsp.waveforms import WAVEFORMS

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, PICTURES = DOCS / "waveforms.md", DOCS / "waveforms"

#: Samples of a picture, one a pixel; the picture shows 1 s of them.
WIDTH, HEIGHT = 320, 96
#: What a picture shows where defaults would not show much. Two periods otherwise.
SHOWN: Mapping[str, Mapping[str, Any]] = {
    "chirp": {"f0": 1.0, "f1": 20.0, "t1": 0.5},
    "am": {"frequency": 20.0, "modulation_frequency": 2.0},
    "fm": {"frequency": 15.0, "modulation_frequency": 2.0, "frequency_deviation": 10.0},
    "pm": {"frequency": 15.0, "modulation_frequency": 2.0, "phase_deviation": 180.0},
    "burst": {"frequency": 10.0, "burst_period": 0.5},
    "expression": {"expression": "sin(20*pi*t) * exp(-6 * (t % 0.5))"},
    "prbs": {"frequency": 30.0, "order": 4},
    "random_walk": {"step": 0.1},
}
FREQUENCY = 2.0
#: Of slow noise, one sample in so many.
EVERY = {"brown": 64}

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" role="img" aria-label="{label}">
<path d="M0 {zero:g}H{width}" stroke="#888" stroke-opacity=".5"/>
<path d="M0 {high:.1f}H{width}M0 {low:.1f}H{width}" stroke="#888" stroke-opacity=".5" \
stroke-dasharray="2 4"/>
<polyline fill="none" stroke="#2f81f7" stroke-width="1.5" stroke-linejoin="round" \
points="{points}"/>
</svg>
"""

HEAD = """\
# Waveforms

What the source `generator` makes: {count} waveforms, each with its parameters. This page and its
pictures are made from the waveforms themselves (`make waveforms`); a test fails where they differ.
[extending.md](extending.md#add-a-waveform) says how to add one.

In the formulas y is the value, p the position in the present period, from 0 to 1, and i the index
of the sample. A picture shows two periods; the dashed lines are at −1 and 1. Parameters that are
not as by default stand under it.

## What all of them have

In this order: y is multiplied by the amplitude, the offset is added, then the noise. What is
outside the clip values becomes these, and the result is rounded to as many bits as are given.

"""


def samples(key: str) -> NDArray[Any]:
    """The samples of a picture."""
    fields = {**WAVEFORMS[key].model_fields, **Conditioning.model_fields}
    given = {"frequency": FREQUENCY, **SHOWN.get(key, {})}
    parameters = {name: value for name, value in given.items() if name in fields}
    every = EVERY.get(key, 1)
    return Synthesizer(WIDTH, key, parameters, np.float64).samples(WIDTH * every)[::every]


def points(key: str) -> NDArray[Any]:
    """The corners of a drawing ``[n, 2]`` in pixels, without those on a straight line."""
    values = samples(key)
    x = np.arange(WIDTH, dtype=np.float64)
    y = np.round(HEIGHT / 2 - values * _scale(values), 1)
    bends = np.flatnonzero(np.diff(y, 2)) + 1
    kept = np.concatenate(([0], bends, [WIDTH - 1]))
    return np.stack([x[kept], y[kept]], axis=-1)


def _scale(values: NDArray[Any]) -> float:
    """Pixels of 1: noise may be higher."""
    return float(0.5 * HEIGHT / max(1.15, np.abs(values).max() * 1.05))


def picture(key: str) -> str:
    """A waveform as SVG, in colours that are seen on white and on black."""
    scale = _scale(samples(key))
    return SVG.format(
        width=WIDTH,
        height=HEIGHT,
        label=WAVEFORMS[key].label,
        zero=HEIGHT / 2,
        high=HEIGHT / 2 - scale,
        low=HEIGHT / 2 + scale,
        points=" ".join(f"{x:g},{y:g}" for x, y in points(key).tolist()),
    )


def page() -> str:
    """All of docs/waveforms.md."""
    head = HEAD.format(count=len(WAVEFORMS))
    common = _table(Conditioning.model_fields)
    sections = [_section(key, waveform) for key, waveform in WAVEFORMS.items()]
    return "\n".join([f"{head}{common}", *sections])


def _section(key: str, waveform: type[Waveform]) -> str:
    shown = ", ".join(f"{name} = {_default(value)}" for name, value in SHOWN.get(key, {}).items())
    unused = " and ".join(sorted(waveform.unused)).capitalize()
    parts = [
        f"## `{key}`: {waveform.label}",
        waveform.__doc__ or "",
        f"![{waveform.label}](waveforms/{key}.svg)",
        f"Shown with {shown}." if shown else "",
        f"Shown is one sample in {EVERY[key]}." if key in EVERY else "",
        f"```\n{waveform.formula}\n```",
        f"{unused} change{'' if len(waveform.unused) > 1 else 's'} nothing." if unused else "",
        _table(waveform.model_fields).rstrip(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(fields: Mapping[str, FieldInfo]) -> str:
    if not fields:
        return ""
    rows = [f"| {' | '.join(cells)} |" for cells in _rows(fields)]
    head = ["| parameter | default | can be | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows]) + "\n"


def _rows(fields: Mapping[str, FieldInfo]) -> Iterator[tuple[str, ...]]:
    for name, field in fields.items():
        meaning = f"{field.title}. {field.description}"
        yield f"`{name}`", _default(field.default), _possible(field), meaning.replace("|", "\\|")


def _default(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"{number:.3g}" for number in value) or "empty"
    if isinstance(value, str) and "*" in value:
        return f"`{value}`"  # two of them would make what is between them slanted
    return "empty" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _possible(field: FieldInfo) -> str:
    if field.annotation is str:
        return f"an expression of at most {LONGEST} characters"
    if get_origin(field.annotation) is tuple:
        most = next(item.max_length for item in field.metadata if isinstance(item, MaxLen))
        return f"up to {most} numbers"
    choices = [choice for choice in get_args(field.annotation) if isinstance(choice, str)]
    return ", ".join(choices) or bounds(field).strip() or "any number"


def main() -> None:
    """Write everything anew."""
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.iterdir():
        old.unlink()
    for key in WAVEFORMS:
        (PICTURES / f"{key}.svg").write_text(picture(key))
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
