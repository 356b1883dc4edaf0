"""Records what runners publish: gathered in memory, written by a thread of its own every 2.5 s.

Whatever becomes of the database of recordings, the streams go on: what cannot be written waits in
memory up to a bound, then it is a gap in the past, and the description says why.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db import DataError, Error, IntegrityError
from django.utils import timezone

from waves.database.threads import RECORDER, in_thread
from waves.limits import recorded_problem
from waves.protocol.block import SampleBlock
from waves.protocol.description import Description
from waves.protocol.spec import StreamSpec
from waves.recorded import Recording
from waves.recording import store, trimming
from waves.recording.levels import NANOSECONDS
from waves.recording.past import Past
from waves.recording.place import KeptOpen, alias, is_full
from waves.recording.store import Step
from waves.recording.writing import StreamWriter

logger = logging.getLogger("waves")

#: How often what came is written, from begin to begin: a process that is killed loses so much, and
#: what a write takes; that is to be less than 5 s, also on a machine that is busy. But so long is
#: nothing done at least.
FLUSH_SECONDS, LEAST_PAUSE = 2.5, 0.5
#: Bytes of samples that are written before their time: half a second of 1 MS/s × 4.
FLUSH_BYTES = 8 * 1024 * 1024
#: Bytes that wait in memory while they cannot be written: beyond, samples are left out.
MOST_BYTES = 64 * 1024 * 1024
#: How often it is looked at how far recordings go back, and whether something is to be deleted.
LOOK_SECONDS, TRIM_SECONDS = 10.0, 30.0
#: Pieces that are deleted between two writes.
TRIM_PIECES = 8
#: What is left is written at the end, but it is not waited for longer.
END_SECONDS = 4.0

#: What databases say, and what that means. The first that is found in a text counts.
REASONS = (
    (("disk is full", "no space left", "disk full"), "the disk is full"),
    (("locked",), "its database is locked"),
    (("no such table", "no such column", "not exist"), "run: python manage.py migrate"),
    (("readonly", "read-only", "permission denied"), "its database cannot be written"),
    (("malformed", "not a database"), "its database is damaged"),
    (("unable to open",), "its database cannot be opened"),
    (("disk i/o error",), "its disk has a fault"),
)
NO_ANSWER = "its database does not answer"
TOO_SLOW = "its database is too slow"
FENCED = "another worker records it"
USED = "its epoch was recorded before the database was restored; start the stream anew"
FAULT = "a fault, which the log names; start the stream anew"


def reason(error: BaseException) -> str:
    """What is wrong with the database, in words that end a sentence."""
    text = str(error).lower()
    # SQLite calls it so, too, where the index of its log cannot grow.
    if "disk i/o error" in text and is_full():
        text = "disk is full"
    for signs, words in REASONS:
        if any(sign in text for sign in signs):
            return words
    return NO_ANSWER


def _is_of_all(error: Exception) -> bool:
    """Whether a database fails all who write, and not one who writes what it does not take."""
    return isinstance(error, Error) and not isinstance(error, IntegrityError | DataError)


@dataclass(frozen=True, slots=True)
class _Begun:
    description: Description
    why: str


@dataclass(frozen=True, slots=True)
class _Described:
    description: Description


class _Ended:
    """The epoch has ended."""


_Item = SampleBlock | _Begun | _Described | _Ended


class Track:
    """What one runner gives to the recorder. None of it waits."""

    def __init__(self, recorder: Recorder, spec: StreamSpec) -> None:
        self.spec = spec
        self._recorder = recorder
        self._items: list[_Item] = []
        self._on = False
        self._writer: StreamWriter | None = None
        #: The epoch is another worker's: nothing of it is written any more.
        self._fenced = False
        self.steps: list[Step] = []
        #: So many of them were tried, and the database did not say that they are written.
        self.tried = 0
        #: Why nothing of this stream is recorded, in words that end a sentence.
        self.problem = ""
        #: Its runner has ended.
        self.is_closed = False

    def describe(self, spec: StreamSpec, description: Description, why: str, *, new: bool) -> None:
        """The stream is described anew, in a new epoch or in the one that runs; or it is to be
        recorded from now on, or no longer."""
        self.spec = spec
        if self._on and not spec.record:
            self.end()
        elif spec.record and (new or not self._on):
            self._items.append(_Begun({**description}, why))
            self._on = True
        elif self._on:
            self._items.append(_Described({**description}))

    def add(self, block: SampleBlock) -> None:
        """Take a block that was published. It is copied: a source may use its arrays again."""
        if not self._on:
            return
        if not self._recorder.has_room(block.values.nbytes):
            return  # what is left out is a gap; the recorder says so
        times = None if block.times is None else block.times.copy()
        self._items.append(replace(block, values=np.array(block.values), times=times))

    def end(self) -> None:
        """The epoch has ended."""
        if self._on:
            self._items.append(_Ended())
        self._on = False

    def close(self) -> None:
        """The runner has ended."""
        self.end()
        self.is_closed = True

    @property
    def told(self) -> str:
        """Why nothing is recorded now, as a sentence; else empty."""
        return self._recorder.problem(self.problem) if self.spec.record else ""

    @property
    def since(self) -> float | None:
        """Unix seconds of the oldest sample that is recorded; None where none is."""
        return self._recorder.since.get(self.spec.uuid)

    def take(self) -> list[_Item]:
        """What came since the last time."""
        items, self._items = self._items, []
        return items

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it is to be written, now or later."""
        return not (self._on or self._items or self.steps)

    def work(self, identity: str, items: list[_Item]) -> None:
        """In the thread: make steps of what came."""
        if self._writer is None:
            self._writer = StreamWriter(identity, uuid.UUID(self.spec.uuid), self.spec.name)
        writer, blocks = self._writer, list[SampleBlock]()
        writer.name = self.spec.name
        for item in items:
            if isinstance(item, SampleBlock):
                blocks.append(item)
                continue
            self.steps += writer.add(blocks)
            blocks = []
            if isinstance(item, _Begun):
                self._fenced, self.problem = False, ""
                self.steps += writer.begin(item.description, item.why)
            elif isinstance(item, _Described):
                self.steps += writer.describe(item.description)
            else:
                self.steps += writer.end()
        self.steps += writer.add(blocks)
        self.steps += writer.flush()
        if self._fenced:
            self.steps = []

    def drop_taken(self) -> None:
        """In the thread: forget what was written though the database did not say so, as where it
        went away in that moment. Raises DatabaseError."""
        if self.tried and store.was_taken(self.steps[: self.tried]):
            del self.steps[: self.tried]
        self.tried = 0

    def fence(self, problem: str) -> None:
        """In the thread: nothing more of this epoch can be written."""
        self._fenced, self.steps, self._writer, self.problem = True, [], None, problem


