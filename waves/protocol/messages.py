"""The control messages: what a client may send, checked and bounded, and what we answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from waves.dsp.explanation import first_problem
from waves.dsp.trigger import TriggerSettings
from waves.exceptions import WireError

PROTOCOL = "waves.v1"
PROTOCOL_JSON = "waves.v1.json"

#: Close codes. 44xx below 4500 mean: do not come back.
CLOSE_BAD_MESSAGE, CLOSE_REFUSED, CLOSE_UNKNOWN = 4400, 4403, 4404
CLOSE_SLOW, CLOSE_OVERLOAD, CLOSE_IDLE = 4500, 4501, 4502
CLOSE_RESTART, CLOSE_FAULT = 1012, 1011

#: How often this server wants to hear from its viewers, whichever comes first.
ACK_MS, ACK_BYTES = 1000, 128 * 1024
#: The longest control message that a client has reason to send.
MAX_TEXT = 4096
#: Unsigned 53 bits: what a JavaScript number holds exactly.
MAX_INDEX = 2**53 - 1

Index = Annotated[int, Field(ge=0, le=MAX_INDEX)]
Handle = Annotated[int, Field(ge=0, le=2**32 - 1)]
Window = Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]
Columns = Annotated[int, Field(ge=16, le=16384)]
#: Bytes a second that one viewer may have of one stream, whatever its budget says: more than most
#: lines carry, and at most a few per cent of a core.
MAX_BUDGET = 10_000_000.0
Budget = Annotated[
    float,
    Field(ge=1000, le=1e9, allow_inf_nan=False),
    # Not refused: those who ask for more than this were always let in.
    AfterValidator(lambda asked: min(asked, MAX_BUDGET)),
]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Position(_Message):
    """The first sample that a client lacks."""

    epoch: Annotated[int, Field(ge=0, le=2**32 - 1)]
    sample: Index


class TriggerView(TriggerSettings):
    """The trigger of a viewer, and where in the window it stands (0 is the left end, 1 the right).

    ``auto`` is sent windows without a trigger where none comes for a while, ``normal`` is not;
    ``free`` looks for none, and is sent windows only where columns would not fit the budget.
    """

    mode: Literal["auto", "normal", "free"] = "auto"
    position: Annotated[float, Field(ge=0, le=1)] = 0.5


class View(_Message):
    """What a viewer wants to be sent: ``window`` in seconds, ``budget`` in bytes per second."""

    window: Window | None = None
    columns: Columns | None = None
    budget: Budget = 1_000_000
    trigger: TriggerView | None = None


class Subscribe(View):
    """Start to view a stream; with ``since`` when rejoining."""

    type: Literal["subscribe"] = "subscribe"
    stream: Annotated[str, Field(min_length=1, max_length=200)]
    since: Position | None = None


class Show(_Message):
    """Show a read key, or the grant of a link: it alone decides from then on."""

    type: Literal["show"]
    key: Annotated[str, Field(min_length=1, max_length=300, repr=False)]


class Unsubscribe(_Message):
    """Stop viewing a stream."""

    type: Literal["unsubscribe"]
    stream: Annotated[str, Field(min_length=1, max_length=200)]


class ChangeView(View):
    """Change what is sent of a stream that is viewed."""

    type: Literal["view"]
    handle: Handle


class HistoryRequest(_Message):
    """Ask for samples, or about ``columns`` columns, of ``[first, last]`` of an epoch."""

    type: Literal["history"]
    id: Annotated[int, Field(ge=0, le=MAX_INDEX)]
    handle: Handle
    epoch: Annotated[int, Field(ge=0, le=2**32 - 1)]
    first: Index
    last: Index
    columns: Columns | None = None


class Ack(_Message):
    """``count`` data messages were received on this socket, in all."""

    type: Literal["ack"]
    count: Index


class Ping(_Message):
    """Ask for the server's time."""

    type: Literal["ping"]
    id: Index


ClientMessage = Annotated[
    Show | Subscribe | Unsubscribe | ChangeView | HistoryRequest | Ack | Ping,
    Field(discriminator="type"),
]
_client_message: TypeAdapter[Any] = TypeAdapter(ClientMessage)


def parse_client_message(text: str) -> Any:
    """One of the client messages above. Raises WireError with words for a person."""
    if len(text) > MAX_TEXT:
        raise WireError(f"A control message has at most {MAX_TEXT} characters.")
    try:
        return _client_message.validate_json(text, strict=True)
    except ValidationError as error:
        raise WireError(first_problem(error)) from None


def parse_query(query: str, stream: str) -> Subscribe:
    """The subscription of ``/ws/streams/<slug>/?window=…&columns=…``. Raises WireError."""
    given: dict[str, Any] = dict(parse_qsl(query[:MAX_TEXT], keep_blank_values=True))
    position = {key: given.pop(key) for key in ("epoch", "sample") if key in given}
    if position:
        given["since"] = position
    try:
        return Subscribe.model_validate({**given, "stream": stream})
    except ValidationError as error:
        raise WireError(first_problem(error)) from None


def text(message: Mapping[str, Any]) -> str:
    """A message as JSON text."""
    return orjson.dumps(message).decode()


def hello(protocol: str, version: str = "") -> str:
    """The first message of a server; ``version`` is that of its pages, where it has any."""
    ack = {"ms": ACK_MS, "bytes": ACK_BYTES}
    said = {"type": "hello", "protocol": protocol, "time": time.time(), "ack": ack}
    return text({**said, "version": version} if version else said)


def error(code: str, message: str, stream: str | None = None) -> str:
    """A refusal, in words; where it is final, a close follows. ``stream``: the slug it is about."""
    about = {} if stream is None else {"stream": stream}
    return text({"type": "error", "code": code, "message": message, **about})


def notice(handle: int, code: str, message: str) -> str:
    """What a person who views a stream should know, in words."""
    return text({"type": "notice", "handle": handle, "code": code, "message": message})


def gap(
    handle: int, epoch: int, first: int | None, last: int | None, reason: str, lost: int
) -> str:
    """Samples ``[first, last]`` of a viewer are missing; it lost ``lost`` so far."""
    return text(
        {
            "type": "gap",
            "handle": handle,
            "epoch": epoch,
            "first": first,
            "last": last,
            "reason": reason,
            "lost": lost,
        }
    )


def view(
    handle: int, epoch: int, stride: int, mode: str, first: int, next_: int, begin: int
) -> str:
    """What a viewer will be sent from now on; positions below ``next_`` are past.

    Of the epoch nothing before ``begin`` came here, so nothing before it can be asked for.
    """
    return text(
        {
            "type": "view",
            "handle": handle,
            "epoch": epoch,
            "stride": stride,
            "mode": mode,
            "first": first,
            "next": next_,
            "begin": begin,
        }
    )
