"""One subscription of one socket to one stream: a cursor into the hub's history."""

from __future__ import annotations

from collections.abc import Callable

from waves.hub.finder import Watcher
from waves.hub.kept import Kept, Piece
from waves.hub.plan import plan
from waves.hub.sweeps import Finders, Sweeper
from waves.protocol import frames, messages
from waves.protocol.messages import Position, View

#: A viewer that was up to date and is now this far behind loses what it has not had.
BEHIND_SECONDS = 2.0
BEHIND_BYTES = 512 * 1024
#: Another server may have had so much more of the stream than this one; a position that is further
#: on is none that anybody was given.
AHEAD_SECONDS = 10.0
#: Why samples are not sent: the source skipped them, the viewer did not read in time, memory has
#: them no more, or the rest of an epoch when the next one begins.
MISSING, TOO_SLOW, NO_LONGER_KEPT = "missing", "too slow", "no longer kept"
NEW_EPOCH = "a new epoch began"
LOSSES = (MISSING, TOO_SLOW, NO_LONGER_KEPT, NEW_EPOCH)

_PAUSED = (
    "trigger_paused",
    "So many triggers are looked for at once that this server has no time for this one: the "
    "picture runs free until it has. A trigger that others have too costs nothing more.",
)
_RESUMED = ("trigger_resumed", "This server looks for the trigger again.")


