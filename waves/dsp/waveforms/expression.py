"""What a person writes: an expression of the time."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, PrivateAttr

from waves.dsp.expression import FUNCTIONS, LONGEST, Node, parse, worked_out
from waves.dsp.parameters import TimedWaveform, parameter
from waves.dsp.phase import Floats


def _checked(text: str) -> str:
    parse(text)
    return text


class Expression(TimedWaveform):
    """What is written as an expression of the time."""

    label = "Expression"
    formula = (
        "y = the expression. It is made of\n"
        "t: seconds since the first sample of the epoch, i / rate\n"
        "p: the position in the period of the frequency, exact however long it runs\n"
        "numbers, pi, e, and brackets\n"
        "+ − * / // % **, where x // y = floor(x / y) and x % y = x − floor(x / y) y\n"
        "< <= > >= == !=, which are 1 where it is so and 0 elsewhere\n"
        f"{', '.join(FUNCTIONS)}"
    )

    expression: Annotated[str, AfterValidator(_checked)] = parameter(
        "sin(2*pi*t) * exp(-(t % 5))",
        "Expression",
        "Of t, the seconds since the first sample, and p, the position in the period of the "
        "frequency, from 0 to 1: numbers, + - / ** and so on, comparisons, functions such as sin, "
        f"clip and max. At most {LONGEST} characters.",
        why="it is worked out for each sample",
    )
    _tree: Node = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Keep what the expression means."""
        self._tree = parse(self.expression)

    def values(self, cycles: NDArray[np.float64], seconds: NDArray[np.float64]) -> Floats:
        return worked_out(self._tree, {"t": seconds, "p": cycles})
