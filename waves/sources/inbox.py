"""What doors hand to the source of one stream: batches that wait, and what is answered to each.

An inbox belongs to a stream, not to one run of its source: what waits while a new epoch begins is
taken by the next run. All of it happens on the worker's event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.exceptions import BusyError, ServiceUnavailableError
from waves.ingest.batch import Batch

#: Bytes of values that wait for one stream; beyond, a writer is told to come back.
MOST_BYTES = 64 * 1024 * 1024
#: A batch that is not taken for so long will not be: the stream does not run.
ANSWER_SECONDS = 5.0
#: Numbers of batches that are remembered, so that one sent again is known.
MOST_NUMBERS = 4096
#: Writers that number their samples, and are remembered.
MOST_WRITERS = 256
#: Begins what is remembered of such a writer, among the numbers of batches.
WRITER = "@"
#: Samples whose times are remembered, so that one sent again is known.
MOST_TIMES = 100_000
#: New signals begin a new epoch: not more often than this in a minute.
EPOCHS_A_MINUTE = 6

#: What a writer is told, whichever way its samples go.
TOO_MUCH = "Too much waits for this stream already. Send it again a little later."
NOT_TAKEN = "The stream does not take samples at this moment. Send them again a little later."


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch. ``next`` is the index that the next sample of the stream gets."""

    accepted: int
    late: int = 0
    doubled: int = 0
    epoch: int = 0
    next: int = 0


