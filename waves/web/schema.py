"""What the HTTP API answers, as pydantic models: ``openapi.py`` makes its description of them.

The answers themselves are passed on as the workers wrote them, unread: a worker of a newer version
may say more. A test holds real answers against these models.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from waves.protocol.messages import MAX_INDEX

Index = Annotated[int, Field(ge=0, le=MAX_INDEX, description="Index of a sample in its epoch.")]
Epoch = Annotated[int, Field(ge=0, le=2**32 - 1, description="One numbering of the samples.")]
#: JSON knows neither NaN nor infinity.
Number = float | None


class Signal(BaseModel):
    """A signal of a stream."""

    key: str
    name: str
    unit: str
    colour: Annotated[str, Field(description="As #rrggbb, or empty.")]
    palette: Annotated[
        int | None,
        Field(description="Which of a page's own colours, where that is not the signal's place."),
    ] = None
    line: Annotated[
        Literal["linear", "step", "points"],
        Field(description="What is drawn between two samples: a slope, the former one held."),
    ] = "linear"
    missing: Annotated[
        Literal["hole", "joined", "held"],
        Field(
            description="What null means: nothing is known, go on to the next, the former holds."
        ),
    ] = "hole"
    states: Annotated[dict[str, str], Field(description="Names of values, by the value.")] = {}


class Made(BaseModel):
    """A stream that was made, or was there. A key that does not read is told nothing of the latter
    but what it said itself."""

    handle: Annotated[int | None, Field(description="null where the key may not read it.")]
    slug: str
    name: str
    samples: Annotated[str, Field(description="Where samples are sent to.")]


Seconds = Annotated[int | None, Field(description="Unix seconds, or null for never.")]


class Link(BaseModel):
    """A link that shares a stream."""

    prefix: Annotated[str, Field(description="What its key begins with, and what names it.")]
    kind: Literal["link", "embed", "wall"]
    created: int
    expires: Seconds
    view: Annotated[str, Field(description="The query of the oscilloscope's address.")]
    parents: list[str]
    controls: bool
    state: Literal["live", "expired", "revoked"]


class Links(BaseModel):
    """The links of a user."""

    links: list[Link]


class MadeLink(BaseModel):
    """A link that was made. Its key is shown this once."""

    prefix: str
    key: str
    address: Annotated[str, Field(description="With the key behind the #.")]
    embed: Annotated[str | None, Field(description="What another page has in it, of an embed.")]
    expires: Seconds


class RevokedLink(BaseModel):
    """A link that opens nothing any more."""

    prefix: str
    state: Literal["revoked"]


class Granted(BaseModel):
    """What a link's key opens."""

    grant: Annotated[str, Field(description="Shown as a key is: Authorization: Bearer.")]
    expires: Annotated[int, Field(description="Unix seconds; then the key is shown again.")]
    kind: Literal["link", "embed", "wall"]
    view: str
    controls: bool
    config: Annotated[dict[str, object], Field(description="What the page of the stream needs.")]


class Summary(BaseModel):
    """A stream as the workers describe it; before they have, only what is always there."""

    handle: Annotated[int, Field(description="What names the stream in messages and frames.")]
    slug: Annotated[str, Field(description="What names it in addresses.")]
    name: str
    state: Annotated[
        str,
        Field(
            description="live, silent, stale, stopped, failed, or unknown before a worker has "
            "reported it. There may be more: show the message of one that you do not know."
        ),
    ]
    message: Annotated[str, Field(description="The reason for the state, for people.")]
    viewers: Annotated[int, Field(ge=0, description="In all server processes.")]
    source: str = ""
    rate: Annotated[Number, Field(description="Samples per second; a mean on a timed clock.")] = 0
    clock: Literal["regular", "timed"] = "regular"
    sample_type: Literal["float32", "float64"] = "float32"
    epoch: Epoch = 0
    signals: list[Signal] = []
    window: Annotated[Number, Field(description="Seconds that a page shows at first.")] = 0
    history: Annotated[Number, Field(description="Seconds that the server keeps.")] = 0
    longest_interval: Annotated[
        Number, Field(description="Seconds on a timed clock beyond which there is a hole.")
    ] = None
    measured_rate: Annotated[Number, Field(description="Samples per second, counted.")] = 0
    skipped: Annotated[int, Field(description="Samples that the source left out.")] = 0
    infinities: Annotated[int, Field(description="Infinite values that were made null.")] = 0
    unpublished: Annotated[int, Field(description="Frames that the channel layer lost.")] = 0
    late: Annotated[int, Field(description="Samples that came too late, and were left out.")] = 0
    doubled: Annotated[int, Field(description="Pushed samples that were there already.")] = 0
    nameless: Annotated[int, Field(description="Texts that became no state, but null.")] = 0
    left_out: Annotated[
        int, Field(description="What came from outside and was no sample, or not to be taken.")
    ] = 0
    log: Annotated[list[str], Field(description="The last lines that came and were none.")] = []
    record: Annotated[bool, Field(description="Whether its samples are recorded.")] = False
    recorded_since: Annotated[
        Number, Field(description="Unix seconds of the oldest recorded sample; null: none is.")
    ] = None
    not_recorded: Annotated[str, Field(description="Why nothing is recorded now.")] = ""


