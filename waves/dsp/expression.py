"""Expressions of the time, written by people: parsed, checked, and worked out with numpy.

Nothing of them is ever run as Python. Python's parser makes a tree of the text, of which ``parse``
takes over what it knows, node by node, into a tree of numpy functions; all else is refused.

What an expression may cost is bounded before it runs: characters, depth, size of exponents, and how
many of the dear operations it has. All is float64: there are no long integers, whose powers would
have no end. ``%`` is no ``fmod``, which takes 2 µs a sample where its operands differ in size.
Measured on one core: a dear operation takes 10 to 20 ns a sample, powers and meaningless angles (of
10^17 turns) up to 100, and others up to 10. So a sample takes 0.2 µs, and 1 µs where somebody is
bent on it: a core for a million a second. A generator that falls behind skips, and counts that.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.dsp.phase import TAU
from waves.exceptions import ConfigurationError

Values = NDArray[np.float64]

#: Characters of an expression: two lines of a form.
LONGEST = 200
#: Operations within operations; a sum of 16 products still has its place.
DEEPEST = 20
#: Beyond, nearly every base leaves what a sample can hold.
LARGEST_EXPONENT = 64
#: Functions that are computed by series, and powers: ten are 0.2 µs a sample.
MOST_DEAR = 10


class ExpressionError(ConfigurationError, ValueError):
    """An expression that cannot be read or is not allowed; says where."""


def _remainder(x: Any, y: Any) -> Any:
    """``x - floor(x / y) * y``, with the sign of ``y`` as Python's, in a time that has a bound."""
    rest = x - np.floor(x / y) * y
    # x / y may have been rounded up to a whole number.
    return rest + (rest * y < 0) * y