@dataclass(slots=True)
class Delivery:
    """A batch that waits. ``number`` is its writer's, ``entry`` its place on the list in Redis.

    ``writer`` numbers its samples one by one: the batch begins with its ``first``.
    """

    batch: Batch
    receipt: asyncio.Future[Receipt]
    number: str = ""
    entry: str = ""
    writer: str = ""
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.bytes = self.batch.values.nbytes

    def accept(self, receipt: Receipt) -> None:
        """Answer, where anyone still waits for it."""
        if not self.receipt.done():
            self.receipt.set_result(receipt)

    def refuse(self, error: Exception) -> None:
        """Answer that nothing of it was taken, and why."""
        if not self.receipt.done():
            self.receipt.set_exception(error)


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a list in Redis is in blocks, once the next block is.

    ``entries`` are batches all of whose samples are, ``numbers`` those of their writers, with their
    receipts; ``begun`` is a batch the first samples of which are, and how many.
    """

    entries: Sequence[str] = ()
    numbers: Sequence[tuple[str, Receipt]] = ()
    begun: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class _Followed:
    """A batch from the list in Redis: all of it is in blocks where the source is at ``mark``."""

    delivery: Delivery
    receipt: Receipt
    mark: float
    #: Where its samples begin, where they are numbered one by one, and how many went before.
    start: int | None
    before: int


def _numbered(followed: _Followed) -> tuple[str, Receipt]:
    """The number of a batch, and what is remembered under it; of a writer its next sample."""
    delivery = followed.delivery
    if not delivery.writer:
        return delivery.number, followed.receipt
    following = delivery.batch.first + delivery.batch.n
    return WRITER + delivery.writer, replace(followed.receipt, next=following)


class Seen:
    """Which signals had a value at which time, of the last samples of a stream, in all its runs."""

    def __init__(self) -> None:
        #: The bit of a signal, by its key.
        self._bits: dict[str, int] = {}
        self._times: deque[float] = deque()
        self._masks: dict[float, int] = {}

    def masks(self, keys: Sequence[str], rows: NDArray[np.float64]) -> list[int]:
        """Of each sample of ``[signals, n]`` the signals that have a value, as bits."""
        bits = [self._bits.setdefault(key, len(self._bits)) for key in keys]
        if rows.shape[1] == 1:
            values = rows[:, 0].tolist()
            return [sum(1 << bit for bit, one in zip(bits, values, strict=True) if one == one)]
        there = np.zeros((len(self._bits), rows.shape[1]), bool)
        there[bits] = ~np.isnan(rows)
        packed = np.packbits(there, axis=0, bitorder="little")
        if packed.shape[0] == 1:
            return [int(mask) for mask in packed[0]]
        return [int.from_bytes(mask.tobytes(), "little") for mask in packed.T]

    def known(self, times: Sequence[float], masks: Sequence[int]) -> list[bool]:
        """Which samples have no value but those that were there already."""
        known = self._masks
        pairs = zip(times, masks, strict=True)
        return [time in known and not mask & ~known[time] for time, mask in pairs]

    def remember(self, times: Sequence[float], masks: Sequence[int]) -> None:
        """Samples that are there from now on."""
        for at, mask in zip(times, masks, strict=True):
            if at not in self._masks:
                self._times.append(at)
            self._masks[at] = self._masks.get(at, 0) | mask
        while len(self._times) > MOST_TIMES:
            del self._masks[self._times.popleft()]

    def clear(self) -> None:
        """Nothing is known: what is, is about to be remembered anew."""
        self._bits.clear()
        self._times.clear()
        self._masks.clear()


class Inbox:
    """The batches of one stream, in the order in which they came.

    ``durable``: they are on a list in Redis until they are in frames. Then a run begins with what
    is on the list, and nothing that the former one held is of use.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, *, durable: bool = False
    ) -> None:
        self.arrived = asyncio.Event()
        #: Called where a batch comes and none waits before it, while the source would take it.
        self.taker: Callable[[], None] | None = None
        #: Raises BusyError where the source has taken as much as it may for now.
        self.check_room: Callable[[], None] | None = None
        self.seen = Seen()
        self.durable = durable
        self._monotonic = monotonic
        self._epochs: deque[float] = deque(maxlen=EPOCHS_A_MINUTE)
        #: Samples that the former run took and had not yielded: the next one begins with them.
        self.held: Batch | None = None
        #: What else a run of the source leaves for the next one.
        self.memory: dict[str, Any] = {}
        self._waiting: list[Delivery] = []
        self._bytes = 0
        self._numbers: OrderedDict[str, Receipt] = OrderedDict()
        #: The index behind the last sample of each writer that numbers its samples.
        self._writers: OrderedDict[str, int] = OrderedDict()
        #: Numbers of batches that wait.
        self._asked: dict[str, Delivery] = {}
        self._followed: list[_Followed] = []
        self._begun: tuple[str, int] = ("", 0)
        self._settled: Settled | None = None
        #: Batches of the list that were taken, and are not in frames yet.
        self.taken: dict[str, Receipt] = {}

    async def put(
        self, batch: Batch, number: str = "", entry: str = "", writer: str = ""
    ) -> Receipt:
        """Hand over a batch, and wait for what became of it.

        Raises IngestError where nothing of it can be taken, BusyError where too much waits, and
        ServiceUnavailableError where the stream does not run.
        """
        first = self._asked.get(number) if number else None
        if first is not None:
            await asyncio.wait({first.receipt}, timeout=ANSWER_SECONDS)
        known = self._numbers.get(number) if number else None
        if known is not None:
            return replace(known, accepted=0, late=0, doubled=known.accepted + known.doubled)
        delivery = self.leave(batch, number, entry, writer)
        if number:
            self._asked[number] = delivery
            delivery.receipt.add_done_callback(lambda told: self._remember(number, told))
            if delivery.receipt.done():
                self._remember(number, delivery.receipt)  # before anybody else can ask
        return await self.receipt_of(delivery)

    async def receipt_of(self, delivery: Delivery) -> Receipt:
        """Wait for what becomes of a batch, and raise as ``put`` does; it may be gone by then."""
        try:
            # Not the future itself: where whoever waits is cancelled, it is still answered, and so
            # known when it is sent again.
            if not delivery.receipt.done():
                await asyncio.wait({delivery.receipt}, timeout=ANSWER_SECONDS)
        finally:
            self._forget(delivery)
        if not delivery.receipt.done():
            raise ServiceUnavailableError(NOT_TAKEN)
        return delivery.receipt.result()

    def leave(self, batch: Batch, number: str = "", entry: str = "", writer: str = "") -> Delivery:
        """Have a batch wait, however long, until the source takes it.

        Raises BusyError where too much waits.
        """
        if self._bytes + batch.values.nbytes > MOST_BYTES:
            raise BusyError(TOO_MUCH)
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        delivery = Delivery(batch, receipt, number, entry, writer)
        self._waiting.append(delivery)
        self._bytes += delivery.bytes
        self.arrived.set()
        if self.taker is not None and len(self._waiting) == 1:
            self.taker()
        return delivery

    def take(self) -> list[Delivery]:
        """All that waits."""
        self.arrived.clear()
        taken, self._waiting = self._waiting, []
        self._bytes = 0
        return taken

    def give_back(self, deliveries: list[Delivery]) -> None:
        """What the next run of the source is to take, before what came meanwhile."""
        self._waiting = deliveries + self._waiting
        self._bytes += sum(delivery.bytes for delivery in deliveries)
        if self._waiting:
            self.arrived.set()

    @property
    def may_begin_epoch(self) -> bool:
        """Whether new signals did not begin too many epochs within the last minute."""
        is_full = len(self._epochs) == EPOCHS_A_MINUTE
        return not is_full or self._monotonic() - self._epochs[0] >= 60

    def recall(
        self,
        numbers: Mapping[str, Receipt],
        begun: tuple[str, int],
        seen: Iterable[tuple[Sequence[str], Sequence[float], NDArray[np.float64]]],
    ) -> None:
        """Know what is in frames, and nothing else: ``seen`` has keys, times and ``[signals, n]``.

        ``begun`` is a batch the first samples of which are.
        """
        self._numbers = OrderedDict(numbers)
        writers = [(n.removeprefix(WRITER), r.next) for n, r in numbers.items() if WRITER in n[:1]]
        self._writers = OrderedDict(writers)
        self._begun, self._settled, self._followed = begun, None, []
        self.taken.clear()
        self.seen.clear()
        for keys, times, rows in seen:
            self.seen.remember(times, self.seen.masks(keys, rows))

    def had(self, delivery: Delivery) -> int:
        """How many samples of a batch, from its beginning, were there already."""
        had = self._before(delivery)
        if delivery.writer:
            had = max(had, self._writers.get(delivery.writer, 0) - delivery.batch.first)
        return min(had, delivery.batch.n)

    def _before(self, delivery: Delivery) -> int:
        entry, samples = self._begun
        return samples if entry and entry == delivery.entry else 0

    def follow(
        self, delivery: Delivery, receipt: Receipt, mark: float, start: int | None = None
    ) -> None:
        """Samples of a batch were taken: they are in blocks once the source is at ``mark``."""
        if delivery.writer:
            self._writers[delivery.writer] = delivery.batch.first + delivery.batch.n
            self._writers.move_to_end(delivery.writer)
            if len(self._writers) > MOST_WRITERS:
                self._writers.popitem(last=False)
        if delivery.entry and receipt.accepted:
            self.taken[delivery.entry] = receipt
            before = delivery.batch.n - receipt.accepted if start is not None else 0
            self._followed.append(_Followed(delivery, receipt, mark, start, before))

    def passed(self, mark: float) -> None:
        """With the next block the source is at ``mark``."""
        if not self._followed:
            return
        done = [each for each in self._followed if each.mark <= mark]
        self._followed = [each for each in self._followed if each.mark > mark]
        begun = None
        for each in self._followed[:1]:
            if each.start is not None and each.start < mark:
                begun = each.delivery.entry, int(mark) - each.start + each.before
        numbers = [told for each in done if (told := _numbered(each))[0]]
        self._settled = Settled([each.delivery.entry for each in done], numbers, begun)

    def settle(self) -> Settled | None:
        """What the block settles that has just been yielded."""
        settled, self._settled = self._settled, None
        return settled

    def confirm(self, settled: Settled) -> None:
        """It is off the list."""
        for entry in settled.entries:
            self.taken.pop(entry, None)

    def begin_epoch(self) -> None:
        """Count an epoch that new signals begin. Raises BusyError where there were too many."""
        if not self.may_begin_epoch:
            raise BusyError(
                f"New signals came {EPOCHS_A_MINUTE} times in a minute already. Send all of "
                "them in one request, or come back a little later."
            )
        self._epochs.append(self._monotonic())

    def _forget(self, delivery: Delivery) -> None:
        if self._asked.get(delivery.number) is delivery:
            del self._asked[delivery.number]
        if delivery in self._waiting:
            self._waiting.remove(delivery)
            self._bytes -= delivery.bytes

    def _remember(self, number: str, told: asyncio.Future[Receipt]) -> None:
        if told.cancelled() or told.exception() is not None:
            return
        self._numbers[number] = told.result()
        if len(self._numbers) > MOST_NUMBERS:
            self._numbers.popitem(last=False)