class Recorder:
    """Writes the tracks of a worker's runners, as often as the worker has it ``flush``."""

    def __init__(self, identity: Callable[[], str]) -> None:
        self._identity = identity
        self._tracks: list[Track] = []
        #: There is so much that it is to be written before its time.
        self.news = asyncio.Event()
        #: Bytes that came and are not written yet.
        self._waiting = 0
        self._fresh = 0
        self._left_out = False
        self._failing_since: float | None = None
        self._problem = ""
        #: Why nothing more may be recorded, as it was at the last look.
        self._full = ""
        #: Unix seconds of the oldest recorded sample, by the UUID of the stream.
        self.since: Mapping[str, float] = {}
        #: Streams that do not run, whose rows name no signals: how they were recorded last.
        self.asks: set[str] = set()
        self.last: dict[str, Description] = {}
        #: Streams that do not run, whose recordings are kept no longer for that.
        self.resting: Sequence[StreamSpec] = ()
        self._looked_at = -LOOK_SECONDS
        self._trimmed_at = 0.0
        self._flushed_at = 0.0
        self._connection = KeptOpen()

    def track(self, spec: StreamSpec) -> Track:
        """What a new runner gives its samples to."""
        track = Track(self, spec)
        self._tracks.append(track)
        return track

    def has_room(self, size: int) -> bool:
        """Whether samples may wait in memory; they are counted where they may."""
        if self._waiting + size > MOST_BYTES:
            if not self._left_out:
                logger.warning("Samples are not recorded: %s.", self._problem or TOO_SLOW)
            self._left_out = True
            return False
        self._waiting += size
        self._fresh += size
        if self._fresh > FLUSH_BYTES:
            self.news.set()
        return True

    def problem(self, track_problem: str = "") -> str:
        """Why nothing is recorded now, as a sentence; else empty."""
        words = track_problem or self._problem or (TOO_SLOW if self._left_out else "")
        if not words:
            return ""
        at = self._failing_since
        zone = timezone.get_current_timezone()
        since = "" if at is None else f" since {datetime.fromtimestamp(at, zone):%H:%M}"
        return f"Not recorded{since}: {words}."

    def pause(self) -> float:
        """Seconds until it is to be written again."""
        took = time.monotonic() - self._flushed_at
        return max(LEAST_PAUSE, FLUSH_SECONDS - took)

    async def flush(self) -> None:
        """Write what came; what cannot be written now is tried again the next time."""
        self._flushed_at = time.monotonic()
        taken = [(track, track.take()) for track in self._tracks]
        self._fresh = 0
        waited = self._waiting
        done = await in_thread(self._work, pool=RECORDER)(taken)
        self._waiting = max(0, self._waiting - waited) if done else self._waiting
        if done:
            self._left_out = False
            self._tracks = [t for t in self._tracks if not (t.is_closed and t.is_idle)]

    def _work(self, taken: Iterable[tuple[Track, list[_Item]]]) -> bool:
        """In the thread: whether everything was written."""
        identity = self._identity()
        tracks = []
        for track, items in taken:
            if items or track.steps:
                track.work(identity, items)
                tracks.append(track)
        # In one order everywhere: two workers write while a stream moves from one to the other.
        tracks.sort(key=lambda track: track.spec.uuid)
        try:
            self._connection.open()
            if not self._full:
                self._write(tracks)
            self._look(identity)
            self._trim(identity)
        except Error as error:
            self._fail(reason(error), str(error).partition("\n")[0])
            return False
        if self._full:
            self._fail(self._full, "delete some, or raise the bound")
            return False
        if self._problem:
            logger.warning("Streams are recorded again.")
        self._problem, self._failing_since = "", None
        return True

    def _write(self, tracks: list[Track]) -> None:
        for track in tracks:
            track.drop_taken()
        try:
            self._write_together(tracks)
        except Error:
            for track in tracks:
                track.tried = len(track.steps)
            raise
        for track in tracks:
            track.steps = []

    def _write_together(self, tracks: list[Track]) -> None:
        try:
            store.take(step for track in tracks for step in track.steps)
        except Exception as error:
            if _is_of_all(error):
                raise
            # Of one of them: it is found where each writes for itself.
            self._write_alone(tracks)

    def _write_alone(self, tracks: list[Track]) -> None:
        """Each for itself: whoever cannot go on begins anew with the next epoch, and says why."""
        for track in tracks:
            try:
                store.take(track.steps)
            except store.FencedError:
                track.fence(FENCED)
                logger.warning("Stream %s: another worker records it now.", track.spec.slug)
            except store.UsedError:
                track.fence(USED)
                logger.warning("Stream %s is not recorded: %s.", track.spec.slug, USED)
            except Exception as error:
                if _is_of_all(error):
                    raise
                track.fence(FAULT)
                logger.exception("Stream %s is not recorded until it starts anew.", track.spec.slug)
            track.steps = []

    def _fail(self, words: str, said: str) -> None:
        if not any(track.spec.record or track.steps for track in self._tracks):
            return
        if words != self._problem:
            logger.error("Streams are not recorded: %s (%s).", words, said)
        self._problem = words
        self._failing_since = self._failing_since or time.time()

    def _look(self, identity: str) -> None:
        """How far back recordings go."""
        now = time.monotonic()
        specs = [track.spec for track in self._tracks]
        is_known = all(spec.uuid in self.since for spec in specs if spec.record)
        asks = frozenset(self.asks)
        is_known &= self.last.keys() >= asks & self.since.keys()
        if now - self._looked_at < LOOK_SECONDS and is_known:
            return
        self._looked_at = now
        known = Recording.objects.using(alias()).filter(installation=identity)
        rows = list(known.values_list("stream", "begin", "bytes"))
        self.since = {row.hex: begin / NANOSECONDS for row, begin, _ in rows if begin is not None}
        self._full = recorded_problem(sum(size for *_, size in rows)) or ""
        self.last = {stream: told for stream, told in self.last.items() if stream in asks}
        for stream in (asks & self.since.keys()) - self.last.keys():
            told = Past(identity, uuid.UUID(stream)).last_description()
            if told is not None:
                self.last[stream] = told

    def _trim(self, identity: str) -> None:
        """Delete some of what is over its time, or its bound."""
        now = time.monotonic()
        if now - self._trimmed_at < TRIM_SECONDS:
            return
        more = False
        for spec in [*(track.spec for track in list(self._tracks)), *self.resting]:
            if spec.keep_seconds is None and spec.keep_bytes is None:
                continue
            before = None
            if spec.keep_seconds is not None:
                before = time.time_ns() - int(spec.keep_seconds * NANOSECONDS)
            past = Past(identity, uuid.UUID(spec.uuid))
            for _ in range(TRIM_PIECES):
                if not trimming.trim(past, before, spec.keep_bytes):
                    break
            else:
                more = True
        more = self._forget() or more
        if not more:
            self._trimmed_at = now

    def _forget(self) -> bool:
        """Delete some of the recordings that were given up; whether there is more."""
        given_up = Recording.objects.using(alias()).filter(installation="").first()
        if given_up is None:
            return False
        past = Past("", given_up.stream)
        for _ in range(TRIM_PIECES):
            if not trimming.forget(past):
                break
        return True

    async def close(self) -> None:
        """Write what is left."""
        try:
            async with asyncio.timeout(END_SECONDS):
                await self.flush()
                await in_thread(self._connection.close, pool=RECORDER)()
        except TimeoutError:
            logger.warning("The last seconds were not recorded: %s.", self._problem or TOO_SLOW)