def _turned(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``function`` of an angle without its whole turns: numpy takes 80 ns for one of 10^8 turns.

    ``2*pi`` in an expression is rounded as the turn is here, so that what is left is just right.
    """
    return lambda angle: function(angle - np.rint(angle * (1.0 / TAU)) * TAU)


def _lowest(*values: Any) -> Any:
    return reduce(np.minimum, values)


def _highest(*values: Any) -> Any:
    return reduce(np.maximum, values)


@dataclass(frozen=True)
class Function:
    """What numpy works out: of how many values, and whether it is dear."""

    call: Callable[..., Any]
    least: int = 1
    most: int = 1
    dear: bool = False


#: By name, as Python's ``math`` has them.
FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(np.abs),
    "acos": Function(np.arccos, dear=True),
    "asin": Function(np.arcsin, dear=True),
    "atan": Function(np.arctan, dear=True),
    "ceil": Function(np.ceil),
    "clip": Function(np.clip, 3, 3),
    "cos": Function(_turned(np.cos), dear=True),
    "exp": Function(np.exp, dear=True),
    "floor": Function(np.floor),
    "log": Function(np.log, dear=True),
    "log10": Function(np.log10, dear=True),
    "max": Function(_highest, 2, LONGEST),
    "min": Function(_lowest, 2, LONGEST),
    "round": Function(np.rint),
    "sign": Function(np.sign),
    "sin": Function(_turned(np.sin), dear=True),
    "sqrt": Function(np.sqrt),
    "tan": Function(_turned(np.tan), dear=True),
    "tanh": Function(np.tanh, dear=True),
}
CONSTANTS: Mapping[str, np.float64] = {"pi": np.float64(np.pi), "e": np.float64(np.e)}
VARIABLES = ("t", "p")


def _compared(compare: Callable[[Any, Any], Any]) -> Function:
    return Function(lambda x, y: compare(x, y) * 1.0, 2, 2)


_POWER = Function(operator.pow, 2, 2, dear=True)
_OPERATORS: Mapping[type[ast.AST], Function] = {
    ast.Add: Function(operator.add, 2, 2),
    ast.Sub: Function(operator.sub, 2, 2),
    ast.Mult: Function(operator.mul, 2, 2),
    ast.Div: Function(operator.truediv, 2, 2),
    ast.FloorDiv: Function(lambda x, y: np.floor(x / y), 2, 2),
    ast.Mod: Function(_remainder, 2, 2),
    ast.Pow: _POWER,
    ast.USub: Function(operator.neg),
    ast.UAdd: Function(operator.pos),
    ast.Lt: _compared(operator.lt),
    ast.LtE: _compared(operator.le),
    ast.Gt: _compared(operator.gt),
    ast.GtE: _compared(operator.ge),
    ast.Eq: _compared(operator.eq),
    ast.NotEq: _compared(operator.ne),
}

#: All that Python's parser is ever given: neither a quote nor a keyword nor a line break.
_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*)"
    r"|(?P<sign>\*\*|//|[<>=!]=|[-+*/%(),<>])"
    r"|(?P<blank> +)"
)
#: What was pasted may be in several lines.
_BLANKS = str.maketrans("\t\r\n", "   ")
ALLOWED = (
    "Allowed are numbers, t, p, pi, e, + - * / // % **, < <= > >= == !=, brackets, and "
    + ", ".join(FUNCTIONS)
)
_DEAR = [name for name, function in FUNCTIONS.items() if function.dear]
_TOO_DEEP = f"{DEEPEST} operations may stand within one another"


@dataclass(frozen=True)
class Variable:
    """``t`` or ``p``."""

    name: str


@dataclass(frozen=True)
class Operation:
    """A function of other nodes."""

    function: Function
    operands: tuple[Node, ...]


#: A number stands for itself.
Node = np.float64 | Variable | Operation


def parse(text: str) -> Node:
    """What a text means. Raises ExpressionError, which names the column, and what is allowed."""
    if not text.strip():
        raise ExpressionError(f"Expression must not be empty. {ALLOWED}.")
    if len(text) > LONGEST:
        raise ExpressionError(
            f"Expression must have {LONGEST} characters or fewer, not {len(text)}: "
            "it is worked out for each sample."
        )
    text = text.translate(_BLANKS)
    _check_tokens(text)
    # Python takes blanks at the beginning for an indented line.
    blanks = len(text) - len(text.lstrip())
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        # What Python says differs from version to version, and is about Python. 0 is the end.
        column = blanks + min(error.offset or LONGEST, len(text.strip()))
        raise _refusal(column, f"this cannot be read. {ALLOWED}") from error
    except (MemoryError, RecursionError) as error:
        raise ExpressionError(f"Expression is too deep: {_TOO_DEEP}.") from error
    return _Reader(blanks).read(tree)


def worked_out(node: Node, variables: Mapping[str, Values]) -> Values:
    """The value for each element of the variables, in a new array; may be NaN or infinite, of
    which numpy warns unless the caller has it not to.
    """
    values = np.empty_like(next(iter(variables.values())))
    values[...] = _value(node, variables)
    return values


def _value(node: Node, variables: Mapping[str, Values]) -> Any:
    if isinstance(node, Operation):
        return node.function.call(*(_value(operand, variables) for operand in node.operands))
    return variables[node.name] if isinstance(node, Variable) else node


def _refusal(column: int, what: str) -> ExpressionError:
    return ExpressionError(f"Expression, column {column}: {what}.")


def _check_tokens(text: str) -> None:
    """Refuse what can never stand in an expression, before Python's parser sees it."""
    position, former = 0, ""
    while position < len(text):
        column, token = position + 1, _TOKEN.match(text, position)
        if token is None:
            raise _refusal(column, f"{_shown(text[position])} cannot stand here. {ALLOWED}")
        kind, word = token.lastgroup or "", token.group()
        if former == "number" and kind in ("name", "number"):
            raise _refusal(column, "there is no operator after the number: write 2*t, not 2t")
        if kind == "name" and word not in (*FUNCTIONS, *CONSTANTS, *VARIABLES):
            raise _refusal(column, f"{_shown(word)} is not known here. {ALLOWED}")
        position, former = token.end(), kind


def _shown(part: str) -> str:
    return f"“{part if part.isprintable() else repr(part)[1:-1]}”"


class _Reader:
    """Takes over a tree of Python's, and counts what it costs."""

    def __init__(self, blanks: int) -> None:
        self._blanks = blanks
        self._dear = 0

    def read(self, node: ast.expr, depth: int = 0) -> Node:
        """The node, in our own terms."""
        if depth > DEEPEST:
            raise self._refused(node, f"this is too deep: {_TOO_DEEP}")
        match node:
            case ast.Constant(value=int() | float() as value):
                return self._finite(node, np.float64(value))
            case ast.Name(id=name) if name in CONSTANTS:
                return CONSTANTS[name]
            case ast.Name(id=name) if name in VARIABLES:
                return Variable(name)
            case ast.Name(id=name):
                what = f"{name} needs brackets with what it is applied to, as in {name}(t)"
                raise self._refused(node, what)
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
                return self._called(node, name, depth)
        return self._operation(node, depth)

    def _operation(self, node: ast.expr, depth: int) -> Node:
        match node:
            case ast.UnaryOp(op=op, operand=operand):
                operands = [operand]
            case ast.BinOp(op=op, left=left, right=right):
                operands = [left, right]
            case ast.Compare(ops=[op], left=left, comparators=[right]):
                operands = [left, right]
            case ast.Compare():
                what = "two values are compared at a time, as in (0 < t) * (t < 1)"
                raise self._refused(node, what)
            case _:
                raise self._refused(node, f"this cannot stand here. {ALLOWED}")
        return self._applied(node, _OPERATORS[type(op)], operands, depth)

    def _called(self, node: ast.Call, name: str, depth: int) -> Node:
        function, count = FUNCTIONS[name], len(node.args)
        if not function.least <= count <= function.most:
            least = "1 value" if function.least == 1 else f"{function.least} values"
            more = " or more" if function.most > function.least else ""
            raise self._refused(node, f"{name} takes {least}{more}, not {count}")
        return self._applied(node, function, node.args, depth)

    def _check_exponent(self, node: ast.expr, exponent: Node) -> None:
        if isinstance(exponent, Variable | Operation):
            what = "an exponent is a number here; write exp(t*log(2)) for a power of t"
            raise self._refused(node, what)
        if abs(exponent) > LARGEST_EXPONENT:
            bound = f"at least -{LARGEST_EXPONENT} and at most {LARGEST_EXPONENT}"
            raise self._refused(node, f"an exponent must be {bound}, not {exponent:g}")

    def _applied(
        self, node: ast.expr, function: Function, operands: list[ast.expr], depth: int
    ) -> Node:
        """The operation, or its value where it is the same for all samples."""
        read = tuple(self.read(operand, depth + 1) for operand in operands)
        if function is _POWER:
            self._check_exponent(operands[1], read[1])
        if not any(isinstance(operand, Variable | Operation) for operand in read):
            with np.errstate(all="ignore"):
                return self._finite(node, np.float64(function.call(*read)))
        self._dear += function.dear
        if self._dear > MOST_DEAR:
            what = f"this is more than {MOST_DEAR} functions and powers that take long to work out"
            raise self._refused(node, f"{what}: {', '.join(_DEAR)} and **")
        return Operation(function, read)

    def _finite(self, node: ast.expr, value: np.float64) -> np.float64:
        if not np.isfinite(value):
            raise self._refused(node, "this has no finite value")
        return value

    def _refused(self, node: ast.expr, what: str) -> ExpressionError:
        return _refusal(self._blanks + node.col_offset + 1, what)