class Viewer:
    """A cursor, and a count of what this viewer lost.

    ``cursor`` is the next sample to send (a multiple of ``stride``), or None until the stream has
    a sample. Positions below ``past`` answer the last ``subscribe`` or ``view``.
    """

    __slots__ = (
        "_finders",
        "_runs_free",
        "_say",
        "_since",
        "_sweep",
        "_sweeper",
        "_watcher",
        "asked_as",
        "caught_up",
        "cursor",
        "epoch",
        "kept",
        "lost",
        "mode",
        "past",
        "stride",
        "view",
    )

    def __init__(
        self,
        finders: Finders,
        view: View,
        say: Callable[[str], None],
        watcher: Watcher,
    ) -> None:
        self.kept: Kept = finders.kept
        self.view = view
        self._finders = finders
        #: Queues a control message for the socket.
        self._say = say
        self._watcher = watcher
        #: The slug that the client said last: a former one, where the stream was renamed.
        self.asked_as = ""
        self.mode = "samples"
        self.stride = 1
        self.cursor: int | None = None
        self.epoch = -1
        self.past = 0
        self.lost = 0
        self.caught_up = False
        self._since: Position | None = None
        #: It was told that there is no time to look for its trigger.
        self._runs_free = False
        self._sweeper: Sweeper | None = None
        #: What remains to be sent of a sweep.
        self._sweep: tuple[int, int] | None = None

    def place(self, since: Position | None = None) -> None:
        """Answer a view: put the cursor at the start of its window, or at what it lacks."""
        kept = self.kept
        description = kept.description
        # A viewer that goes on while the hub reads what it missed has its place already.
        waits = kept.filling and (since is not None or self.cursor is None)
        is_empty = not kept.history.started
        if description is None or waits or (is_empty and description["state"] == "live"):
            # What it lacks stays known, whatever view is asked for until the first sample.
            self._since, self.cursor = since or self._since or self._lacking(), None
            return
        since, self._since = since or self._since, None
        old_stride, unsent = self.stride, self.cursor
        stride = self._plan()
        if self.mode == "sweeps":
            self._begin_sweeps()
            return
        end = kept.end(stride)
        begin = end if unsent is None else min(end, unsent // stride * stride)
        if self.view.window is not None:
            start = min(end, kept.window_start(stride, self.view.window))
            # What was not yet sent still comes, unless the page swaps to another tier.
            begin = min(begin, start) if stride == old_stride else start
        self.epoch, self.caught_up = kept.history.epoch, False
        if since is not None:
            begin = self._rejoin(since, begin, end)
        self.cursor, self.past = begin, max(begin, end)
        self._say_view(begin, self.past)

    def _plan(self) -> int:
        """Take the mode and the stride that the view has now; return the stride."""
        self.mode, self.stride = plan(self.kept, self.view)
        former, self._sweep, self._sweeper = self._sweeper, None, None
        if self.mode == "sweeps" and self.view.trigger is not None:
            self._sweeper = Sweeper(self._finders, self._watcher, self.view, self.view.trigger)
        if former is not None:
            former.leave()
        if self._runs_free and self._sweeper is None:
            self._say(self._notice(runs_free=False))
        return self.stride

    def leave(self) -> None:
        """The socket views the stream no more, or is gone."""
        if self._sweeper is not None:
            self._sweeper.leave()

    def _begin_sweeps(self) -> None:
        """Nothing of the past comes: the next window does, whole."""
        end = self.kept.history.next
        self.epoch, self.caught_up = self.kept.history.epoch, True
        self.cursor = self.past = end
        self._say_view(end, end)

    def _lacking(self) -> Position | None:
        if self.cursor is None:
            return None
        return Position(epoch=self.epoch, sample=self.cursor)

    def _rejoin(self, since: Position, begin: int, end: int) -> int:
        """The cursor of a viewer that lacks what begins at ``since``; says what is gone."""
        if since.epoch != self.epoch:
            self._say_gap(since.epoch, since.sample, None, NEW_EPOCH)
            return begin
        # Columns are sent whole: the one that was incomplete is sent again.
        sample = since.sample // self.stride * self.stride
        first = self.kept.first(self.stride)
        if sample < first:
            self.cursor = since.sample
            while self.cursor < first:
                self._say(self._missed(self.cursor, first))
        if sample > end + AHEAD_SECONDS * self.kept.rate:
            return end
        return max(sample, first)

    def first_frame(self) -> None:
        """The stream has its first sample: place a cursor that waited for it, there."""
        if self.cursor is None:
            self.cursor = self.kept.history.first
            self.place()

    def end_epoch(self) -> None:
        """The stream's epoch ends: say what will not be sent of it."""
        if self.cursor is not None:
            if self._sweeper is None:
                self._lose(max(0, self.kept.end(self.stride) - self.cursor), NEW_EPOCH)
            self._say_gap(self.epoch, self.cursor, None, NEW_EPOCH)

    def new_epoch(self) -> None:
        """The stream has begun a new epoch, at index 0."""
        if self.cursor is None:
            self.place()
            return
        self.epoch = self.kept.history.epoch
        self._plan()
        self.cursor = self.past = 0
        self.caught_up = False
        self._say_view(0, 0)

    @property
    def waiting(self) -> bool:
        """Whether there is something beyond the cursor, or of a sweep."""
        if self._sweeper is not None:
            return self._sweep is not None
        return self.cursor is not None and self.cursor < self.kept.end(self.stride)

    @property
    def position(self) -> tuple[object, ...] | None:
        """Two viewers of a stream with equal positions are sent the same next message.

        None where nobody else is sent the same: sweeps are chosen for each viewer.
        """
        if self._sweeper is not None:
            return None
        cursor, past = self.cursor, self.past
        is_past = cursor is not None and cursor < past
        return self.stride, cursor, self.caught_up, past if is_past else 0

    def take(self, room: int) -> Piece | str | None:
        """The next frame of at most ``room`` bytes, or a gap message, or None when up to date."""
        kept, stride, cursor = self.kept, self.stride, self.cursor
        if cursor is None:
            return None
        if self._sweeper is not None:
            return self._take_sweep(self._sweeper, room)
        end = kept.end(stride)
        if cursor >= end:
            self.caught_up = True
            return None
        first, last = kept.run(stride, cursor, end)
        if self._is_too_far_behind(first, end):
            first = end
        if first > cursor:
            return self._missed(cursor, first)
        last = min(last, first + stride * kept.fitting(stride, room))
        last = kept.history.same_label(first, last, stride)
        flags = 0
        if first < self.past:
            last, flags = min(last, self.past), frames.ANSWER
        self.cursor = last
        return Piece(kept, self.epoch, stride, first, last, flags)

    def _take_sweep(self, sweeper: Sweeper, room: int) -> Piece | str | None:
        """The next frame of a sweep; one whose beginning is not kept any more is left."""
        if sweeper.paused is not self._runs_free:
            return self._notice(runs_free=sweeper.paused)
        kept = self.kept
        first, last = self._sweep or sweeper.next() or (0, 0)
        self._sweep = None
        if first >= last or first < kept.history.first:
            return None
        end = min(last, first + kept.fitting(1, room))
        if end < last:
            self._sweep = end, last
        self.cursor = end
        return Piece(kept, self.epoch, 1, first, end, frames.SWEEP)

    def _notice(self, *, runs_free: bool) -> str:
        """That its trigger is looked for no more, or again: once each."""
        self._runs_free = runs_free
        code, words = _PAUSED if runs_free else _RESUMED
        return messages.notice(self.kept.handle, code, words)

    def _is_too_far_behind(self, first: int, end: int) -> bool:
        """Whether a viewer that was up to date is moved forward. Gaps do not count."""
        column = self.kept.sample_bytes * min(self.stride, 2)
        most = max(self.kept.rate * BEHIND_SECONDS, BEHIND_BYTES / column * self.stride)
        if not self.caught_up or self.kept.filling or end - first <= most:
            return False
        return self.kept.history.produced(first, end) > most

    def _missed(self, first: int, end: int) -> str:
        """Go on behind the first part of ``[first, end)``; count it as lost, and say why it is."""
        begin = first // self.stride * self.stride
        self.cursor, is_missing = self.kept.history.alike(self.stride, begin, end)
        reason = MISSING if is_missing else self._why_lost(first, self.cursor)
        self._lose(self.cursor - first, reason)
        return self._gap_text(self.epoch, first, self.cursor - 1, reason)

    def _lose(self, samples: int, reason: str) -> None:
        self.lost += samples
        self.kept.figures.lost[reason] += samples

    def _why_lost(self, first: int, end: int) -> str:
        """Why samples or columns are not sent that were there."""
        history = self.kept.history
        # A skip that is longer than history takes with it the column that it cuts short: nobody
        # could be quick enough for that one.
        cut = end - first == self.stride > history.produced(first, end) and end <= history.first
        was_here = self.caught_up and first >= history.begin and not cut
        return TOO_SLOW if was_here else NO_LONGER_KEPT

    def _say_view(self, first: int, past: int) -> None:
        handle, stride, mode = self.kept.handle, self.stride, self.mode
        begin = self.kept.history.begin
        self._say(messages.view(handle, self.epoch, stride, mode, first, past, begin))

    def _say_gap(self, epoch: int, first: int | None, last: int | None, reason: str) -> None:
        self._say(self._gap_text(epoch, first, last, reason))

    def _gap_text(self, epoch: int, first: int | None, last: int | None, reason: str) -> str:
        return messages.gap(self.kept.handle, epoch, first, last, reason, self.lost)