class Streams(BaseModel):
    """Every stream, in the order of the admin."""

    streams: list[Summary]


class Kept(BaseModel):
    """What this process keeps of a stream, both ends included."""

    epoch: Epoch
    first: Index
    last: Index


class Stream(Summary):
    """One stream."""

    kept: Annotated[Kept | None, Field(description="null where this process keeps nothing.")]


class Frame(BaseModel):
    """Samples, or columns of ``stride`` samples, one after the other."""

    handle: int
    epoch: Epoch
    sample: Annotated[Index, Field(description="Index of the first sample.")]
    stride: Annotated[int, Field(ge=1, description="Samples of a column; a power of two.")]
    t0: Annotated[float, Field(description="Unix seconds of the first sample: a label.")]
    dt: Annotated[float, Field(ge=0, description="Seconds between columns; 0 on a timed clock.")]
    flags: int
    times: Annotated[
        list[float], Field(description="Seconds after t0, on a timed clock only.")
    ] = []


class Samples(Frame):
    """Samples: a list of values for each signal; null is no value."""

    kind: Literal["samples"]
    values: list[list[Number]]


class Envelope(Frame):
    """The least and the greatest value of each column, a list for each signal."""

    kind: Literal["envelope"]
    min: list[list[Number]]
    max: list[list[Number]]


class EpochData(BaseModel):
    """The frames of one epoch, where a range crosses several."""

    model_config = ConfigDict(populate_by_name=True)

    type: Literal["data"]
    epoch: Epoch
    begin: Annotated[float, Field(alias="from", description="Unix seconds of its first sample.")]
    rate: Number
    clock: Literal["regular", "timed"]
    sample_type: Literal["float32", "float64"]
    signals: list[Signal]
    why: Annotated[str, Field(description="Why it began, for people.")]
    frames: list[Annotated[Samples | Envelope, Field(discriminator="kind")]]


class Data(BaseModel):
    """What is kept of the range that was asked for; between two frames may lie a gap.

    It has ``frames``, or ``epochs`` where it crosses several.
    """

    type: Literal["data"]
    frames: list[Annotated[Samples | Envelope, Field(discriminator="kind")]] = []
    epochs: list[EpochData] = []


class Stretch(BaseModel):
    """Samples of an epoch within which times never go back; both ends included."""

    model_config = ConfigDict(populate_by_name=True)

    first: Index
    last: Index
    begin: Annotated[float, Field(alias="from", description="Unix seconds of its first sample.")]
    to: Annotated[float, Field(description="Unix seconds of its last sample.")]


class KnownEpoch(BaseModel):
    """An epoch, recorded or in memory; both ends included."""

    model_config = ConfigDict(populate_by_name=True)

    epoch: Epoch
    first: Index
    last: Index
    begin: Annotated[float, Field(alias="from", description="Its earliest time, in unix seconds.")]
    to: Annotated[float, Field(description="Its latest time, in unix seconds.")]
    rate: Number
    clock: Literal["regular", "timed"]
    sample_type: Literal["float32", "float64"]
    signals: list[Signal]
    why: Annotated[str, Field(description="Why it began, for people; may be empty.")]
    stretches: Annotated[
        list[Stretch],
        Field(
            description="In the order of their samples: one, and one more for each time that the "
            "clock was set back."
        ),
    ]


class Epochs(BaseModel):
    """The epochs of a stream, oldest first."""

    recorded_since: Annotated[
        Number, Field(description="Unix seconds of the oldest recorded sample; null: none is.")
    ]
    epochs: list[KnownEpoch]
    more: Annotated[bool, Field(description="There are more: ask with a later from.")]


class Receipt(BaseModel):
    """What became of samples that were sent."""

    accepted: Annotated[int, Field(ge=0, description="Samples that were taken.")]
    late: Annotated[int, Field(ge=0, description="Those that came too late, and were left out.")]
    doubled: Annotated[int, Field(ge=0, description="Those that were there already.")]
    epoch: Epoch
    next: Annotated[int, Field(ge=0, description="The index that the next sample gets.")]


class Problem(BaseModel):
    """Every error: words for a person, which say what to do.

    A refusal of samples also has ``code``, ``message``, and ``line`` and ``column`` of what is
    wrong, as clients of InfluxDB read them.
    """

    error: str
